package socket_test

import (
	"fmt"
	"io"
	"log"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
)

// A server that greets whoever connects, and a client.
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

// The same with futures: no stack while it waits.
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
