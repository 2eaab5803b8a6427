#!/usr/bin/env bash
# One would expect TCP_USER_TIMEOUT to end connections to a peer that no longer exists: it limits how long sent data may
# stay unacknowledged.
# What happens: it also ends a connection to a peer that is alive, acknowledges all data, answers each probe, and only does not
# read for that long (its window is zero). Write gets ETIMEDOUT, and the peer has only the data that it had received before.
# Why it matters: a server that sets it against dead peers ends each client that pauses longer than the time-out, such as a
# download that a user has paused or a consumer that exerts back-pressure.
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
	"time"
)

const userTimeout = 18 // TCP_USER_TIMEOUT, in milliseconds

// write fills a connection. The peer does not read for 5 s, and then reads.
func write(timeout int) (error, time.Duration) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	client, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		panic(err)
	}
	peer, err := listener.Accept()
	if err != nil {
		panic(err)
	}
	raw, err := client.(*net.TCPConn).SyscallConn()
	if err != nil {
		panic(err)
	}
	raw.Control(func(fd uintptr) {
		if err := syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, userTimeout, timeout); err != nil {
			panic(err)
		}
	})
	begin := time.Now()
	var read int64
	var readErr error
	done := make(chan struct{})
	go func() {
		defer close(done)
		time.Sleep(5 * time.Second)
		read, readErr = io.Copy(io.Discard, peer)
	}()
	written, err := client.Write(make([]byte, 64<<20))
	took := time.Since(begin)
	client.Close()
	<-done
	fmt.Printf("TCP_USER_TIMEOUT %d ms: written %d, %v, after %v; the peer then read %d, %v\n", timeout, written, err, took.Round(100*time.Millisecond), read, readErr)
	return err, took
}

func main() {
	plain, _ := write(0)
	limited, took := write(1000)
	if plain != nil || !errors.Is(limited, syscall.ETIMEDOUT) || took > 4*time.Second {
		fmt.Println("CHANGED")
		os.Exit(1)
	}
}
GO
go run .
