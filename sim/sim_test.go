package sim_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// spawnSleepers spawns tasks that sleep for so many seconds each, and returns the list of
// those that are done.
func spawnSleepers(task *edo.Task, seconds ...int) *[]int {
	done := &[]int{}
	for _, n := range seconds {
		edo.Go(task, func(task *edo.Task) error {
			if err := timer.Sleep(task, time.Duration(n)*time.Second); err != nil {
				return err
			}
			*done = append(*done, n)
			return nil
		})
	}
	return done
}

func TestStepRunsOnePoll(t *testing.T) {
	s := sim.New(sim.Config{})
	polls := 0
	s.Start(func(task *edo.Task) error {
		for range 3 {
			polls++
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		polls++
		return nil
	})
	for want := range 4 {
		if polls != want {
			t.Fatalf("%d polls after %d steps", polls, want)
		}
		if !s.Step() {
			t.Fatalf("nothing to do after %d steps", want)
		}
	}
	if polls != 4 || s.Step() {
		t.Fatalf("%d polls, or a step after the end", polls)
	}
	if err := s.Wait(); err != nil {
		t.Fatal(err)
	}
}

func TestNoTimePassesInRunUntilIdle(t *testing.T) {
	s := sim.New(sim.Config{})
	begin := s.Now()
	var done *[]int
	s.Start(func(task *edo.Task) error {
		done = spawnSleepers(task, 0, 1)
		return nil
	})
	s.RunUntilIdle()
	if !slices.Equal(*done, []int{0}) || !s.Now().Equal(begin) || s.Step() {
		t.Fatalf("%v done after %v", *done, s.Now().Sub(begin))
	}
	if err := s.Wait(); err != nil || len(*done) != 2 {
		t.Fatalf("%v done, %v", *done, err)
	}
}

func TestAdvanceIsExactAndFiresTimersInOrder(t *testing.T) {
	s := sim.New(sim.Config{})
	begin := s.Now()
	var done *[]int
	s.Start(func(task *edo.Task) error {
		done = spawnSleepers(task, 3, 1, 2, 4)
		return nil
	})
	for _, step := range []struct {
		by   time.Duration
		want []int
	}{
		{time.Second - 1, nil},
		{1, []int{1}},
		{2 * time.Second, []int{1, 2, 3}},
		{time.Second - 1, []int{1, 2, 3}},
		{1, []int{1, 2, 3, 4}},
	} {
		begin := s.Now()
		s.Advance(step.by)
		if !slices.Equal(*done, step.want) || s.Now().Sub(begin) != step.by {
			t.Fatalf("after %v: %v done, want %v", s.Now().Sub(begin), *done, step.want)
		}
	}
	if err := s.Wait(); err != nil || s.Now().Sub(begin) != 4*time.Second {
		t.Fatalf("%v, after %v", err, s.Now().Sub(begin))
	}
}

func TestTimersSetWhileAdvancingFireAtTheirOwnInstants(t *testing.T) {
	s := sim.New(sim.Config{})
	begin := s.Now()
	var ticks []time.Duration
	s.Start(func(task *edo.Task) error {
		for {
			if err := timer.Sleep(task, 3*time.Millisecond); err != nil {
				return err
			}
			if ticks = append(ticks, s.Now().Sub(begin)); len(ticks) == 5 {
				return nil
			}
		}
	})
	s.Advance(10 * time.Millisecond)
	if want := []time.Duration{3e6, 6e6, 9e6}; !slices.Equal(ticks, want) {
		t.Fatalf("ticks at %v, want %v", ticks, want)
	}
	if err := s.Wait(); err != nil || len(ticks) != 5 {
		t.Fatalf("%v, ticks at %v", err, ticks)
	}
}

func TestTasksAreWokenFromOutsideBetweenSteps(t *testing.T) {
	s := sim.New(sim.Config{})
	tx, rx := oneshot.New[string]()
	got := ""
	s.Start(func(task *edo.Task) (err error) {
		got, err = rx.Recv(task)
		return err
	})
	s.RunUntilIdle()
	if err := tx.Send("from outside"); err != nil {
		t.Fatal(err)
	}
	if got != "" || !s.Step() || got != "from outside" {
		t.Fatalf("got %q", got)
	}
	if err := s.Wait(); err != nil {
		t.Fatal(err)
	}
}

func TestStepsHaveTheOrderOfAFreeRun(t *testing.T) {
	main := func(order *[]int) func(task *edo.Task) error {
		return func(task *edo.Task) error {
			for i := range 10 {
				edo.Go(task, func(task *edo.Task) error {
					*order = append(*order, i)
					edo.Yield(task)
					*order = append(*order, i)
					return nil
				})
			}
			return nil
		}
	}
	var free, stepped []int
	if err := sim.Run(5, main(&free)); err != nil {
		t.Fatal(err)
	}
	s := sim.New(sim.Config{Seed: 5})
	s.Start(main(&stepped))
	for s.Step() {
	}
	if err := s.Wait(); err != nil || !slices.Equal(free, stepped) {
		t.Fatalf("%v; free %v, stepped %v", err, free, stepped)
	}
}

func TestHeldClockMakesSleepAnErrorWithoutAdvance(t *testing.T) {
	s := sim.New(sim.Config{HoldClock: true})
	begin := s.Now()
	s.Start(func(task *edo.Task) error {
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		return timer.Sleep(task, time.Second)
	})
	s.Advance(time.Second)
	err := s.Wait()
	if err == nil || s.Now().Sub(begin) != time.Second {
		t.Fatalf("%v, after %v", err, s.Now().Sub(begin))
	}
}

func TestWaitReturnsTheErrorOfMainAgain(t *testing.T) {
	s := sim.New(sim.Config{})
	broken := errors.New("broken")
	s.Start(func(*edo.Task) error { return broken })
	for range 2 {
		if err := s.Wait(); !errors.Is(err, broken) {
			t.Fatal(err)
		}
	}
}

func TestMisuseOfASimPanicsWithWhatToDo(t *testing.T) {
	started := sim.New(sim.Config{})
	started.Start(func(*edo.Task) error { return nil })
	for want, misuse := range map[string]func(){
		"sim: nothing to run yet":             func() { sim.New(sim.Config{}).Step() },
		"sim: Start called twice":             func() { started.Start(nil) },
		"sim: Advance by a negative duration": func() { started.Advance(-1) },
	} {
		func() {
			defer func() {
				if err, ok := recover().(error); !ok || !strings.HasPrefix(err.Error(), want) {
					t.Errorf("panic with %v, want %q", err, want)
				}
			}()
			misuse()
		}()
	}
	started.Wait()
}

func TestTwoSimulationsRunIndependently(t *testing.T) {
	var sims [2]*sim.Sim
	var done [2]*[]int
	for i := range sims {
		sims[i] = sim.New(sim.Config{})
		sims[i].Start(func(task *edo.Task) error {
			done[i] = spawnSleepers(task, 1, 2)
			return nil
		})
	}
	sims[0].Advance(time.Second)
	sims[1].Advance(2 * time.Second)
	if len(*done[0]) != 1 || len(*done[1]) != 2 {
		t.Fatalf("%v and %v done", *done[0], *done[1])
	}
	for _, s := range sims {
		if err := s.Wait(); err != nil {
			t.Fatal(err)
		}
	}
}

// now returns the time of the simulation that a task runs in.
func now(task *edo.Task) time.Time {
	d, err := inside.Driver(task)
	if err != nil {
		panic(err)
	}
	return d.Time(d.Now())
}

// An hour's sleep costs nothing, and the clock shows it.
func ExampleRun() {
	err := sim.Run(1, func(task *edo.Task) error {
		for _, name := range []string{"slow", "fast"} {
			edo.Go(task, func(task *edo.Task) error {
				d := time.Hour
				if name == "fast" {
					d = time.Minute
				}
				defer fmt.Println(name)
				return timer.Sleep(task, d)
			})
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// fast
	// slow
	// <nil>
}

// A test steps through a program, and looks at its data in between.
func ExampleSim() {
	s := sim.New(sim.Config{})
	ticks := 0
	s.Start(func(task *edo.Task) error {
		for range 3 {
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			ticks++
		}
		return nil
	})
	s.Advance(2500 * time.Millisecond)
	fmt.Println(ticks, "ticks at", s.Now().Format(time.StampMilli))
	fmt.Println(s.Wait())
	fmt.Println(ticks, "ticks at", s.Now().Format(time.StampMilli))
	// Output:
	// 2 ticks at Jan  1 00:00:02.500
	// <nil>
	// 3 ticks at Jan  1 00:00:03.000
}
