package main

import (
	"maps"
	"slices"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/examples/raft/consensus"
	"github.com/edo-go/edo/examples/raft/wire"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

const (
	backlog  = 128                    // messages that a link holds
	patience = 500 * time.Millisecond // for a connection, and for one message
)

// frames is a connection as frames, in both directions.
type frames = codec.Framed[[]byte, []byte]

// links are the ways to the other servers: a task and a connection for each. Raft can do without any
// message. So a link loses what it cannot deliver, and the server does not wait for it.
type links struct {
	scope *scope.Scope // of their tasks
	hello []byte       // the first frame of each connection
	open  map[consensus.ID]*link
	known map[consensus.ID]string // addresses of servers that have said hello
}

// link is the way to one server.
type link struct {
	addr string
	tx   *mpsc.Sender[[]byte]
}

func newLinks(s *scope.Scope, id consensus.ID, addr string) links {
	hello := wire.AppendText(wire.AppendUint([]byte{helloFrame}, uint64(id)), addr)
	return links{scope: s, hello: hello, open: map[consensus.ID]*link{}, known: map[consensus.ID]string{}}
}

// learn notes where a server is that may be no member yet, as far as this one knows.
func (l *links) learn(id consensus.ID, addr string) { l.known[id] = addr }

// addr returns where a server is.
func (l *links) addr(id consensus.ID, members []consensus.Member) string {
	for _, m := range members {
		if m.ID == id {
			return m.Addr
		}
	}
	return l.known[id]
}

// send sends a message, as soon as that is possible, or not at all.
func (l *links) send(m consensus.Message, members []consensus.Member) {
	addr := l.addr(m.To, members)
	if addr == "" {
		return
	}
	to := l.open[m.To]
	if to == nil || to.addr != addr {
		if to != nil {
			to.tx.Close()
		}
		to = l.start(addr)
		l.open[m.To] = to
	}
	to.tx.TrySend(wire.AppendMessage([]byte{messageFrame}, m))
}

// start starts the task of a link.
func (l *links) start(addr string) *link {
	tx, rx := mpsc.New[[]byte](backlog)
	hello := l.hello
	edo.Go(l.scope, func(task *edo.Task) error { return carry(task, rx, addr, hello) }, edo.Owns(rx), edo.Name("link to "+addr))
	return &link{addr, tx}
}

// close ends the tasks of all links.
func (l *links) close() {
	for _, id := range slices.Sorted(maps.Keys(l.open)) {
		l.open[id].tx.Close()
	}
}

// carry sends the messages that come to it to a server, over one connection after the other.
func carry(task *edo.Task, rx *mpsc.Receiver[[]byte], addr string, hello []byte) error {
	var conn *frames
	defer func() {
		if conn != nil {
			conn.Drop()
		}
	}()
	for message, err := range stream.All(task, rx) {
		if err != nil {
			return err
		}
		if conn == nil {
			conn, err = connect(task, addr, hello)
		}
		if err == nil {
			err = deliver(task, conn, message)
		}
		if err != nil && conn != nil {
			conn.Drop()
			conn = nil
		}
	}
	return task.Err()
}

// connect makes a connection to a server.
func connect(task *edo.Task, addr string, hello []byte) (*frames, error) {
	conn, err := timer.Timeout(task, patience, func(task *edo.Task) (*socket.Conn, error) {
		return socket.Dial(task, "tcp", addr)
	})
	if err != nil {
		return nil, err
	}
	framed := codec.NewFramed(conn, &codec.LengthDelimited{})
	if err := deliver(task, framed, hello); err != nil {
		framed.Drop()
		return nil, err
	}
	return framed, nil
}

// deliver sends a frame. A connection that takes none for some time is of no use.
func deliver(task *edo.Task, conn *frames, frame []byte) error {
	_, err := timer.Timeout(task, patience, func(task *edo.Task) (edo.Unit, error) {
		return edo.Unit{}, conn.Send(task, frame)
	})
	return err
}
