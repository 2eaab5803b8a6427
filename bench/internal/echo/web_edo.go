package echo

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/web"
)

// serveWebDirect is a server of WebSockets in direct style, like serveDirect.
func serveWebDirect(c Config) error {
	return edo.Run(func(task *edo.Task) error {
		listener, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer listener.Close()
		c.Ready(listener.Addr().String())
		acceptor := &web.Acceptor{}
		for tcp, err := range stream.All(task, listener.Incoming()) {
			if err != nil {
				return err
			}
			edo.Go(task, func(task *edo.Task) error {
				conn, err := acceptor.Accept(task, tcp)
				if err != nil {
					return err
				}
				defer conn.Drop()
				for {
					m, err := conn.Recv(task)
					if err != nil {
						return err // the client has closed
					}
					if err := conn.Send(task, m); err != nil {
						return err
					}
				}
			})
		}
		return task.Err()
	}, c.runtime())
}

// serveWebFuture is a server of WebSockets in future style.
func serveWebFuture(c Config) error {
	acceptor := &web.Acceptor{}
	return serveEach(c, func(cx *edo.Context, tcp *socket.Conn) {
		edo.SpawnInline[edo.Unit](cx, webSession{accepting: acceptor.AcceptFuture(tcp)})
	})
}

// webSession echoes the messages of one WebSocket.
type webSession struct {
	accepting edo.Future[*web.Conn] // nil: it has ended
	conn      *web.Conn
	message   web.Message // that is to be sent
	isWaiting bool        // there is one
	isSent    bool        // one is to be flushed
}

func (s *webSession) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if s.accepting != nil {
		conn, state, err := s.accepting.Poll(cx)
		if state == edo.Pending {
			return edo.Unit{}, edo.Pending, nil
		}
		s.accepting = nil
		if err != nil {
			return edo.Unit{}, edo.Ready, err
		}
		s.conn = conn
	}
	for {
		state, err := s.pollSend(cx)
		if err == nil && state == edo.Ready {
			s.message, state, err = s.conn.PollNext(cx)
			s.isWaiting = state == edo.Ready && err == nil
		}
		switch {
		case state == edo.Pending:
			return edo.Unit{}, edo.Pending, nil
		case state == edo.End || err != nil:
			s.conn.Drop()
			return edo.Unit{}, edo.Ready, err // the client has closed
		}
	}
}

// pollSend sends the message, if there is one.
func (s *webSession) pollSend(cx *edo.Context) (edo.Poll, error) {
	if s.isWaiting {
		if state, err := s.conn.PollReady(cx); state == edo.Pending || err != nil {
			return state, err
		}
		if err := s.conn.StartSend(s.message); err != nil {
			return edo.Ready, err
		}
		s.message, s.isWaiting, s.isSent = web.Message{}, false, true
	}
	if s.isSent {
		if state, err := s.conn.PollFlush(cx); state == edo.Pending || err != nil {
			return state, err
		}
		s.isSent = false
	}
	return edo.Ready, nil
}

func (s *webSession) Drop() {
	if dropper, ok := s.accepting.(edo.Dropper); ok {
		dropper.Drop()
	}
	if s.conn != nil {
		s.conn.Drop()
	}
}
