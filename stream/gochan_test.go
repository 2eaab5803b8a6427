package stream_test

import (
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/stream/sink"
)

func TestAGoChannelIsAStreamUntilItIsClosed(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		ch := make(chan int, 3)
		go func() {
			for v := range 1000 {
				ch <- v
			}
			close(ch)
		}()
		got := drain(task, stream.FromChan(ch), -1)
		if len(got) != 1000 || !slices.IsSorted(got) {
			t.Errorf("got %d items", len(got))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAStreamOfAGoChannelTakesWhatIsThereWithoutAGoroutine(t *testing.T) {
	ch, task := make(chan int, 2), edotest.NewTask()
	ch <- 1
	ch <- 2
	close(ch)
	requireItems(t, task, stream.FromChan(ch), 1, 2)
}

func TestAStreamOfAGoChannelThatIsDroppedLosesOneValueAtMost(t *testing.T) {
	ch, task := make(chan *owntest.Handle), edotest.NewTask()
	s := stream.FromChan(ch)
	edotest.RequireNextPending(t, task, s)
	h := owntest.NewHandle(1)
	ch <- h // the goroutine has it, or is about to
	s.Drop()
	requireItems[*owntest.Handle](t, task, s)
	select {
	case ch <- owntest.NewHandle(2):
		t.Error("the channel is still received from")
	default:
	}
}

func TestAGoChannelIsASinkWithBackPressureAndIsClosedInTheEnd(t *testing.T) {
	ch := make(chan int)
	sum, done := 0, make(chan struct{})
	go func() {
		for v := range ch {
			sum += v
		}
		close(done)
	}()
	err := edo.Run(func(task *edo.Task) error {
		return stream.Forward(task, sink.Chan(ch), stream.Of(count2()).Take(100))
	})
	<-done
	if err != nil || sum != 5050 {
		t.Fatalf("got %d, %v", sum, err)
	}
}

func TestForwardClosesTheSinkBehindTheStreamAndDropsBoth(t *testing.T) {
	task, src, to := edotest.NewTask(), owntest.NewScript[int](t).Give(1).Wait().Give(2), &recorder{}
	f := stream.ForwardFuture[int](to, src)
	edotest.RequirePending(t, task, f)
	if to.closes != 0 || to.flushes == 0 {
		t.Fatalf("closed %d times, flushed %d times", to.closes, to.flushes)
	}
	src.Wake()
	flushes := to.flushes
	edotest.RequireReady(t, task, f)
	if to.flushes != flushes { // a close flushes
		t.Errorf("flushed %d times before it was closed", to.flushes-flushes)
	}
	if !slices.Equal(to.got, []int{1, 2}) || to.closes != 1 || to.drops != 1 || src.Drops() != 1 {
		t.Fatalf("got %v, %d closes, %d drops", to.got, to.closes, to.drops)
	}
	edotest.RequireError(t, task, f, stream.ErrEnded)
}

func TestForwardThatFailsDropsTheSinkAndDoesNotCloseIt(t *testing.T) {
	task, src, to := edotest.NewTask(), owntest.NewScript[int](t).Give(1).Fail(errTest).Give(2), &recorder{}
	edotest.RequireError(t, task, stream.ForwardFuture[int](to, src), errTest)
	if to.closes != 0 || to.drops != 1 || src.Drops() != 1 {
		t.Fatalf("%d closes, %d drops", to.closes, to.drops)
	}
}

// recorder is a sink that notes what is done with it.
type recorder struct {
	got                    []int
	flushes, closes, drops int
}

func (r *recorder) PollReady(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }
func (r *recorder) StartSend(v int) error                    { r.got = append(r.got, v); return nil }
func (r *recorder) PollFlush(*edo.Context) (edo.Poll, error) { r.flushes++; return edo.Ready, nil }
func (r *recorder) PollClose(*edo.Context) (edo.Poll, error) { r.closes++; return edo.Ready, nil }
func (r *recorder) Drop()                                    { r.drops++ }
