package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"
)

// Client asks a console.
type Client struct {
	base  string // its address, which ends in a slash
	token string
}

// TokenVariable is where a client finds the token that no argument gives.
const TokenVariable = "EDO_CONSOLE_TOKEN"

var errAddress = errors.New("use the address of a console, such as 127.0.0.1:6070 or http://127.0.0.1:8080/debug/edo/")

// New returns a client of the console at an address: host:port, or what its page has as its own
// address, with the token in the fragment. Without a token there and in the argument it is that of
// the environment.
func New(address, token string) (*Client, error) {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errAddress
	}
	if of, ok := strings.CutPrefix(u.Fragment, "token="); ok && token == "" {
		token = of
	}
	if token == "" {
		token = os.Getenv(TokenVariable)
	}
	u.Fragment, u.RawQuery = "", ""
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	return &Client{u.String(), token}, nil
}

// Base returns the address of the console, which ends in a slash.
func (c *Client) Base() string { return c.base }

// Ask asks for a path below the address, and copies the answer to w.
func (c *Client) Ask(ctx context.Context, method, path string, w io.Writer) error {
	answer, err := c.send(ctx, method, path)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(w, answer.Body)
	return err
}

// send asks for a path below the address. The answer is one that was not refused.
func (c *Client) send(ctx context.Context, method, path string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("X-Edo-Console", "1")
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := asking.Do(r)
	if err != nil {
		return nil, c.explain(err)
	}
	if answer.StatusCode >= 300 {
		defer answer.Body.Close()
		return nil, c.refusal(answer)
	}
	return answer, nil
}

// asking connects within some seconds: a host that does not answer is an error.
var asking = &http.Client{Transport: &http.Transport{
	Proxy:       http.ProxyFromEnvironment,
	DialContext: (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
}}

// refusal returns the error of an answer that is none: what the console says, and what helps.
func (c *Client) refusal(answer *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(answer.Body, 1000))
	text := strings.TrimSpace(string(body))
	isConsole := strings.HasPrefix(text, "console: ")
	switch status := answer.StatusCode; {
	case status == http.StatusUnauthorized && c.token == "":
		text += fmt.Sprintf("; set %s, or use --token", TokenVariable)
	case status == http.StatusUnauthorized:
		text = "the token is not that of this console; it is what the program has given console.WithToken"
	case status == http.StatusForbidden && isConsole:
		text += "; from another machine, prefer ssh -L 6070:127.0.0.1:6070 HOST, and ask at 127.0.0.1:6070"
	case status == http.StatusNotFound && !isConsole:
		text = fmt.Sprintf("no console answers at %s; a console.Handler does at the pattern of its mux, such as http://127.0.0.1:8080/debug/edo/", c.base)
	}
	return fmt.Errorf("%s: %s", answer.Status, text)
}

// explain returns the error of a request that was not answered, with what helps.
func (c *Client) explain(err error) error {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err // it names the address
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w: no program listens there; it has a console after console.Listen, and must run", err)
	case strings.HasPrefix(err.Error(), "http: server gave HTTP response to HTTPS client"):
		return fmt.Errorf("%w: use http:// in the address", err)
	}
	return err
}
