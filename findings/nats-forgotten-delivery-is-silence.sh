#!/usr/bin/env bash
# One would expect an answer to each acknowledgement of a job of JetStream that asks for one (DoubleAck): done, or refused.
# What happens after the server was killed (SIGKILL) and has begun again: it knows deliveries up to a time before its
# end. An acknowledgement of a later one has no answer at all, until the server has given that job out again, which it
# does only when some worker asks for a job.
# Why it matters: workers that wait for their acknowledgements before they take more, as one does that must not lose work,
# wait for ever when all of them wait for such an answer. A limit of time looks like a lost connection. Ask for the state
# of the consumer instead: a job behind its Delivered.Stream is forgotten, and will come again.
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
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func serve(port int) {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: "store", NoSigs: true, NoLog: true})
	if err != nil {
		panic(err)
	}
	s.Start()
	s.ReadyForConnections(10 * time.Second)
	fmt.Println(s.ClientURL())
	select {}
}

func begin(port int) (*exec.Cmd, string) {
	c := exec.Command(os.Args[0], strconv.Itoa(port))
	out, err := c.StdoutPipe()
	if err != nil {
		panic(err)
	}
	if err := c.Start(); err != nil {
		panic(err)
	}
	url, _ := bufio.NewReader(out).ReadString('\n')
	return c, url[:len(url)-1]
}

func take(c jetstream.Consumer, n int) (last jetstream.Msg) {
	batch, err := c.Fetch(n, jetstream.FetchMaxWait(10*time.Second))
	if err != nil {
		panic(err)
	}
	for m := range batch.Messages() {
		last = m
	}
	return last
}

func ack(m jetstream.Msg) string {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if err := m.DoubleAck(ctx); err != nil {
		return err.Error()
	}
	return "answered"
}

// repeated sends an acknowledgement once more: the client itself refuses to.
func repeated(nc *nats.Conn, m jetstream.Msg) string {
	if _, err := nc.Request(m.Reply(), []byte("+ACK"), 3*time.Second); err != nil {
		return err.Error()
	}
	return "answered"
}

func main() {
	if len(os.Args) > 1 {
		port, _ := strconv.Atoi(os.Args[1])
		serve(port)
	}
	s, url := begin(server.RANDOM_PORT)
	nc, err := nats.Connect(url, nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond))
	if err != nil {
		panic(err)
	}
	js, _ := jetstream.New(nc)
	ctx := context.Background()
	if _, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "Q", Subjects: []string{"q"}, Retention: jetstream.WorkQueuePolicy}); err != nil {
		panic(err)
	}
	c, err := js.CreateConsumer(ctx, "Q", jetstream.ConsumerConfig{Durable: "c", AckPolicy: jetstream.AckExplicitPolicy})
	if err != nil {
		panic(err)
	}
	const n = 200
	for range n {
		if _, err := js.Publish(ctx, "q", []byte("job")); err != nil {
			panic(err)
		}
	}
	m := take(c, n)
	s.Process.Kill()
	s.Wait()
	port, _ := strconv.Atoi(url[len("nats://127.0.0.1:"):])
	s, _ = begin(port)
	defer s.Process.Kill()
	for !nc.IsConnected() {
		time.Sleep(10 * time.Millisecond)
	}
	info, err := c.Info(ctx)
	if err != nil {
		panic(err)
	}
	if info.Delivered.Stream == n { // the server was killed too late
		s.Process.Kill()
		os.Exit(3)
	}
	first := ack(m)
	fmt.Printf("of %d deliveries the server knows %d; the acknowledgement of the last one: %s\n", n, info.Delivered.Stream, first)
	again := take(c, n-int(info.Delivered.Stream))
	meta, _ := again.Metadata()
	fmt.Printf("the job comes again, as delivery %d; its first acknowledgement, repeated: %s\n", meta.NumDelivered, repeated(nc, m))
	if first == "answered" {
		fmt.Println("CHANGED")
		s.Process.Kill()
		os.Exit(1)
	}
}
GO
go get github.com/nats-io/nats-server/v2@v2.15.3 github.com/nats-io/nats.go@v1.55.0 2>/dev/null
go list -m github.com/nats-io/nats-server/v2 github.com/nats-io/nats.go
go build -o probe .
for try in {1..30}; do
	rm -rf store
	code=0
	./probe || code=$?
	if [ "$code" -ne 3 ]; then exit "$code"; fi
done
echo "the server was killed too late $try times: CHANGED"
exit 1
