package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// Peekable is a stream whose next item can be seen before it is taken. It belongs to one task.
// [Peek] makes one.
type Peekable[T any] struct {
	src  own.Stream[T]
	next own.Value[item[T]] // was seen and not taken
}

// Peek returns s as a [Peekable], which owns s. It holds at most one item.
func Peek[T any](s Stream[T]) *Peekable[T] { return &Peekable[T]{src: source(s)} }

// PollNext polls for the next item, the one that was seen first.
func (p *Peekable[T]) PollNext(cx *edo.Context) (T, edo.Poll, error) {
	if p.next.Held() {
		it := p.next.Take()
		return it.v, edo.Ready, it.err
	}
	return p.src.Poll(cx)
}

// PollPeek polls for the next item, and leaves it in the stream: the caller borrows its value.
func (p *Peekable[T]) PollPeek(cx *edo.Context) (v T, _ edo.Poll, _ error) {
	if !p.next.Held() {
		v, poll, err := p.src.Poll(cx)
		if poll != edo.Ready {
			return v, poll, err
		}
		p.next.Put(item[T]{v, err})
	} else if !cx.Proceed(nil) {
		return v, edo.Pending, nil
	}
	it := p.next.Take()
	p.next.Put(it)
	return it.v, edo.Ready, it.err
}

// Peek waits for the next item, and leaves it in the stream: the caller borrows its value. At the
// end of the stream ok is false. Otherwise it is like [edo.Next]: an error item comes with an ok
// of true, and an error of the task with false.
//
//edo:step PeekStep
func (p *Peekable[T]) Peek(task *edo.Task) (v T, ok bool, err error) {
	return edo.Next(task, (*peeked[T])(p))
}

// PeekStep is the step form of [Peekable.Peek].
func (p *Peekable[T]) PeekStep(task *edo.Task, _ *edo.Step) (done bool, v T, ok bool, err error) {
	return edo.NextStep(task, (*peeked[T])(p))
}

// Drop drops the source, and the item that was seen and not taken.
func (p *Peekable[T]) Drop() {
	defer func() {
		if p.next.Held() {
			if it := p.next.Take(); it.err == nil {
				own.Discard(it.v)
			}
		}
	}()
	p.src.Drop()
}

// peeked is a Peekable as a stream that gives the same item again and again.
type peeked[T any] Peekable[T]

func (p *peeked[T]) PollNext(cx *edo.Context) (T, edo.Poll, error) {
	return (*Peekable[T])(p).PollPeek(cx)
}
