package echo

import (
	"crypto/tls"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/tlsconn"
)

// serveTLS is crypto/tls over package net, with a goroutine for each connection.
func serveTLS(c Config) error {
	config, err := c.tls()
	if err != nil {
		return err
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		return err
	}
	c.Ready(listener.Addr().String())
	return echoAll(listener)
}

// serveTLSDirect is package tlsconn in direct style, like serveDirect.
func serveTLSDirect(c Config) error {
	config, err := c.tls()
	if err != nil {
		return err
	}
	return edo.Run(func(task *edo.Task) error {
		listener, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer listener.Close()
		c.Ready(listener.Addr().String())
		acceptor := tlsconn.NewAcceptor(config)
		for tcp, err := range stream.All(task, listener.Incoming()) {
			if err != nil {
				return err
			}
			edo.Go(task, func(task *edo.Task) error {
				conn, err := acceptor.Accept(task, tcp)
				if err != nil {
					return err
				}
				defer conn.Close()
				_, err = aio.Copy(task, conn, conn)
				return err
			})
		}
		return task.Err()
	}, c.runtime())
}

// serveTLSFuture is package tlsconn in future style.
func serveTLSFuture(c Config) error {
	config, err := c.tls()
	if err != nil {
		return err
	}
	acceptor := tlsconn.NewAcceptor(config)
	return serveEach(c, func(cx *edo.Context, tcp *socket.Conn) {
		edo.SpawnInline[edo.Unit](cx, tlsSession{accepting: acceptor.AcceptFuture(tcp)})
	})
}

// tlsSession echoes the bytes of one connection with TLS.
type tlsSession struct {
	accepting edo.Future[*tlsconn.Conn] // nil: it has ended
	conn      *tlsconn.Conn
	copying   edo.Future[int64]
}

func (s *tlsSession) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if s.accepting != nil {
		conn, state, err := s.accepting.Poll(cx)
		if state == edo.Pending {
			return edo.Unit{}, edo.Pending, nil
		}
		s.accepting = nil
		if err != nil {
			return edo.Unit{}, edo.Ready, err
		}
		s.conn, s.copying = conn, aio.CopyFuture(conn, conn)
	}
	_, state, err := s.copying.Poll(cx)
	if state == edo.Ready {
		s.conn.Close()
	}
	return edo.Unit{}, state, err
}

func (s *tlsSession) Drop() {
	for _, f := range []any{s.accepting, s.copying} {
		if dropper, ok := f.(edo.Dropper); ok {
			dropper.Drop()
		}
	}
	if s.conn != nil {
		s.conn.Close()
	}
}
