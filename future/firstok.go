package future

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// FirstOK returns a future of the value of the first of fs that succeeds, and drops the others
// then. When all of them fail it fails with all of their errors, joined in the order of fs.
// FirstOK of no futures could not succeed, so it panics with an error that says so.
//
// Otherwise it is like [Race], for which a failure is a result as well: replicas are asked
// with FirstOK, a time limit is a Race. FirstOK is three allocations: 16 bytes for each error,
// and those of Race.
func FirstOK[T any](fs ...edo.Future[T]) Fut[T] {
	if len(fs) == 0 {
		panic(errNothingToSucceed)
	}
	f := &firstOK[T]{errs: make([]error, len(fs))}
	f.members = newMembers(fs)
	f.set.Init(f, len(fs))
	f.self = f
	return Fut[T]{&f.node}
}

var errNothingToSucceed = errors.New("future: FirstOK of nothing could not succeed: give it at least one future")

type firstOK[T any] struct {
	node[T]
	group[T]
	v    own.Value[T]
	errs []error // of those that have failed
}

func (f *firstOK[T]) PollChild(cx *sched.Context, i int) fan.Outcome {
	v, ready, err := f.members[i].poll(cx)
	switch {
	case !ready:
		return fan.Pending
	case err != nil:
		f.errs[i] = err
		return fan.Ended
	}
	f.v.Put(v)
	return fan.Last
}

func (f *firstOK[T]) Poll(cx *edo.Context) (v T, _ edo.Poll, _ error) {
	if f.members == nil {
		return polledAgain[T](cx)
	}
	if !mayStart(&f.set, cx) {
		return v, edo.Pending, nil
	}
	f.set.Shuffle((*sched.Context)(cx))
	if !pollSet(&f.set, cx) {
		return v, edo.Pending, nil
	}
	f.drop()
	if !f.v.Held() {
		return v, edo.Ready, errors.Join(f.errs...)
	}
	return f.v.Take(), edo.Ready, nil
}

func (f *firstOK[T]) Drop() {
	defer f.v.Drop()
	f.drop()
}
