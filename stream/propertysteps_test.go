package stream_test

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/stream"
)

// peeking peeks at each item before it gives it.
type peeking struct{ *stream.Peekable[int] }

func (p peeking) PollNext(cx *edo.Context) (int, edo.Poll, error) {
	if _, poll, _ := p.PollPeek(cx); poll != edo.Ready {
		return 0, poll, nil
	}
	return p.Peekable.PollNext(cx)
}

// slow is a future that is pending for so many polls.
func slow(v, polls int) edo.Future[int] { return &slowFuture{v, polls} }

type slowFuture struct{ v, polls int }

func (f *slowFuture) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if !cx.Proceed(nil) {
		return 0, edo.Pending, nil
	}
	if f.polls--; f.polls >= 0 {
		cx.Waker().WakeBy(cx)
		return 0, edo.Pending, nil
	}
	return f.v, edo.Ready, nil
}
