package web

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/gobwas/ws"
)

// answer returns the answer to a request, whole, and what is agreed on; or an error, which the
// answer tells the client.
func (a *Acceptor) answer(r *http.Request) (out []byte, t terms, refused *RefusedError) {
	if refused = a.check(r); refused != nil {
		return refused.answer(), terms{}, refused
	}
	rec := recorders.Get().(*recorder)
	defer rec.put()
	upgrader := ws.HTTPUpgrader{Header: a.Header}
	if len(a.Subprotocols) > 0 {
		upgrader.Protocol = a.hasSubprotocol
	}
	if a.Compress {
		upgrader.Negotiate = t.negotiate
	}
	_, _, handshake, err := upgrader.Upgrade(r, rec)
	if err == nil {
		t.protocol = handshake.Protocol
		return bytes.Clone(rec.out.Bytes()), t, nil
	}
	refused = &RefusedError{Status: http.StatusBadRequest, Reason: err.Error()}
	var rejected *ws.ConnectionRejectedError
	if errors.As(err, &rejected) && rejected.StatusCode() != 0 {
		refused.Status = rejected.StatusCode()
	}
	return refused.answer(), terms{}, refused
}

// answer returns the answer that refuses.
func (e *RefusedError) answer() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", e.Status, http.StatusText(e.Status))
	if e.Status == http.StatusUpgradeRequired {
		b.WriteString("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n")
	}
	fmt.Fprintf(&b, "Connection: close\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nContent-Length: %d\r\n\r\n%s\n", len(e.Reason)+1, e.Reason)
	return b.Bytes()
}

func (a *Acceptor) hasSubprotocol(name string) bool {
	for _, s := range a.Subprotocols {
		if s == name {
			return true
		}
	}
	return false
}

// check makes the checks that are no part of the protocol, for a request to upgrade.
func (a *Acceptor) check(r *http.Request) *RefusedError {
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return &RefusedError{http.StatusUpgradeRequired, "this is a WebSocket, and the request does not ask for one"}
	}
	if !a.isOriginAllowed(r) {
		return &RefusedError{http.StatusForbidden, "a page of this origin may not connect"}
	}
	if a.Check == nil {
		return nil
	}
	err := a.Check(r)
	if err == nil {
		return nil
	}
	var refused *RefusedError
	if errors.As(err, &refused) && refused.Status >= 300 && refused.Status <= 599 {
		return refused
	}
	return &RefusedError{http.StatusForbidden, err.Error()}
}

// isOriginAllowed reports whether the page that makes the request may. Programs that are no
// browser send no origin.
func (a *Acceptor) isOriginAllowed(r *http.Request) bool {
	origins := r.Header["Origin"]
	if len(origins) == 0 {
		return true
	}
	if len(origins) > 1 {
		return false
	}
	origin := strings.ToLower(origins[0])
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	if u.Host != "" && strings.EqualFold(u.Host, r.Host) {
		return true
	}
	for _, pattern := range a.Origins {
		name := u.Host
		if pattern = strings.ToLower(pattern); strings.Contains(pattern, "://") {
			name = u.Scheme + "://" + u.Host
		}
		if ok, err := path.Match(pattern, name); ok && err == nil {
			return true
		}
	}
	return false
}

// recorder is the connection that gobwas/ws answers to, in memory.
type recorder struct {
	out bytes.Buffer
	to  *bufio.ReadWriter // it, as gobwas/ws needs it
}

var recorders = sync.Pool{New: func() any {
	r := new(recorder)
	r.to = bufio.NewReadWriter(nil, bufio.NewWriterSize(&r.out, 512))
	return r
}}

// put gives r back, unless a long answer is in it.
func (r *recorder) put() {
	if r.out.Cap() <= maxHead {
		r.out.Reset()
		r.to.Writer.Reset(&r.out)
		recorders.Put(r)
	}
}

func (r *recorder) Header() http.Header         { return http.Header{} }
func (r *recorder) Write(p []byte) (int, error) { return r.out.Write(p) }
func (r *recorder) WriteHeader(int)             {}

// Hijack returns a connection that takes only what is written to its buffer.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return noDeadlines{}, r.to, nil
}

type noDeadlines struct{ net.Conn }

func (noDeadlines) SetDeadline(time.Time) error { return nil }
