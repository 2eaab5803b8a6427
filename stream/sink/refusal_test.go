package sink_test

import (
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/stream/sink"
)

// refusing is a sink that says that it has room, and then takes nothing.
type refusing struct{ drops int }

func (*refusing) PollReady(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }
func (*refusing) PollFlush(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }
func (*refusing) PollClose(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }
func (*refusing) StartSend(*owntest.Handle) error          { return errTest }
func (r *refusing) Drop()                                  { r.drops++ }

// accepting is a sink that owns what it gets.
func accepting(got *[]*owntest.Handle) edo.Sink[*owntest.Handle] {
	return sink.Func(func(h *owntest.Handle) error { *got = append(*got, h); return nil })
}

// A value has one owner, also when a sink refuses it although it had room: the sender, or a sink.
func TestAValueThatASinkRefusesIsDroppedOnceThroughEverySink(t *testing.T) {
	same := func(h *owntest.Handle) (*owntest.Handle, error) { return h, nil }
	var got []*owntest.Handle
	for name, s := range map[string]edo.Sink[*owntest.Handle]{
		"the sink itself":     &refusing{},
		"With":                sink.With(edo.Sink[*owntest.Handle](&refusing{}), same),
		"With of With":        sink.With(sink.With(edo.Sink[*owntest.Handle](&refusing{}), same), same),
		"Buffer":              sink.Buffer[*owntest.Handle](&refusing{}, 2),
		"Fanout of one":       sink.Fanout[*owntest.Handle](&refusing{}),
		"Fanout of none":      sink.Fanout[*owntest.Handle](),
		"With of a Fanout":    sink.With(sink.Fanout[*owntest.Handle](&refusing{}), same),
		"Buffer of With":      sink.Buffer(sink.With(edo.Sink[*owntest.Handle](&refusing{}), same), 2),
		"Func that fails":     sink.Func(func(*owntest.Handle) error { return errTest }),
		"With that fails":     sink.With(accepting(&got), func(*owntest.Handle) (*owntest.Handle, error) { return nil, errTest }),
		"With a Func below":   sink.With(sink.Func(func(*owntest.Handle) error { return errTest }), same),
		"Forward into a With": sink.With(edo.Sink[*owntest.Handle](&refusing{}), same),
	} {
		t.Run(name, func(t *testing.T) {
			h, task := owntest.NewHandle(1), edotest.NewTask()
			f := stream.ForwardFuture(s, stream.Stream[*owntest.Handle](stream.Once(h)))
			_, p, err := edotest.Poll(task, f)
			if p != edo.Ready || (err == nil) != (name == "Fanout of none") {
				t.Errorf("%v, %v", p, err)
			}
			if h.Drops() != 1 {
				t.Errorf("the value was dropped %d times", h.Drops())
			}
		})
	}
	if got != nil {
		t.Errorf("%d values were sent", len(got))
	}
}

func TestASinkBelowAWithThatRefusesAValueMakesItFail(t *testing.T) {
	task, h := edotest.NewTask(), owntest.NewHandle(1)
	s := sink.With(edo.Sink[*owntest.Handle](&refusing{}), func(h *owntest.Handle) (*owntest.Handle, error) { return h, nil })
	if err := s.StartSend(h); err != nil {
		t.Fatalf("the value is not the caller's any more: %v", err)
	}
	task.Enter(func(cx *edo.Context) {
		for what, poll := range map[string]func(*edo.Context) (edo.Poll, error){"ready": s.PollReady, "flush": s.PollFlush, "close": s.PollClose} {
			if p, err := poll(cx); p != edo.Ready || err != errTest {
				t.Errorf("%s: %v, %v", what, p, err)
			}
		}
	})
	if err := s.StartSend(h); err != errTest {
		t.Errorf("another value: %v", err)
	}
}

// All sinks of a Fanout take from one budget. However many there are, each poll goes on where the
// one before has stopped.
func TestAFanoutOfMoreSinksThanABudgetHasRoom(t *testing.T) {
	const n = 1000
	var to []edo.Sink[int]
	sums := make([]int, n)
	slow := newSink(t, 0)
	for i := range n {
		if i == n/2 {
			to = append(to, slow)
			continue
		}
		to = append(to, sink.Func(func(v int) error { sums[i] += v; return nil }))
	}
	task := edotest.NewTask()
	s := sink.Fanout(to...)
	untilReady := func(poll func(*edotest.Task, edo.Sink[int]) (edo.Poll, error)) {
		t.Helper()
		for range 20 {
			if p, err := poll(task, s); p == edo.Ready {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if task.TakeWakes() == 0 { // it waits
				slow.Grow(1)
			}
		}
		t.Fatal("20 polls, and no room")
	}
	for range 3 {
		untilReady(ready)
		if err := s.StartSend(1); err != nil {
			t.Fatal(err)
		}
	}
	untilReady(flush)
	sums[n/2] = 3
	if len(slow.Flushed()) != 3 || slices.ContainsFunc(sums, func(sum int) bool { return sum != 3 }) {
		t.Errorf("flushed %v, sums %v", slow.Flushed(), sums)
	}
}
