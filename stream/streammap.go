package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// StreamMap is a stream of the items of the streams that are in it, each with the key of its
// stream. Streams are inserted and removed while it is read; one that has ended is removed. The
// streams that are ready take turns, as in [Merge].
//
// A StreamMap without streams has ended, until one is inserted. It belongs to one task. Insert
// and Remove wake that task when it waits for the map, for instance in another branch of a
// Select. A StreamMap owns its streams and holds no items. NewStreamMap makes one.
type StreamMap[K comparable, T any] struct {
	mux  mux[T]
	of   map[K]int
	keys []K // of the lanes
}

// NewStreamMap returns an empty map.
func NewStreamMap[K comparable, T any]() *StreamMap[K, T] {
	m := &StreamMap[K, T]{of: make(map[K]int)}
	m.mux.onEnd = func(i int) { delete(m.of, m.keys[i]) }
	return m
}

// Len returns how many streams are in the map: those that have ended and were not polled
// since are counted.
func (m *StreamMap[K, T]) Len() int { return len(m.of) }

// Has reports whether there is a stream with the key.
func (m *StreamMap[K, T]) Has(key K) bool {
	_, ok := m.of[key]
	return ok
}

// Insert adds s, which the map owns from then on. A stream with the same key is removed, and
// returned as by Remove.
func (m *StreamMap[K, T]) Insert(key K, s Stream[T]) (before Seq[T]) {
	if m.of == nil { // dropped
		edo.Drop(s)
		return before
	}
	before = m.Remove(key)
	i := m.mux.add(own.HoldStream[T](Of(s)))
	if i == len(m.keys) {
		m.keys = append(m.keys, key)
	}
	m.keys[i] = key
	m.of[key] = i
	m.mux.set.WakeParent()
	return before
}

// Remove takes the stream with the key out of the map, and returns it: it belongs to the caller.
// Without such a stream the result has ended.
func (m *StreamMap[K, T]) Remove(key K) Seq[T] {
	i, ok := m.of[key]
	if !ok {
		return Seq[T]{}
	}
	delete(m.of, key)
	r := &removed[T]{lane: m.mux.remove(i)}
	r.self = r
	return Seq[T]{&r.node}
}

// removed is a stream that was in a map, behind the item that it has given there.
type removed[T any] struct {
	node[T]
	lane *lane[T]
}

func (r *removed[T]) PollNext(cx *edo.Context) (T, edo.Poll, error) {
	if r.lane.kept.Held() {
		it := r.lane.kept.Take()
		return it.v, edo.Ready, it.err
	}
	return r.lane.src.Poll(cx)
}

func (r *removed[T]) Drop() { r.lane.Drop() }

// PollNext polls for the next item. The key comes with an error as well.
func (m *StreamMap[K, T]) PollNext(cx *edo.Context) (out Pair[K, T], _ edo.Poll, _ error) {
	v, p, err := m.mux.poll(cx)
	switch {
	case p == edo.Ready:
		out = Pair[K, T]{m.keys[m.mux.from], v}
	case p == edo.End && !cx.Proceed(nil):
		p = edo.Pending
	}
	return out, p, err
}

// Drop drops all streams. A stream that is inserted later is dropped at once.
func (m *StreamMap[K, T]) Drop() {
	m.of, m.keys = nil, nil
	m.mux.Drop()
}
