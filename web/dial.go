package web

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/discard"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/tlsconn"
)

// A Dialer makes the client's side of handshakes. The zero Dialer is ready. Any number of tasks may
// use it; the fields must not change meanwhile.
type Dialer struct {
	// Subprotocols are those that the client speaks, the best one first.
	Subprotocols []string
	// Header is added to the request: Origin, Cookie, Authorization. A Host in it takes the place
	// of that of the URL.
	Header http.Header
	// TLS is the config for wss, which may be nil.
	TLS *tls.Config
	// Compress asks for compressed messages: see [Acceptor].
	Compress bool
	Limits   Limits
}

// Dial connects to a URL of the scheme ws or wss, by the zero [Dialer].
//
//edo:step DialStep
func Dial(task *edo.Task, url string) (*Conn, error) { return new(Dialer).Dial(task, url) }

// DialStep is the step form of [Dial].
func DialStep(task *edo.Task, st *edo.Step, url string) (done bool, c *Conn, err error) {
	return new(Dialer).DialStep(task, st, url)
}

// Dial connects to a URL of the scheme ws or wss, and makes the handshake. There is no time limit
// but the system's: use a timeout. A server that answers otherwise is a [*RefusedError].
//
//edo:step DialStep
func (d *Dialer) Dial(task *edo.Task, url string) (*Conn, error) {
	return await(task, d.DialFuture(task, url))
}

// DialStep is the step form of [Dialer.Dial].
func (d *Dialer) DialStep(task *edo.Task, st *edo.Step, url string) (done bool, c *Conn, err error) {
	return awaitStep(task, st, func() edo.Future[*Conn] { return d.DialFuture(task, url) })
}

// DialFuture is [Dialer.Dial] as a future, on the network of the runtime that s belongs to.
//
//edo:nowait
func (d *Dialer) DialFuture(s edo.Spawner, url string) edo.Future[*Conn] {
	o := d.dialing(url)
	if o.err != nil {
		return o
	}
	host, port := o.url.Hostname(), o.url.Port()
	if o.url.Scheme == "ws" {
		if port == "" {
			port = "80"
		}
		o.connects = asReadWriter[*socket.Conn]{socket.DialFuture(s, "tcp", net.JoinHostPort(host, port))}
		return o
	}
	if port == "" {
		port = "443"
	}
	config := d.TLS.Clone()
	if config == nil {
		config = &tls.Config{}
	}
	if config.NextProtos == nil {
		config.NextProtos = []string{"http/1.1"}
	}
	o.connects = asReadWriter[*tlsconn.Conn]{tlsconn.DialFuture(s, "tcp", net.JoinHostPort(host, port), config)}
	return o
}

// Connect makes the handshake for a URL over inner, which then belongs to the Conn. With an error
// inner is dropped.
//
//edo:step ConnectStep
func (d *Dialer) Connect(task *edo.Task, inner aio.ReadWriter, url string) (*Conn, error) {
	return await(task, d.ConnectFuture(inner, url))
}

// ConnectStep is the step form of [Dialer.Connect].
func (d *Dialer) ConnectStep(task *edo.Task, st *edo.Step, inner aio.ReadWriter, url string) (done bool, c *Conn, err error) {
	return awaitStep(task, st, func() edo.Future[*Conn] { return d.ConnectFuture(inner, url) })
}

// ConnectFuture is [Dialer.Connect] as a future, which owns inner.
func (d *Dialer) ConnectFuture(inner aio.ReadWriter, url string) edo.Future[*Conn] {
	o := d.dialing(url)
	o.handshake = newHandshake(inner)
	return o
}

// asReadWriter is the future of a connection as that of an [aio.ReadWriter].
type asReadWriter[C aio.ReadWriter] struct{ edo.Future[C] }

func (a asReadWriter[C]) Poll(cx *edo.Context) (aio.ReadWriter, edo.Poll, error) {
	c, poll, err := a.Future.Poll(cx)
	if poll == edo.Pending || err != nil {
		return nil, poll, err
	}
	return c, poll, nil
}

// Drop gives the connection up.
func (a asReadWriter[C]) Drop() { discard.Drop(a.Future) }

// dialing is a Dial or a Connect as a future.
type dialing struct {
	d        *Dialer
	url      *url.URL
	connects edo.Future[aio.ReadWriter] // nil: it has connected
	handshake
	key     string // of the request; "": it was not sent
	err     error  // that it ends with
	isEnded bool
}

// dialing returns the future for a URL, which may have an error.
func (d *Dialer) dialing(to string) *dialing {
	o := &dialing{d: d}
	if o.url, o.err = url.Parse(to); o.err != nil {
		return o
	}
	switch o.url.Scheme {
	case "http":
		o.url.Scheme = "ws"
	case "https":
		o.url.Scheme = "wss"
	case "ws", "wss":
	default:
		o.err = fmt.Errorf("web: the URL %q must begin with ws:// or wss://", to)
		return o
	}
	if o.url.Host == "" {
		o.err = fmt.Errorf("web: the URL %q has no host", to)
	}
	return o
}

// Poll connects, sends the request, and reads the answer.
func (o *dialing) Poll(cx *edo.Context) (*Conn, edo.Poll, error) {
	if o.isEnded || o.err != nil {
		if !cx.Proceed(nil) {
			return nil, edo.Pending, nil
		}
		if o.isEnded {
			return nil, edo.Ready, errEnded
		}
		return o.end(nil, o.err)
	}
	if o.connects != nil {
		inner, poll, err := o.connects.Poll(cx)
		if poll == edo.Pending {
			return nil, edo.Pending, nil
		}
		o.connects = nil
		if err != nil {
			return o.end(nil, err)
		}
		o.handshake = newHandshake(inner)
	}
	if o.key == "" {
		p, err := o.request()
		if err != nil {
			return o.end(nil, err)
		}
		o.framed.StartSend(p)
	}
	if poll, err := o.framed.PollFlush(cx); poll == edo.Pending || err != nil {
		if poll == edo.Pending {
			return nil, edo.Pending, nil
		}
		return o.end(nil, err)
	}
	p, poll, err := o.pollHead(cx)
	if poll == edo.Pending {
		return nil, edo.Pending, nil
	}
	if err != nil {
		return o.end(nil, err)
	}
	terms, err := o.check(p)
	if err != nil {
		return o.end(nil, err)
	}
	return o.end(newConn(o.framed.Parts(), true, &o.d.Limits, terms), nil)
}

// request returns the request of the handshake.
func (o *dialing) request() ([]byte, error) {
	nonce := make([]byte, 16)
	rand.Read(nonce)
	o.key = base64.StdEncoding.EncodeToString(nonce)
	r := &http.Request{Method: http.MethodGet, URL: o.url, Host: o.d.Header.Get("Host"), Header: o.d.Header.Clone()}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header.Del("Host")
	r.Header.Del("Sec-WebSocket-Extensions") // this side knows which it speaks
	if o.d.Compress {
		r.Header.Set("Sec-WebSocket-Extensions", deflateOffer)
	}
	r.Header.Set("Upgrade", "websocket")
	r.Header.Set("Connection", "Upgrade")
	r.Header.Set("Sec-WebSocket-Key", o.key)
	r.Header.Set("Sec-WebSocket-Version", "13")
	if len(o.d.Subprotocols) > 0 {
		r.Header.Set("Sec-WebSocket-Protocol", strings.Join(o.d.Subprotocols, ", "))
	}
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		return nil, fmt.Errorf("web: the request of the handshake: %w", err)
	}
	return b.Bytes(), nil
}

var errBadAnswer = errors.New("web: the server's answer is no handshake of RFC 6455")

// check checks the answer, and returns what is agreed on.
func (o *dialing) check(p []byte) (t terms, err error) {
	r, err := http.ReadResponse(bufio.NewReaderSize(bytes.NewReader(p), len(p)), nil)
	if err != nil {
		return t, fmt.Errorf("%w: %w", errBadAnswer, err)
	}
	if r.StatusCode != http.StatusSwitchingProtocols {
		return t, &RefusedError{Status: r.StatusCode, Reason: "by the server"}
	}
	extensions := r.Header["Sec-Websocket-Extensions"]
	t.protocol, t.isCompressed = r.Header.Get("Sec-WebSocket-Protocol"), len(extensions) > 0
	what := ""
	switch {
	case !strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
		what = "it does not upgrade to websocket"
	case !hasToken(r.Header["Connection"], "upgrade"):
		what = "its Connection is not Upgrade"
	case r.Header.Get("Sec-WebSocket-Accept") != acceptKey(o.key):
		what = "its Sec-WebSocket-Accept is wrong"
	case t.isCompressed && !(o.d.Compress && isAgreed(extensions)):
		what = "it has an extension that was not asked for"
	case t.protocol != "" && !slices.Contains(o.d.Subprotocols, t.protocol):
		what = fmt.Sprintf("it chooses the subprotocol %q, which was not offered", t.protocol)
	}
	if what != "" {
		return terms{}, fmt.Errorf("%w: %s", errBadAnswer, what)
	}
	return t, nil
}

// hasToken reports whether a header that is a list has a token.
func hasToken(lists []string, token string) bool {
	for _, list := range lists {
		for item := range strings.SplitSeq(list, ",") {
			if strings.EqualFold(strings.TrimSpace(item), token) {
				return true
			}
		}
	}
	return false
}

// acceptKey is the Sec-WebSocket-Accept for a Sec-WebSocket-Key.
func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// end ends the future.
func (o *dialing) end(c *Conn, err error) (*Conn, edo.Poll, error) {
	if err != nil && o.framed != nil {
		o.framed.Drop()
	}
	o.isEnded, o.framed = true, nil
	return c, edo.Ready, err
}

// Drop gives up, and drops the connection.
func (o *dialing) Drop() {
	if o.connects != nil {
		discard.Drop(o.connects)
		o.connects = nil
	}
	if o.framed != nil {
		o.framed.Drop()
		o.framed = nil
	}
	o.isEnded = true
}
