package edo_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestTwoTasksPlayingPingPongDoNotStarveAThird(t *testing.T) {
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			var stop atomic.Bool
			ping, pings := mpsc.New[int](1)
			pong, pongs := mpsc.New[int](1)
			edo.Go(task, func(task *edo.Task) error {
				defer ping.Close()
				for i := 0; !stop.Load(); i++ {
					if err := ping.Send(task, i); err != nil {
						return err
					}
					if _, err := pongs.Recv(task); err != nil {
						return err
					}
				}
				return nil
			})
			edo.Go(task, func(task *edo.Task) error {
				defer pong.Close()
				for {
					i, err := pings.Recv(task)
					if err != nil {
						return nil
					}
					if err := pong.Send(task, i); err != nil {
						return err
					}
				}
			})
			for range 100 { // the third is main itself
				edo.Yield(task)
			}
			stop.Store(true)
			return nil
		}, opt)
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestATaskThatRespawnsItselfDoesNotStarveMain(t *testing.T) {
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			var stop atomic.Bool
			var again func(task *edo.Task) error
			again = func(task *edo.Task) error {
				if !stop.Load() {
					edo.Go(task, again)
				}
				return nil
			}
			edo.Go(task, again)
			for range 100 {
				edo.Yield(task)
			}
			stop.Store(true)
			return nil
		}, opt)
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAReadyChannelDoesNotStarveATimerInTheSameTask(t *testing.T) {
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			tx, rx := mpsc.New[int](16)
			edo.Go(task, func(task *edo.Task) error {
				defer tx.Close()
				for i := 0; ; i++ {
					if err := tx.Send(task, i); err != nil {
						return nil // the receiver has had enough
					}
				}
			})
			sleep := timer.SleepFuture(5 * time.Millisecond)
			_, err := edo.Await(task, pollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
				for {
					if _, p, err := rx.PollRecv(cx); p == edo.Pending {
						break
					} else if err != nil {
						return 0, edo.Ready, err
					}
				}
				_, p, err := sleep.Poll(cx)
				return 0, p, err
			}))
			rx.Drop()
			return err
		}, opt)
		if err != nil {
			t.Fatal(err)
		}
	})
}

// A yield goes behind the tasks that were runnable, and behind timers that were
// due.
func TestYieldGoesBehindTheOthersAndBehindTimersThatAreDue(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		var order []string
		note := func(s string) { order = append(order, s) }
		sleeper := edo.Go(task, func(task *edo.Task) error {
			err := timer.Sleep(task, time.Millisecond)
			note("timer")
			return err
		})
		edo.Yield(task)
		for begin := time.Now(); time.Since(begin) < 5*time.Millisecond; {
			// keep the only worker until the timer is due
		}
		edo.Go(task, func(*edo.Task) error { note("other"); return nil })
		edo.Yield(task)
		note("yielded")
		_, err := sleeper.Await(task)
		if len(order) != 3 || order[2] != "yielded" {
			t.Errorf("the order was %v", order)
		}
		return err
	}, quiet(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestBudgetMakesATaskWithReadyInputsGiveWay(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1000)
		for i := range 1000 {
			if err := tx.TrySend(i); err != nil {
				return err
			}
		}
		tx.Close()
		other := edo.Go(task, func(*edo.Task) error { return nil })
		for n := 0; !other.Finished(); n++ {
			if _, err := rx.Recv(task); err != nil {
				return err
			}
			if n > 2*128 {
				t.Errorf("%d values were received before another task ran", n)
				break
			}
		}
		return nil
	}, quiet(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestOthersGoOnWithinAMomentWhileAllWorkersAreHeldUp(t *testing.T) {
	for _, workers := range []int{1, 2} {
		err := edo.Run(func(task *edo.Task) error {
			var ran atomic.Bool
			for range workers {
				edo.Go(task, func(*edo.Task) error {
					for begin := time.Now(); !ran.Load(); {
						if time.Since(begin) > 10*time.Second {
							t.Error("the others waited for 10 s")
							break
						}
					}
					return nil
				})
			}
			edo.Go(task, func(task *edo.Task) error {
				err := timer.Sleep(task, time.Millisecond)
				ran.Store(true)
				return err
			})
			return nil
		}, quiet(edo.Config{Workers: workers}))
		if err != nil {
			t.Fatal(err)
		}
	}
}

// The worker that takes the place of a blocked one never runs out of work, and yet
// must come to what the blocked one has left behind.
func TestWhatABlockedWorkerHoldsIsNotStarvedByATaskThatYields(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		var done atomic.Bool
		gate := make(chan struct{})
		edo.Go(task, func(*edo.Task) error { <-gate; return nil })
		edo.Go(task, func(task *edo.Task) error {
			for !done.Load() {
				edo.Yield(task)
			}
			return nil
		})
		edo.Go(task, func(*edo.Task) error {
			done.Store(true)
			close(gate)
			return nil
		})
		return nil
	}, quiet(edo.Config{Workers: 1}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestYieldGoesBehindTasksThatAFullRingHasGivenAway(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		const tasks = 10_000
		var ran atomic.Int64
		for range tasks {
			edo.Go(task, func(*edo.Task) error { ran.Add(1); return nil })
		}
		yields := 0
		for ran.Load() < tasks {
			edo.Yield(task)
			yields++
		}
		if yields > tasks/10 {
			t.Errorf("%d yields until %d tasks had run", yields, tasks)
		}
		return nil
	}, quiet(edo.Config{Workers: 1}))
	if err != nil {
		t.Fatal(err)
	}
}

// The timer is armed, and the worker blocked, while the other worker waits in the
// driver and knows of no timer.
func TestATimerInTheWheelOfABlockedWorkerFires(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		gate := make(chan struct{})
		var waker edo.Waker
		var polled atomic.Bool
		edo.Spawn(task, pollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
			if polled.Load() {
				<-gate
				return 0, edo.Ready, nil
			}
			waker = cx.Waker()
			polled.Store(true)
			return 0, edo.Pending, nil
		}))
		for !polled.Load() {
			timer.Sleep(task, time.Millisecond)
		}
		timer.Sleep(task, 20*time.Millisecond) // both workers are idle
		sleep, woke := timer.SleepFuture(10*time.Millisecond), false
		_, err := edo.Await(task, pollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
			_, p, err := sleep.Poll(cx)
			if !woke {
				woke = true
				waker.WakeBy(cx) // runs next on this worker, and blocks it
			}
			return 0, p, err
		}))
		close(gate)
		return err
	}, quiet(edo.Config{Workers: 2}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestFunctionsThatAreAwaitedAndNeverWaitDoNotStarveATask(t *testing.T) {
	ready := func(*edo.Task) (int, error) { return 1, nil }
	for name, spin := range map[string]func(task *edo.Task) error{
		"Await": func(task *edo.Task) error {
			_, err := edo.Await(task, edo.Async(ready))
			return err
		},
		"polled by a future": func(task *edo.Task) error {
			_, err := edo.Await(task, future.PollFn(func(cx *edo.Context) (int, edo.Poll, error) {
				return edo.Async(ready).Poll(cx)
			}))
			return err
		},
		"a failure": func(task *edo.Task) error {
			_, err := edo.Await(task, edo.Async(func(*edo.Task) (int, error) { return 0, errors.New("no") }))
			if errors.Is(err, edo.ErrCancelled) {
				return err
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			work := func(task *edo.Task) error {
				var stop atomic.Bool
				edo.Go(task, func(task *edo.Task) error {
					for !stop.Load() {
						if err := spin(task); err != nil {
							return err
						}
					}
					return nil
				})
				for range 20 { // the task that must not starve is main itself
					edo.Yield(task)
				}
				stop.Store(true)
				return nil
			}
			onAll(t, func(t *testing.T, opt edo.RunOption) {
				if err := edo.Run(work, opt); err != nil {
					t.Fatal(err)
				}
			})
			for seed := range uint64(20) {
				if err := sim.Run(seed, work); err != nil {
					t.Fatal(seed, err)
				}
			}
		})
	}
}

// TestAwaitOfWhatIsReadyTakesOneOperationOffTheBudget awaits a function that does not wait.
func TestAwaitOfWhatIsReadyTakesOneOperationOffTheBudget(t *testing.T) {
	task := edotest.NewTask()
	ran := 0
	loop := edo.Async(func(task *edo.Task) (int, error) {
		for ran < 5 {
			if _, err := edo.Await(task, edo.Async(func(*edo.Task) (int, error) { ran++; return ran, nil })); err != nil {
				return 0, err
			}
		}
		return ran, nil
	})
	task.EnterWithBudget(2, func(cx *edo.Context) {
		if _, p, _ := loop.Poll(cx); p != edo.Pending || ran != 3 {
			t.Errorf("with a budget of 2: %v, and %d ran", p, ran)
		}
	})
	if task.Wakes() != 1 {
		t.Errorf("%d wakes", task.Wakes())
	}
	if v, p, err := edotest.Poll(task, loop); v != 5 || p != edo.Ready || err != nil {
		t.Error(v, p, err)
	}
}
