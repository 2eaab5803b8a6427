package copied

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/joinset"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/scope"
)

type shard struct {
	mu   lock.Mutex
	more [2]lock.RWMutex
}

type node struct {
	next  *node
	shard *shard
}

func byValue(task edo.Task) {} // want `each call copies edo.Task: use a pointer`

func (s shard) method() {} // want `each call copies lock.Mutex: use a pointer`

func result() (s shard) { return } // want `each call copies lock.Mutex`

func copies(task *edo.Task, shards []shard, s *shard, tx *mpsc.Sender[int], sc *scope.Scope) {
	a := *s                    // want `the assignment copies lock.Mutex: use a pointer`
	var b = s.more             // want `the declaration copies lock.RWMutex`
	c := []shard{*s}           // want `the literal copies lock.Mutex`
	c = append(c, *s)          // want `the call copies lock.Mutex`
	for _, s := range shards { // want `each turn of the loop copies lock.Mutex: range over the indices`
		_ = &s
	}
	h := *edo.Go(task, func(task *edo.Task) error { return nil }) // want `the assignment copies edo.JoinHandle`
	d := *tx                                                      // want `the assignment copies mpsc.Sender`
	e := *sc                                                      // want `the assignment copies scope.Scope`
	func(set joinset.Set[int]) {}(joinset.Set[int]{})             // want `each call copies joinset.Set`
	_, _, _, _, _ = &a, &b, &h, &d, &e
}

func right(task *edo.Task, shards []shard) *shard {
	s := &shard{}
	t := shard{mu: lock.Mutex{}}
	for i := range shards {
		shards[i].mu.Lock(task)
	}
	n := node{shard: s}
	m := n
	_ = m
	_ = *s
	var zero shard
	u := edo.Go(task, func(task *edo.Task) error { return nil })
	_ = u
	_ = zero.mu.TryLock()
	return &t
}
