package stream

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

var errNoneAtATime = errors.New("stream: a limit of less than one at a time")

// Buffered returns a stream of the results of futures, in the order of the values of s that fn
// makes them of. Up to n of them, those that are ready and wait for their turn included, are
// polled side by side; s is not polled for more. So with an n of 1 nothing runs ahead, and with
// a larger n s is up to n values ahead of the receiver. A future that fails is an error item,
// and an error of s has its place in the order. If n is less than 1 the stream is one error.
//
// Each future has a waker of its own, so a wake costs the poll of one of them. When the stream
// is dropped, it drops the futures and the results that it holds. A stream of n is four
// allocations, of some 130 bytes for each place.
//
//	s         (42)-----1-|
//	Buffered  ----(42)--1|
func Buffered[T, U any](s Stream[T], n int, fn func(T) edo.Future[U]) Seq[U] {
	return newBuffered(s, n, true, fn)
}

// BufferUnordered is [Buffered] that gives the results in the order in which the futures become
// ready: none waits for one before it.
//
//	s                (42)-----1-|
//	BufferUnordered  --2-4-----1|
func BufferUnordered[T, U any](s Stream[T], n int, fn func(T) edo.Future[U]) Seq[U] {
	return newBuffered(s, n, false, fn)
}

// ForEachConcurrent is [ForEachFuture] with up to n futures side by side. When one fails, the
// others are dropped.
func ForEachConcurrent[T any](s Stream[T], n int, fn func(v T) edo.Future[edo.Unit]) edo.Future[edo.Unit] {
	return ForEach(BufferUnordered(s, n, fn), func(edo.Unit) error { return nil })
}

func newBuffered[T, U any](s Stream[T], n int, isOrdered bool, fn func(T) edo.Future[U]) Seq[U] {
	b := &buffered[T, U]{src: source(s), fn: fn, isOrdered: isOrdered}
	if n < 1 {
		b.err = errNoneAtATime
		b.src.Drop()
	}
	n = max(n, 0)
	b.places, b.vacant, b.line = make([]place[U], n), make([]int32, n), make([]int32, n)
	for i := range b.vacant {
		b.vacant[i] = int32(i)
	}
	b.set.InitVacant((*bufferedSet[T, U])(b), n)
	b.self = b
	return Seq[U]{&b.node}
}

// A buffered stream has n places. A place is vacant; or it holds a future; or the result of one.
// The places in the line are those whose results come next: in the order in which the futures
// began, or in which they became ready.
type buffered[T, U any] struct {
	node[U]
	src       own.Stream[T]
	fn        func(T) edo.Future[U]
	err       error // the only item
	set       fan.Set
	places    []place[U]
	vacant    []int32 // the numbers of the vacant places
	line      []int32 // a ring
	head, len int
	isOrdered bool
	setFirst  bool // src has used up the budget: the futures are polled first
}

type place[U any] struct {
	fan.Child
	f       own.Future[U]
	v       own.Value[U]
	err     error
	isReady bool
}

func (p *place[U]) Drop() {
	defer p.v.Drop()
	p.f.Drop()
}

func (b *buffered[T, U]) PollNext(cx *edo.Context) (zero U, _ edo.Poll, _ error) {
	if b.err != nil {
		err := b.err
		b.err = nil
		return zero, edo.Ready, err
	}
	if b.setFirst {
		b.setFirst = false
		b.set.Poll((*sched.Context)(cx))
	}
	all := budget.Begin(cx)
	b.begin(cx)
	b.setFirst = all.UsedUp(cx)
	b.set.Poll((*sched.Context)(cx))
	switch {
	case b.len > 0 && b.places[b.line[b.head]].isReady:
		return b.give()
	case b.src.Held() || len(b.vacant) < len(b.places):
		return zero, edo.Pending, nil
	}
	_, p, _ := b.src.Poll(cx) // the end, which takes from the budget
	return zero, p, nil
}

// begin takes values of src, and begins their futures, while there is a vacant place.
func (b *buffered[T, U]) begin(cx *edo.Context) {
	for len(b.vacant) > 0 && b.src.Held() {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return
		}
		v, p, err := b.src.Poll(cx)
		turn.End(cx)
		if p != edo.Ready {
			return
		}
		var f edo.Future[U]
		if err == nil {
			if f = b.fn(v); f == nil {
				err = errNil
			}
		}
		last := len(b.vacant) - 1
		i := b.vacant[last]
		b.vacant = b.vacant[:last]
		if b.isOrdered {
			b.enqueue(i)
		}
		if err != nil {
			b.ready(int(i), err)
			continue
		}
		b.places[i].f.Hold(f)
		b.set.Begin(int(i))
	}
}

func (b *buffered[T, U]) enqueue(i int32) {
	b.line[(b.head+b.len)%len(b.line)] = i
	b.len++
}

// ready notes the error of the future in place i, or that its value is in the place.
func (b *buffered[T, U]) ready(i int, err error) {
	p := &b.places[i]
	p.err, p.isReady = err, true
	if !b.isOrdered {
		b.enqueue(int32(i))
	}
}

// give takes the first result of the line.
func (b *buffered[T, U]) give() (v U, _ edo.Poll, err error) {
	i := b.line[b.head]
	b.head = (b.head + 1) % len(b.line)
	b.len--
	p := &b.places[i]
	err = p.err
	if err == nil {
		v = p.v.Take()
	}
	p.err, p.isReady = nil, false
	b.vacant = append(b.vacant, i)
	return v, edo.Ready, err
}

func (b *buffered[T, U]) Drop() {
	b.err = nil
	b.set.Drop()
	places := b.places
	b.places, b.vacant, b.line, b.len = nil, nil, nil, 0
	defer dropEach(places)
	b.src.Drop()
}

// dropEach drops the places, each also when the Drop of another panics.
func dropEach[U any](places []place[U]) {
	for len(places) > 0 {
		first := &places[0]
		places = places[1:]
		func() {
			isDropped := false
			defer func() {
				if !isDropped {
					dropEach(places)
				}
			}()
			first.Drop()
			isDropped = true
		}()
	}
}

// bufferedSet is the side of a buffered stream that its set sees.
type bufferedSet[T, U any] buffered[T, U]

func (b *bufferedSet[T, U]) Child(i int) *fan.Child { return &b.places[i].Child }

// PollChild polls the future in place i. An inspection leaves a result in the place.
func (b *bufferedSet[T, U]) PollChild(cx *sched.Context, i int) fan.Outcome {
	p := &b.places[i]
	if p.f.Held() {
		v, poll, err := p.f.Poll((*edo.Context)(cx))
		if poll == edo.Pending {
			return fan.Pending
		}
		if p.err = err; err == nil {
			p.v.Put(v)
		}
	}
	if cx.Inspecting() {
		cx.Task().Wake()
		return fan.Pending
	}
	(*buffered[T, U])(b).ready(i, p.err)
	return fan.Vacant
}
