package lock_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/lock"
)

func TestStepFormsOfLocksDoWhatDirectStyleDoes(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) (w tasktest.World) {
		var m lock.Mutex
		var rw lock.RWMutex
		s := lock.NewSemaphore(2)
		w.Ops = append(w.Ops,
			tasktest.OpOfError("Mutex.Lock", m.Lock, m.LockStep),
			tasktest.OpOfError("RWMutex.Lock", rw.Lock, rw.LockStep),
			tasktest.OpOfError("RWMutex.RLock", rw.RLock, rw.RLockStep))
		for n := range 4 {
			w.Ops = append(w.Ops, tasktest.OpOfError(fmt.Sprint("Semaphore.Acquire ", n),
				func(task *edo.Task) error { return s.Acquire(task, n) },
				func(task *edo.Task, st *edo.Step) (bool, error) { return s.AcquireStep(task, st, n) }))
		}
		unlock := func(unlock func()) func() { // a panic says that it is not locked so
			return func() {
				defer func() { _ = recover() }()
				unlock()
			}
		}
		w.Events = append(w.Events, unlock(m.Unlock), unlock(m.Unlock), unlock(rw.Unlock), unlock(rw.RUnlock),
			func() { s.Release(1) }, func() { s.Release(2) })
		if r.IntN(4) == 0 {
			w.Events = append(w.Events, s.Close)
		}
		return w
	}, "Semaphore.Acquire 0 cancelled")
}

func TestStepFormsOfNotifyAndBarrierDoWhatDirectStyleDoes(t *testing.T) {
	tasktest.BothFormsAgree(t, func(*rand.Rand) (w tasktest.World) {
		var n lock.Notify
		b := lock.NewBarrier(2)
		w.Ops = append(w.Ops,
			tasktest.OpOfError("Notify.Wait", n.Wait, n.WaitStep),
			tasktest.OpOf("Barrier.Wait", b.Wait, b.WaitStep))
		w.Events = append(w.Events, n.NotifyOne, n.NotifyLast, n.NotifyAll)
		return w
	})
}

// An initialiser waits twice, and then returns a value or an error, or panics.
func TestStepFormOfOnceDoesWhatDirectStyleDoes(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) (w tasktest.World) {
		for range 2 {
			once := &lock.Once[string]{}
			for i, end := range []func() (string, error){
				func() (string, error) { return "value", nil },
				func() (string, error) { return "none", errors.New("broken") },
				func() (string, error) { panic("on purpose") },
			} {
				var n lock.Notify
				w.Events = append(w.Events, n.NotifyOne)
				w.Ops = append(w.Ops, tasktest.OpOf(fmt.Sprint("GetOrInit ", i),
					func(task *edo.Task) (string, error) {
						return once.GetOrInit(task, func(task *edo.Task) (string, error) {
							if err := n.Wait(task); err != nil {
								return "", err
							}
							if err := edo.Yield(task); err != nil {
								return "", err
							}
							return end()
						})
					},
					func(task *edo.Task, st *edo.Step) (bool, string, error) {
						return once.GetOrInitStep(task, st, func(task *edo.Task, st *edo.Step) (bool, string, error) {
							f := edo.StepState[initFrame](st)
							if f == nil {
								f = &initFrame{n: &n, end: end}
								st.Set(f)
							}
							done, v, err := f.Poll(task)
							if done {
								st.Set(nil)
							}
							return done, v, err
						})
					}))
			}
		}
		return w
	}, "GetOrInit 2 done at once")
}

// initFrame is an initialiser as a frame.
type initFrame struct {
	n         *lock.Notify
	end       func() (string, error)
	st        edo.Step
	hasWaited bool
}

// Poll is what a compiler makes of the initialiser.
func (f *initFrame) Poll(task *edo.Task) (done bool, v string, err error) {
	if !f.hasWaited {
		if done, err = f.n.WaitStep(task, &f.st); !done || err != nil {
			return done, "", err
		}
		f.hasWaited = true
	}
	if done, err = edo.YieldStep(task); !done || err != nil {
		return done, "", err
	}
	v, err = f.end()
	return true, v, err
}
