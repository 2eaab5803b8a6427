package future

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Join2 is [Join] of two futures of different types. It is one allocation of some 450 bytes.
func Join2[A, B any](a edo.Future[A], b edo.Future[B]) Fut[Pair[Result[A], Result[B]]] {
	j := &join2[A, B]{}
	j.a.src, j.b.src = source(a), source(b)
	j.set.Init(j, 2)
	j.self = j
	return Fut[Pair[Result[A], Result[B]]]{&j.node}
}

type join2[A, B any] struct {
	node[Pair[Result[A], Result[B]]]
	typedGroup[A, B, edo.Unit]
}

func (j *join2[A, B]) Poll(cx *edo.Context) (out Pair[Result[A], Result[B]], _ edo.Poll, _ error) {
	p, err := j.poll(cx)
	if p == edo.Ready && err == nil {
		out.First, out.Second = j.a.takeResult(), j.b.takeResult()
	}
	return out, p, err
}

// TryJoin2 is [TryJoin] of two futures of different types. It is one allocation.
func TryJoin2[A, B any](a edo.Future[A], b edo.Future[B]) Fut[Pair[A, B]] {
	j := &tryJoin2[A, B]{}
	j.stopsAtError = true
	j.a.src, j.b.src = source(a), source(b)
	j.set.Init(j, 2)
	j.self = j
	return Fut[Pair[A, B]]{&j.node}
}

type tryJoin2[A, B any] struct {
	node[Pair[A, B]]
	typedGroup[A, B, edo.Unit]
}

func (j *tryJoin2[A, B]) Poll(cx *edo.Context) (out Pair[A, B], _ edo.Poll, _ error) {
	p, err := j.poll(cx)
	if p == edo.Ready && err == nil {
		out.First, out.Second = j.a.v.Take(), j.b.v.Take()
	}
	return out, p, err
}

// Join3 is [Join] of three futures of different types. It is one allocation.
func Join3[A, B, C any](a edo.Future[A], b edo.Future[B], c edo.Future[C]) Fut[Triple[Result[A], Result[B], Result[C]]] {
	j := &join3[A, B, C]{}
	j.a.src, j.b.src, j.c.src = source(a), source(b), source(c)
	j.set.Init(j, 3)
	j.self = j
	return Fut[Triple[Result[A], Result[B], Result[C]]]{&j.node}
}

type join3[A, B, C any] struct {
	node[Triple[Result[A], Result[B], Result[C]]]
	typedGroup[A, B, C]
}

func (j *join3[A, B, C]) Poll(cx *edo.Context) (out Triple[Result[A], Result[B], Result[C]], _ edo.Poll, _ error) {
	p, err := j.poll(cx)
	if p == edo.Ready && err == nil {
		out.First, out.Second, out.Third = j.a.takeResult(), j.b.takeResult(), j.c.takeResult()
	}
	return out, p, err
}

// TryJoin3 is [TryJoin] of three futures of different types. It is one allocation.
func TryJoin3[A, B, C any](a edo.Future[A], b edo.Future[B], c edo.Future[C]) Fut[Triple[A, B, C]] {
	j := &tryJoin3[A, B, C]{}
	j.stopsAtError = true
	j.a.src, j.b.src, j.c.src = source(a), source(b), source(c)
	j.set.Init(j, 3)
	j.self = j
	return Fut[Triple[A, B, C]]{&j.node}
}

type tryJoin3[A, B, C any] struct {
	node[Triple[A, B, C]]
	typedGroup[A, B, C]
}

func (j *tryJoin3[A, B, C]) Poll(cx *edo.Context) (out Triple[A, B, C], _ edo.Poll, _ error) {
	p, err := j.poll(cx)
	if p == edo.Ready && err == nil {
		out.First, out.Second, out.Third = j.a.v.Take(), j.b.v.Take(), j.c.v.Take()
	}
	return out, p, err
}

// typedGroup is two or three futures of different types, each polled when it was woken. It
// is the [fan.Owner] of its set.
type typedGroup[A, B, C any] struct {
	set          fan.Set
	a            typedMember[A]
	b            typedMember[B]
	c            typedMember[C] // not a child of set when there are two futures
	stopsAtError bool           // the first error ends the set
	err          error          // that error
	over         bool           // the results were returned or dropped
}

// typedMember is a member that keeps its result.
type typedMember[T any] struct {
	member[T]
	v   own.Value[T]
	err error
}

func (g *typedGroup[A, B, C]) Child(i int) *fan.Child {
	switch i {
	case 0:
		return &g.a.Child
	case 1:
		return &g.b.Child
	}
	return &g.c.Child
}

func (g *typedGroup[A, B, C]) PollChild(cx *sched.Context, i int) fan.Outcome {
	var ready bool
	var err error
	switch i {
	case 0:
		ready, err = g.a.pollAndKeep(cx)
	case 1:
		ready, err = g.b.pollAndKeep(cx)
	default:
		ready, err = g.c.pollAndKeep(cx)
	}
	switch {
	case !ready:
		return fan.Pending
	case g.stopsAtError && err != nil:
		g.err = err
		return fan.Last
	}
	return fan.Ended
}

// pollAndKeep polls the future, and keeps its value or its error.
func (m *typedMember[T]) pollAndKeep(cx *sched.Context) (ready bool, err error) {
	v, ready, err := m.poll(cx)
	if ready && err == nil {
		m.v.Put(v)
	} else if ready {
		m.err = err
	}
	return ready, err
}

// takeResult returns the result of the future, and no longer keeps it.
func (m *typedMember[T]) takeResult() Result[T] { return Result[T]{m.v.Take(), m.err} }

func (m *typedMember[T]) drop() {
	defer m.v.Drop()
	m.src.Drop()
}

// poll polls the woken futures. Ready without an error means that the caller now takes the
// results out of the members; ready with an error, that all of them have been dropped.
func (g *typedGroup[A, B, C]) poll(cx *edo.Context) (edo.Poll, error) {
	if g.over {
		_, p, err := polledAgain[edo.Unit](cx)
		return p, err
	}
	if !pollSet(&g.set, cx) {
		return edo.Pending, nil
	}
	if g.err != nil {
		g.Drop()
		return edo.Ready, g.err
	}
	g.over = true
	g.set.Drop()
	return edo.Ready, nil
}

func (g *typedGroup[A, B, C]) Drop() {
	g.over = true
	g.set.Drop()
	defer g.c.drop()
	defer g.b.drop()
	g.a.drop()
}
