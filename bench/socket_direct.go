package main

import (
	"errors"
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/socket"
)

// A pair is the two ends of a connection.
type pair struct{ near, far *socket.Conn }

// connect makes the connections of one pass.
func connect(task *edo.Task) ([]pair, error) {
	listener, err := socket.Listen(task, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	pairs := make([]pair, connections)
	for i := range pairs {
		if pairs[i].near, err = socket.Dial(task, "tcp", listener.Addr().String()); err != nil {
			return nil, err
		}
		if pairs[i].far, err = listener.Accept(task); err != nil {
			return nil, err
		}
	}
	return pairs, nil
}

func directSocketOne(task *edo.Task, m *meter) error {
	return directEcho(task, m, func(task *edo.Task, conn *socket.Conn) error {
		buf := make([]byte, buffer)
		for {
			n, err := conn.Read(task, buf)
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if _, err := conn.Write(task, buf[:n]); err != nil {
				return err
			}
		}
	})
}

func directSocketTwo(task *edo.Task, m *meter) error {
	return directEcho(task, m, func(task *edo.Task, conn *socket.Conn) error {
		// The buffers circulate: full ones go to the writer, and free ones back to the reader.
		toWriter, full := mpsc.New[[]byte](buffers)
		toReader, free := mpsc.New[[]byte](buffers + 1) // never full
		for range buffers {
			toReader.TrySend(make([]byte, buffer))
		}
		// The writer ends when toWriter is closed.
		writer := edo.Go(task, func(task *edo.Task) error {
			defer toReader.Close()
			for {
				buf, err := full.Recv(task)
				if errors.Is(err, edo.ErrClosed) {
					return nil
				}
				if err != nil {
					return err
				}
				if _, err := conn.Write(task, buf); err != nil {
					return err
				}
				if err := toReader.Send(task, buf[:buffer]); err != nil {
					return err
				}
			}
		})
		// This task reads.
		for {
			buf, err := free.Recv(task)
			if err != nil {
				return err
			}
			n, err := conn.Read(task, buf)
			if err == io.EOF {
				toWriter.Close()
				_, err := writer.Await(task)
				return err
			}
			if err != nil {
				return err
			}
			if err := toWriter.Send(task, buf[:n]); err != nil {
				return err
			}
		}
	})
}

func directEcho(task *edo.Task, m *meter, serve func(task *edo.Task, conn *socket.Conn) error) error {
	pairs, err := connect(task)
	if err != nil {
		return err
	}
	each := windows(m)
	g := newGroup(2 * connections)
	m.start()
	for _, p := range pairs {
		edo.Go(task, func(task *edo.Task) error {
			defer g.done()
			defer p.far.Close()
			return serve(task, p.far)
		})
		edo.Go(task, func(task *edo.Task) error {
			defer g.done()
			defer p.near.Close()
			out, in := make([]byte, window), make([]byte, window)
			for range each {
				if _, err := p.near.Write(task, out); err != nil {
					return err
				}
				if _, err := aio.ReadFull(task, p.near, in); err != nil {
					return err
				}
			}
			return nil
		})
	}
	_, err = edo.Await(task, g)
	return err
}
