package console

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Server is a console that listens by itself.
type Server struct {
	listener net.Listener
	server   *http.Server
}

// ErrToken is the error of a [Listen] on an address that other machines can reach, without a token.
var ErrToken = errors.New("console: other machines can reach this address: use a loopback address, or console.WithToken")

// Listen serves a [Handler] at an address until Close: host:port, where no host means 127.0.0.1 and
// port 0 any that is free. An address that is not loopback needs [WithToken], and Listen returns
// [ErrToken] without it: the traffic is not encrypted, so even with a token another machine is better
// reached through SSH. The server has goroutines of its own, and uses no task and no worker.
func Listen(address string, opts ...Option) (*Server, error) {
	g := newGuard(opts)
	if g.isShort {
		return nil, errShortToken
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	at, err := net.ResolveTCPAddr("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	if !g.hasToken && !at.IP.IsLoopback() {
		return nil, fmt.Errorf("%w; the address is %v", ErrToken, at)
	}
	l, err := net.ListenTCP("tcp", at)
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	s := &Server{listener: l, server: &http.Server{
		Handler:           &handler{guard: g, observer: theObserver},
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}}
	go s.server.Serve(l)
	return s, nil
}

// Addr returns the address at which s listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// URL returns the address of the page. A reader adds the token, if there is one: #token=TOKEN.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() + "/" }

// Close ends s and its connections. It may be called twice.
func (s *Server) Close() error { return s.server.Close() }
