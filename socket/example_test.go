package socket_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/netip"
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

// A server that holds at most a thousand connections, for which further clients wait, and
// ten from one address.
func ExampleLimit() {
	err := sim.Run(1, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:80", socket.Limit(1000), socket.LimitPerAddress(10))
		if err != nil {
			return err
		}
		defer l.Close()
		for range 12 {
			conn, err := socket.Dial(task, "tcp", "127.0.0.1:80")
			if err != nil {
				return err
			}
			defer conn.Close()
		}
		open := 0
		for range 10 {
			conn, err := l.Accept(task)
			if err != nil {
				return err
			}
			defer conn.Close()
			open++
		}
		fmt.Println(open, "of 12 are open")
		return nil
	})
	fmt.Println(err)
	// Output:
	// 10 of 12 are open
	// <nil>
}

// A client that has its own keep-alive, and gives each address of a name half a second
// before it tries the next one as well.
func ExampleDialer() {
	dialer := &socket.Dialer{
		AttemptDelay: 500 * time.Millisecond,
		Options: []socket.Option{
			socket.KeepAlive(net.KeepAliveConfig{Enable: true, Idle: time.Minute}),
			socket.LocalAddr(netip.MustParseAddrPort("127.0.0.7:0")),
		},
	}
	err := sim.Run(1, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp4", "127.0.0.1:80")
		if err != nil {
			return err
		}
		defer l.Close()
		conn, err := dialer.Dial(task, "tcp4", "localhost:80")
		if err != nil {
			return err
		}
		defer conn.Close()
		fmt.Println("from", conn.LocalAddr().(*net.TCPAddr).IP)
		return nil
	})
	fmt.Println(err)
	// Output:
	// from 127.0.0.7
	// <nil>
}
