package cluster

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/nats-io/nats.go"
)

// Topic gives every value that is published to all that are subscribed at that time, in all processes, as
// a broadcast channel does in one. Nothing is stored: what is published while a subscriber is away, or
// its connection is lost, does not reach it. Use a [Queue] for what must not be missed, and a [Value] for
// a state. Any number of tasks may use it. It holds nothing that must be closed.
type Topic[T any] struct {
	conn  *Conn
	name  string
	codec Codec
}

// NewTopic returns the topic with the name, of letters, digits, '-' and '_'. nil is the codec [JSON].
func NewTopic[T any](conn *Conn, name string, codec Codec) (*Topic[T], error) {
	t := &Topic[T]{conn: conn, name: name, codec: cmp.Or(codec, JSON)}
	if err := checkName("name of a topic", name); err != nil {
		return nil, err
	}
	return t, checkName("name of a codec", t.codec.Name())
}

// Name returns the name of the topic.
func (t *Topic[T]) Name() string { return t.name }

func (t *Topic[T]) subject() string { return "edo.topic." + t.name }

// Publish sends v to the subscribers, and does not wait: it is in the hands of the connection then. While
// the connection is lost the error is [ErrAway], and nothing is sent. Values of one Conn arrive in
// their order.
func (t *Topic[T]) Publish(v T) error {
	data, err := t.codec.Marshal(v)
	if err != nil {
		return fmt.Errorf("cluster: the topic %s: a value cannot be encoded: %w", t.name, err)
	}
	m := &nats.Msg{Subject: t.subject(), Data: data, Header: nats.Header{headCodec: {t.codec.Name()}}}
	if size, most := m.Size()-len(m.Subject), t.conn.MaxPayload(); size > most {
		return &SizeError{Size: size, Max: most}
	}
	return publishError(t.conn.NATS().PublishMsg(m))
}

// publishError returns err as a program sees it.
func publishError(err error) error {
	switch err {
	case nil:
		return nil
	case nats.ErrConnectionClosed:
		return ErrClosed
	case nats.ErrReconnectBufExceeded, nats.ErrConnectionReconnecting:
		return ErrAway
	}
	return fmt.Errorf("cluster: %w", err)
}

// Subscribe returns a receiver of the values that are published from now on: when Subscribe has returned
// the broker knows of it. The receiver keeps up to capacity values that were not received, rounded as by
// [broadcast.New]; a slow one misses the oldest, and is told how many. The owner drops it.
//
// It has a goroutine of its own, that of the subscription.
//
//edo:step SubscribeStep
func (t *Topic[T]) Subscribe(task *edo.Task, capacity int) (*Subscription[T], error) {
	return edo.Call(task, func(ctx context.Context) (*Subscription[T], error) { return t.subscribe(ctx, capacity) })
}

// SubscribeStep is the step form of [Topic.Subscribe].
func (t *Topic[T]) SubscribeStep(task *edo.Task, st *edo.Step, capacity int) (done bool, s *Subscription[T], err error) {
	return edo.CallStep(task, st, func(ctx context.Context) (*Subscription[T], error) { return t.subscribe(ctx, capacity) })
}

func (t *Topic[T]) subscribe(ctx context.Context, capacity int) (*Subscription[T], error) {
	if capacity < 1 {
		return nil, fmt.Errorf("cluster: a subscription of the topic %s has the capacity %d: want at least 1", t.name, capacity)
	}
	tx, rx := broadcast.New[received[T]](capacity)
	s := &Subscription[T]{of: "the topic " + t.name, what: "cluster: a value of the topic " + t.name, in: t.conn.in(), tx: tx, rx: rx}
	nc := t.conn.NATS()
	sub, err := nc.Subscribe(t.subject(), func(m *nats.Msg) {
		var v received[T]
		v.err = decode(t.codec, s.of, "a value", m.Header.Get(headCodec), m.Data, &v.value)
		tx.Send(v)
	})
	if err != nil {
		tx.Close()
		return nil, publishError(err)
	}
	s.end = func() { sub.Unsubscribe() }
	if err := s.in.Enter(s.member()); err != nil {
		s.Drop()
		return nil, err
	}
	err = t.conn.in().Manage(ctx, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		return nc.FlushWithContext(ctx)
	})
	if err != nil {
		s.Drop()
		return nil, err
	}
	return s, nil
}

// received is a value that has come, or the error of one that cannot be decoded.
type received[T any] struct {
	value T
	err   error
}

// Subscription receives the values of a [Topic], or the latest one of a [Value]. It is an [edo.Stream]. One
// task at a time waits with it.
type Subscription[T any] struct {
	of, what string
	in       *link.Conn
	tx       interface{ Close() }
	rx       edo.Stream[received[T]] // a receiver of a broadcast or a watch channel
	end      func()                  // of what comes from the broker
	once     sync.Once
}

// Waits says what it waits for.
func (s *Subscription[T]) Waits(*edo.Context) edo.Wait { return edo.Wait{On: s.what, Outside: true} }

// PollNext is Ready with the next value of a topic, or with the latest of a [Value] when that was not seen.
// The error is a [*broadcast.LaggedError] when values were missed,
// or says that one cannot be decoded; the stream goes on after either. It is the End when the [Conn] has
// been closed, or the subscription dropped.
func (s *Subscription[T]) PollNext(cx *edo.Context) (v T, poll edo.Poll, err error) {
	if !cx.Proceed(s) {
		return v, edo.Pending, nil
	}
	r, poll, err := s.rx.PollNext(cx)
	if err == nil {
		err = r.err
	}
	return r.value, poll, err
}

// Recv waits for the next value. The error is that of [Subscription.PollNext]; it matches [edo.ErrClosed]
// at the end.
//
//edo:step RecvStep
func (s *Subscription[T]) Recv(task *edo.Task) (T, error) {
	return edo.Await(task, s.RecvFuture())
}

// RecvStep is the step form of [Subscription.Recv].
func (s *Subscription[T]) RecvStep(task *edo.Task) (done bool, v T, err error) {
	return edo.AwaitStep(task, s.RecvFuture())
}

// RecvFuture is [Subscription.Recv] as a future. To drop it does not change the subscription.
func (s *Subscription[T]) RecvFuture() edo.Future[T] { return (*recvFuture[T])(s) }

// recvFuture is a subscription as the future of its next value.
type recvFuture[T any] Subscription[T]

// Poll is ready with the next value.
func (f *recvFuture[T]) Poll(cx *edo.Context) (T, edo.Poll, error) {
	v, poll, err := (*Subscription[T])(f).PollNext(cx)
	if poll == edo.End {
		return v, edo.Ready, ErrClosed
	}
	return v, poll, err
}

// Close ends the subscription. A task that waits with it is told. It may be called twice.
func (s *Subscription[T]) Close() { s.Drop() }

// Drop ends the subscription.
func (s *Subscription[T]) Drop() {
	s.once.Do(func() {
		if s.end != nil {
			s.end()
		}
		s.tx.Close()
		s.in.Leave(s.member())
	})
}

// subscriber is a subscription as its Conn sees it.
type subscriber[T any] Subscription[T]

func (s *Subscription[T]) member() link.Member { return (*subscriber[T])(s) }

// Stop ends the subscription, as the connection closes.
func (m *subscriber[T]) Stop() { (*Subscription[T])(m).Drop() }

// Reconnected has nothing to do: the client has subscribed again.
func (m *subscriber[T]) Reconnected() {}

// Name is that in reports.
func (m *subscriber[T]) Name() string { return "a subscription of " + m.of }
