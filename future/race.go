package future

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Race returns a future of what the first of fs that is ready comes to, its value or
// its error, and drops the others then. A race of nothing would never end: Race panics
// with an error that says so.
//
// In which order they are polled first is drawn, from the seed of the runtime if it has
// one: of those that are ready at once each is as likely to win. Then those are polled that
// were woken, in the order of their wakes. After the first that is ready no other is polled, so that what a loser
// waited for stays where it is: a receive that lost takes no message. Functions in direct
// style that lose get [edo.ErrCancelled] where they wait, and run to their ends before the
// task ends; [RaceTask] waits for that.
func Race[T any](fs ...edo.Future[T]) Fut[T] {
	if len(fs) == 0 {
		panic(errNoRacers)
	}
	r := &race[T]{}
	r.init(r, fs)
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
	v, ready, err := pollSource(cx, &r.members[i].src)
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
	if !r.begins(cx) {
		return v, edo.Pending, nil
	}
	r.set.Shuffle(cx.Internal(internal.Key{}))
	if !r.poll(cx) {
		return v, edo.Pending, nil
	}
	r.drop()
	return r.v.Take(), edo.Ready, r.err
}

func (r *race[T]) Drop() {
	if r.err != nil {
		r.v.Take() // what comes with an error is nobody's
		r.err = nil
	}
	defer r.v.Drop()
	r.drop()
}
