package core_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

func TestTwoTasksPlayingPingPongDoNotStarveAThird(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
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
			for range 100 { // the third task is main itself
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
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
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
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			tx, rx := mpsc.New[int](16)
			edo.Go(task, func(task *edo.Task) error {
				defer tx.Close()
				for i := 0; ; i++ {
					if err := tx.Send(task, i); err != nil {
						return nil // the receiver was dropped
					}
				}
			})
			sleep := timer.SleepFuture(5 * time.Millisecond)
			_, err := edo.Await(task, tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
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

// A task that yields runs after the tasks that were runnable, and after the timers that were
// due.
func TestYieldRunsAfterTheOtherTasksAndAfterTimersThatAreDue(t *testing.T) {
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
	}, tasktest.Quiet(edo.Config{CurrentThread: true}))
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
						if time.Since(begin) > time.Minute {
							t.Error("the others waited for a minute")
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
		}, tasktest.Quiet(edo.Config{Workers: workers}))
		if err != nil {
			t.Fatal(err)
		}
	}
}

// The worker that replaces a blocked worker never runs out of tasks, and yet must run those
// of the blocked worker.
func TestTasksOfABlockedWorkerAreNotStarvedByATaskThatYields(t *testing.T) {
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
	}, tasktest.Quiet(edo.Config{Workers: 1}))
	if err != nil {
		t.Fatal(err)
	}
}

// There is no second worker: that could be slow with the tasks that it has taken, while main yields
// on the first one.
func TestYieldRunsAfterTasksThatAFullRingHasMovedAway(t *testing.T) {
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
	}, tasktest.Quiet(tasktest.CurrentThread))
	if err != nil {
		t.Fatal(err)
	}
}

// A worker arms the timer and blocks, while the other worker waits in the driver and knows of
// no timer.
func TestATimerInTheWheelOfABlockedWorkerFires(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		gate := make(chan struct{})
		var waker edo.Waker
		var polled atomic.Bool
		edo.Spawn(task, tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
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
		_, err := edo.Await(task, tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
			_, p, err := sleep.Poll(cx)
			if !woke {
				woke = true
				waker.WakeBy(cx) // runs next on this worker, and blocks it
			}
			return 0, p, err
		}))
		close(gate)
		return err
	}, tasktest.Quiet(edo.Config{Workers: 2}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestTimersDoNotStarveOtherTasks(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		var stop atomic.Bool
		for range 500 {
			edo.Go(task, func(task *edo.Task) error {
				for !stop.Load() {
					if err := timer.Sleep(task, time.Millisecond); err != nil {
						return err
					}
					for begin := time.Now(); time.Since(begin) < 20*time.Microsecond; {
						// the timers need more time than there is
					}
				}
				return nil
			})
		}
		for range 20 {
			edo.Yield(task)
		}
		stop.Store(true)
		return nil
	}, tasktest.Quiet(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestAHundredSpinningTasksStarveNeitherATimerNorASocket(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			var stop atomic.Bool
			for range 100 {
				edo.Go(task, func(task *edo.Task) error {
					for !stop.Load() {
						if err := edo.Yield(task); err != nil {
							return err
						}
					}
					return nil
				})
			}
			defer stop.Store(true)
			l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			defer l.Close()
			edo.Go(task, func(task *edo.Task) error {
				c, err := l.Accept(task)
				if err != nil {
					return err
				}
				defer c.Close()
				_, err = c.Write(task, []byte("hello"))
				return err
			})
			if err := timer.Sleep(task, time.Millisecond); err != nil {
				return err
			}
			c, err := socket.Dial(task, "tcp", l.Addr().String())
			if err != nil {
				return err
			}
			defer c.Close()
			var p [5]byte
			if n, err := c.Read(task, p[:]); n != 5 || err != nil {
				t.Errorf("read %d, %v", n, err)
			}
			return nil
		}, opt)
		if err != nil {
			t.Error(err)
		}
	})
}
