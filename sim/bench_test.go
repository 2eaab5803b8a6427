package sim_test

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/story"
)

// BenchmarkSchedules runs a coordinator and two tasks that ask it, under one seed after the other: with a choice at each
// operation.
func BenchmarkSchedules(b *testing.B) { schedules(b, sim.Config{}) }

// BenchmarkQuietSchedules is BenchmarkSchedules in the quiet order, with choices between polls alone.
func BenchmarkQuietSchedules(b *testing.B) { schedules(b, sim.Config{Quiet: true}) }

func schedules(b *testing.B, c sim.Config) {
	seed := uint64(0)
	for b.Loop() {
		seed++
		if err := sim.Run(seed, coordinate, sim.WithConfig(c)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "schedules/s")
}

// BenchmarkExploredSchedules is BenchmarkSchedules in an [sim.Explore], which records the choices of each run, and the pairs of
// operations that it has reached.
func BenchmarkExploredSchedules(b *testing.B) {
	sim.Explore(b, b.N, func(seed uint64) error { return sim.Run(seed, coordinate) })
}

// BenchmarkToldSchedules is BenchmarkSchedules with the story of each run.
func BenchmarkToldSchedules(b *testing.B) {
	seed := uint64(0)
	for b.Loop() {
		seed++
		if err := sim.Run(seed, coordinate, sim.WithConfig(sim.Config{Story: &story.Log{}})); err != nil {
			b.Fatal(err)
		}
	}
}

// coordinate answers two tasks, three times each.
func coordinate(task *edo.Task) error {
	type request struct{ answer *oneshot.Sender[int] }
	tx, rx := mpsc.New[request](4)
	for range 2 {
		tx := tx.Clone()
		edo.Go(task, func(task *edo.Task) error {
			defer tx.Close()
			for range 3 {
				answer, value := oneshot.New[int]()
				if err := tx.Send(task, request{answer}); err != nil {
					return err
				}
				if _, err := value.Recv(task); err != nil {
					return err
				}
			}
			return nil
		})
	}
	tx.Close()
	for n := 0; ; n++ {
		r, err := rx.Recv(task)
		if errors.Is(err, edo.ErrClosed) {
			return nil
		} else if err != nil {
			return err
		}
		if err := r.answer.Send(n); err != nil {
			return err
		}
	}
}

// BenchmarkForgottenStall runs a program that cannot go on unless the collector finds the sender that it has forgotten.
func BenchmarkForgottenStall(b *testing.B) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	for b.Loop() {
		if err := sim.Run(1, waitForForgotten); err == nil {
			b.Fatal("nothing was forgotten")
		}
	}
}

// BenchmarkStall runs a program that cannot go on.
func BenchmarkStall(b *testing.B) {
	for b.Loop() {
		_, rx := oneshot.New[int]()
		if err := sim.Run(1, func(task *edo.Task) error { _, err := rx.Recv(task); return err }); err == nil {
			b.Fatal("no stall")
		}
	}
}

// BenchmarkYieldAmong100000 chooses among 100,000 tasks that can run, for each yield of one of them.
func BenchmarkYieldAmong100000(b *testing.B) {
	sim.Run(1, func(task *edo.Task) error {
		left := b.N
		for range 100_000 {
			edo.Go(task, func(task *edo.Task) error {
				for left > 0 {
					if left--; left == 0 {
						b.StopTimer()
					}
					edo.Yield(task)
				}
				return nil
			})
		}
		b.ResetTimer()
		return nil
	}, sim.WithConfig(sim.Config{Strategy: sim.Uniform}))
}

// BenchmarkShrink finds a failure of more than a thousand choices, and shrinks it to one switch.
func BenchmarkShrink(b *testing.B) {
	for b.Loop() {
		s := &spy{name: "TestBank"}
		sim.Explore(s, 1000, withdrawals(25))
		if m := replayed.FindStringSubmatch(s.failed); m == nil || m[1] != "1" || len(m[2]) < 4 {
			b.Fatalf("not shrunk: %q", s.failed)
		}
	}
}
