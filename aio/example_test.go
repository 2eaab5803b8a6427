package aio_test

import (
	"encoding/binary"
	"fmt"
	"log"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
)

// A task reads all bytes that another task writes, through 8 bytes of memory.
func Example() {
	err := edo.Run(func(task *edo.Task) error {
		a, b := aio.Duplex(8)
		edo.Go(task, func(task *edo.Task) error {
			if _, err := aio.WriteAll(task, a, []byte("more than 8 bytes")); err != nil {
				return err
			}
			return aio.Shutdown(task, a)
		}, edo.Owns(a))

		p, err := aio.ReadAll(task, b, nil)
		fmt.Printf("%s\n", p)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: more than 8 bytes
}

// The shortest echo server: it writes each byte that it reads. While it waits for bytes it
// holds no buffer.
func ExampleCopy() {
	err := edo.Run(func(task *edo.Task) error {
		client, server := aio.Duplex(64)
		edo.Go(task, func(task *edo.Task) error {
			n, err := aio.Copy(task, server, server)
			fmt.Println("echoed", n, "bytes")
			return err
		}, edo.Owns(server))
		defer client.Close()

		if _, err := aio.WriteAll(task, client, []byte("hello")); err != nil {
			return err
		}
		var p [5]byte
		if _, err := aio.ReadFull(task, client, p[:]); err != nil {
			return err
		}
		fmt.Printf("%s\n", p)
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// hello
	// echoed 5 bytes
}

// A future reads without a stack: while it waits, the task is some hundred bytes.
func ExampleReadAllFuture() {
	a, b := aio.Duplex(64)
	err := edo.Run(func(task *edo.Task) error {
		all := edo.Spawn(task, aio.ReadAllFuture(b, nil), edo.Owns(b))
		if _, err := aio.WriteAll(task, a, []byte("hello")); err != nil {
			return err
		}
		a.Close()
		p, err := all.Await(task)
		fmt.Printf("%s\n", p)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: hello
}

// A write to a closed connection fails as a pipe of package io does. The other end still
// reads the bytes that were written before.
func ExampleDuplex() {
	err := edo.Run(func(task *edo.Task) error {
		a, b := aio.Duplex(64)
		aio.WriteAll(task, a, []byte("bye"))
		a.Close()

		p, err := aio.ReadAll(task, b, nil)
		fmt.Printf("%s, %v\n", p, err)
		_, err = aio.WriteAll(task, b, []byte("?"))
		fmt.Println(err)
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// bye, <nil>
	// io: read/write on closed pipe
}

// A proxy copies both ways until both sides have ended, and passes a half-close on.
func ExampleCopyBidirectional() {
	err := edo.Run(func(task *edo.Task) error {
		client, front := aio.Duplex(64)
		back, server := aio.Duplex(64)
		proxy := edo.Go(task, func(task *edo.Task) error {
			fromClient, fromServer, err := aio.CopyBidirectional(task, front, back)
			fmt.Println("the proxy has moved", fromClient, "and", fromServer, "bytes")
			return err
		}, edo.Owns(front, back))
		edo.Go(task, func(task *edo.Task) error {
			request, err := aio.ReadAll(task, server, nil) // to the end of what the client sends
			if err != nil {
				return err
			}
			_, err = aio.WriteAll(task, server, []byte("echo: "+string(request)))
			return err
		}, edo.Owns(server))

		defer client.Close()
		if _, err := aio.WriteAll(task, client, []byte("hello")); err != nil {
			return err
		}
		if err := aio.Shutdown(task, client); err != nil { // no more will come
			return err
		}
		answer, err := aio.ReadAll(task, client, nil)
		if err != nil {
			return err
		}
		_, err = proxy.Await(task)
		fmt.Println(string(answer))
		return err
	})
	fmt.Println(err)
	// Output:
	// the proxy has moved 5 and 11 bytes
	// echo: hello
	// <nil>
}

// A protocol of lines with a header of a fixed size: the buffer is there while bytes are.
func ExampleBufferedReader() {
	err := edo.Run(func(task *edo.Task) error {
		ours, theirs := aio.Duplex(64)
		edo.Go(task, func(task *edo.Task) error {
			w := aio.NewBufferedWriter(theirs, 0)
			aio.WriteInt(task, w, binary.BigEndian, uint16(2))
			aio.WriteAll(task, w, []byte("one\r\ntwo\r\n"))
			return aio.Flush(task, w) // one write of 12 bytes
		}, edo.Owns(theirs))

		defer ours.Close()
		r := aio.NewBufferedReader(ours, 0)
		n, err := aio.ReadInt[uint16](task, r, binary.BigEndian)
		if err != nil {
			return err
		}
		for range n {
			line, err := r.ReadLine(task)
			if err != nil {
				return err
			}
			fmt.Printf("%s\n", line)
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// one
	// two
	// <nil>
}
