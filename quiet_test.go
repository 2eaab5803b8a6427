package edo_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

func TestStallOfARealRuntimeIsReportedAndTheTasksAreLeftAsTheyAre(t *testing.T) {
	for _, c := range configs {
		t.Run(c.name, func(t *testing.T) {
			told := make(chan error, 10)
			c.config.StallAfter = time.Millisecond
			c.config.OnError = func(err error) { told <- err }
			tx, rx := oneshot.New[int]()
			result := make(chan error, 1)
			go func() {
				result <- edo.Run(func(task *edo.Task) error {
					v, err := rx.Recv(task)
					if v != 9 {
						err = errors.Join(err, fmt.Errorf("received %d", v))
					}
					return err
				}, edo.WithConfig(c.config))
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

func TestWhatOnlyWaitsHasNotStalled(t *testing.T) {
	for name, main := range map[string]func(task *edo.Task) error{
		"timer": func(task *edo.Task) error { return timer.Sleep(task, 150*time.Millisecond) },
		"blocking task": func(task *edo.Task) error {
			h := edo.Blocking(task, func(*edo.Task) (int, error) {
				<-time.After(150 * time.Millisecond)
				return 0, nil
			})
			_, err := h.Await(task)
			return err
		},
		"listener": func(task *edo.Task) error {
			l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			defer l.Close()
			time.AfterFunc(150*time.Millisecond, func() { l.Close() })
			l.Accept(task)
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := edo.Run(main, edo.WithConfig(edo.Config{
				Workers:    2,
				StallAfter: time.Millisecond,
				OnError:    func(err error) { t.Error(err) },
			}))
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestRuntimeThatNobodyWaitsForHasNotStalled(t *testing.T) {
	told := make(chan error, 10)
	rt, err := edo.New(edo.Config{StallAfter: time.Millisecond, OnError: func(err error) { told <- err }})
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{name: "closed"}
	edo.Spawn(rt, g)
	<-time.After(150 * time.Millisecond)
	select {
	case err := <-told:
		t.Errorf("told of %v, while its maker could still do something", err)
	default:
	}
	go rt.Wait()
	var stall *edo.StallError
	if err := <-told; !errors.As(err, &stall) {
		t.Errorf("got %v", err)
	}
	if err := rt.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestBlockThatWorksIsNoStallAndNoNegativeNumber(t *testing.T) {
	told := make(chan error, 10)
	rt, err := edo.New(edo.Config{Workers: 2, StallAfter: time.Millisecond, OnError: func(err error) { told <- err }})
	if err != nil {
		t.Fatal(err)
	}
	parked, working := &gate{name: "parked"}, make(chan struct{})
	tx, rx := oneshot.New[int]()
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
	edo.Spawn(rt, rx)
	block(func(task *edo.Task) error {
		started <- struct{}{}
		_, err := edo.Await(task, parked)
		return err
	})
	block(func(task *edo.Task) error {
		started <- struct{}{}
		<-working
		return tx.Send(7)
	})
	for rt.Metrics().Blocking != 1 {
		runtime.Gosched()
	}
	ended := make(chan error)
	go func() { ended <- rt.Wait() }()
	<-time.After(100 * time.Millisecond)
	parked.Open()
	close(working)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	blocks.Wait()
	select {
	case err := <-told:
		t.Errorf("told of %v", err)
	default:
	}
}

// outsider is a leaf that something outside ends.
type outsider struct{ gate }

func (o *outsider) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if !cx.Proceed(o) {
		return 0, edo.Pending, nil
	}
	return o.gate.Poll(cx)
}

func (o *outsider) Waits(*edo.Context) edo.Wait { return edo.Wait{On: "a signal", Outside: true} }

func TestWaitForSomethingOutsideIsNoStall(t *testing.T) {
	o := &outsider{}
	time.AfterFunc(100*time.Millisecond, o.Open)
	_, err := edo.RunFuture(o, edo.WithConfig(edo.Config{StallAfter: time.Millisecond, OnError: func(err error) { t.Error(err) }}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestTimerThatWasStoppedHidesNoStall(t *testing.T) {
	told := make(chan error, 1)
	g := &gate{name: "shut"}
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
	edo.Spawn(rt, &gate{name: "shut"})
	if err := rt.Wait(); err != nil {
		t.Error(err)
	}
	if err := <-down; err != nil {
		t.Error(err)
	}
}
