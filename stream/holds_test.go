package stream_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
)

// TestNoOperatorHoldsMoreThanTheGuideSays accounts for every value that an operator has taken,
// after each poll and after its drop, for every number of polls before the drop.
func TestNoOperatorHoldsMoreThanTheGuideSays(t *testing.T) {
	for _, s := range sections {
		for _, r := range s.rows {
			if r.build == nil {
				continue
			}
			t.Run(r.name, func(t *testing.T) {
				for limit := range 60 {
					checkHolds(t, r, limit)
				}
			})
		}
	}
}

func checkHolds(t *testing.T, r guided, limit int) {
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
			if fates := given[h] + h.Drops(); fates > 1 {
				t.Fatalf("value %d was given %d times and dropped %d times", h.N, given[h], h.Drops())
			} else {
				n += 1 - fates
			}
		}
		return n
	}
	task := edotest.NewTask()
	for range limit {
		_, p, _ := edotest.PollNext(task, out)
		if n := held(); n > r.most {
			t.Fatalf("it holds %d values, want at most %d", n, r.most)
		}
		if p == edo.End {
			break
		}
	}
	edo.Drop(out)
	if n := held(); n != 0 {
		t.Fatalf("after %d polls and the drop, %d values are unaccounted for", limit, n)
	}
}
