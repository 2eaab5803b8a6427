package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Headers of a dead letter.
const (
	headReason = "Edo-Reason"
	headTries  = "Edo-Tries"
	headLine   = "Edo-Line"
)

// A DeadLetter is a job that no try has done.
type DeadLetter[T any] struct {
	Number uint64 // among the dead letters of the queue, growing
	ID     string // of the job
	Key    string
	Tries  int
	Reason string // the text of the last error
	Died   time.Time
	// Value is the job, and Err is nil; or Err says why Data cannot be decoded.
	Value T
	Err   error
	Data  []byte
}

// ErrNoDeadLetter says that there is no dead letter with the number: it may have been sent again.
var ErrNoDeadLetter = errors.New("cluster: there is no such dead letter")

// Dead returns dead letters, the oldest first: those whose Number is at least from, up to limit of them. So
// from is 0 for the first ones, and one above the last Number for those that follow; fewer than limit are the
// last ones. Each costs a question to the broker.
//
//edo:step DeadStep
func (q *Queue[T]) Dead(task *edo.Task, from uint64, limit int) ([]DeadLetter[T], error) {
	return edo.Call(task, func(ctx context.Context) ([]DeadLetter[T], error) { return q.dead(ctx, from, limit) })
}

// DeadStep is the step form of [Queue.Dead].
func (q *Queue[T]) DeadStep(task *edo.Task, st *edo.Step, from uint64, limit int) (done bool, all []DeadLetter[T], err error) {
	return edo.CallStep(task, st, func(ctx context.Context) ([]DeadLetter[T], error) { return q.dead(ctx, from, limit) })
}

// SendAgain puts the job of a dead letter back into the queue, with its id and its tries at zero, and
// removes the letter. When it is cancelled, or the broker is lost, the letter may still be there: to
// send it again then, within QueueConfig.Window, does not double the job.
//
//edo:step SendAgainStep
func (q *Queue[T]) SendAgain(task *edo.Task, number uint64) error {
	_, err := edo.Call(task, func(ctx context.Context) (edo.Unit, error) { return edo.Unit{}, q.sendAgain(ctx, number) })
	return err
}

// SendAgainStep is the step form of [Queue.SendAgain].
func (q *Queue[T]) SendAgainStep(task *edo.Task, st *edo.Step, number uint64) (done bool, err error) {
	done, _, err = edo.CallStep(task, st, func(ctx context.Context) (edo.Unit, error) { return edo.Unit{}, q.sendAgain(ctx, number) })
	return done, err
}

// Discard removes a dead letter for good.
//
//edo:step DiscardStep
func (q *Queue[T]) Discard(task *edo.Task, number uint64) error {
	_, err := edo.Call(task, func(ctx context.Context) (edo.Unit, error) { return edo.Unit{}, q.discard(ctx, number) })
	return err
}

// DiscardStep is the step form of [Queue.Discard].
func (q *Queue[T]) DiscardStep(task *edo.Task, st *edo.Step, number uint64) (done bool, err error) {
	done, _, err = edo.CallStep(task, st, func(ctx context.Context) (edo.Unit, error) { return edo.Unit{}, q.discard(ctx, number) })
	return done, err
}

func (q *Queue[T]) dead(ctx context.Context, from uint64, limit int) (all []DeadLetter[T], err error) {
	err = q.withDead(ctx, func(ctx context.Context, s jetstream.Stream) error {
		all = nil
		for len(all) < limit {
			m, err := s.GetMsg(ctx, max(from, 1), jetstream.WithGetMsgSubject(q.deadRoot()))
			if errors.Is(err, jetstream.ErrMsgNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			all = append(all, q.letter(m))
			from = m.Sequence + 1
		}
		return nil
	})
	return all, err
}

// letter reads a dead letter.
func (q *Queue[T]) letter(m *jetstream.RawStreamMsg) DeadLetter[T] {
	d := DeadLetter[T]{Number: m.Sequence, ID: m.Header.Get(headID), Key: m.Header.Get(headKey), Died: m.Time, Data: m.Data}
	d.Tries, _ = strconv.Atoi(m.Header.Get(headTries))
	if json.Unmarshal([]byte(m.Header.Get(headReason)), &d.Reason) != nil {
		d.Reason = m.Header.Get(headReason)
	}
	d.Err = q.decode(m.Header.Get(headCodec), m.Data, &d.Value)
	return d
}

func (q *Queue[T]) sendAgain(ctx context.Context, number uint64) error {
	isSent := false
	return q.withDead(ctx, func(ctx context.Context, s jetstream.Stream) error {
		m, err := s.GetMsg(ctx, number)
		if isSent && errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil // the answer to the removal was lost
		}
		if err != nil {
			return err
		}
		l := q.lines[len(q.lines)-1]
		for _, other := range q.lines {
			if other.name == m.Header.Get(headLine) {
				l = other
			}
		}
		head := nats.Header{
			headID: {m.Header.Get(headID)}, headCodec: {m.Header.Get(headCodec)},
			// The id of the job itself may still be remembered.
			jetstream.MsgIDHeader: {fmt.Sprint(m.Header.Get(headID), "/again/", number)},
		}
		if key := m.Header.Get(headKey); key != "" {
			head.Set(headKey, key)
		}
		link.CopyTaken(head, m.Header)
		if _, err := q.conn.in().JetStream().PublishMsg(ctx, &nats.Msg{Subject: l.subject, Header: head, Data: m.Data}); err != nil {
			if isFull(err) {
				return ErrFull
			}
			return err
		}
		isSent = true
		return s.DeleteMsg(ctx, number)
	})
}

func (q *Queue[T]) discard(ctx context.Context, number uint64) error {
	return q.withDead(ctx, func(ctx context.Context, s jetstream.Stream) error { return s.DeleteMsg(ctx, number) })
}

// withDead calls fn with the stream of dead letters.
func (q *Queue[T]) withDead(ctx context.Context, fn func(ctx context.Context, s jetstream.Stream) error) error {
	err := q.conn.in().Manage(ctx, func(ctx context.Context) error {
		s, err := q.conn.in().JetStream().Stream(ctx, q.deadStream())
		if err != nil {
			return err
		}
		return fn(ctx, s)
	})
	switch {
	case errors.Is(err, ErrFull):
		return err
	case errors.Is(err, jetstream.ErrMsgNotFound), errors.Is(err, jetstream.ErrMsgDeleteUnsuccessful):
		return ErrNoDeadLetter
	}
	return q.explain(err)
}
