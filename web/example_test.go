package web_test

import (
	"fmt"
	"io"
	"net/http"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/web"
)

// A server that answers each message, and a client.
func Example() {
	err := edo.Run(func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		acceptor := &web.Acceptor{Limits: web.Limits{Message: 1 << 10}}
		server := edo.Go(task, func(task *edo.Task) error {
			tcp, err := l.Accept(task)
			if err != nil {
				return err
			}
			conn, err := acceptor.Accept(task, tcp)
			if err != nil {
				return err
			}
			for {
				m, err := conn.Recv(task)
				if err == io.EOF {
					return conn.Close(task, web.CodeNormal, "")
				}
				if err != nil {
					return err
				}
				if err := conn.Send(task, web.Text("you said "+m.String())); err != nil {
					return err
				}
			}
		})

		conn, err := web.Dial(task, "ws://"+l.Addr().String())
		if err != nil {
			return err
		}
		if err := conn.Send(task, web.Text("hello")); err != nil {
			return err
		}
		m, err := conn.Recv(task)
		if err != nil {
			return err
		}
		fmt.Println(m)
		if err := conn.Close(task, web.CodeNormal, "bye"); err != nil {
			return err
		}
		_, err = server.Await(task)
		return err
	})
	fmt.Println(err)
	// Output:
	// you said hello
	// <nil>
}

// A server of net/http over a listener of edo: pages by net/http, WebSockets by tasks.
func ExampleUpgrade() {
	err := edo.Run(func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		rt := task.Runtime()
		mux := http.NewServeMux()
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "a page") })
		mux.HandleFunc("/greet", func(w http.ResponseWriter, r *http.Request) {
			conn, err := web.Upgrade(w, r)
			if err != nil {
				return
			}
			edo.Go(rt, func(task *edo.Task) error {
				if err := conn.Send(task, web.Text("good morning")); err != nil {
					return err
				}
				return conn.Close(task, web.CodeNormal, "")
			}, edo.Owns(conn))
		})
		server := &http.Server{Handler: mux}
		defer server.Close()
		go server.Serve(aio.NetListener(rt, l))

		conn, err := web.Dial(task, "ws://"+l.Addr().String()+"/greet")
		if err != nil {
			return err
		}
		m, err := conn.Recv(task)
		fmt.Println(m, err)
		return conn.Close(task, web.CodeNormal, "")
	})
	fmt.Println(err)
	// Output:
	// good morning <nil>
	// <nil>
}
