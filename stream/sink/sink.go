package sink

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

var errNoRoom = errors.New("sink: StartSend without room: PollReady was not ready")

// With returns a sink of what fn makes of each value. An error of fn is that of StartSend: the
// value is not accepted, and the sink goes on. fn owns the value, unless it fails. When to refuses
// what fn has made, although it had room, the sink has failed, and the next poll says so.
//
//	s     1--2--3--|
//	With  1--2--3--|
//	to    a--b--c--|
func With[T, U any](to edo.Sink[U], fn func(T) (U, error)) edo.Sink[T] {
	return &with[T, U]{to: to, fn: fn}
}

type with[T, U any] struct {
	to  edo.Sink[U]
	fn  func(T) (U, error)
	err error // of to, which has refused a value
}

func (w *with[T, U]) PollReady(cx *edo.Context) (edo.Poll, error) {
	if w.err != nil {
		return outcome(cx, w.err)
	}
	return w.to.PollReady(cx)
}

func (w *with[T, U]) PollFlush(cx *edo.Context) (edo.Poll, error) {
	if w.err != nil {
		return outcome(cx, w.err)
	}
	return w.to.PollFlush(cx)
}

func (w *with[T, U]) PollClose(cx *edo.Context) (edo.Poll, error) {
	if w.err != nil {
		return outcome(cx, w.err)
	}
	return w.to.PollClose(cx)
}

// StartSend gives to what fn makes of v. When to refuses that, fn has v: it is not the caller's any
// more, and so the error is that of the next poll.
func (w *with[T, U]) StartSend(v T) error {
	if w.err != nil {
		return w.err
	}
	u, err := w.fn(v)
	if err != nil {
		return err
	}
	if w.err = w.to.StartSend(u); w.err != nil {
		own.Discard(u)
	}
	return nil
}

// Drop drops the sink below.
func (w *with[T, U]) Drop() { edo.Drop(w.to) }

// outcome is the poll of a sink that is ready, or has failed. It takes an operation off the budget.
func outcome(cx *edo.Context, err error) (edo.Poll, error) {
	if !cx.Proceed(nil) {
		return edo.Pending, nil
	}
	return edo.Ready, err
}

// Func returns a sink that calls fn with each value, and always has room. fn owns the value, unless
// it fails. After an error of fn the sink has failed.
//
//	s     1--2--3--|
//	Func  1--2--3--|
func Func[T any](fn func(T) error) edo.Sink[T] { return &function[T]{fn: fn} }

type function[T any] struct {
	fn  func(T) error
	err error
}

func (f *function[T]) PollReady(cx *edo.Context) (edo.Poll, error) { return outcome(cx, f.err) }
func (f *function[T]) PollFlush(cx *edo.Context) (edo.Poll, error) { return outcome(cx, f.err) }
func (f *function[T]) PollClose(cx *edo.Context) (edo.Poll, error) { return outcome(cx, f.err) }
func (f *function[T]) StartSend(v T) error {
	if f.err == nil {
		f.err = f.fn(v)
	}
	return f.err
}

// Fanout returns a sink that gives each value to all sinks, which share it. It has room when all
// have, so the slowest sets the pace. When one fails, the whole has failed. Without sinks it takes
// everything, and drops it.
//
//	s       (123)-------4-----|
//	Fanout  (12)3-------4-----|
//	fast    1---2---3---4-----|
//	slow    1---2---3---4-----|
func Fanout[T any](to ...edo.Sink[T]) edo.Sink[T] {
	return &fanout[T]{to: to, done: make([]bool, len(to))}
}

type fanout[T any] struct {
	to   []edo.Sink[T]
	done []bool // by to: the sink was ready in a poll whose budget was too small for all
	what byte   // what the sinks were asked in that poll: their room, a flush, or the close
	err  error
}

// poll polls all sinks, so that each of those that are pending has the waker. When the budget is not
// enough for all, the next poll leaves out those that were ready: however many sinks there are, it
// comes to the end.
func (f *fanout[T]) poll(cx *edo.Context, what byte, poll func(edo.Sink[T], *edo.Context) (edo.Poll, error)) (edo.Poll, error) {
	if f.err != nil || len(f.to) == 0 {
		return outcome(cx, f.err)
	}
	if f.what != what {
		f.what = what
		clear(f.done)
	}
	all, turn := edo.Ready, budget.Begin(cx)
	for i, s := range f.to {
		if f.done[i] {
			continue
		}
		p, err := poll(s, cx)
		if err != nil {
			f.err = err
			return edo.Ready, err
		}
		if f.done[i] = p == edo.Ready; !f.done[i] {
			all = edo.Pending
		}
	}
	if all == edo.Ready || turn > 0 && !turn.UsedUp(cx) {
		clear(f.done)
	}
	return all, nil
}

func (f *fanout[T]) PollReady(cx *edo.Context) (edo.Poll, error) {
	return f.poll(cx, 'r', edo.Sink[T].PollReady)
}

func (f *fanout[T]) PollFlush(cx *edo.Context) (edo.Poll, error) {
	return f.poll(cx, 'f', edo.Sink[T].PollFlush)
}

func (f *fanout[T]) PollClose(cx *edo.Context) (edo.Poll, error) {
	return f.poll(cx, 'c', edo.Sink[T].PollClose)
}

// StartSend gives v to all. When a later sink refuses it although it had room, the earlier ones
// have it: then v is not the caller's any more, and the next poll fails.
func (f *fanout[T]) StartSend(v T) error {
	if len(f.to) == 0 {
		own.Discard(v)
	}
	clear(f.done)
	for i, s := range f.to {
		if err := s.StartSend(v); err != nil {
			f.err = err
			if i == 0 {
				return err
			}
			return nil
		}
	}
	return nil
}

// Drop drops the sinks.
func (f *fanout[T]) Drop() {
	to := f.to
	f.to = nil
	own.DiscardAll(to)
}

// Buffer returns a sink that holds up to n values for which to has no room. It gives them to to
// whenever it is polled. With an n below 1 it is to itself.
//
//	s       (1234)--5----|
//	Buffer  (1234)--5------|
//	slow    1--2--3--4--5--|
func Buffer[T any](to edo.Sink[T], n int) edo.Sink[T] {
	if n < 1 {
		return to
	}
	return &buffer[T]{to: to, ring: make([]T, n)}
}

type buffer[T any] struct {
	to        edo.Sink[T]
	ring      []T
	head, len int
	err       error
}

// drain gives values to the sink below while it has room. It is Ready when there are none.
func (b *buffer[T]) drain(cx *edo.Context) (edo.Poll, error) {
	for b.len > 0 && b.err == nil {
		p, err := b.to.PollReady(cx)
		if p == edo.Pending {
			return p, nil
		}
		if b.err = err; err != nil {
			break
		}
		v := b.ring[b.head]
		b.ring[b.head] = *new(T)
		b.head = (b.head + 1) % len(b.ring)
		b.len--
		if b.err = b.to.StartSend(v); b.err != nil {
			own.Discard(v)
		}
	}
	return edo.Ready, b.err
}

func (b *buffer[T]) PollReady(cx *edo.Context) (edo.Poll, error) {
	if b.len == 0 {
		return outcome(cx, b.err)
	}
	p, err := b.drain(cx)
	if p == edo.Pending && b.len < len(b.ring) {
		p = edo.Ready
	}
	return p, err
}

func (b *buffer[T]) StartSend(v T) error {
	switch {
	case b.err != nil:
		return b.err
	case b.len == len(b.ring):
		return errNoRoom
	}
	b.ring[(b.head+b.len)%len(b.ring)] = v
	b.len++
	return nil
}

func (b *buffer[T]) PollFlush(cx *edo.Context) (edo.Poll, error) {
	if p, err := b.drain(cx); p == edo.Pending || err != nil {
		return p, err
	}
	return b.to.PollFlush(cx)
}

func (b *buffer[T]) PollClose(cx *edo.Context) (edo.Poll, error) {
	if p, err := b.drain(cx); p == edo.Pending || err != nil {
		return p, err
	}
	return b.to.PollClose(cx)
}

// Drop drops the values and the sink below.
func (b *buffer[T]) Drop() {
	var held []T
	for ; b.len > 0; b.len-- {
		held = append(held, b.ring[b.head])
		b.head = (b.head + 1) % len(b.ring)
	}
	b.ring = nil
	defer edo.Drop(b.to)
	own.DiscardAll(held)
}
