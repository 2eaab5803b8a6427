package future

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Race returns a future of the result of the first of fs that is ready, a value or an error,
// and drops the others then. A race of no futures would never end, so Race panics with an
// error that says so.
//
// The order of the first polls is drawn, from the seed of the runtime if it has one: each of
// the futures that are ready at once is as likely to win. Later polls poll the woken futures,
// in the order of their wakes. After the first that is ready no other is polled. So a loser
// leaves what it waited for where it is: a receive that lost takes no message. Functions in
// direct style that lose get [edo.ErrCancelled] from their waits, and return before the task
// ends; [RaceTask] waits until they have returned.
func Race[T any](fs ...edo.Future[T]) Fut[T] {
	if len(fs) == 0 {
		panic(errNoRacers)
	}
	r := &race[T]{}
	r.members = newMembers(fs)
	r.set.Init(r, len(fs))
	r.self = r
	return Fut[T]{&r.node}
}

var errNoRacers = errors.New("future: a race of nothing would never end: give it at least one future")

type race[T any] struct {
	node[T]
	group[T]
	v   own.Value[T]
	err error
}

func (r *race[T]) PollChild(cx *sched.Context, i int) fan.Outcome {
	v, ready, err := r.members[i].poll(cx)
	if !ready {
		return fan.Pending
	}
	r.v.Put(v)
	r.err = err
	return fan.Last
}

func (r *race[T]) Poll(cx *edo.Context) (v T, _ edo.Poll, _ error) {
	if r.members == nil {
		return polledAgain[T](cx)
	}
	if !mayStart(&r.set, cx) {
		return v, edo.Pending, nil
	}
	r.set.Shuffle((*sched.Context)(cx))
	if !pollSet(&r.set, cx) {
		return v, edo.Pending, nil
	}
	r.drop()
	return r.v.Take(), edo.Ready, r.err
}

func (r *race[T]) Drop() {
	if r.err != nil {
		r.v.Take() // a value that comes with an error is not dropped
		r.err = nil
	}
	defer r.v.Drop()
	r.drop()
}
