package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// mux polls streams side by side. A stream that has given an item is polled again behind the
// others that are ready, so they take turns. Each has a waker of its own, and a wake costs the
// poll of one. It is a part of a stream, and does not move.
type mux[T any] struct {
	set    fan.Set
	lanes  []*lane[T]
	vacant []int // lanes without a stream, that the set does not poll
	live   int   // lanes with a stream
	onEnd  func(i int)

	// The item that ended the poll.
	out    item[T]
	from   int
	hasOut bool
}

// lane is a place for a stream.
type lane[T any] struct {
	fan.Child
	src    own.Stream[T]
	kept   own.Value[item[T]] // an item that came in an inspection
	isLive bool               // it has a stream, or that has ended in an inspection
}

// Drop drops the stream, and the item that it has given.
func (l *lane[T]) Drop() {
	defer func() {
		if l.kept.Held() {
			if it := l.kept.Take(); it.err == nil {
				own.Discard(it.v)
			}
		}
	}()
	l.src.Drop()
}

// init makes m a mux of streams.
func (m *mux[T]) init(streams []own.Stream[T]) {
	lanes := make([]lane[T], len(streams))
	m.lanes = make([]*lane[T], len(streams))
	for i := range lanes {
		m.lanes[i] = &lanes[i]
		lanes[i].src = streams[i]
		if lanes[i].isLive = streams[i].Held(); lanes[i].isLive {
			m.live++
		}
	}
	m.set.Init((*muxSet[T])(m), len(streams))
}

// add adds a stream, which has its first turn in the next poll, and returns the number of its
// lane.
func (m *mux[T]) add(src own.Stream[T]) (i int) {
	if last := len(m.vacant) - 1; last >= 0 {
		i = m.vacant[last]
		m.vacant = m.vacant[:last]
	} else {
		if m.lanes == nil {
			m.set.InitVacant((*muxSet[T])(m), 0)
		}
		m.lanes = append(m.lanes, &lane[T]{})
		i = m.set.Add()
	}
	m.lanes[i].src, m.lanes[i].isLive = src, true
	m.live++
	m.set.Begin(i)
	return i
}

// remove takes the stream out of lane i, which becomes vacant at its next turn.
func (m *mux[T]) remove(i int) *lane[T] {
	l := m.lanes[i]
	out := &lane[T]{src: l.src, kept: l.kept}
	l.src, l.kept, l.isLive = own.Stream[T]{}, own.Value[item[T]]{}, false
	m.live--
	m.set.WakeChild(i)
	return out
}

// retire makes lane i vacant, whose stream has ended or was removed. When onEnd panics, the lane has
// another turn, and is vacant after that.
func (m *mux[T]) retire(i int) {
	if l := m.lanes[i]; l.isLive {
		l.isLive = false
		m.live--
		if m.onEnd != nil {
			m.onEnd(i)
		}
	}
	m.vacant = append(m.vacant, i)
}

// poll returns the next item of any stream, or the End when there is none that has not ended.
func (m *mux[T]) poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	if m.lanes != nil {
		m.set.Poll((*sched.Context)(cx))
	}
	switch {
	case m.hasOut:
		out := m.out
		m.out, m.hasOut = item[T]{}, false
		return out.v, edo.Ready, out.err
	case m.live > 0:
		return v, edo.Pending, nil
	}
	return v, edo.End, nil
}

// Drop drops all streams, each also when the Drop of another panics.
func (m *mux[T]) Drop() {
	m.set.Drop()
	lanes := m.lanes
	m.lanes, m.vacant, m.live = nil, nil, 0
	if m.hasOut {
		m.hasOut = false
		if m.out.err == nil {
			defer own.Discard(m.out.v)
		}
	}
	own.DiscardAll(lanes)
}

// muxSet is the side of a mux that its set sees.
type muxSet[T any] mux[T]

func (m *muxSet[T]) Child(i int) *fan.Child { return &m.lanes[i].Child }

func (m *muxSet[T]) PollChild(cx *sched.Context, i int) fan.Outcome {
	l := m.lanes[i]
	isInspection := cx.Inspecting()
	if l.kept.Held() {
		if isInspection {
			return fan.Pending
		}
		m.out, m.from, m.hasOut = l.kept.Take(), i, true
		return fan.Again
	}
	if !l.src.Held() {
		if isInspection {
			return fan.Pending
		}
		(*mux[T])(m).retire(i)
		return fan.Vacant
	}
	v, p, err := l.src.Poll((*edo.Context)(cx))
	switch {
	case p == edo.Pending:
		return fan.Pending
	case isInspection: // the stream does not ask whether it may go on
		if p == edo.Ready {
			l.kept.Put(item[T]{v, err})
		}
		cx.Task().Wake()
		return fan.Pending
	case p == edo.End:
		(*mux[T])(m).retire(i)
		return fan.Vacant
	}
	m.out, m.from, m.hasOut = item[T]{v, err}, i, true
	return fan.Again
}
