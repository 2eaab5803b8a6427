#!/usr/bin/env bash
# One would expect that a publish to a stream of JetStream is refused with an error when the disk of the server is full,
# and accepted again when there is room.
# What happens: the server gives no answer at all, so that the publish waits until its time is up; JetStream stays
# enabled, and the stream stores nothing any more, also when there is room again, until the server is started anew. The
# only sign is a line of the server's log.
# Why it matters: a publisher cannot tell a full disk from a broker that is slow, and retries do not help.
set -euo pipefail
dir=$(mktemp -d)
trap 'umount "$dir/disk" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
mkdir disk
mount -t tmpfs -o size=8m tmpfs disk || { echo 'this finding needs the right to mount a tmpfs'; exit 2; }
export GOWORK=off GOTOOLCHAIN=local
go version
go mod init probe >/dev/null 2>&1
cat >main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func start() (*server.Server, *nats.Conn, jetstream.JetStream) {
	s, err := server.NewServer(&server.Options{DontListen: true, JetStream: true, StoreDir: "disk/store", NoSigs: true, NoLog: true})
	if err != nil {
		panic(err)
	}
	s.Start()
	s.ReadyForConnections(10 * time.Second)
	nc, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		panic(err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		panic(err)
	}
	return s, nc, js
}

// publish publishes 10,000 bytes, and returns what came of it.
func publish(js jetstream.JetStream) error {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	_, err := js.Publish(ctx, "q", make([]byte, 10_000))
	return err
}

func main() {
	s, nc, js := start()
	if _, err := js.CreateStream(context.Background(), jetstream.StreamConfig{Name: "Q", Subjects: []string{"q"}}); err != nil {
		panic(err)
	}
	before := publish(js)
	fmt.Println("with room:            ", before)
	f, err := os.Create("disk/filler")
	if err != nil {
		panic(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	f.Close()
	var full error
	for range 20 { // a block of the stream may have room left
		if full = publish(js); full != nil {
			break
		}
	}
	fmt.Println("disk full:            ", full, "- JetStream enabled:", s.JetStreamEnabled())
	os.Remove("disk/filler")
	again := publish(js)
	fmt.Println("with room again:      ", again)
	nc.Close()
	s.Shutdown()
	s.WaitForShutdown()
	s, nc, js = start()
	anew := publish(js)
	fmt.Println("server started anew:  ", anew)
	nc.Close()
	s.Shutdown()
	s.WaitForShutdown()
	if before != nil || !errors.Is(full, context.DeadlineExceeded) || !errors.Is(again, context.DeadlineExceeded) || anew != nil {
		fmt.Println("CHANGED")
		os.Exit(1)
	}
}
GO
go get github.com/nats-io/nats-server/v2@v2.15.3 github.com/nats-io/nats.go@v1.55.0 2>/dev/null
go list -m github.com/nats-io/nats-server/v2 github.com/nats-io/nats.go
go run .
