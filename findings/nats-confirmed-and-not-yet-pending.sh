#!/usr/bin/env bash
# One would expect the NumPending of a consumer to contain each message that the server has confirmed: a confirmation says
# that the message is stored, and the state of the stream has it from then on.
# What happens: the server tells its consumers of a new message on another goroutine, after the confirmation. A question
# for the consumer that comes at once gets a smaller number, now and then by many, and nothing in the answer says so.
# Why it matters: a program that publishes, and stops its workers, or fails a test, by what "is left" in the queue, takes
# stored jobs for done. What a work queue holds is in the state of its stream, also for each subject (subjects_filter).
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
	"context"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: "store", NoSigs: true, NoLog: true})
	check(err)
	s.Start()
	defer s.Shutdown()
	s.ReadyForConnections(10 * time.Second)
	nc, err := nats.Connect(s.ClientURL())
	check(err)
	js, err := jetstream.New(nc)
	check(err)
	ctx := context.Background()
	stream, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "Q", Subjects: []string{"q"}, Retention: jetstream.WorkQueuePolicy})
	check(err)
	c, err := js.CreateConsumer(ctx, "Q", jetstream.ConsumerConfig{Durable: "c", FilterSubject: "q", AckPolicy: jetstream.AckExplicitPolicy})
	check(err)
	const each, rounds = 100, 5000
	late, most := 0, 0
	for round := 1; round <= rounds && late < 3; round++ {
		for range each {
			_, err := js.PublishAsync("q", []byte("job"))
			check(err)
		}
		<-js.PublishAsyncComplete() // all are confirmed
		of, err := c.Info(ctx)
		check(err)
		state, err := stream.Info(ctx)
		check(err)
		if stored := round * each; int(state.State.Msgs) != stored {
			panic(fmt.Sprintf("the stream has %d of %d", state.State.Msgs, stored))
		} else if pending := int(of.NumPending); pending < stored {
			late, most = late+1, max(most, stored-pending)
			fmt.Printf("round %d: confirmed and in the stream %d, pending at the only consumer %d\n", round, stored, pending)
		}
	}
	if late == 0 {
		fmt.Printf("never in %d rounds: CHANGED\n", rounds)
		os.Exit(1)
	}
	fmt.Printf("up to %d messages behind\n", most)
}
GO
go get github.com/nats-io/nats-server/v2@v2.15.3 github.com/nats-io/nats.go@v1.55.0 2>/dev/null
go list -m github.com/nats-io/nats-server/v2 github.com/nats-io/nats.go
go build -o probe .
./probe
