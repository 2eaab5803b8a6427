package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// Distinct returns a stream of the values of s whose key is not among the last max keys. It
// drops the others. It holds max keys, and when there is a new one forgets the oldest. With a
// max of 0 it forgets none, so its memory grows with the number of keys. For neighbours that
// are equal, see [DistinctUntilChanged].
//
//	s         1-2-2-1-3-|
//	Distinct  1-2-----3-|
func Distinct[T any, K comparable](s Stream[T], max int, key func(T) K) Seq[T] {
	d := &distinct[T, K]{src: source(s), key: key, seen: make(map[K]struct{}), max: max}
	d.self = d
	return Seq[T]{&d.node}
}

type distinct[T any, K comparable] struct {
	node[T]
	src  own.Stream[T]
	key  func(T) K
	seen map[K]struct{}

	// With a max above 0, the keys in the order in which they came.
	max    int
	keys   []K
	oldest int
}

func (d *distinct[T, K]) PollNext(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	for {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return zero, edo.Pending, nil
		}
		v, p, err := d.src.Poll(cx)
		if p != edo.Ready || err != nil || keepOrDrop(d.isNew, v) {
			return v, p, err
		}
		turn.End(cx)
	}
}

// isNew reports whether the key of v was not seen, and notes it.
func (d *distinct[T, K]) isNew(v T) bool {
	k := d.key(v)
	if _, ok := d.seen[k]; ok {
		return false
	}
	switch {
	case d.max <= 0:
	case len(d.keys) < d.max:
		d.keys = append(d.keys, k)
	default:
		delete(d.seen, d.keys[d.oldest])
		d.keys[d.oldest] = k
		d.oldest = (d.oldest + 1) % d.max
	}
	d.seen[k] = struct{}{}
	return true
}

func (d *distinct[T, K]) Drop() { d.src.Drop() }

// DistinctUntilChanged returns a stream of the values of s whose key differs from that of the
// value before. It drops the others, and holds one key.
//
//	s                     1-2-2-1-3-|
//	DistinctUntilChanged  1-2---1-3-|
func DistinctUntilChanged[T any, K comparable](s Stream[T], key func(T) K) Seq[T] {
	first, last := true, *new(K)
	return Of(s).Filter(func(v T) bool {
		k := key(v)
		changed := first || k != last
		first, last = false, k
		return changed
	})
}
