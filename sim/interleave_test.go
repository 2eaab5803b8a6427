package sim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// steps makes n tasks, each of which appends its letter k times and yields in between, and returns what they
// have appended.
func steps(order *strings.Builder, n, k int) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		for i := range n {
			edo.Go(task, func(task *edo.Task) error {
				for step := range k {
					if step > 0 {
						edo.Yield(task)
					}
					order.WriteByte(byte('a' + i))
				}
				return nil
			})
		}
		return nil
	}
}

// exploredOrders returns the results of program under so many seeds, each with how often it came.
func exploredOrders(t *testing.T, seeds int, program func(result *strings.Builder) func(task *edo.Task) error, config sim.Config) map[string]int {
	t.Helper()
	t.Setenv(sim.StrategyVariable, "") // the subject is what the strategy of config shows
	seen := map[string]int{}
	for seed := range uint64(seeds) {
		var result strings.Builder
		if err := sim.Run(seed, program(&result), sim.WithConfig(config)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		seen[result.String()]++
	}
	return seen
}

// allOrders returns the results of program under all schedules.
func allOrders(t *testing.T, program func(result *strings.Builder) func(task *edo.Task) error, opts ...sim.AllOption) map[string]int {
	t.Helper()
	seen := map[string]int{}
	sim.All(t, func() error {
		var result strings.Builder
		err := sim.Run(0, program(&result))
		seen[result.String()]++
		return err
	}, opts...)
	return seen
}

func TestTwoTasksThatYieldHaveAllOrders(t *testing.T) {
	program := func(result *strings.Builder) func(task *edo.Task) error { return steps(result, 2, 5) }
	for _, k := range []sim.Strategy{sim.Uniform, sim.Mixture} {
		if n := len(exploredOrders(t, 10_000, program, sim.Config{Strategy: k})); n != 252 {
			t.Errorf("%q: %d orders, want 252", k, n)
		}
	}
	if n := len(allOrders(t, program)); n != 252 {
		t.Errorf("All: %d orders, want 252", n)
	}
	if n := len(exploredOrders(t, 10_000, program, sim.Config{Quiet: true})); n != 32 {
		t.Errorf("the quiet order: %d orders, want 32", n)
	}
}

// twoSenders sends three values from each of two tasks into a channel with room for all, and receives them when both have
// ended.
func twoSenders(result *strings.Builder) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		tx, rx := mpsc.New[string](6)
		defer tx.Close()
		var both [2]*edo.JoinHandle[edo.Unit]
		for i, name := range []string{"a", "b"} {
			both[i] = edo.Go(task, func(task *edo.Task) error {
				for range 3 {
					if err := tx.Send(task, name); err != nil {
						return err
					}
				}
				return nil
			})
		}
		for _, h := range both {
			if _, err := h.Await(task); err != nil {
				return err
			}
		}
		for v, err := rx.TryRecv(); err == nil; v, err = rx.TryRecv() {
			result.WriteString(v)
		}
		return nil
	}
}

func TestTwoSendersIntoAChannelWithRoomHaveAllOrders(t *testing.T) {
	for name, n := range map[string]int{
		"the seeds": len(exploredOrders(t, 5000, twoSenders, sim.Config{})),
		"All":       len(allOrders(t, twoSenders)),
	} {
		if n != 20 {
			t.Errorf("%s: %d orders, want 20", name, n)
		}
	}
}

// checkThenSend has two tasks, each of which sends its letter unless a message is there. start is what they do
// first. So both messages come only when the second task looks between the look and the send of the first.
func checkThenSend(start func(task *edo.Task) error) func(result *strings.Builder) func(task *edo.Task) error {
	return func(result *strings.Builder) func(task *edo.Task) error {
		return func(task *edo.Task) error {
			tx, rx := mpsc.New[string](2)
			defer tx.Close()
			var both [2]*edo.JoinHandle[edo.Unit]
			for i, name := range []string{"a", "b"} {
				both[i] = edo.Go(task, func(task *edo.Task) error {
					if err := start(task); err != nil {
						return err
					}
					if rx.Len() != 0 {
						return nil
					}
					return tx.Send(task, name)
				})
			}
			for _, h := range both {
				if _, err := h.Await(task); err != nil {
					return err
				}
			}
			for v, err := rx.TryRecv(); err == nil; v, err = rx.TryRecv() {
				result.WriteString(v)
			}
			return nil
		}
	}
}

func TestAnotherTaskCanRunBetweenTheFirstCodeOfAPollAndItsOperation(t *testing.T) {
	for name, start := range map[string]func(task *edo.Task) error{
		"a task that begins":           func(*edo.Task) error { return nil },
		"a task that has yielded":      edo.Yield,
		"a task whose await was ready": func(task *edo.Task) error { _, err := edo.Await(task, future.Ready(1)); return err },
	} {
		program := checkThenSend(start)
		for how, seen := range map[string]map[string]int{
			"the seeds": exploredOrders(t, 2000, program, sim.Config{}),
			"All":       allOrders(t, program),
		} {
			if len(seen) != 4 { // each of them alone, and both in both orders
				t.Errorf("%s, %s: %v, want 4 results", name, how, seen)
			}
		}
	}
}

// handOver has a task whose await is ready. Behind it the task looks whether the other one has begun, sends, and looks
// whether that has ended. The other one begins behind the await.
func handOver(result *strings.Builder) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		tx, rx := mpsc.New[string](4)
		defer tx.Close()
		defer rx.Drop()
		hasAwaited, hasBegun, hasEnded := false, false, false
		other := edo.Go(task, func(task *edo.Task) error {
			hasBegun = hasAwaited
			err := tx.Send(task, "other")
			hasEnded = true
			return err
		})
		h := edo.Go(task, func(task *edo.Task) error {
			_, err := edo.Await(task, future.PollFn(func(*edo.Context) (edo.Unit, edo.Poll, error) {
				hasAwaited = true
				return edo.Unit{}, edo.Ready, nil
			}))
			if err != nil {
				return err
			}
			before := hasBegun && !hasEnded
			if err := tx.Send(task, "own"); err != nil {
				return err
			}
			fmt.Fprint(result, before && hasEnded)
			return nil
		})
		if _, err := other.Await(task); err != nil {
			return err
		}
		_, err := h.Await(task)
		return err
	}
}

func TestATaskThatGaveWayBehindAnOperationIsNotYetInTheNextOne(t *testing.T) {
	for how, seen := range map[string]map[string]int{"the seeds": exploredOrders(t, 2000, handOver, sim.Config{}), "All": allOrders(t, handOver)} {
		if seen["true"] == 0 {
			t.Errorf("%s: %v, want one in which the other task ends in between", how, seen)
		}
	}
}

// opposite locks two mutexes in opposite order in two tasks, without a wait in between.
func opposite(task *edo.Task) error {
	var a, b lock.Mutex
	for _, order := range [][2]*lock.Mutex{{&a, &b}, {&b, &a}} {
		edo.Go(task, func(task *edo.Task) error {
			for _, m := range order {
				if err := m.Lock(task); err != nil {
					return err
				}
				defer m.Unlock()
			}
			return nil
		})
	}
	return nil
}

func TestTwoMutexesInOppositeOrderDeadlock(t *testing.T) {
	for _, k := range []sim.Strategy{sim.Mixture, sim.Uniform, sim.Sticky, sim.PCT, sim.HeldBack, sim.Fresh} {
		var found error
		for seed := uint64(0); seed < 200 && found == nil; seed++ {
			found = sim.Run(seed, opposite, sim.WithConfig(sim.Config{Strategy: k}))
		}
		if found == nil {
			t.Errorf("%q: no deadlock under 200 seeds", k)
		}
	}
	s := &spy{name: "TestX"}
	sim.All(s, func() error { return sim.Run(0, opposite) })
	if !strings.Contains(s.failed, "nothing can happen any more") {
		t.Errorf("All: %q", s.failed)
	}
}

// ticks has sleepers with equal deadlines, each of which writes its letter.
func ticks(result *strings.Builder) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		for i := range 3 {
			edo.Go(task, func(task *edo.Task) error {
				err := timer.Sleep(task, time.Second)
				result.WriteByte(byte('a' + i))
				return err
			})
		}
		return nil
	}
}

func TestEqualDeadlinesFireInAnyOrder(t *testing.T) {
	for name, seen := range map[string]map[string]int{"the seeds": exploredOrders(t, 500, ticks, sim.Config{}), "All": allOrders(t, ticks)} {
		if len(seen) != 6 {
			t.Errorf("%s: %v, want 6 orders", name, seen)
		}
	}
}

// race has a value that comes at the very instant of a time limit.
func race(result *strings.Builder) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		tx, rx := oneshot.New[string]()
		edo.Go(task, func(task *edo.Task) error {
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			_ = tx.Send("value")
			return nil
		})
		_, err := timer.Timeout(task, time.Second, func(task *edo.Task) (string, error) { return rx.Recv(task) })
		fmt.Fprint(result, err == nil)
		return nil
	}
}

func TestATimeLimitAndAValueAtTheSameInstantCanBothWin(t *testing.T) {
	if seen := exploredOrders(t, 500, race, sim.Config{}); len(seen) != 2 {
		t.Errorf("%v, want both", seen)
	}
}

// laps has two sleepers with different deadlines.
func laps(result *strings.Builder) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		for i, d := range []time.Duration{10 * time.Millisecond, 12 * time.Millisecond} {
			edo.Go(task, func(task *edo.Task) error {
				err := timer.Sleep(task, d)
				result.WriteByte(byte('a' + i))
				return err
			})
		}
		return nil
	}
}

func TestALateClockPassesOverDeadlines(t *testing.T) {
	if seen := exploredOrders(t, 500, laps, sim.Config{}); len(seen) != 1 {
		t.Errorf("an exact clock: %v, want one order", seen)
	}
	if seen := exploredOrders(t, 500, laps, sim.Config{Late: 5 * time.Millisecond}); len(seen) != 2 {
		t.Errorf("a late clock: %v, want both orders", seen)
	}
}
