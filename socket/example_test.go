package socket_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// A server that greets every client, and a client.
func Example() {
	err := edo.Run(func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()

		edo.Go(task, func(task *edo.Task) error {
			conn, err := socket.Dial(task, "tcp", l.Addr().String())
			if err != nil {
				return err
			}
			defer conn.Close()
			p := make([]byte, 64)
			for {
				n, err := conn.Read(task, p)
				if err == io.EOF {
					return nil
				}
				if err != nil {
					return err
				}
				fmt.Printf("%s", p[:n])
			}
		})

		for conn, err := range stream.All(task, l.Incoming()) {
			if err != nil {
				return err
			}
			edo.Go(task, func(task *edo.Task) error {
				defer conn.Close()
				_, err := conn.Write(task, []byte("hello world\n"))
				return err
			}, edo.Owns(conn))
			break // one is enough here
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: hello world
}

// A read fails when no byte has moved for a minute, however long the connection has been
// used before.
func ExampleConn_SetIdleTimeout() {
	err := sim.Run(1, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		edo.Go(task, func(task *edo.Task) error {
			conn, err := socket.Dial(task, "tcp", l.Addr().String())
			if err != nil {
				return err
			}
			defer conn.Close()
			for range 3 {
				if _, err := conn.Write(task, []byte("hello")); err != nil {
					return err
				}
				if err := timer.Sleep(task, 40*time.Second); err != nil {
					return err
				}
			}
			return timer.Sleep(task, time.Hour) // the client forgets to close
		})
		conn, err := l.Accept(task)
		if err != nil {
			return err
		}
		defer conn.Close()
		conn.SetIdleTimeout(time.Minute)
		begin, p := timer.Now(task), make([]byte, 64)
		for {
			n, err := conn.Read(task, p)
			at := timer.Now(task).Sub(begin)
			if err != nil {
				fmt.Println(at, errors.Is(err, os.ErrDeadlineExceeded))
				break
			}
			fmt.Printf("%v %s\n", at, p[:n])
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// 0s hello
	// 40s hello
	// 1m20s hello
	// 2m20s true
}

// Reading and writing with futures: no stack while it waits.
func ExampleConn_ReadFuture() {
	err := edo.Run(func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		client := edo.Spawn(task, socket.DialFuture(task, "tcp", l.Addr().String()))
		server, err := edo.Await(task, l.AcceptFuture())
		if err != nil {
			return err
		}
		defer server.Close()
		conn, err := client.Await(task)
		if err != nil {
			return err
		}
		defer conn.Close()

		p := make([]byte, 5)
		read := edo.Spawn(task, server.ReadFuture(p))
		if _, err := edo.Await(task, conn.WriteFuture([]byte("hello"))); err != nil {
			return err
		}
		n, err := read.Await(task)
		fmt.Printf("%q, %v\n", p[:n], err)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: "hello", <nil>
}
