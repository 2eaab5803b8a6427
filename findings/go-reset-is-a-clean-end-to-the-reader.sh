#!/usr/bin/env bash
# One would expect that a reader whose connection is reset gets an error: half an answer followed by io.EOF would look
# like a whole one.
# What happens on Linux with a full-duplex connection, one goroutine writing and one reading: the kernel reports the
# reset once, to the first call. When that is the write, the write gets ECONNRESET and the reader a clean io.EOF.
# Here this happens in about a third to a half of 300 tries.
# Why it matters: "io.EOF, so the message is complete" is wrong for a protocol in which the end of the connection is the
# end of the message. The reader must ask the writer, or the protocol must have lengths.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOTOOLCHAIN=local
go version
uname -sr
go mod init probe >/dev/null 2>&1
cat >main.go <<'GO'
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
)

// name returns a short name of an error.
func name(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number.Error()
	}
	return err.Error()
}

// try makes one request. The server sends half of the answer and resets the connection.
func try(listener net.Listener) (read, write error, err error) {
	client, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		return nil, nil, err
	}
	defer client.Close()
	server, err := listener.Accept()
	if err != nil {
		return nil, nil, err
	}
	go func() {
		io.ReadFull(server, make([]byte, 4096))
		server.Write([]byte("half an answer"))
		server.(*net.TCPConn).SetLinger(0) // so Close resets
		server.Close()
	}()
	written := make(chan error, 1)
	go func() {
		request := make([]byte, 1<<16)
		for {
			if _, err := client.Write(request); err != nil {
				written <- err
				return
			}
		}
	}()
	answer := make([]byte, 1024)
	for read == nil {
		_, read = client.Read(answer)
	}
	return read, <-written, nil
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	var clean int
	counts := map[string]int{}
	for range 300 {
		read, write, err := try(listener)
		if err != nil {
			panic(err)
		}
		if read == io.EOF {
			clean++
		}
		counts[fmt.Sprintf("read: %s, write: %s", name(read), name(write))]++
	}
	for outcome, times := range counts {
		fmt.Println(times, "times", outcome)
	}
	if clean == 0 {
		fmt.Println("CHANGED")
		os.Exit(1)
	}
}
GO
go run .
