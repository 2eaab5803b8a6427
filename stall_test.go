package edo_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

func TestStallInTheSimulatorIsAnErrorThatNamesTheTasksAndEndsThem(t *testing.T) {
	var ended error
	err := sim.Run(1, func(task *edo.Task) error {
		_, rx := oneshot.New[int]()
		h := edo.Spawn(task, &gate{name: "nobody opens"}, edo.Name("stuck"))
		edo.Go(task, func(task *edo.Task) error {
			_, ended = rx.Recv(task)
			return ended
		}, edo.Name("direct"))
		_, err := h.Await(task)
		return err
	})
	var stall *edo.StallError
	if !errors.As(err, &stall) || len(stall.Snapshot.Tasks) != 3 {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{
		"nothing can happen any more",
		"stuck\n  waits for gate: nobody opens, from whoever opens it",
		"direct\n  waits for oneshot: receive",
		"waits for edo: the end of a task, from stuck",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
	if !errors.Is(ended, edo.ErrCancelled) {
		t.Errorf("the task was not cancelled: %v", ended)
	}
}

func TestStallNamesTheLiveSendersAndWhereEachWasMade(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer runtime.KeepAlive(tx)
		again := tx.Clone()
		defer runtime.KeepAlive(again)
		_, err := rx.Recv(task)
		return err
	})
	if err == nil || strings.Count(err.Error(), "stall_test.go:") != 2 {
		t.Errorf("got %v", err)
	}
}

func TestStallRunsTheCollectorFirst(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		rx := func() *mpsc.Receiver[int] {
			tx, rx := mpsc.New[int](1)
			tx.TrySend(5)
			return rx // tx is garbage
		}()
		if v, err := rx.Recv(task); v != 5 || err != nil {
			return fmt.Errorf("received %v, %v", v, err)
		}
		if _, err := rx.Recv(task); !errors.Is(err, edo.ErrClosed) {
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhenTheCollectorRunsChangesNothingInASeededRun(t *testing.T) {
	run := func(collect bool) (at time.Time) {
		err := sim.Run(1, func(task *edo.Task) error {
			tx, rx := mpsc.New[int](1)
			edo.Go(task, func(task *edo.Task) error {
				_, err := rx.Recv(task)
				at = timer.Now(task)
				if !errors.Is(err, edo.ErrClosed) {
					return err
				}
				return nil
			})
			tx.TrySend(0)
			rx.TryRecv()
			tx = nil
			for range 5 {
				if collect {
					runtime.GC()
				}
				if err := timer.Sleep(task, time.Second); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	if now, then := run(false), run(true); !now.Equal(then) || now.Second() != 5 {
		t.Errorf("the forgotten sender was seen at %v and at %v, want after 5 s", now, then)
	}
}

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

func TestOnPanicIsToldOfEachPanicOnceAndMayEndTheRuntime(t *testing.T) {
	for _, end := range []bool{false, true} {
		var told []string
		other := &gate{name: "other"}
		err := sim.Run(1, func(task *edo.Task) error {
			h := edo.Spawn(task, other, edo.Name("other"))
			p := edo.Go(task, func(*edo.Task) error { panic("first") }, edo.Name("bad"))
			_, err := p.Await(task)
			if end {
				if !errors.Is(task.Err(), edo.ErrCancelled) {
					t.Error("the runtime goes on")
				}
			} else {
				other.Open()
				if v, err := h.Await(task); v != 7 || err != nil {
					t.Errorf("got %v, %v", v, err)
				}
			}
			return err // its panic, once more
		}, sim.WithConfig(sim.Config{Runtime: edo.Config{
			OnError: func(error) {},
			OnPanic: func(p *edo.PanicError) bool {
				told = append(told, fmt.Sprint(p.Task, " ", p.Value))
				return end
			},
		}}))
		if fmt.Sprint(told) != "[bad first]" {
			t.Errorf("told of %v", told)
		}
		var panicked *edo.PanicError
		if !end && !errors.As(err, &panicked) {
			t.Errorf("got %v", err)
		}
	}
}

func TestOnPanicThatPanicsIsNoLoop(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		edo.Go(task, func(*edo.Task) error { panic("first") }, edo.Name("bad"))
		return nil
	}, sim.WithConfig(sim.Config{Runtime: edo.Config{
		OnError: func(error) {},
		OnPanic: func(p *edo.PanicError) bool { panic("second") },
	}}))
	if err == nil || !strings.Contains(err.Error(), "first") || !strings.Contains(err.Error(), "second") {
		t.Errorf("got %v", err)
	}
}

func TestMetricsAreExactWhenNothingRuns(t *testing.T) {
	s := sim.New(sim.Config{Seed: 1, Runtime: edo.Config{OnError: func(error) {}}})
	var rt *edo.Runtime
	gates := make([]gate, 3)
	s.Start(func(task *edo.Task) error {
		rt = task.Runtime()
		for i := range gates {
			edo.Spawn(task, &gates[i])
		}
		edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Second) })
		edo.Go(task, func(task *edo.Task) error { return edo.Yield(task) })
		edo.Go(task, func(task *edo.Task) error { panic("nobody joins") })
		return nil
	})
	s.RunUntilIdle()
	m := rt.Metrics()
	want := edo.Metrics{
		Workers: 1, Idle: 1, Alive: 4, Waiting: 4, Timers: 1, Bodies: 1, Failures: 1,
		Spawned: 7, Polls: 8, Parks: m.Parks,
	}
	if m != want || m.Parks == 0 {
		t.Errorf("got  %+v\nwant %+v", m, want)
	}
	for i := range gates {
		gates[i].Open()
	}
	if err := s.Wait(); err == nil {
		t.Error("no error")
	}
	if m := rt.Metrics(); m.Alive != 0 || m.Waiting != 0 || m.Bodies != 0 || m.Polls != 12 {
		t.Errorf("got %+v", m)
	}
}
