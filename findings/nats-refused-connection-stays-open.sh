#!/usr/bin/env bash
# One would expect a client that is told "Authorization Violation" while it connects again to close that connection: it
# closes it when the first connect is refused.
# What happens: with IgnoreAuthErrorAbort, and so without an end of its tries, nats.go makes the next connection over the
# last one, and closes none of them. The server has closed its end: each refused try leaves an open socket, which the
# garbage collector closes, when it runs: two minutes later in a program that allocates little.
# Why it matters: a fleet whose password was changed fills its tables of descriptors at the rate of its tries. A dialer
# (SetCustomDialer) that closes the connection before is enough.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOTOOLCHAIN=local
go version
go mod init probe >/dev/null 2>&1
cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// door refuses so many clients.
type door struct{ refuses atomic.Int32 }

func (d *door) Check(server.ClientAuthentication) bool { return d.refuses.Add(-1) < 0 }

// sockets counts the sockets that the process has open.
func sockets() (n int) {
	entries, err := os.ReadDir("/proc/self/fd")
	check(err)
	for _, e := range entries {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}

func main() {
	debug.SetGCPercent(-1)
	d := &door{}
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, CustomClientAuthentication: d, NoSigs: true, NoLog: true})
	check(err)
	s.Start()
	defer s.Shutdown()
	s.ReadyForConnections(10 * time.Second)
	again := make(chan struct{})
	nc, err := nats.Connect(s.ClientURL(), nats.IgnoreAuthErrorAbort(), nats.MaxReconnects(-1), nats.ReconnectWait(10*time.Millisecond),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}),
		nats.ReconnectHandler(func(*nats.Conn) { close(again) }))
	check(err)
	cid, err := nc.GetClientID()
	check(err)
	time.Sleep(100 * time.Millisecond)
	before := sockets() // both ends are of this process
	const tries = 20
	d.refuses.Store(tries)
	check(s.DisconnectClientByID(cid))
	<-again
	time.Sleep(100 * time.Millisecond) // the server closes its end a little after its refusal
	left := sockets() - before
	for range 2 { // a finalizer closes, one collection after its object was found
		runtime.GC()
		time.Sleep(100 * time.Millisecond)
	}
	collected := sockets() - before
	nc.Close()
	fmt.Printf("%d refused tries: %d more sockets are open, and %d after a collection\n", tries, left, collected)
	if left != tries || collected != 0 {
		fmt.Println("CHANGED")
		os.Exit(1)
	}
}
GO
go get github.com/nats-io/nats-server/v2@v2.15.3 github.com/nats-io/nats.go@v1.55.0 2>/dev/null
go list -m github.com/nats-io/nats-server/v2 github.com/nats-io/nats.go
go build -o probe .
./probe
