package main

import (
	"errors"
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/socket"
)

// served is a future that connects, starts servers and clients, and waits for all of them.
type served struct {
	m          *meter
	connecting edo.Future[[]pair]
	serve      func(cx *edo.Context, conn *socket.Conn, g *group)
	running    *startAll
}

func futureSocketOne(m *meter) edo.Future[edo.Unit] {
	return &served{m: m, connecting: edo.Async(connect), serve: func(cx *edo.Context, conn *socket.Conn, g *group) {
		edo.Spawn(cx, &serverOne{conn: conn, buf: make([]byte, buffer), group: g})
	}}
}

func futureSocketTwo(m *meter) edo.Future[edo.Unit] {
	return &served{m: m, connecting: edo.Async(connect), serve: func(cx *edo.Context, conn *socket.Conn, g *group) {
		toWriter, full := mpsc.New[[]byte](buffers)
		toReader, free := mpsc.New[[]byte](buffers + 1) // never full
		for range buffers {
			toReader.TrySend(make([]byte, buffer))
		}
		edo.Spawn(cx, &serverReader{conn: conn, free: free, full: toWriter})
		edo.Spawn(cx, &serverWriter{conn: conn, full: full, free: toReader, group: g})
	}}
}

func (f *served) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if f.running == nil {
		pairs, state, err := f.connecting.Poll(cx)
		if state == edo.Pending || err != nil {
			return edo.Unit{}, state, err
		}
		each := windows(f.m)
		f.running = &startAll{members: 2 * connections, start: func(cx *edo.Context, g *group) {
			for _, p := range pairs {
				f.serve(cx, p.far, g)
				edo.Spawn(cx, &echoClient{conn: p.near, group: g, left: each, out: make([]byte, window), in: make([]byte, window)})
			}
		}}
		f.m.start()
	}
	return f.running.Poll(cx)
}

// echoClient sends windows, one after the other, and waits for each to come back.
type echoClient struct {
	conn          *socket.Conn
	group         *group
	left          int // windows
	out, in       []byte
	written, read int // bytes of the current window
}

func (f *echoClient) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for f.left > 0 {
		for f.written < window {
			n, state, err := f.conn.PollWrite(cx, f.out[f.written:])
			if state == edo.Pending || err != nil {
				return edo.Unit{}, state, err
			}
			f.written += n
		}
		for f.read < window {
			n, state, err := f.conn.PollRead(cx, f.in[f.read:])
			if state == edo.Pending || err != nil {
				return edo.Unit{}, state, err
			}
			f.read += n
		}
		f.written, f.read = 0, 0
		f.left--
	}
	f.group.leave(cx)
	return edo.Unit{}, edo.Ready, nil
}

func (f *echoClient) Drop() { f.conn.Drop() }

// serverOne reads and writes in one task.
type serverOne struct {
	conn     *socket.Conn
	buf, out []byte
	group    *group
}

func (f *serverOne) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for {
		for len(f.out) > 0 {
			n, state, err := f.conn.PollWrite(cx, f.out)
			if state == edo.Pending || err != nil {
				return edo.Unit{}, state, err
			}
			f.out = f.out[n:]
		}
		n, state, err := f.conn.PollRead(cx, f.buf)
		if state == edo.Pending {
			return edo.Unit{}, edo.Pending, nil
		}
		if err == io.EOF {
			f.group.leave(cx)
			return edo.Unit{}, edo.Ready, nil
		}
		if err != nil {
			return edo.Unit{}, edo.Ready, err
		}
		f.out = f.buf[:n]
	}
}

func (f *serverOne) Drop() { f.conn.Drop() }

// serverReader reads into free buffers and sends them to a serverWriter.
type serverReader struct {
	conn *socket.Conn
	free *mpsc.Receiver[[]byte]
	full *mpsc.Sender[[]byte]
	buf  []byte
}

func (f *serverReader) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for {
		if f.buf == nil {
			buf, state, err := f.free.PollRecv(cx)
			if state == edo.Pending || err != nil {
				return edo.Unit{}, state, err
			}
			f.buf = buf
		}
		n, state, err := f.conn.PollRead(cx, f.buf)
		if state == edo.Pending {
			return edo.Unit{}, edo.Pending, nil
		}
		if err == io.EOF {
			return edo.Unit{}, edo.Ready, nil
		}
		if err != nil {
			return edo.Unit{}, edo.Ready, err
		}
		if err := f.full.TrySend(f.buf[:n]); err != nil { // it has room for all buffers
			return edo.Unit{}, edo.Ready, err
		}
		f.buf = nil
	}
}

func (f *serverReader) Drop() {
	f.full.Close()
	f.free.Drop()
}

// serverWriter writes the buffers that it receives and sends them back to the serverReader.
type serverWriter struct {
	conn     *socket.Conn
	full     *mpsc.Receiver[[]byte]
	free     *mpsc.Sender[[]byte]
	buf, out []byte
	group    *group
}

func (f *serverWriter) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for {
		if f.buf == nil {
			buf, state, _ := f.full.PollNext(cx)
			if state == edo.Pending {
				return edo.Unit{}, edo.Pending, nil
			}
			if state == edo.End {
				f.group.leave(cx)
				return edo.Unit{}, edo.Ready, nil
			}
			f.buf, f.out = buf, buf
		}
		for len(f.out) > 0 {
			n, state, err := f.conn.PollWrite(cx, f.out)
			if state == edo.Pending || err != nil {
				return edo.Unit{}, state, err
			}
			f.out = f.out[n:]
		}
		if err := f.free.TrySend(f.buf[:buffer]); err != nil && !errors.Is(err, edo.ErrClosed) {
			return edo.Unit{}, edo.Ready, err
		}
		f.buf = nil
	}
}

func (f *serverWriter) Drop() {
	f.full.Drop()
	f.free.Close()
	f.conn.Drop()
}
