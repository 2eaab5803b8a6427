package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/edo-go/edo/watch"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"
)

// ErrNoValue says that a [Value] was never set.
var ErrNoValue = errors.New("cluster: the value was never set")

// ErrChanged says that a [Value] has another revision than the one that was to be replaced.
var ErrChanged = errors.New("cluster: the value has changed")

// Value is a value that all processes share: the broker keeps the last one that was set, and subscribers
// get it, as those of a watch channel do in one process. Any number of tasks may use it. It holds nothing
// that must be closed.
//
// Values are keys of one key-value bucket, edo_values.
type Value[T any] struct {
	conn  *Conn
	name  string
	codec Codec
}

// valueBucket is the bucket of all values.
const valueBucket = "edo_values"

// ValueConfig is how a value is. The zero ValueConfig has the defaults.
type ValueConfig struct {
	// Codec turns values into bytes; nil: [JSON].
	Codec Codec
	// Replicas is on how many servers of a cluster values lie, the same for all. 0: 1.
	Replicas int
}

// NewValue returns the value with the name, of letters, digits, '-' and '_'. It has none until it is set.
//
//edo:step NewValueStep
func NewValue[T any](task *edo.Task, conn *Conn, name string, cfg ValueConfig) (*Value[T], error) {
	return edo.Call(task, func(ctx context.Context) (*Value[T], error) { return newValue[T](ctx, conn, name, cfg) })
}

// NewValueStep is the step form of [NewValue].
func NewValueStep[T any](task *edo.Task, st *edo.Step, conn *Conn, name string, cfg ValueConfig) (done bool, v *Value[T], err error) {
	return edo.CallStep(task, st, func(ctx context.Context) (*Value[T], error) { return newValue[T](ctx, conn, name, cfg) })
}

func newValue[T any](ctx context.Context, conn *Conn, name string, cfg ValueConfig) (*Value[T], error) {
	v := &Value[T]{conn: conn, name: name, codec: cmp.Or(cfg.Codec, JSON)}
	if err := checkName("name of a value", name); err != nil {
		return nil, err
	}
	if err := checkName("name of a codec", v.codec.Name()); err != nil {
		return nil, err
	}
	replicas := cmp.Or(cfg.Replicas, 1)
	if replicas < 1 || replicas > 5 {
		return nil, fmt.Errorf("cluster: ValueConfig.Replicas is %d, want 1 to 5", cfg.Replicas)
	}
	err := conn.in().Manage(ctx, func(ctx context.Context) error {
		return conn.in().MakeBucket(ctx, valueBucket, replicas, 0)
	})
	switch {
	case err == nil:
		return v, nil
	case errors.Is(err, ErrClosed):
		return nil, err
	case isOther(err):
		return nil, fmt.Errorf("cluster: values exist with other settings, and all programs must give the same: %w", err)
	}
	return nil, fmt.Errorf("cluster: the value %s: %w", name, link.ExplainReplicas(err, "ValueConfig.Replicas", replicas))
}

// Name returns the name of the value.
func (v *Value[T]) Name() string { return v.name }

func (v *Value[T]) subject() string { return "$KV." + valueBucket + "." + v.name }

// Set sets the value, and waits until the broker has stored it. It returns the revision, which grows. A
// connection that breaks meanwhile is waited for. When the task is cancelled the value may be set or not.
//
//edo:step SetStep
func (v *Value[T]) Set(task *edo.Task, x T) (revision uint64, err error) {
	return v.await(task, v.setting(x, nil))
}

// SetStep is the step form of [Value.Set].
func (v *Value[T]) SetStep(task *edo.Task, st *edo.Step, x T) (done bool, revision uint64, err error) {
	return awaitSetting(task, st, func() *setting { return v.setting(x, nil) })
}

// SetFuture is [Value.Set] as a future. x is encoded at once, and sent at the first poll.
func (v *Value[T]) SetFuture(x T) edo.Future[uint64] { return v.setting(x, nil) }

// Replace is [Value.Set] if the value has the revision; 0: it was never set. Otherwise the error is
// [ErrChanged].
//
//edo:step ReplaceStep
func (v *Value[T]) Replace(task *edo.Task, x T, revision uint64) (uint64, error) {
	return v.await(task, v.setting(x, &revision))
}

// ReplaceStep is the step form of [Value.Replace].
func (v *Value[T]) ReplaceStep(task *edo.Task, st *edo.Step, x T, revision uint64) (done bool, next uint64, err error) {
	return awaitSetting(task, st, func() *setting { return v.setting(x, &revision) })
}

// ReplaceFuture is [Value.Replace] as a future.
func (v *Value[T]) ReplaceFuture(x T, revision uint64) edo.Future[uint64] {
	return v.setting(x, &revision)
}

func (v *Value[T]) await(task *edo.Task, s *setting) (uint64, error) {
	revision, err := edo.Await(task, edo.Future[uint64](s))
	s.Drop()
	return revision, err
}

// awaitSetting is a step that waits for what begin makes.
func awaitSetting(task *edo.Task, st *edo.Step, begin func() *setting) (done bool, revision uint64, err error) {
	s := edo.StepState[setting](st)
	if s == nil {
		s = begin()
		st.Set(s)
	}
	if done, revision, err = edo.AwaitStep(task, edo.Future[uint64](s)); done {
		st.Set(nil)
		s.Drop()
	}
	return done, revision, err
}

// setting is a value on its way to the broker, as the future of its revision.
type setting struct {
	name string
	ask  link.Ask
	err  error // it ends with, before it has begun
}

func (v *Value[T]) setting(x T, revision *uint64) *setting {
	s := &setting{name: v.name}
	data, err := v.codec.Marshal(x)
	if err != nil {
		s.err = fmt.Errorf("cluster: the value %s cannot be encoded: %w", v.name, err)
		return s
	}
	// The id has the broker store once what is asked twice.
	head := nats.Header{headCodec: {v.codec.Name()}, jetstream.MsgIDHeader: {nuid.Next()}}
	if revision != nil {
		head[headExpected] = []string{strconv.FormatUint(*revision, 10)}
	}
	s.ask = v.conn.in().Asks().New(link.Question{
		Subject: v.subject(), Header: head, Data: data, Stream: "KV_" + valueBucket,
		On: "cluster: the confirmation of the value " + v.name,
	})
	s.err = v.conn.checkSize(&s.ask)
	return s
}

// Waits names the value.
func (s *setting) Waits(cx *edo.Context) edo.Wait {
	return edo.Wait{On: "cluster: the confirmation of the value " + s.name, Outside: true}
}

// Poll waits until the value is stored.
func (s *setting) Poll(cx *edo.Context) (revision uint64, poll edo.Poll, err error) {
	if s.err != nil {
		if !cx.Proceed(s) {
			return 0, edo.Pending, nil
		}
		return 0, edo.Ready, s.err
	}
	m, poll, err := s.ask.Poll(cx)
	if poll == edo.Pending || err != nil {
		return 0, poll, err
	}
	ack, err := link.Stored(m)
	const wrongLast = 10071
	switch {
	case link.HasCode(err, wrongLast):
		return 0, edo.Ready, ErrChanged
	case err != nil:
		return 0, edo.Ready, fmt.Errorf("cluster: the value %s: %w", s.name, err)
	}
	return ack.Sequence, edo.Ready, nil
}

// Drop forgets the question.
func (s *setting) Drop() { s.ask.Drop() }

// Get asks the broker for the value and its revision. The error is [ErrNoValue] when it was never set.
//
//edo:step GetStep
func (v *Value[T]) Get(task *edo.Task) (x T, revision uint64, err error) {
	g, err := edo.Call(task, v.get)
	return g.value, g.revision, err
}

// GetStep is the step form of [Value.Get].
func (v *Value[T]) GetStep(task *edo.Task, st *edo.Step) (done bool, x T, revision uint64, err error) {
	done, g, err := edo.CallStep(task, st, v.get)
	return done, g.value, g.revision, err
}

// got is a value with its revision.
type got[T any] struct {
	value    T
	revision uint64
}

// get asks the leader of the bucket: a replica may be behind.
func (v *Value[T]) get(ctx context.Context) (g got[T], err error) {
	err = v.conn.in().Manage(ctx, func(ctx context.Context) error {
		q := link.LastOf("KV_"+valueBucket, v.subject(), true, "")
		m, err := v.conn.NATS().RequestWithContext(ctx, q.Subject, q.Data)
		if err != nil {
			return err
		}
		last, err := link.ReadLast(m)
		switch {
		case err != nil:
			return fmt.Errorf("cluster: the value %s: %w", v.name, err)
		case last == nil:
			return ErrNoValue
		}
		g.revision = last.Sequence
		return decode(v.codec, "the value "+v.name, "it", last.Header.Get(headCodec), last.Data, &g.value)
	})
	return g, err
}

// Watch returns a receiver of the value: of the one that is set now, if there is one, and of each later
// one. It sees the latest alone: those between are not there for a slow one. Its values are never older
// than one that it has received. When a connection that was lost is back, it goes on with the latest. The
// owner drops it. It has a few goroutines, those of the subscription.
//
//edo:step WatchStep
func (v *Value[T]) Watch(task *edo.Task) (*Subscription[T], error) { return edo.Call(task, v.watch) }

// WatchStep is the step form of [Value.Watch].
func (v *Value[T]) WatchStep(task *edo.Task, st *edo.Step) (done bool, s *Subscription[T], err error) {
	return edo.CallStep(task, st, v.watch)
}

// watch makes an ordered consumer: a watcher of the client's own hears nothing for twenty seconds after
// the broker has begun again.
func (v *Value[T]) watch(ctx context.Context) (*Subscription[T], error) {
	tx, rx := watch.New(received[T]{})
	s := &Subscription[T]{of: "the value " + v.name, what: "cluster: a new value of " + v.name, in: v.conn.in(), tx: tx, rx: rx}
	err := v.conn.in().Manage(ctx, func(ctx context.Context) error {
		c, err := v.conn.in().JetStream().OrderedConsumer(ctx, "KV_"+valueBucket, jetstream.OrderedConsumerConfig{
			FilterSubjects: []string{v.subject()}, DeliverPolicy: jetstream.DeliverLastPerSubjectPolicy,
		})
		if err != nil {
			return err
		}
		last := uint64(0)
		consumes, err := c.Consume(func(m jetstream.Msg) {
			meta, err := m.Metadata()
			if err != nil || meta.Sequence.Stream <= last || m.Headers().Get("KV-Operation") != "" {
				return
			}
			last = meta.Sequence.Stream
			var r received[T]
			r.err = decode(v.codec, s.of, "it", m.Headers().Get(headCodec), m.Data(), &r.value)
			tx.SendReplace(r)
		})
		if err == nil {
			s.end = consumes.Stop
		}
		return err
	})
	if err == nil {
		err = s.in.Enter(s.member())
	}
	if err != nil {
		s.Drop()
		return nil, err
	}
	return s, nil
}
