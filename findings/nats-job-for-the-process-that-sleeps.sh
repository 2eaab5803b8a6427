#!/usr/bin/env bash
# One would expect that a job of JetStream whose worker stands still (SIGSTOP, a machine that sleeps) goes to another
# worker that waits, when AckWait is over.
# What happens when the worker that stands still had room for more jobs: its own pull request still waits at the server,
# takes its turn with those of the others, and gets the job again. The other worker, which waits all the time, gets it
# after two AckWaits, as the third delivery.
# Why it matters: a job is late by a further AckWait for each request of a process that stands still, each counts as a
# delivery (MaxDeliver!), and when the process goes on it finds the old deliveries, which carry no time, and does a job
# that another worker has done by then.
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
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func consumer(url string) (jetstream.JetStream, jetstream.Consumer) {
	nc, err := nats.Connect(url)
	if err != nil {
		panic(err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	if _, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "Q", Subjects: []string{"q"}, Retention: jetstream.WorkQueuePolicy}); err != nil {
		panic(err)
	}
	c, err := js.CreateConsumer(ctx, "Q", jetstream.ConsumerConfig{Durable: "c", AckPolicy: jetstream.AckExplicitPolicy, AckWait: time.Second})
	if err != nil {
		panic(err)
	}
	return js, c
}

func main() {
	if len(os.Args) > 1 { // the worker that will stand still: it has room for four jobs
		_, c := consumer(os.Args[1])
		batch, err := c.Fetch(4, jetstream.FetchMaxWait(time.Minute))
		if err != nil {
			panic(err)
		}
		for range batch.Messages() {
			fmt.Println("taken")
		}
		return
	}
	dir, err := os.MkdirTemp(".", "store")
	if err != nil {
		panic(err)
	}
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true})
	if err != nil {
		panic(err)
	}
	s.Start()
	s.ReadyForConnections(10 * time.Second)
	js, c := consumer(s.ClientURL())
	sleeper := exec.Command(os.Args[0], s.ClientURL())
	out, err := sleeper.StdoutPipe()
	if err != nil {
		panic(err)
	}
	if err := sleeper.Start(); err != nil {
		panic(err)
	}
	defer sleeper.Process.Kill()
	for { // until its request waits
		if i, err := c.Info(context.Background()); err == nil && i.NumWaiting == 1 {
			break
		}
	}
	if _, err := js.Publish(context.Background(), "q", []byte("job")); err != nil {
		panic(err)
	}
	bufio.NewReader(out).ReadString('\n')
	sleeper.Process.Signal(syscall.SIGSTOP)
	begin := time.Now()
	batch, err := c.Fetch(1, jetstream.FetchMaxWait(20*time.Second))
	if err != nil {
		panic(err)
	}
	delivered := uint64(0)
	for m := range batch.Messages() {
		meta, _ := m.Metadata()
		delivered = meta.NumDelivered
	}
	fmt.Printf("AckWait is 1 s: the other worker got the job after %v, as delivery %d\n", time.Since(begin).Round(100*time.Millisecond), delivered)
	if delivered < 3 {
		fmt.Println("CHANGED")
		os.Exit(1)
	}
}
GO
go get github.com/nats-io/nats-server/v2@v2.15.3 github.com/nats-io/nats.go@v1.55.0 2>/dev/null
go list -m github.com/nats-io/nats-server/v2 github.com/nats-io/nats.go
go build -o probe .
./probe
