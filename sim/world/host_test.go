package world_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// When faults are over, all that lasted has ended.
func TestFaultsEnd(t *testing.T) {
	kinds := map[string]int{}
	sim.Explore(t, 300, func(seed uint64) error {
		return in(seed, world.Config{}, func(task *edo.Task, w *world.World) error {
			for _, name := range []string{"a", "b", "c"} {
				w.Host(name, echo)
			}
			stop := w.Faults(world.Faults{
				Every: 100 * time.Millisecond, Lasts: 500 * time.Millisecond, For: 3 * time.Second,
				Crashes: 1, Kills: 1, Pauses: 1, Partitions: 1, Cuts: 1,
			})
			for range 30 {
				if err := timer.Sleep(task, 100*time.Millisecond); err != nil {
					return err
				}
				down := 0
				for _, h := range w.Hosts() {
					if !h.Running() {
						down++
					}
					if h.Paused() {
						kinds["paused"]++
					}
				}
				kinds["down"] += down
				if down > 1 {
					return fmt.Errorf("%d hosts are down", down)
				}
			}
			if seed%2 == 0 {
				stop()
			} else if err := timer.Sleep(task, 3*time.Second); err != nil {
				return err
			}
			if err := timer.Sleep(task, time.Second); err != nil { // the programs begin
				return err
			}
			for _, from := range w.Hosts() {
				if !from.Running() || from.Paused() {
					return fmt.Errorf("%v does not run", from)
				}
			}
			got, err := ask(task, "a", "hello")
			if err == nil && got != "hello" {
				err = fmt.Errorf("got %q", got)
			}
			return err
		})
	})
	if !replays && (kinds["paused"] == 0 || kinds["down"] == 0) {
		t.Errorf("the hosts were %v times", kinds)
	}
}

// A task that a host spawns by way of its runtime belongs to the host as well.
func TestATaskBelongsToTheHostThatSpawnsIt(t *testing.T) {
	mustRun(t, world.Config{}, func(task *edo.Task, w *world.World) error {
		var wrong []error
		n := 0
		check := func(task *edo.Task) error {
			n++
			if h := world.Here(task); h == nil || h.Name() != "a" {
				wrong = append(wrong, fmt.Errorf("a task is on %v", h))
			}
			return nil
		}
		w.Host("a", func(task *edo.Task) error {
			edo.Go(task, func(task *edo.Task) error {
				edo.Go(task, check)
				return check(task)
			})
			edo.Go(task.Runtime(), func(task *edo.Task) error {
				edo.Go(task.Runtime(), check)
				return check(task)
			})
			return check(task)
		})
		edo.Go(task, func(task *edo.Task) error {
			if h := world.Here(task); h != nil {
				wrong = append(wrong, fmt.Errorf("a task of no host is on %v", h))
			}
			return nil
		})
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		if n != 5 {
			wrong = append(wrong, fmt.Errorf("%d tasks", n))
		}
		return errors.Join(wrong...)
	})
}

// A test may step a world by hand.
func TestAWorldIsStepped(t *testing.T) {
	s := sim.New(sim.Config{Seed: 1})
	var arrived time.Duration
	s.Start(func(task *edo.Task) error {
		w, err := world.New(task, world.Config{Link: world.Link{Latency: 10*time.Millisecond + 300*time.Microsecond}})
		if err != nil {
			return err
		}
		w.Host("a", echo)
		w.Host("b", func(task *edo.Task) error {
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			_, err := socket.Dial(task, "tcp", "a:7")
			arrived = w.Now()
			return err
		})
		return timer.Sleep(task, time.Minute)
	})
	s.Advance(time.Second + 20*time.Millisecond)
	if arrived != 0 {
		t.Fatalf("the connection was there at %v", arrived)
	}
	s.Advance(time.Millisecond)
	if arrived != time.Second+20600*time.Microsecond {
		t.Fatalf("the connection was there at %v", arrived)
	}
	if err := s.Wait(); err != nil {
		t.Fatal(err)
	}
}

// The power may go after the program.
func TestACrashAfterAKillLosesWhatWasNotSynced(t *testing.T) {
	lost := 0
	sim.Explore(t, 50, func(seed uint64) error {
		return in(seed, world.Config{}, func(task *edo.Task, w *world.World) error {
			h := w.Host("a", func(task *edo.Task) error {
				return errors.Join(world.Here(task).Disk().WriteFile("f", []byte("text"), 0o644), timer.Sleep(task, time.Hour))
			})
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			h.Kill()
			if _, err := h.Disk().ReadFile("f"); err != nil {
				return err
			}
			h.Crash(world.Silent)
			if p, _ := h.Disk().ReadFile("f"); string(p) != "text" {
				lost++
			}
			h.Restart()
			if h.Disk().Crashes() != 1 {
				return fmt.Errorf("%d crashes of the disk", h.Disk().Crashes())
			}
			return nil
		})
	})
	if !replays && lost == 0 {
		t.Error("nothing was lost")
	}
}

// waits is the frame of a compiled function that counts its starts and sleeps.
type waits struct {
	starts *int
	begun  bool
	sleep  edo.Step
}

func (f *waits) Poll(task *edo.Task) (done bool, err error) {
	if !f.begun {
		f.begun = true
		*f.starts++
	}
	return timer.SleepStep(task, &f.sleep, time.Hour)
}

func (*waits) FunctionName() string { return "waits" }

func TestAHostRunsACompiledFunctionFromItsBeginning(t *testing.T) {
	starts := 0
	mustRun(t, world.Config{}, func(task *edo.Task, w *world.World) error {
		h := world.HostStep(w, "a", waits{starts: &starts})
		for range 3 {
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			h.Restart()
		}
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		if starts != 4 || !h.Running() {
			return fmt.Errorf("%d starts, runs: %t", starts, h.Running())
		}
		return nil
	})
}

func TestAHostHasANameOfItsOwn(t *testing.T) {
	for _, name := range []string{"", "a"} {
		err := in(1, world.Config{}, func(_ *edo.Task, w *world.World) error {
			w.Host("a", sleeper)
			w.Host(name, sleeper)
			return nil
		})
		if _, ok := errors.AsType[*edo.PanicError](err); !ok || !strings.Contains(err.Error(), fmt.Sprintf("a host with the name %q", name)) {
			t.Errorf("%q: %v", name, err)
		}
	}
}
