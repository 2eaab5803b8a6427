package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// GroupBy returns a stream of the items of pipelines, one for each key: fn makes a pipeline of
// the stream of the values of s that have the key. The pipelines are polled side by side and
// take turns, as in [Merge]. A value goes to its pipeline when that asks for one; until then s
// is not polled, so a slow pipeline holds up the others and the source. An error of s is passed
// on. If max is less than 1 the stream is one error.
//
// There are up to max pipelines. For a key that is new, the group that had no value for the
// longest time ends: its stream ends, and the new group begins when its pipeline has ended too.
// A later value of an ended key begins a new group. A pipeline that ends by itself has its key
// until then, and the values of the key are dropped.
//
// The stream of a group belongs to its pipeline, and must not leave the task. GroupBy holds at
// most one value for each group and one of s. A group is some five allocations, an item none.
//
//	s        1-2-3-4-5-6|
//	GroupBy  ----1324---(56|)
func GroupBy[T any, K comparable, U any](s Stream[T], max int, key func(T) K, fn func(key K, group Seq[T]) Stream[U]) Seq[U] {
	g := &groupBy[T, K, U]{src: source(s), max: max, key: key, fn: fn, groups: make(map[K]*group[T, K])}
	if max < 1 {
		g.err = errNoneAtATime
		g.src.Drop()
	}
	g.mux.onEnd = func(i int) { g.lanes[i].Drop() }
	g.self = g
	return Seq[U]{&g.node}
}

type groupBy[T any, K comparable, U any] struct {
	node[U]
	src    own.Stream[T]
	max    int
	key    func(T) K
	fn     func(K, Seq[T]) Stream[U]
	err    error // the only item
	mux    mux[U]
	lanes  []*group[T, K] // by the lanes of mux
	groups map[K]*group[T, K]
	oldest *group[T, K] // the groups, by their last values
	newest *group[T, K]

	held    own.Value[T] // a value that its group has no room for
	heldKey K

	muxFirst bool // src has used up the budget, or has failed: the pipelines are polled first
}

// group is the stream of the values of one key.
type group[T any, K comparable] struct {
	node[T]
	key          K
	v            own.Value[T]
	isOver       bool // no value comes after v
	isGone       bool // the pipeline has ended, or has dropped the stream
	waker        edo.Waker
	older, newer *group[T, K]
}

func (g *group[T, K]) PollNext(cx *edo.Context) (v T, _ edo.Poll, _ error) {
	switch {
	case !cx.Proceed(g):
		return v, edo.Pending, nil
	case g.v.Held():
		return g.v.Take(), edo.Ready, nil
	case g.isOver || g.isGone:
		return v, edo.End, nil
	}
	g.waker = cx.Waker()
	return v, edo.Pending, nil
}

// Waits says that the pipeline waits for a value.
func (g *group[T, K]) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: "stream: the next value of a group"}
}

func (g *group[T, K]) Drop() {
	g.isGone = true
	g.v.Drop()
}

func (g *groupBy[T, K, U]) PollNext(cx *edo.Context) (zero U, _ edo.Poll, err error) {
	if err, g.err = g.err, nil; err != nil {
		return zero, edo.Ready, err
	}
	if g.muxFirst {
		g.muxFirst = false
		if u, p, err := g.mux.poll(cx); p == edo.Ready {
			return u, p, err
		}
	}
	for {
		// Give values to the groups that have room.
		isPending, all := false, budget.Begin(cx)
		for !isPending && (g.held.Held() || g.src.Held()) {
			if !g.held.Held() {
				if isPending, err = g.pollSource(cx); err != nil {
					g.muxFirst = true
					return zero, edo.Ready, err
				}
			}
			if g.held.Held() && !g.deliver() {
				break
			}
		}
		g.muxFirst = all.UsedUp(cx)
		// Poll the pipelines. They make room, or end.
		live := g.mux.live
		u, p, err := g.mux.poll(cx)
		switch {
		case p == edo.Ready:
			return u, p, err
		case g.held.Held() && (g.hasRoom() || g.mux.live < live):
			continue
		case p == edo.End && (g.src.Held() || g.held.Held()):
			return zero, edo.Pending, nil
		case p == edo.End && !cx.Proceed(nil):
			p = edo.Pending
		}
		return zero, p, nil
	}
}

// pollSource takes a value of src, or ends the groups when src has ended.
func (g *groupBy[T, K, U]) pollSource(cx *edo.Context) (isPending bool, _ error) {
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return true, nil
	}
	v, p, err := g.src.Poll(cx)
	turn.End(cx)
	switch {
	case p == edo.Pending:
		return true, nil
	case p == edo.End:
		for last := g.oldest; last != nil; last = last.newer {
			last.isOver = true
			last.waker.Wake()
		}
		return false, nil
	case err != nil:
		return false, err
	}
	keepOrDrop(func(v T) bool { g.heldKey = g.key(v); return true }, v)
	g.held.Put(v)
	return false, nil
}

// hasRoom reports whether the group of the held value has room for it.
func (g *groupBy[T, K, U]) hasRoom() bool {
	to := g.groups[g.heldKey]
	return to != nil && (to.isGone || !to.v.Held())
}

// deliver gives the held value to its group, and reports whether there was room.
func (g *groupBy[T, K, U]) deliver() bool {
	to := g.groups[g.heldKey]
	if to == nil {
		if len(g.groups) >= g.max {
			g.endOldest()
		}
		if g.mux.live >= g.max {
			return false
		}
		to = g.begin(g.heldKey)
	}
	switch {
	case to.isGone:
		g.held.Drop()
		return true
	case to.v.Held():
		return false
	}
	to.v.Put(g.held.Take())
	to.waker.Wake()
	g.unlink(to)
	g.link(to)
	return true
}

// begin begins a group.
func (g *groupBy[T, K, U]) begin(key K) *group[T, K] {
	to := &group[T, K]{key: key}
	to.self = to
	pipeline := source(g.fn(key, Seq[T]{&to.node}))
	g.groups[key] = to
	g.link(to)
	if !pipeline.Held() {
		to.Drop()
		return to
	}
	i := g.mux.add(pipeline)
	if i == len(g.lanes) {
		g.lanes = append(g.lanes, to)
	}
	g.lanes[i] = to
	return to
}

// endOldest ends the group that had no value for the longest time.
func (g *groupBy[T, K, U]) endOldest() {
	last := g.oldest
	g.unlink(last)
	delete(g.groups, last.key)
	last.isOver = true
	last.waker.Wake()
}

// link makes to the newest group.
func (g *groupBy[T, K, U]) link(to *group[T, K]) {
	to.older, to.newer = g.newest, nil
	if g.newest != nil {
		g.newest.newer = to
	} else {
		g.oldest = to
	}
	g.newest = to
}

func (g *groupBy[T, K, U]) unlink(to *group[T, K]) {
	if to.older != nil {
		to.older.newer = to.newer
	} else {
		g.oldest = to.newer
	}
	if to.newer != nil {
		to.newer.older = to.older
	} else {
		g.newest = to.older
	}
}

func (g *groupBy[T, K, U]) Drop() {
	g.err = nil
	for last := g.oldest; last != nil; last = last.newer {
		defer last.Drop() // also when its pipeline did not own it
	}
	g.oldest, g.newest, g.lanes = nil, nil, nil
	clear(g.groups)
	defer g.held.Drop()
	defer g.mux.Drop()
	g.src.Drop()
}
