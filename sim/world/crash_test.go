package world_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// A host that crashes leaves tasks in each kind of wait; the run ends, without an error, and no
// goroutine stays.
func TestACrashMeetsEveryKindOfWait(t *testing.T) {
	waits := map[string]func(task *edo.Task) error{
		"sleep": func(task *edo.Task) error { return timer.Sleep(task, time.Hour) },
		"scope": func(task *edo.Task) error {
			return scope.Run(task, func(s *scope.Scope) error {
				edo.Go(s, func(task *edo.Task) error { return timer.Sleep(task, time.Hour) })
				edo.Go(s, func(task *edo.Task) error { return timer.Sleep(task, time.Millisecond) })
				return timer.Sleep(task, time.Hour)
			})
		},
		"join": func(task *edo.Task) error {
			h := edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Hour) })
			_, err := edo.Await(task, edo.Future[edo.Unit](h))
			return err
		},
		"channel": func(task *edo.Task) error {
			_, rx := mpsc.New[int](1)
			_, err := rx.Recv(task)
			return err
		},
		"lock": func(task *edo.Task) error {
			var m lock.Mutex
			if err := m.Lock(task); err != nil {
				return err
			}
			defer m.Unlock()
			return m.Lock(task)
		},
		"accept": func(task *edo.Task) error {
			l, err := socket.Listen(task, "tcp", ":80")
			if err != nil {
				return err
			}
			defer l.Close()
			_, err = l.Accept(task)
			return err
		},
		"shielded": func(task *edo.Task) error {
			return edo.Shielded(task, func(task *edo.Task) error { return timer.Sleep(task, time.Hour) })
		},
		"spin": func(task *edo.Task) error {
			for {
				if err := edo.Yield(task); err != nil {
					return err
				}
				if err := timer.Sleep(task, time.Microsecond); err != nil {
					return err
				}
			}
		},
		"deferred wait": func(task *edo.Task) error {
			defer func() { timer.Sleep(task, time.Second) }()
			return timer.Sleep(task, time.Hour)
		},
		"deferred panic": func(task *edo.Task) error {
			defer func() { panic("in a deferred call of a dead task") }()
			return timer.Sleep(task, time.Hour)
		},
		"deferred spawn": func(task *edo.Task) error {
			defer func() { edo.Go(task, func(task *edo.Task) error { return nil }) }()
			return timer.Sleep(task, time.Hour)
		},
		"async": func(task *edo.Task) error {
			_, err := edo.Await(task, edo.Async(func(task *edo.Task) (int, error) { return 1, timer.Sleep(task, time.Hour) }))
			return err
		},
		"a future": func(task *edo.Task) error {
			h := edo.Spawn(task, edo.Async(func(task *edo.Task) (int, error) { return 1, timer.Sleep(task, time.Hour) }))
			_, err := edo.Await(task, edo.Future[int](h))
			return err
		},
		"an error before": func(task *edo.Task) error {
			h := edo.Go(task, func(task *edo.Task) error { return errors.New("of a task that would have been joined") })
			if err := timer.Sleep(task, time.Hour); err != nil {
				return err
			}
			_, err := edo.Await(task, edo.Future[edo.Unit](h))
			return err
		},
	}
	for name, fn := range waits {
		t.Run(name, func(t *testing.T) {
			before := tasktest.CountGoroutines()
			sim.Explore(t, 60, func(seed uint64) error {
				return in(seed, world.Config{}, func(task *edo.Task, w *world.World) error {
					h := w.Host("a", fn)
					for range 3 {
						if err := timer.Sleep(task, 10*time.Millisecond); err != nil {
							return err
						}
						h.Restart()
					}
					if err := timer.Sleep(task, 10*time.Millisecond); err != nil {
						return err
					}
					h.Crash(world.Reset)
					if h.Running() {
						return errors.New("it runs")
					}
					return timer.Sleep(task, 10*time.Millisecond)
				})
			})
			for start := time.Now(); tasktest.CountGoroutines() > before; runtime.Gosched() {
				if time.Since(start) > time.Minute {
					t.Fatalf("%d goroutines, %d before", tasktest.CountGoroutines(), before)
				}
			}
		})
	}
}

// What a dead task had open is no leak of the program.
func TestWhatADeadTaskHadOpenIsNotReported(t *testing.T) {
	err := in(1, world.Config{}, func(task *edo.Task, w *world.World) error {
		h := w.Host("a", func(task *edo.Task) error {
			l, err := socket.Listen(task, "tcp", ":80")
			if err != nil {
				return err
			}
			edo.Go(task, func(task *edo.Task) error {
				_, err := socket.Dial(task, "tcp", "a:80")
				if err != nil {
					return err
				}
				return timer.Sleep(task, time.Hour)
			})
			_, err = l.Accept(task)
			if err != nil {
				return err
			}
			return timer.Sleep(task, time.Hour)
		})
		for range 3 {
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			h.Restart()
			runtime.GC()
			runtime.GC()
		}
		return timer.Sleep(task, time.Second)
	})
	runtime.GC()
	runtime.GC()
	if err != nil {
		t.Fatal(err)
	}
}

func TestATaskThatCrashesItsOwnHostDoesNotGoOn(t *testing.T) {
	sim.Explore(t, 200, func(seed uint64) error {
		after, deferred := false, false
		return in(seed, world.Config{}, func(task *edo.Task, w *world.World) error {
			w.Host("a", func(task *edo.Task) error {
				defer func() { deferred = true }()
				world.Here(task).Crash(world.Silent)
				if err := edo.Yield(task); err != nil {
					return err
				}
				after = true
				return nil
			})
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			if after || deferred {
				return fmt.Errorf("it went on: %t; a deferred call ran: %t", after, deferred)
			}
			return nil
		})
	})
}

func TestABlockingTaskOfACrashedHostIsCancelled(t *testing.T) {
	mustRun(t, world.Config{}, func(task *edo.Task, w *world.World) error {
		waits, ends := make(chan struct{}), make(chan error, 1)
		h := w.Host("a", func(task *edo.Task) error {
			edo.Blocking(task, func(task *edo.Task) (int, error) {
				if got := world.Here(task); got == nil || got.Name() != "a" {
					return 0, fmt.Errorf("it belongs to %v", got)
				}
				close(waits)
				err := timer.Sleep(task, time.Hour)
				ends <- err
				return 0, err
			})
			return timer.Sleep(task, time.Hour)
		})
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		<-waits
		h.Crash(world.Silent)
		if err := <-ends; !errors.Is(err, edo.ErrCancelled) {
			return fmt.Errorf("it ended with %v", err)
		}
		return nil
	})
}

func TestAHostThatStandsStillIsLate(t *testing.T) {
	sim.Explore(t, 100, func(seed uint64) error {
		return in(seed, world.Config{}, func(task *edo.Task, w *world.World) error {
			var at []time.Duration
			h := w.Host("a", func(task *edo.Task) error {
				for range 5 {
					if err := timer.Sleep(task, time.Second); err != nil {
						return err
					}
					at = append(at, w.Now())
				}
				return nil
			})
			w.At(1500*time.Millisecond, h.Pause)
			w.At(3500*time.Millisecond, h.Resume)
			if err := timer.Sleep(task, 10*time.Second); err != nil {
				return err
			}
			want := fmt.Sprint([]time.Duration{1e9, 3.5e9, 4.5e9, 5.5e9, 6.5e9})
			if got := fmt.Sprint(at); got != want {
				return fmt.Errorf("it ran at %v, want %v", got, want)
			}
			return nil
		})
	})
}

func TestAHostThatStandsStillMayCrash(t *testing.T) {
	mustRun(t, world.Config{}, func(task *edo.Task, w *world.World) error {
		runs := 0
		h := w.Host("a", func(task *edo.Task) error {
			runs++
			return timer.Sleep(task, time.Second)
		})
		h.Pause() // before its first poll
		if err := timer.Sleep(task, 5*time.Second); err != nil {
			return err
		}
		if runs != 0 || !h.Paused() || !h.Running() {
			return fmt.Errorf("%d runs, paused: %t, runs: %t", runs, h.Paused(), h.Running())
		}
		h.Restart()
		if err := timer.Sleep(task, 500*time.Millisecond); err != nil {
			return err
		}
		if runs != 1 || h.Paused() {
			return fmt.Errorf("%d runs after the restart, paused: %t", runs, h.Paused())
		}
		return nil
	})
}

func TestTheProgramOfAHostEnds(t *testing.T) {
	mustRun(t, world.Config{}, func(task *edo.Task, w *world.World) error {
		h := w.Host("a", func(task *edo.Task) error {
			edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, 2*time.Second) })
			return timer.Sleep(task, time.Second)
		})
		for i, want := range []bool{true, true, false} {
			if got := h.Running(); got != want {
				return fmt.Errorf("after %d s it runs: %t", i, got)
			}
			if err := timer.Sleep(task, time.Second+time.Millisecond); err != nil {
				return err
			}
		}
		return nil
	})
}

// The end of the run is that of the function that directs it.
func TestTheWorldEndsWithItsTask(t *testing.T) {
	deferred := false
	err := in(1, world.Config{}, func(task *edo.Task, w *world.World) error {
		w.Host("a", func(task *edo.Task) error {
			for {
				if err := timer.Sleep(task, time.Second); err != nil {
					return err
				}
			}
		})
		return timer.Sleep(task, 10*time.Second)
	})
	if err != nil || deferred {
		t.Fatal(err)
	}
}

func TestTheErrorOfAHostIsOneOfTheRun(t *testing.T) {
	failed := errors.New("the host fails")
	err := in(1, world.Config{}, func(task *edo.Task, w *world.World) error {
		w.Host("a", func(task *edo.Task) error { return failed })
		return timer.Sleep(task, time.Second)
	})
	if !errors.Is(err, failed) {
		t.Fatalf("got %v", err)
	}
}

func TestNewNeedsASimulationAndIsCalledOnce(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		_, err := world.New(task, world.Config{})
		return err
	})
	if err == nil {
		t.Fatal("a World outside of a simulation")
	}
	err = sim.Run(1, func(task *edo.Task) error {
		_, err := world.New(task.Runtime(), world.Config{})
		return err
	})
	if err == nil {
		t.Fatal("a World of no task")
	}
	mustRun(t, world.Config{}, func(task *edo.Task, w *world.World) error {
		if _, err := world.New(task, world.Config{}); err == nil {
			return errors.New("a second World")
		}
		if got := world.Here(task); got != nil {
			return fmt.Errorf("the directing task is on %v", got)
		}
		return nil
	})
}

// A deadlock is found, also when a host stands still whose tasks would end it.
func TestADeadlockIsFound(t *testing.T) {
	err := in(1, world.Config{}, func(task *edo.Task, w *world.World) error {
		tx, rx := mpsc.New[int](1)
		defer tx.Close()
		h := w.Host("a", func(task *edo.Task) error {
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			return tx.Send(task, 1)
		})
		w.At(time.Millisecond, h.Pause)
		_, err := rx.Recv(task)
		return err
	})
	var stall *edo.StallError
	if !errors.As(err, &stall) {
		t.Fatalf("got %v", err)
	}
}
