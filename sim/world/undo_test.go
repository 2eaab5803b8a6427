package world_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/timer"
)

// A host that the test lets stand still does so until Resume, whatever faults begin and end meanwhile.
func TestAPauseOfTheTestOutlastsThoseOfFaults(t *testing.T) {
	sim.Explore(t, 30, func(seed uint64) error {
		return in(seed, world.Config{}, func(task *edo.Task, w *world.World) error {
			polls := 0
			h := w.Host("a", func(task *edo.Task) error {
				for {
					if err := timer.Sleep(task, 100*time.Millisecond); err != nil {
						return err
					}
					polls++
				}
			})
			stop := w.Faults(world.Faults{Pauses: 1, Every: time.Second, Lasts: 3 * time.Second})
			for range 10 {
				if err := timer.Sleep(task, time.Second); err != nil {
					return err
				}
				h.Pause()
				before := polls
				if err := timer.Sleep(task, 7*time.Second); err != nil {
					return err
				}
				if !h.Paused() || polls != before {
					return fmt.Errorf("the host stands still: %v, and its task ran %d times", h.Paused(), polls-before)
				}
				h.Resume()
			}
			h.Pause()
			stop()
			before := polls
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			if polls != before {
				return fmt.Errorf("the end of the faults lets the host go on")
			}
			h.Resume()
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			if h.Paused() || polls == before {
				return fmt.Errorf("the host does not go on")
			}
			return nil
		})
	})
}

// A clock that the test has set runs on as it was set when a fault of it ends.
func TestAClockOfTheTestComesBackWhenThoseOfFaultsEnd(t *testing.T) {
	sim.Explore(t, 30, func(seed uint64) error {
		return in(seed, world.Config{}, func(task *edo.Task, w *world.World) error {
			var shows time.Time
			h := w.Host("a", func(task *edo.Task) error {
				for {
					if err := timer.Sleep(task, 10*time.Millisecond); err != nil {
						return err
					}
					shows = timer.Now(task)
				}
			})
			h.SetClock(time.Hour, 0.5)
			stop := w.Faults(world.Faults{Clocks: 1, Every: time.Second, Lasts: 3 * time.Second, For: 20 * time.Second})
			if err := timer.Sleep(task, 10*time.Second); err != nil {
				return err
			}
			if seed%2 == 0 {
				stop()
			} else if err := timer.Sleep(task, 40*time.Second); err != nil {
				return err
			}
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			want := timer.Now(task).Add(time.Hour + w.Now()/2)
			if d := want.Sub(shows); d < -time.Millisecond || d > 20*time.Millisecond {
				return fmt.Errorf("at %v the clock shows %v, want %v", w.Now(), shows, want)
			}
			return nil
		})
	})
}

// Whatever is done to hosts and ways, one thing on top of another, is undone in the end: then all hosts answer.
func TestAfterAnyFaultsAllHostsAnswerAgain(t *testing.T) {
	sim.Explore(t, 60, func(seed uint64) error {
		r := rand.New(rand.NewPCG(seed, 1))
		return in(seed, world.Config{Pieces: r.IntN(2) == 0}, func(task *edo.Task, w *world.World) error {
			var hosts []*world.Host
			for _, name := range []string{"a", "b", "c"} {
				hosts = append(hosts, w.Host(name, echo))
			}
			draw := func() *world.Host { return hosts[r.IntN(len(hosts))] }
			link := world.Link{Latency: time.Millisecond, Jitter: time.Second, Loss: 0.3, Reorder: 0.3, Duplicate: 0.3, Bandwidth: 1000}
			acts := []func(a, b *world.Host){
				func(a, _ *world.Host) { a.Crash(world.Silent) },
				func(a, _ *world.Host) { a.Crash(world.Reset) },
				func(a, _ *world.Host) { a.Kill() },
				func(a, _ *world.Host) { a.Restart() },
				func(a, _ *world.Host) { a.Pause() },
				func(a, _ *world.Host) { a.Resume() },
				func(a, _ *world.Host) { a.SetClock(time.Hour, -0.5) },
				w.Cut, w.Join, w.Hold, w.Release,
				func(a, b *world.Host) { w.Link(a, b, link) },
				func(a, b *world.Host) { w.Partition([]*world.Host{a}, []*world.Host{b}) },
				func(a, b *world.Host) { w.Filter(func(p world.Packet) bool { return p.From != a || p.To != b }) },
				func(_, _ *world.Host) { w.Heal() },
			}
			every := world.Faults{
				Every: time.Second, Lasts: 5 * time.Second, For: 40 * time.Second, Down: 2,
				Crashes: 1, Kills: 1, Pauses: 1, Partitions: 1, Cuts: 1, Clocks: 1,
			}
			stops := []func(){w.Faults(every), w.Faults(every)}
			for range 40 {
				acts[r.IntN(len(acts))](draw(), draw())
				host := draw().Name()
				edo.Go(task, func(task *edo.Task) error { _, _ = ask(task, host, "x"); return nil }, edo.Daemon())
				if err := timer.Sleep(task, time.Duration(r.IntN(2000))*time.Millisecond); err != nil {
					return err
				}
			}

			for _, stop := range stops {
				stop()
			}
			w.Heal()
			w.Filter(nil)
			for _, a := range hosts {
				for _, b := range hosts {
					w.Release(a, b)
					w.Link(a, b, world.Link{})
				}
				a.Resume()
				if !a.Running() {
					a.Restart()
				}
			}
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			for _, h := range hosts {
				if !h.Running() || h.Paused() {
					return fmt.Errorf("%v runs: %v, stands still: %v", h, h.Running(), h.Paused())
				}
				got, err := ask(task, h.Name(), "hello")
				if err != nil || got != "hello" {
					return fmt.Errorf("%v answers %q, %v", h, got, err)
				}
			}
			return nil
		})
	})
}
