package sim_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// held runs main in a simulation whose clock is held.
func held(t *testing.T, main func(task *edo.Task) error, opts ...sim.Option) error {
	t.Helper()
	return sim.Run(1, func(task *edo.Task) error {
		sim.HoldClock(task)
		return main(task)
	}, opts...)
}

// since returns the time since the start of the simulation.
func since(task *edo.Task) time.Duration { return timer.Now(task).Sub(start) }

func TestAHeldClockMovesByAdvanceAloneAndToTheNanosecond(t *testing.T) {
	err := held(t, func(task *edo.Task) error {
		done := spawnSleepers(task, 3, 1, 2)
		for range 100 {
			edo.Yield(task)
		}
		if since(task) != 0 {
			t.Errorf("the held clock has moved by %v", since(task))
		}
		for _, step := range []struct {
			by   time.Duration
			want []int
		}{{time.Second - 1, nil}, {1, []int{1}}, {0, []int{1}}, {2*time.Second - 1, []int{1, 2}}, {1, []int{1, 2, 3}}, {7, []int{1, 2, 3}}} {
			before := since(task)
			if err := sim.Advance(task, step.by); err != nil {
				return err
			}
			if got := since(task) - before; got != step.by || !slices.Equal(*done, step.want) {
				t.Errorf("Advance of %v moved the clock by %v; done %v, want %v", step.by, got, *done, step.want)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// A task that is woken during an Advance sets its next timer at its own instant, and what is due at
// the last instant has been done, also in several steps.
func TestAdvanceEndsWhenNothingIsLeftToDo(t *testing.T) {
	for seed := range uint64(50) {
		err := sim.Run(seed, func(task *edo.Task) error {
			sim.HoldClock(task)
			var at []time.Duration
			answers := 0
			edo.Go(task, func(task *edo.Task) error {
				for {
					if err := timer.Sleep(task, 3*time.Millisecond); err != nil {
						return err
					}
					at = append(at, since(task))
					h := edo.Go(task, func(task *edo.Task) error { return edo.Yield(task) })
					if _, err := h.Await(task); err != nil {
						return err
					}
					answers++
				}
			}, edo.Daemon())
			if err := sim.Advance(task, 9*time.Millisecond); err != nil {
				return err
			}
			if want := []time.Duration{3e6, 6e6, 9e6}; !slices.Equal(at, want) || answers != 3 {
				t.Errorf("seed %d: ticks at %v, and %d answers", seed, at, answers)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAReleasedClockJumpsAgain(t *testing.T) {
	err := held(t, func(task *edo.Task) error {
		if err := sim.Advance(task, time.Minute); err != nil {
			return err
		}
		sim.ReleaseClock(task)
		if err := timer.Sleep(task, time.Hour); err != nil {
			return err
		}
		if since(task) != time.Hour+time.Minute {
			t.Errorf("at %v", since(task))
		}
		sim.HoldClock(task)
		sim.HoldClock(task)
		sim.ReleaseClock(task) // once is enough
		return timer.Sleep(task, time.Hour)
	})
	if err != nil {
		t.Error(err)
	}
}

func TestASleepUnderAHeldClockIsAnErrorThatNamesIt(t *testing.T) {
	err := held(t, func(task *edo.Task) error { return timer.Sleep(task, time.Second) })
	var stall *edo.StallError
	if !errors.As(err, &stall) || !strings.Contains(err.Error(), "timer: sleep") {
		t.Errorf("got %v", err)
	}
}

// The clock that a blocking task releases is that of a runtime which waits already.
func TestAClockIsReleasedFromABlockingTask(t *testing.T) {
	err := held(t, func(task *edo.Task) error {
		h := edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) {
			for range 100 {
				runtime.Gosched()
			}
			sim.ReleaseClock(task)
			return edo.Unit{}, nil
		})
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		_, err := h.Await(task)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAdvanceWaitsWhileABlockingTaskRuns(t *testing.T) {
	for _, hold := range []bool{false, true} {
		var events []string
		err := sim.Run(1, func(task *edo.Task) error {
			if hold {
				sim.HoldClock(task)
			}
			h := edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) {
				for range 1000 {
					runtime.Gosched()
				}
				if since(task) != 0 {
					t.Errorf("the clock has moved by %v", since(task))
				}
				events = append(events, "blocking task")
				return edo.Unit{}, nil
			})
			if err := sim.Advance(task, time.Hour); err != nil {
				return err
			}
			events = append(events, "clock")
			_, err := h.Await(task)
			return err
		})
		if want := []string{"blocking task", "clock"}; err != nil || !slices.Equal(events, want) {
			t.Errorf("held %v: %v; %q", hold, err, events)
		}
	}
}

func TestTasksThatAdvanceTheClockAtOnceEachGetTheirOwnInstant(t *testing.T) {
	err := held(t, func(task *edo.Task) error {
		var at []time.Duration
		for _, d := range []time.Duration{3, 1, 2, 2} {
			edo.Go(task, func(task *edo.Task) error {
				defer func() { at = append(at, since(task)) }()
				return sim.Advance(task, d*time.Second)
			})
		}
		if err := sim.Advance(task, 4*time.Second); err != nil {
			return err
		}
		if want := []time.Duration{1e9, 2e9, 2e9, 3e9}; !slices.Equal(at, want) || since(task) != 4*time.Second {
			t.Errorf("over at %v, and %v", at, since(task))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestACancelledAdvanceStopsTheClock(t *testing.T) {
	err := held(t, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error { return sim.Advance(task, time.Hour) })
		edo.Go(task, func(task *edo.Task) error {
			err := timer.Sleep(task, time.Second)
			h.Abort()
			return err
		})
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v", err)
		}
		for range 100 {
			edo.Yield(task)
		}
		if since(task) != time.Second {
			t.Errorf("the clock is at %v", since(task))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// Neither a Late of the simulation nor the automatic jumps of the clock move it beyond an Advance.
func TestAdvanceIsExactOnAClockThatIsLate(t *testing.T) {
	for seed := range uint64(20) {
		err := sim.Run(seed, func(task *edo.Task) error {
			done := spawnSleepers(task, 1, 2, 5)
			if err := sim.Advance(task, 2*time.Second+7); err != nil {
				return err
			}
			if since(task) != 2*time.Second+7 || !slices.Equal(*done, []int{1, 2}) {
				t.Errorf("at %v, done %v", since(task), *done)
			}
			return nil
		}, sim.WithConfig(sim.Config{Late: time.Minute}))
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAdvanceElsewhereIsAnErrorThatSaysWhatToDo(t *testing.T) {
	var stepped, machine, negative error
	var panicked any
	s := sim.New(sim.Config{})
	s.Start(func(task *edo.Task) error {
		stepped = sim.Advance(task, time.Second)
		if err := edo.Yield(task); err != nil {
			return err
		}
		return sim.Advance(task, time.Second) // no longer stepped
	})
	for stepped == nil {
		s.Step()
	}
	if err := s.Wait(); err != nil {
		t.Error(err)
	}
	if err := edo.Run(func(task *edo.Task) error {
		defer func() { panicked = recover() }()
		machine = sim.Advance(task, time.Second)
		sim.HoldClock(task)
		return nil
	}); err != nil {
		t.Error(err)
	}
	if err := held(t, func(task *edo.Task) error { negative = sim.Advance(task, -1); return nil }); err != nil {
		t.Error(err)
	}
	for want, got := range map[string]any{
		"its Sim moves the clock":     stepped,
		"that of the machine":         machine,
		"time does not go back":       negative,
		"cannot be held or released:": panicked,
	} {
		if err, ok := got.(error); !ok || !strings.HasPrefix(err.Error(), "sim: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", got, want)
		}
	}
}

func TestASimIsHeldAndReleasedFromOutside(t *testing.T) {
	for _, hold := range []bool{true, false} {
		s := sim.New(sim.Config{HoldClock: !hold})
		if hold {
			s.HoldClock()
		} else {
			s.ReleaseClock()
		}
		s.Start(func(task *edo.Task) error { return timer.Sleep(task, time.Hour) })
		s.Advance(time.Minute)
		if err := s.Wait(); (err != nil) != hold {
			t.Errorf("held %v: %v", hold, err)
		}
	}
}

func TestAReportNamesAnAdvanceAndItsInstant(t *testing.T) {
	err := held(t, func(task *edo.Task) error {
		tx, rx := oneshot.New[int]()
		h := edo.Go(task, func(task *edo.Task) error { return sim.Advance(task, time.Hour) }, edo.Name("mover"))
		edo.Go(task, func(task *edo.Task) error {
			defer tx.Send(1)
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			var dump strings.Builder
			if err := edo.Dump(&dump); err != nil {
				return err
			}
			text := dump.String()
			if !strings.Contains(text, "sim: the clock, which goes on, until 2000-01-01 01:00:00") {
				t.Errorf("the report says\n%s", text)
			}
			return nil
		})
		rx.Recv(task)
		h.Abort()
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestStepFormOfAdvanceDoesWhatDirectStyleDoes(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) (w tasktest.World) {
		for _, d := range []time.Duration{-1, 0, time.Millisecond, 3 * time.Millisecond} {
			w.Ops = append(w.Ops, tasktest.OpOfError("Advance "+d.String(),
				func(task *edo.Task) error { return sim.Advance(task, d) },
				func(task *edo.Task, st *edo.Step) (bool, error) { return sim.AdvanceStep(task, st, d) }))
		}
		return w
	}, "Advance -1ns waited", "Advance -1ns cancelled", "Advance 0s done at once", "Advance 1ms done at once", "Advance 3ms done at once")
}

// A test that is about time says when it passes.
func ExampleAdvance() {
	err := sim.Run(1, func(task *edo.Task) error {
		sim.HoldClock(task)
		ticks := 0
		edo.Go(task, func(task *edo.Task) error {
			for range stream.All(task, timer.NewInterval(time.Second)) {
				ticks++
			}
			return nil
		}, edo.Daemon())
		for _, d := range []time.Duration{0, 999 * time.Millisecond, time.Millisecond, time.Minute} {
			if err := sim.Advance(task, d); err != nil {
				return err
			}
			fmt.Println(ticks, "ticks at", timer.Now(task).Format(time.StampMilli))
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// 0 ticks at Jan  1 00:00:00.000
	// 0 ticks at Jan  1 00:00:00.999
	// 1 ticks at Jan  1 00:00:01.000
	// 61 ticks at Jan  1 00:01:01.000
	// <nil>
}
