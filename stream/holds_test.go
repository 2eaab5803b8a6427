package stream_test

import (
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// notAccounted are operators whose values this test does not follow, and why.
var notAccounted = map[string]string{
	"Sliding": "a value is in several windows, whose receivers share it",
	"Chan":    "a goroutine has the value: TestADroppedChannelSinkDropsTheValueThatWaitsAndClosesTheChannel",
}

// TestNoOperatorHoldsMoreThanTheGuideSays accounts for every value that an operator has taken,
// after each poll and after its drop, for every number of polls before the drop.
func TestNoOperatorHoldsMoreThanTheGuideSays(t *testing.T) {
	for _, s := range sections {
		for _, r := range s.rows {
			if (r.build == nil) != (notAccounted[r.name] != "") {
				t.Errorf("%s has a build: %v", r.name, r.build != nil)
			}
			if r.build == nil {
				continue
			}
			t.Run(r.name, func(t *testing.T) {
				for limit := 0; limit < 60 && !t.Failed(); limit++ {
					if err := sim.Run(uint64(limit), func(task *edo.Task) error { checkHolds(t, task, r, limit); return nil }); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
}

// onePoll is a future of one poll.
type onePoll func(cx *edo.Context)

func (f onePoll) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	f(cx)
	return edo.Unit{}, edo.Ready, nil
}

func checkHolds(t *testing.T, task *edo.Task, r guided, limit int) {
	var taken []*owntest.Handle
	given := map[*owntest.Handle]int{}
	src := stream.Then(stream.Iter(count), func(v int) edo.Future[int] { return slow(v, v%2) }).Take(20)
	made := stream.Map(src, func(v int) *owntest.Handle {
		h := owntest.NewHandle(v)
		taken = append(taken, h)
		return h
	})
	out := r.build(made, func(all ...*owntest.Handle) {
		for _, h := range all {
			given[h]++
		}
	})
	held := func() (n int) {
		for _, h := range taken {
			fates := given[h] + h.Drops()
			if fates > 1 {
				t.Errorf("value %d was given %d times and dropped %d times", h.N, given[h], h.Drops())
			}
			n += 1 - fates
		}
		return n
	}
	ended := false
	for n := 0; n < limit && !ended; n++ {
		p := edo.Pending
		edo.Await(task, edo.Future[edo.Unit](onePoll(func(cx *edo.Context) { _, p, _ = out.PollNext(cx) })))
		if n := held(); n > r.most {
			t.Errorf("it holds %d values, want at most %d", n, r.most)
		}
		if ended = p == edo.End; p == edo.Pending {
			timer.Sleep(task, time.Millisecond)
		}
	}
	edo.Drop(out)
	if n := held(); n != 0 {
		t.Errorf("after %d polls and the drop, %d values are unaccounted for", limit, n)
	}
}
