package stream_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// rude is a source that does not ask whether it may go on: it gives an item whenever there is room,
// also to a report, which polls a task to learn what it waits for. Then it wakes no task: the report came
// before the wake, and took the item.
type rude struct {
	source
	room  int
	waker edo.Waker
}

func (s *rude) PollNext(cx *edo.Context) (v int, _ edo.Poll, _ error) {
	if s.isEnded || s.drops > 0 {
		panic("polled after its end")
	}
	if s.room == 0 {
		s.waker = cx.Waker()
		return 0, edo.Pending, nil
	}
	s.room--
	if len(s.in) == 0 {
		s.isEnded = true
		return 0, edo.End, nil
	}
	v, s.in = s.in[0], s.in[1:]
	if v < 0 {
		return 0, edo.Ready, code(-v)
	}
	return v, edo.Ready, nil
}

// A stage that goes on with the item polls what comes next in the report as well, where nothing can wait.
// So it must poll that again.
func TestAnItemThatAReportTookGoesOnThroughARandomPipeline(t *testing.T) {
	for seed := range seeds(600) {
		r := rand.New(rand.NewPCG(seed, 3))
		p := newPipeline(r)
		// An error passes a Zip whose other stream is pending, as one is in a report that has ended otherwise.
		p.stages = slices.DeleteFunc(p.stages, func(st stage) bool { return st.name == "Zip with fewer" })
		src := &rude{source: source{in: p.in}}
		var got []int
		err := sim.Run(seed, func(task *edo.Task) error {
			h := edo.Go(task, func(task *edo.Task) error {
				got = drain(task, p.build(src), -1)
				return nil
			})
			for range len(p.in) + 1 {
				timer.Sleep(task, time.Millisecond)
				src.room++
				task.Runtime().Snapshot()
				if src.room > 0 { // a shared stream keeps reports from its source
					src.waker.Wake()
				}
			}
			_, err := h.Await(task)
			return err
		})
		if want := p.want(); err != nil || !slices.Equal(got, want) || src.drops != 1 {
			t.Fatalf("seed %d: %v: got %v, want %v; %d drops; %v", seed, p, got, want, src.drops, err)
		}
	}
}
