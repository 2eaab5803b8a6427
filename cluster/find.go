package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/nats-io/nats.go/jetstream"
)

// ErrNoQueue says that there is no queue with the name at the broker.
var ErrNoQueue = errors.New("cluster: there is no such queue")

// Queues returns the names of all queues at the broker, in order: also those of other programs, and, as
// "fn-3-NAME-VERSION", those of functions whose calls are stored. It costs a question to the broker for
// each 256 of them.
//
//edo:step QueuesStep
func Queues(task *edo.Task, conn *Conn) ([]string, error) { return edo.Call(task, conn.queues) }

// QueuesStep is the step form of [Queues].
func QueuesStep(task *edo.Task, st *edo.Step, conn *Conn) (done bool, names []string, err error) {
	return edo.CallStep(task, st, conn.queues)
}

// FindQueue returns the queue with the name as it is at the broker: what is "kept" of cfg is that of
// there, and the rest is taken. So a program can look after a queue of another one, and send its dead
// letters again. It makes no queue: the error is [ErrNoQueue] if there is none.
//
//edo:step FindQueueStep
func FindQueue[T any](task *edo.Task, conn *Conn, name string, cfg QueueConfig) (*Queue[T], error) {
	return edo.Call(task, func(ctx context.Context) (*Queue[T], error) { return findQueue[T](ctx, conn, name, cfg) })
}

// FindQueueStep is the step form of [FindQueue].
func FindQueueStep[T any](task *edo.Task, st *edo.Step, conn *Conn, name string, cfg QueueConfig) (done bool, q *Queue[T], err error) {
	return edo.CallStep(task, st, func(ctx context.Context) (*Queue[T], error) { return findQueue[T](ctx, conn, name, cfg) })
}

func (c *Conn) queues(ctx context.Context) (names []string, err error) {
	err = c.in().Manage(ctx, func(ctx context.Context) error {
		names = nil
		streams := c.in().JetStream().ListStreams(ctx, jetstream.WithStreamListSubject("edo.q.>"))
		for info := range streams.Info() {
			if name, isOurs := strings.CutPrefix(info.Config.Name, "edo_"); isOurs && info.Config.Metadata[metaLayout] != "" {
				names = append(names, name)
			}
		}
		return streams.Err()
	})
	slices.Sort(names)
	return names, err
}

func findQueue[T any](ctx context.Context, conn *Conn, name string, cfg QueueConfig) (*Queue[T], error) {
	if err := checkName("name of a queue", name); err != nil {
		return nil, err
	}
	var has jetstream.StreamConfig
	err := conn.in().Manage(ctx, func(ctx context.Context) error {
		s, err := conn.in().JetStream().Stream(ctx, "edo_"+name)
		if err == nil {
			has = s.CachedInfo().Config
		}
		return err
	})
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound), err == nil && has.Metadata[metaLayout] == "":
		return nil, fmt.Errorf("%w: %s", ErrNoQueue, name)
	case err != nil:
		return nil, (&Queue[T]{name: name}).explain(err)
	}
	kept, err := keptWith(has)
	if err != nil {
		return nil, fmt.Errorf("cluster: the queue %s: %w", name, err)
	}
	kept.Codec, kept.Tries, kept.Backoff = cfg.Codec, cfg.Tries, cfg.Backoff
	return newQueue[T](ctx, conn, name, kept)
}

// What is kept with the stream of a queue, and the broker would not compare by itself.
const (
	metaLayout     = "edo-layout"
	metaOnce       = "edo-once"
	metaLanes      = "edo-lanes"
	metaPriorities = "edo-priorities"
	metaPatience   = "edo-patience"
)

// layout is how a queue lies at the broker. A version of this package with another layout says so, and
// does not touch it.
const layout = "1"

// keep returns what is kept with the stream of a queue.
func (cfg *QueueConfig) keep() map[string]string {
	return map[string]string{
		metaLayout: layout, metaOnce: cfg.Once.String(), metaLanes: strconv.Itoa(cfg.Lanes),
		metaPriorities: strconv.Itoa(max(1, cfg.Priorities)), metaPatience: cfg.Patience.String(),
	}
}

// keptWith reads what is kept with the stream of a queue.
func keptWith(c jetstream.StreamConfig) (cfg QueueConfig, err error) {
	if has := c.Metadata[metaLayout]; has != layout {
		return cfg, fmt.Errorf("it was made by another version of package cluster: its layout is %q, and this program has %q", has, layout)
	}
	number := func(key string) (n int) {
		if err == nil {
			n, err = strconv.Atoi(c.Metadata[key])
		}
		return n
	}
	duration := func(key string) (d time.Duration) {
		if err == nil {
			d, err = time.ParseDuration(c.Metadata[key])
		}
		return d
	}
	cfg = QueueConfig{
		Window: c.Duplicates, Replicas: c.Replicas, Once: duration(metaOnce), Patience: duration(metaPatience),
		Lanes: number(metaLanes), Priorities: number(metaPriorities),
	}
	if c.Discard == jetstream.DiscardNew {
		cfg.MaxJobs = int(c.MaxMsgs)
	}
	return cfg, err
}

// differs says what is other at the broker than in the settings of q, as far as its stream tells.
func (q *Queue[T]) differs(ctx context.Context) string {
	s, err := q.conn.in().JetStream().Stream(ctx, q.stream())
	if err != nil {
		return ""
	}
	there, err := keptWith(s.CachedInfo().Config)
	if err != nil {
		return err.Error()
	}
	var all []string
	compare := func(what string, there, here any) {
		if there != here {
			all = append(all, fmt.Sprintf("%s is %v there, and %v here", what, there, here))
		}
	}
	here := &q.cfg
	compare("Patience", there.Patience, here.Patience)
	compare("Window", there.Window, here.Window)
	compare("Once", there.Once, here.Once)
	compare("Priorities", there.Priorities, max(1, here.Priorities))
	compare("Lanes", there.Lanes, here.Lanes)
	compare("MaxJobs", there.MaxJobs, here.MaxJobs)
	compare("Replicas", there.Replicas, here.Replicas)
	return strings.Join(all, "; ")
}
