package web_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/web"
)

// sayGoodbye is what the documentation of the package recommends for a server's connection.
func sayGoodbye(task *edo.Task, conn *web.Conn) error {
	err := echoAll(task, conn)
	code := web.CodeNormal
	if errors.Is(err, edo.ErrCancelled) {
		code = web.CodeGoingAway
	}
	return edo.Shielded(task, func(task *edo.Task) error { return conn.Close(task, code, "") })
}

// One client waits, and one does not read its answers: the server's task is in the middle of a
// message when it is cancelled.
func TestTheEndOfAServerIsToldToAllConnections(t *testing.T) {
	sim.Explore(t, 50, func(seed uint64) error {
		return sim.Run(seed, func(task *edo.Task) error {
			l, err := socket.Listen(task, "tcp", "127.0.0.1:80")
			if err != nil {
				return err
			}
			defer l.Close()
			closing := cancel.New()
			var clients [2]*web.Conn
			var served [2]*edo.JoinHandle[edo.Unit]
			for i := range clients {
				accept := edo.GoValue(task, func(task *edo.Task) (*web.Conn, error) {
					tcp, err := l.Accept(task)
					if err != nil {
						return nil, err
					}
					return new(web.Acceptor).Accept(task, tcp)
				})
				if clients[i], err = web.Dial(task, "ws://127.0.0.1/"); err != nil {
					return err
				}
				defer clients[i].Drop()
				conn, err := accept.Await(task)
				if err != nil {
					return err
				}
				served[i] = edo.Go(task, func(task *edo.Task) error { return sayGoodbye(task, conn) }, edo.Owns(conn), cancel.By(closing))
			}
			if err := clients[0].Send(task, web.Text("hello")); err != nil {
				return err
			}
			if m, err := clients[0].Recv(task); m.String() != "hello" || err != nil {
				return fmt.Errorf("got %q, %v", m, err)
			}
			for range 30 { // their answers are more than a connection holds
				if err := clients[1].Send(task, web.Text("0123456789")); err != nil {
					return err
				}
			}
			closing.Cancel()
			for i, client := range clients {
				for err = nil; err == nil; {
					_, err = client.Recv(task)
				}
				if status := client.Status(); status == nil || status.Code != web.CodeGoingAway {
					return fmt.Errorf("client %d has ended with %v, %v", i, err, status)
				}
				client.Close(task, web.CodeNone, "")
				if _, err := served[i].Await(task); err != nil {
					return fmt.Errorf("the server of client %d: %w", i, err)
				}
			}
			return nil
		}, sim.WithConfig(sim.Config{Window: 256}))
	})
}

// The end of a runtime cancels all tasks, and waits for the answers of the clients.
func ExampleConn_Close_shutdown() {
	server, err := edo.New(edo.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	l, err := socket.Listen(server, "tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	edo.Go(server, func(task *edo.Task) error {
		tcp, err := l.Accept(task)
		if err != nil {
			return err
		}
		conn, err := new(web.Acceptor).Accept(task, tcp)
		if err != nil {
			return err
		}
		if err = conn.Send(task, web.Text("hello")); err == nil {
			_, err = conn.Recv(task)
		}
		if errors.Is(err, edo.ErrCancelled) {
			edo.Shielded(task, func(task *edo.Task) error {
				return conn.Close(task, web.CodeGoingAway, "until later")
			})
		}
		return err
	}, edo.Owns(l))

	err = edo.Run(func(task *edo.Task) error { // the client, in a runtime of its own
		conn, err := web.Dial(task, "ws://"+l.Addr().String())
		if err != nil {
			return err
		}
		defer conn.Drop()
		m, err := conn.Recv(task)
		fmt.Println(m, err)
		ended := edo.Blocking(task, func(*edo.Task) (edo.Unit, error) {
			return edo.Unit{}, server.Shutdown(context.Background())
		})
		_, err = conn.Recv(task)
		fmt.Println(err, conn.Status().Code, conn.Status().Reason)
		conn.Close(task, web.CodeNone, "")
		_, err = ended.Await(task)
		return err
	})
	fmt.Println(err)
	// Output:
	// hello <nil>
	// EOF 1001 until later
	// <nil>
}
