package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
)

// openAsynq connects to the Redis server beside, at the first call.
func (b *bed) openAsynq() (*asynq.Client, error) {
	if b.asynq == nil {
		b.asynq = asynq.NewClient(b.redis())
		b.close = append(b.close, func() { b.asynq.Close() })
		return b.asynq, without(b.asynq.Ping)
	}
	return b.asynq, nil
}

// redis is where the server is.
func (b *bed) redis() asynq.RedisClientOpt { return asynq.RedisClientOpt{Addr: b.address} }

// asynqQueue is the queue of a pass.
func (b *bed) asynqQueue() string { return fmt.Sprint("bench", b.pass) }

// asynqPublish publishes by so many goroutines.
func asynqPublish(goroutines int) func(b *bed, n int) error {
	return func(b *bed, n int) error {
		client, err := b.openAsynq()
		if err != nil {
			return err
		}
		queue := asynq.Queue(b.asynqQueue())
		return inGoroutines(goroutines, n, func(i int) error {
			data, err := json.Marshal(payload)
			if err == nil {
				_, err = client.Enqueue(asynq.NewTask("bench", data), queue, asynq.TaskID(fmt.Sprint(b.pass, "/", i)))
			}
			return err
		})
	}
}

// asynqWork does jobs by so many workers, each a server of the library. They end when the ends of all jobs
// are confirmed. A worker that finds its queue empty sleeps, for a second by default, and does not end
// before: here it is a hundredth of that.
func asynqWork(workers int) func(b *bed, n int) error {
	return func(b *bed, n int) error {
		if err := without(func() error { return asynqPublish(inFlight)(b, n) }); err != nil {
			return err
		}
		var done atomic.Int64
		all := make(chan struct{})
		handler := asynq.HandlerFunc(func(_ context.Context, task *asynq.Task) error {
			var value string
			if err := json.Unmarshal(task.Payload(), &value); err != nil {
				return err
			}
			if done.Add(1) == int64(n) {
				close(all)
			}
			return nil
		})
		var servers []*asynq.Server
		for range workers {
			s := asynq.NewServer(b.redis(), asynq.Config{
				Concurrency: limit, Queues: map[string]int{b.asynqQueue(): 1}, TaskCheckInterval: 10 * time.Millisecond,
				Logger: silence{}, LogLevel: asynq.FatalLevel,
			})
			if err := s.Start(handler); err != nil {
				return err
			}
			servers = append(servers, s)
		}
		<-all
		for _, s := range servers {
			s.Shutdown()
		}
		return nil
	}
}

// silence is a logger of asynq that says nothing.
type silence struct{}

func (silence) Debug(...any) {}
func (silence) Info(...any)  {}
func (silence) Warn(...any)  {}
func (silence) Error(...any) {}
func (silence) Fatal(...any) {}
