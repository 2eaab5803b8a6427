package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
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

// Ask asks for a path below the address, and copies the answer to w.
func (c *Client) Ask(ctx context.Context, method, path string, w io.Writer) error {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("X-Edo-Console", "1")
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 300 {
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 1000))
		return fmt.Errorf("%s: %s", answer.Status, strings.TrimSpace(string(text)))
	}
	_, err = io.Copy(w, answer.Body)
	return err
}
