package sim_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/story"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// mixed uses what a simulation has of its own: queues, timers, locks, random numbers, ports and names.
func mixed(task *edo.Task) error {
	var m lock.Mutex
	l, err := socket.Listen(task, "tcp", ":0")
	if err != nil {
		return err
	}
	story.Note(task, "%v", l.Addr())
	for i := range 4 {
		edo.Go(task, func(task *edo.Task) error {
			conn, err := socket.Dial(task, "tcp", l.Addr().String())
			if err != nil {
				return err
			}
			defer conn.Close()
			for range 3 {
				if err := m.Lock(task); err != nil {
					return err
				}
				err := timer.Sleep(task, time.Duration(edo.Rand(task).IntN(3*i+1))*time.Millisecond)
				m.Unlock()
				if err != nil {
					return err
				}
				edo.Yield(task)
			}
			return nil
		})
	}
	for range 4 {
		conn, err := l.Accept(task)
		if err != nil {
			return err
		}
		if _, err := conn.Read(task, make([]byte, 1)); err != io.EOF {
			return err
		}
		conn.Close()
	}
	return l.Close()
}

// large has many tasks that are runnable, and that wait for time, so that all that grows has grown.
func large(task *edo.Task) error {
	for i := range 1200 {
		edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Duration(i%7)*time.Hour) })
	}
	return nil
}

// traceOf returns all that a seed has decided.
func traceOf(t *testing.T, seed uint64, c sim.Config) string {
	t.Helper()
	var b strings.Builder
	var log story.Log
	c.Story = &log
	c.Trace = func(n, chosen int) { fmt.Fprint(&b, n, ".", chosen, " ") }
	if err := sim.Run(seed, mixed, sim.WithConfig(c)); err != nil {
		t.Fatal(err)
	}
	return b.String() + "\n" + log.Text()
}

// A simulation takes over the memory of those that have ended: nothing else.
func TestASeedIsTheSameRunWhateverHasRunBefore(t *testing.T) {
	for name, c := range map[string]sim.Config{
		"mixture": {}, "pct": {Strategy: sim.PCT}, "quiet": {Quiet: true}, "late": {Late: time.Second},
	} {
		const seeds = 30
		first := map[uint64]string{}
		order := make([]uint64, seeds)
		for i := range order {
			order[i] = uint64(i)
			first[order[i]] = traceOf(t, order[i], c)
		}
		slices.Reverse(order)
		for range 2 {
			for i, seed := range order {
				if i%20 == 0 {
					if err := sim.Run(seed, large, sim.WithConfig(c)); err != nil {
						t.Fatal(err)
					}
				}
				if again := traceOf(t, seed, c); again != first[seed] {
					t.Fatalf("%s, seed %d: %s\nand at first: %s", name, seed, again, first[seed])
				}
			}
			order = append(order[seeds/3:], order[:seeds/3]...)
		}
	}
}

// Simulations at the same time share the memory of those before them as well.
func TestASeedIsTheSameRunBesideOthers(t *testing.T) {
	want := make([]string, 10)
	for seed := range want {
		want[seed] = traceOf(t, uint64(seed), sim.Config{})
	}
	var stepped []*sim.Sim
	for range 5 {
		s := sim.New(sim.Config{Seed: 7})
		s.Start(mixed)
		stepped = append(stepped, s)
	}
	for seed := range want {
		for _, s := range stepped {
			s.Step()
		}
		if got := traceOf(t, uint64(seed), sim.Config{}); got != want[seed] {
			t.Fatalf("seed %d: %s\nand alone: %s", seed, got, want[seed])
		}
	}
	for _, s := range stepped {
		if err := s.Wait(); err != nil {
			t.Error(err)
		}
	}
}
