package future

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Join returns a future of the results of all of fs, in their order. It waits for all of
// them, also for those that fail, and does not fail itself: each future has its [Result].
// Join of no futures is ready at once, and takes one operation off the budget.
//
// The futures run in one task, in turns: a poll polls only those that were woken, in the
// order of their wakes. So one of ten thousand costs as much as one of ten. When the budget
// of a poll is used up, the next poll begins with the futures that are left. Join is three
// allocations: 144 bytes and, for each future, 80 bytes and its result.
func Join[T any](fs ...edo.Future[T]) Fut[[]Result[T]] {
	j := &join[T]{results: make([]Result[T], len(fs))}
	j.members = newMembers(fs)
	j.set.Init(j, len(fs))
	j.self = j
	return Fut[[]Result[T]]{&j.node}
}

type join[T any] struct {
	node[[]Result[T]]
	group[T]
	results []Result[T] // nil: returned or dropped
}

func (j *join[T]) PollChild(cx *sched.Context, i int) fan.Outcome {
	v, ready, err := j.members[i].poll(cx)
	if !ready {
		return fan.Pending
	}
	j.results[i] = Result[T]{v, err}
	return fan.Ended
}

func (j *join[T]) Poll(cx *edo.Context) ([]Result[T], edo.Poll, error) {
	if j.results == nil {
		return polledAgain[[]Result[T]](cx)
	}
	if !pollSet(&j.set, cx) {
		return nil, edo.Pending, nil
	}
	results := j.results
	j.results = nil
	j.drop()
	return results, edo.Ready, nil
}

func (j *join[T]) Drop() {
	var ended []Result[T]
	for i, r := range j.results {
		if j.set.Ended(i) {
			ended = append(ended, r)
		}
	}
	j.results = nil
	defer own.DiscardAll(ended)
	j.drop()
}

// TryJoin returns a future of the values of all of fs, in their order. It fails as soon as
// one of them fails, with its error: then it drops the other futures, and the values that
// are there. Otherwise it is like [Join].
func TryJoin[T any](fs ...edo.Future[T]) Fut[[]T] {
	t := &tryJoin[T]{values: make([]T, len(fs))}
	t.members = newMembers(fs)
	t.set.Init(t, len(fs))
	t.self = t
	return Fut[[]T]{&t.node}
}

type tryJoin[T any] struct {
	node[[]T]
	group[T]
	values   []T // nil: returned or dropped
	err      error
	failedAt int // the index of the future that failed with err
}

func (t *tryJoin[T]) PollChild(cx *sched.Context, i int) fan.Outcome {
	v, ready, err := t.members[i].poll(cx)
	switch {
	case !ready:
		return fan.Pending
	case err != nil:
		t.err, t.failedAt = err, i
		return fan.Last
	}
	t.values[i] = v
	return fan.Ended
}

func (t *tryJoin[T]) Poll(cx *edo.Context) ([]T, edo.Poll, error) {
	if t.values == nil {
		return polledAgain[[]T](cx)
	}
	if !pollSet(&t.set, cx) {
		return nil, edo.Pending, nil
	}
	if t.err != nil {
		t.Drop()
		return nil, edo.Ready, t.err
	}
	values := t.values
	t.values = nil
	t.drop()
	return values, edo.Ready, nil
}

func (t *tryJoin[T]) Drop() {
	var ended []T
	for i, v := range t.values {
		if t.set.Ended(i) && (t.err == nil || t.failedAt != i) {
			ended = append(ended, v)
		}
	}
	t.values = nil
	defer own.DiscardAll(ended)
	t.drop()
}
