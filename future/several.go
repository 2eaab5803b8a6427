package future

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Join2 is [Join] of two futures of different types. It is one allocation, of some 450
// bytes.
func Join2[A, B any](a edo.Future[A], b edo.Future[B]) Fut[Pair[Result[A], Result[B]]] {
	j := &join2[A, B]{}
	j.init(2, false)
	j.a.src, j.b.src = source(a), source(b)
	j.self = j
	return Fut[Pair[Result[A], Result[B]]]{&j.node}
}

// TryJoin2 is [TryJoin] of two futures of different types. It is one allocation.
func TryJoin2[A, B any](a edo.Future[A], b edo.Future[B]) Fut[Pair[A, B]] {
	j := &tryJoin2[A, B]{}
	j.init(2, true)
	j.a.src, j.b.src = source(a), source(b)
	j.self = j
	return Fut[Pair[A, B]]{&j.node}
}

// Join3 is [Join] of three futures of different types. It is one allocation.
func Join3[A, B, C any](a edo.Future[A], b edo.Future[B], c edo.Future[C]) Fut[Triple[Result[A], Result[B], Result[C]]] {
	j := &join3[A, B, C]{}
	j.init(3, false)
	j.a.src, j.b.src, j.c.src = source(a), source(b), source(c)
	j.self = j
	return Fut[Triple[Result[A], Result[B], Result[C]]]{&j.node}
}

// TryJoin3 is [TryJoin] of three futures of different types. It is one allocation.
func TryJoin3[A, B, C any](a edo.Future[A], b edo.Future[B], c edo.Future[C]) Fut[Triple[A, B, C]] {
	j := &tryJoin3[A, B, C]{}
	j.init(3, true)
	j.a.src, j.b.src, j.c.src = source(a), source(b), source(c)
	j.self = j
	return Fut[Triple[A, B, C]]{&j.node}
}

// several are three futures of different types, or two, which are polled when they
// were woken.
type several[A, B, C any] struct {
	set  fan.Set
	a    part[A]
	b    part[B]
	c    part[C] // not used by two
	try  bool    // the first error is the last that happens
	err  error   // that error
	over bool    // handed over, or dropped
}

// part is one of several futures, and then what it came to.
type part[T any] struct {
	fan.Child
	src own.Future[T]
	v   own.Value[T]
	err error
}

func (s *several[A, B, C]) init(n int, try bool) {
	s.try = try
	s.set.Init(s, n)
}

func (s *several[A, B, C]) Child(i int) *fan.Child {
	switch i {
	case 0:
		return &s.a.Child
	case 1:
		return &s.b.Child
	}
	return &s.c.Child
}

func (s *several[A, B, C]) PollChild(cx *sched.Context, i int) fan.Outcome {
	var ready bool
	var err error
	switch i {
	case 0:
		ready, err = s.a.poll(cx)
	case 1:
		ready, err = s.b.poll(cx)
	default:
		ready, err = s.c.poll(cx)
	}
	switch {
	case !ready:
		return fan.Pending
	case s.try && err != nil:
		s.err = err
		return fan.Last
	}
	return fan.Ended
}

func (p *part[T]) poll(cx *sched.Context) (ready bool, err error) {
	v, ready, err := pollSource(cx, &p.src)
	if ready && err == nil {
		p.v.Put(v)
	} else if ready {
		p.err = err
	}
	return ready, err
}

// result takes what the future came to out.
func (p *part[T]) result() Result[T] { return Result[T]{p.v.Take(), p.err} }

func (p *part[T]) drop() {
	defer p.v.Drop()
	p.src.Drop()
}

// poll is ready, with the error that comes first, or without one and then all results
// are to be taken.
func (s *several[A, B, C]) poll(cx *edo.Context) (edo.Poll, error) {
	if s.over {
		_, p, err := polledAgain[edo.Unit](cx)
		return p, err
	}
	if !s.set.Started() && !cx.Proceed(nil) {
		return edo.Pending, nil
	}
	if !s.set.Poll(cx.Internal(internal.Key{})) {
		return edo.Pending, nil
	}
	if s.err != nil {
		s.Drop()
		return edo.Ready, s.err
	}
	s.over = true
	s.set.Drop()
	return edo.Ready, nil
}

func (s *several[A, B, C]) Drop() {
	s.over = true
	s.set.Drop()
	defer s.c.drop()
	defer s.b.drop()
	s.a.drop()
}

type join2[A, B any] struct {
	node[Pair[Result[A], Result[B]]]
	several[A, B, edo.Unit]
}

func (j *join2[A, B]) Poll(cx *edo.Context) (out Pair[Result[A], Result[B]], _ edo.Poll, _ error) {
	p, err := j.poll(cx)
	if p == edo.Ready && err == nil {
		out.First, out.Second = j.a.result(), j.b.result()
	}
	return out, p, err
}

type tryJoin2[A, B any] struct {
	node[Pair[A, B]]
	several[A, B, edo.Unit]
}

func (j *tryJoin2[A, B]) Poll(cx *edo.Context) (out Pair[A, B], _ edo.Poll, _ error) {
	p, err := j.poll(cx)
	if p == edo.Ready && err == nil {
		out.First, out.Second = j.a.v.Take(), j.b.v.Take()
	}
	return out, p, err
}

type join3[A, B, C any] struct {
	node[Triple[Result[A], Result[B], Result[C]]]
	several[A, B, C]
}

func (j *join3[A, B, C]) Poll(cx *edo.Context) (out Triple[Result[A], Result[B], Result[C]], _ edo.Poll, _ error) {
	p, err := j.poll(cx)
	if p == edo.Ready && err == nil {
		out.First, out.Second, out.Third = j.a.result(), j.b.result(), j.c.result()
	}
	return out, p, err
}

type tryJoin3[A, B, C any] struct {
	node[Triple[A, B, C]]
	several[A, B, C]
}

func (j *tryJoin3[A, B, C]) Poll(cx *edo.Context) (out Triple[A, B, C], _ edo.Poll, _ error) {
	p, err := j.poll(cx)
	if p == edo.Ready && err == nil {
		out.First, out.Second, out.Third = j.a.v.Take(), j.b.v.Take(), j.c.v.Take()
	}
	return out, p, err
}
