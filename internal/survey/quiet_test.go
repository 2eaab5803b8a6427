package survey_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/report"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

func TestStallOfARealRuntimeIsReportedAndTheTasksAreLeftAsTheyAre(t *testing.T) {
	for _, c := range tasktest.Kinds {
		t.Run(c.Name, func(t *testing.T) {
			told := make(chan error, 10)
			c.Config.StallAfter = time.Millisecond
			c.Config.OnError = func(err error) { told <- err }
			tx, rx := oneshot.New[int]()
			result := make(chan error, 1)
			go func() {
				result <- edo.Run(func(task *edo.Task) error {
					v, err := rx.Recv(task)
					if v != 9 {
						err = errors.Join(err, fmt.Errorf("received %d", v))
					}
					return err
				}, edo.WithConfig(c.Config))
			}()
			var stall *edo.StallError
			if err := <-told; !errors.As(err, &stall) || len(stall.Snapshot.Tasks) != 1 {
				t.Errorf("got %v", err)
			}
			tx.Send(9) // from a goroutine that is no task
			if err := <-result; err != nil {
				t.Error(err)
			}
		})
	}
}

// makeGarbage leaves n objects to the collector. The clean-up function of each takes the time
// each.
//
//go:noinline
func makeGarbage(n int, each time.Duration) {
	for range n {
		runtime.AddCleanup(&struct{ p *int }{new(int)}, func(each time.Duration) {
			for begin := time.Now(); time.Since(begin) < each; {
			}
		}, each)
	}
}

func TestForgottenSenderIsNoStallHoweverSlowOtherCleanUpFunctionsAre(t *testing.T) {
	for _, c := range tasktest.Kinds {
		t.Run(c.Name, func(t *testing.T) {
			c.Config.StallAfter = time.Millisecond
			c.Config.OnError = func(err error) { t.Error(err) }
			err := edo.Run(func(task *edo.Task) error {
				_, rx := mpsc.New[int](1) // the sender is forgotten
				makeGarbage(1000, 50*time.Microsecond)
				if _, err := rx.Recv(task); !errors.Is(err, edo.ErrClosed) {
					return err
				}
				return nil
			}, edo.WithConfig(c.Config))
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// untilIdle waits until this many tasks wait, and no task runs. Workers are counted one after the
// other: one may hand a task to another that was counted as idle, and be idle when its turn comes. So
// it takes two counts between which no worker has parked.
func untilIdle(rt *edo.Runtime, waiting int) {
	isIdle := func(m report.Metrics) bool {
		return m.Idle == m.Workers+m.Spares && m.Waiting >= waiting && m.Queued == 0
	}
	for before, m := rt.Metrics(), rt.Metrics(); !isIdle(before) || !isIdle(m) || m.Parks != before.Parks; before, m = m, rt.Metrics() {
		runtime.Gosched()
	}
}

// newWatched makes a runtime that runs first and does not look for stalls by itself. Only its
// tasks can spawn.
func newWatched(t *testing.T, first edo.Future[int]) *edo.Runtime {
	t.Helper()
	rt, err := edo.New(edo.Config{Workers: 2, StallAfter: -1, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	edo.Spawn(rt, first)
	go rt.Wait()
	t.Cleanup(func() {
		if err := rt.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return rt
}

func TestRuntimeThatWaitsForEventsFromOutsideHasNotStalled(t *testing.T) {
	release := make(chan struct{})
	for name, main := range map[string]func(task *edo.Task) (int, error){
		"timer": func(task *edo.Task) (int, error) { return 0, timer.Sleep(task, time.Hour) },
		"blocking task": func(task *edo.Task) (int, error) {
			return edo.Blocking(task, func(*edo.Task) (int, error) { <-release; return 0, nil }).Await(task)
		},
		"listener": func(task *edo.Task) (int, error) {
			l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
			if err != nil {
				return 0, err
			}
			defer l.Close()
			_, err = l.Accept(task)
			return 0, err
		},
		"something outside": func(task *edo.Task) (int, error) { return edo.Await(task, &outsider{}) },
	} {
		t.Run(name, func(t *testing.T) {
			rt := newWatched(t, edo.Async(main))
			untilIdle(rt, 1)
			for isOpen(rt) {
				runtime.Gosched()
			}
			if stalls(rt) {
				t.Errorf("it would be reported: %v", rt.Snapshot())
			}
			if name == "blocking task" {
				close(release)
			}
		})
	}
}

func TestRuntimeWithoutAWaitingCallerHasNotStalled(t *testing.T) {
	rt, err := edo.New(edo.Config{StallAfter: -1, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	edo.Spawn(rt, &tasktest.Gate{Name: "shut"})
	untilIdle(rt, 1)
	if stalls(rt) {
		t.Error("it would be reported, while its maker could still do something")
	}
	go rt.Wait()
	for !stalls(rt) {
		runtime.Gosched()
	}
	if err := rt.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestBlockThatWorksIsNoStallAndNoNegativeNumber(t *testing.T) {
	parked, working := &tasktest.Gate{Name: "parked"}, make(chan struct{})
	tx, rx := oneshot.New[int]()
	rt := newWatched(t, rx)
	started := make(chan struct{}, 2)
	var blocks sync.WaitGroup
	block := func(fn func(task *edo.Task) error) {
		blocks.Go(func() {
			if err := edo.Block(rt, context.Background(), fn); err != nil {
				t.Error(err)
			}
		})
		<-started
	}
	returned := make(chan struct{})
	block(func(task *edo.Task) error {
		defer close(returned)
		started <- struct{}{}
		_, err := edo.Await(task, parked)
		return err
	})
	block(func(task *edo.Task) error {
		started <- struct{}{}
		<-working
		return tx.Send(7)
	})
	for isOpen(rt) || rt.Metrics().Blocking != 1 {
		runtime.Gosched()
	}
	untilIdle(rt, 3)
	if stalls(rt) {
		t.Errorf("it would be reported: %v", rt.Snapshot())
	}
	parked.Open()
	<-returned // a Block does not hold the runtime open: the Shutdown below ends it
	close(working)
	blocks.Wait()
}

// outsider is a gate whose wait an event outside of the program may end.
type outsider struct{ tasktest.Gate }

func (o *outsider) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if !cx.Proceed(o) {
		return 0, edo.Pending, nil
	}
	return o.Gate.Poll(cx)
}

func (o *outsider) Waits(*edo.Context) edo.Wait { return edo.Wait{On: "a signal", Outside: true} }

func TestTimerThatWasStoppedHidesNoStall(t *testing.T) {
	told := make(chan error, 1)
	g := &tasktest.Gate{Name: "shut"}
	ended := make(chan error)
	go func() {
		ended <- edo.Run(func(task *edo.Task) error {
			h := edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Hour) })
			edo.Yield(task)
			h.Abort()
			_, err := edo.Await(task, g)
			return err
		}, edo.WithConfig(edo.Config{StallAfter: time.Millisecond, OnError: func(err error) { told <- err }}))
	}()
	var stall *edo.StallError
	if err := <-told; !errors.As(err, &stall) {
		t.Errorf("got %v", err)
	}
	g.Open()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestOnErrorMayShutDownAStalledRuntime(t *testing.T) {
	var rt *edo.Runtime
	down := make(chan error, 1)
	rt, err := edo.New(edo.Config{StallAfter: time.Millisecond, OnError: func(err error) {
		var stall *edo.StallError
		if errors.As(err, &stall) {
			down <- rt.Shutdown(context.Background())
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	edo.Spawn(rt, &tasktest.Gate{Name: "shut"})
	if err := rt.Wait(); err != nil {
		t.Error(err)
	}
	if err := <-down; err != nil {
		t.Error(err)
	}
}
