package socket_test

import (
	"errors"
	"io"
	"net"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
)

// run runs main on a runtime with several workers, and the real network.
func run(t *testing.T, main func(task *edo.Task) error) {
	t.Helper()
	if err := edo.Run(main, edo.WithConfig(edo.Config{Workers: 4})); err != nil {
		t.Error(err)
	}
}

// serve spawns a task that accepts from a new listener, and runs handle in a new task for
// each connection.
func serve(task *edo.Task, handle func(task *edo.Task, conn *socket.Conn) error) (*socket.Listener, error) {
	l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	edo.Go(task, func(task *edo.Task) error {
		in := l.Incoming()
		defer in.Drop()
		for {
			conn, ok, err := edo.Next(task, in)
			if !ok || errors.Is(err, net.ErrClosed) {
				return nil
			}
			if err != nil {
				return err
			}
			edo.Go(task, func(task *edo.Task) error {
				defer conn.Close()
				return handle(task, conn)
			}, edo.Owns(conn))
		}
	})
	return l, nil
}

// echo sends back the bytes that it reads.
func echo(task *edo.Task, conn *socket.Conn) error {
	p := make([]byte, 4096)
	for {
		n, err := conn.Read(task, p)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := conn.Write(task, p[:n]); err != nil {
			return err
		}
	}
}

// readFull reads until p is full.
func readFull(task *edo.Task, conn *socket.Conn, p []byte) error {
	for len(p) > 0 {
		n, err := conn.Read(task, p)
		if err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

// withClient returns a main function that runs fn with a connection to a server whose
// connections handle serves.
func withClient(handle, fn func(task *edo.Task, conn *socket.Conn) error) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		l, err := serve(task, handle)
		if err != nil {
			return err
		}
		defer l.Close()
		conn, err := socket.Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		defer conn.Close()
		return fn(task, conn)
	}
}
