package edo_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestEveryJoinerOfAHandleGetsTheResult(t *testing.T) {
	for _, n := range []int{1, 2, 3, 17, 100} {
		broken := errors.New("broken")
		got := 0
		err := sim.Run(uint64(n), func(task *edo.Task) error {
			var gate lock.Notify
			h := edo.GoValue(task, func(task *edo.Task) (int, error) { return 7, errors.Join(gate.Wait(task), broken) })
			for range n {
				edo.Go(task, func(task *edo.Task) error {
					if v, err := h.Await(task); v == 7 && errors.Is(err, broken) {
						got++
					}
					return nil
				})
			}
			timer.Sleep(task, time.Second) // all wait
			gate.NotifyAll()
			return nil
		})
		if err != nil || got != n {
			t.Errorf("of %d joiners %d got the result; %v", n, got, err)
		}
	}
}

func TestJoinerThatHasGoneKeepsNoOtherFromBeingWoken(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		var gate lock.Notify
		h := edo.Go(task, func(task *edo.Task) error { return gate.Wait(task) })
		mocks := make([]*edotest.Task, 3)
		for i := range mocks {
			mocks[i] = edotest.NewTask()
			edotest.Poll(mocks[i], h)
			edotest.Poll(mocks[i], h) // a second poll changes nothing
		}
		for range 200 { // joiners that wait and are aborted
			g := edo.Go(task, func(task *edo.Task) error { _, err := h.Await(task); return err })
			edo.Yield(task)
			g.Abort()
			g.Await(task)
		}
		gate.NotifyOne()
		if _, err := h.Await(task); err != nil {
			return err
		}
		for i, m := range mocks {
			if m.Wakes() != 1 {
				t.Errorf("joiner %d was woken %d times", i, m.Wakes())
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestJoinersAgainstTheEndLoseNoWake(t *testing.T) {
	for range 300 {
		var joined atomic.Int32
		err := edo.Run(func(task *edo.Task) error {
			h := edo.Go(task, func(task *edo.Task) error { return edo.Yield(task) })
			for range 8 {
				edo.Go(task, func(task *edo.Task) error {
					_, err := h.Await(task)
					joined.Add(1)
					return err
				})
			}
			return nil
		}, edo.WithConfig(edo.Config{Workers: 3}))
		if err != nil || joined.Load() != 8 {
			t.Fatal(err, joined.Load())
		}
	}
}

func TestJoinersUnderAbortsAtAnySuspension(t *testing.T) {
	chaos.Explore(t, 200, func(w *chaos.World) {
		var gate lock.Notify
		h := w.Steady("joined", func(task *edo.Task) error { return gate.Wait(task) })
		for range 4 {
			w.Go("joiner", func(task *edo.Task) error { _, err := h.Await(task); return err })
		}
		w.Steady("steady", func(task *edo.Task) error { _, err := h.Await(task); return err })
		w.Steady("opener", func(task *edo.Task) error {
			for range 3 {
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
			gate.NotifyOne()
			return nil
		})
	})
}

func TestDroppedJoinHandleLeavesItsTaskAlone(t *testing.T) {
	for name, drop := range map[string]func(task *edo.Task, h, outer *edo.JoinHandle[int]){
		"before its first poll": func(task *edo.Task, h, outer *edo.JoinHandle[int]) { outer.Abort() },
		"while suspended":       func(task *edo.Task, h, outer *edo.JoinHandle[int]) { tasktest.YieldTimes(task, 5); outer.Abort() },
		"at once":               func(task *edo.Task, h, outer *edo.JoinHandle[int]) { h.Drop(); h.Drop(); outer.Abort() },
	} {
		tasktest.RunOnOne(t, func(task *edo.Task) error {
			src := &tasktest.Valve{}
			h := edo.Spawn(task, src)
			outer := edo.Spawn(task, h) // the handle is a future, which this task owns
			drop(task, h, outer)
			outer.Await(task)
			tasktest.YieldTimes(task, 5)
			if src.Drops != 0 || h.Finished() {
				t.Errorf("%s: dropped %d times, finished %v", name, src.Drops, h.Finished())
			}
			src.End(4, nil)
			if v, err := h.Await(task); v != 4 || err != nil || src.Drops != 1 {
				t.Errorf("%s: %d, %v; dropped %d times", name, v, err, src.Drops)
			}
			return nil
		})
	}
}

func TestHandleMayBeAskedAgainAndFromAnotherTask(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		failed := errors.New("failed")
		err := edo.Run(func(task *edo.Task) error {
			h := edo.Spawn(task, tasktest.PollFunc[int](func(*edo.Context) (int, edo.Poll, error) { return 5, edo.Ready, failed }))
			for range 3 {
				if v, err := h.Await(task); v != 5 || err != failed {
					t.Errorf("got %d, %v", v, err)
				}
			}
			_, err := edo.Go(task, func(task *edo.Task) error {
				if v, err := h.Await(task); v != 5 || err != failed {
					t.Errorf("another task got %d, %v", v, err)
				}
				return nil
			}).Await(task)
			return err
		}, opt)
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestTryJoinIsPendingWhileTheTaskRunsAndReadyCountsAsJoined(t *testing.T) {
	broken := errors.New("broken")
	for name, spawn := range map[string]func(task *edo.Task, open *atomic.Bool) *edo.JoinHandle[int]{
		"future": func(task *edo.Task, open *atomic.Bool) *edo.JoinHandle[int] {
			return edo.Spawn(task, tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
				if !open.Load() {
					cx.Yield()
					return 0, edo.Pending, nil
				}
				return 7, edo.Ready, broken
			}))
		},
		"direct style": func(task *edo.Task, open *atomic.Bool) *edo.JoinHandle[int] {
			return edo.GoValue(task, func(task *edo.Task) (int, error) {
				for !open.Load() {
					edo.Yield(task)
				}
				return 7, broken
			})
		},
		"blocking": func(task *edo.Task, open *atomic.Bool) *edo.JoinHandle[int] {
			return edo.Blocking(task, func(task *edo.Task) (int, error) {
				for !open.Load() {
					edo.Yield(task)
				}
				return 7, broken
			})
		},
	} {
		for _, isJoined := range []bool{true, false} {
			t.Run(fmt.Sprint(name, ", joined: ", isJoined), func(t *testing.T) {
				tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
					err := edo.Run(func(task *edo.Task) error {
						var open atomic.Bool
						h := spawn(task, &open)
						for range 5 {
							if v, p, err := h.TryJoin(); v != 0 || p != edo.Pending || err != nil {
								t.Errorf("while the task runs it returns %d, %v, %v", v, p, err)
							}
							edo.Yield(task)
						}
						open.Store(true)
						for !h.Finished() {
							edo.Yield(task)
						}
						for range 2 { // the result stays
							if !isJoined {
								break
							}
							if v, p, err := h.TryJoin(); v != 7 || p != edo.Ready || err != broken {
								t.Errorf("after the end it returns %d, %v, %v", v, p, err)
							}
						}
						return nil
					}, opt)
					if isJoined != (err == nil) || !isJoined && !errors.Is(err, broken) {
						t.Errorf("Run returned %v", err)
					}
				})
			})
		}
	}
}
