package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// plainBed is what plain nats.go has.
type plainBed struct {
	js       jetstream.JetStream
	consumer [2]jetstream.Consumer // of each pass: the questions of the one before may still be at the broker
	bucket   jetstream.KeyValue
	nc       *nats.Conn
	serves   bool // it answers calls
}

// openPlain connects, at the first call, and makes the same streams as package cluster.
func (b *bed) openPlain() (*plainBed, error) {
	p := &b.plain
	if p.js != nil {
		return p, nil
	}
	return p, without(func() error {
		nc, err := b.connectPlain()
		if err != nil {
			return err
		}
		p.nc = nc
		b.close = append(b.close, nc.Close)
		ctx := context.Background()
		if p.js, err = jetstream.New(nc, jetstream.WithPublishAsyncMaxPending(inFlight)); err != nil {
			return err
		}
		for pass := range p.consumer {
			name := fmt.Sprint("plain", pass)
			if _, err = p.js.CreateStream(ctx, jetstream.StreamConfig{
				Name: name, Subjects: []string{name + ".>"}, Retention: jetstream.WorkQueuePolicy, AllowMsgSchedules: true,
				Duplicates: 2 * time.Minute,
			}); err != nil {
				return err
			}
			if p.consumer[pass], err = p.js.CreateConsumer(ctx, name, jetstream.ConsumerConfig{
				Durable: "p0", FilterSubject: name + ".p0", AckPolicy: jetstream.AckExplicitPolicy, AckWait: patience,
				MaxDeliver: -1, MaxAckPending: -1, MaxWaiting: 4096,
			}); err != nil {
				return err
			}
		}
		p.bucket, err = p.js.CreateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: "leases", History: 1, LimitMarkerTTL: time.Second})
		return err
	})
}

// connectPlain connects to the broker, in the process or beside.
func (b *bed) connectPlain() (*nats.Conn, error) {
	if b.address != "" {
		return nats.Connect(b.url(), nats.Token(token))
	}
	s, err := server.NewServer(&server.Options{DontListen: true, NoSigs: true, JetStream: true, StoreDir: b.folder, DisableJetStreamBanner: true})
	if err != nil {
		return nil, err
	}
	s.Start()
	b.close = append(b.close, func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(10 * time.Second) {
		return nil, errors.New("the server is not ready")
	}
	return nats.Connect("", nats.InProcessServer(s))
}

// message is job i of a pass.
func (b *bed) message(i int) (*nats.Msg, error) {
	data, err := json.Marshal(payload)
	return &nats.Msg{
		Subject: fmt.Sprintf("plain%d.p0", b.pass), Data: data, Header: nats.Header{jetstream.MsgIDHeader: {fmt.Sprint(b.pass, "/", i)}},
	}, err
}

// plainPublish publishes by so many goroutines.
func plainPublish(goroutines int) func(b *bed, n int) error {
	return func(b *bed, n int) error {
		p, err := b.openPlain()
		if err != nil {
			return err
		}
		return inGoroutines(goroutines, n, func(i int) error {
			m, err := b.message(i)
			if err == nil {
				_, err = p.js.PublishMsg(context.Background(), m)
			}
			return err
		})
	}
}

// inGoroutines does n operations by so many goroutines.
func inGoroutines(goroutines, n int, do func(i int) error) error {
	var next atomic.Int64
	var all sync.WaitGroup
	errs := make([]error, goroutines)
	for g := range goroutines {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && errs[g] == nil; i = int(next.Add(1)) - 1 {
				errs[g] = do(i)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// plainAsync publishes by the asynchronous call of nats.go, from one goroutine.
func plainAsync(b *bed, n int) error {
	p, err := b.openPlain()
	if err != nil {
		return err
	}
	for i := range n {
		m, err := b.message(i)
		if err == nil {
			_, err = p.js.PublishMsgAsync(m)
		}
		if err != nil {
			return err
		}
	}
	<-p.js.PublishAsyncComplete()
	return nil
}

// plainWork does jobs by so many workers. Each asks for as many as it has room for, does each in a
// goroutine, and waits for the confirmation of its end.
func plainWork(workers int) func(b *bed, n int) error {
	return func(b *bed, n int) error {
		p, err := b.openPlain()
		if err != nil {
			return err
		}
		if err := without(func() error { return plainPublish(inFlight)(b, n) }); err != nil {
			return err
		}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		var done atomic.Int64
		var all sync.WaitGroup
		for range workers {
			all.Go(func() {
				room := make(chan struct{}, limit)
				var jobs sync.WaitGroup
				for ctx.Err() == nil {
					room <- struct{}{}
					free := 1
					for free < limit && tryTake(room) {
						free++
					}
					batch, err := p.consumer[b.pass].Fetch(free, jetstream.FetchContext(ctx))
					if err != nil {
						break
					}
					for m := range batch.Messages() {
						free--
						jobs.Go(func() {
							defer func() { <-room }()
							var value string
							if json.Unmarshal(m.Data(), &value) == nil && m.DoubleAck(context.Background()) == nil && done.Add(1) == int64(n) {
								cancel()
							}
						})
					}
					for range free {
						<-room
					}
				}
				jobs.Wait()
			})
		}
		all.Wait()
		if done.Load() != int64(n) {
			return fmt.Errorf("%d of %d jobs are done", done.Load(), n)
		}
		return nil
	}
}

// tryTake takes a place, if one is free.
func tryTake(room chan struct{}) bool {
	select {
	case room <- struct{}{}:
		return true
	default:
		return false
	}
}

// plainLease takes a key with a time to live, and gives it back.
func plainLease(b *bed, n int) error {
	p, err := b.openPlain()
	if err != nil {
		return err
	}
	ctx := context.Background()
	for range n {
		revision, err := p.bucket.Create(ctx, "it", []byte("bench"), jetstream.KeyTTL(15*time.Second))
		if err == nil {
			err = p.bucket.Purge(ctx, "it", jetstream.LastRevision(revision), jetstream.PurgeTTL(time.Second))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
