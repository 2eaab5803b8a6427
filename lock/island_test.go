package lock_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// server runs tasks on a runtime that does not stall as a whole, because of a timer. It
// returns a channel of the reports of islands.
func server(t *testing.T, tasks map[string]func(task *edo.Task) error) (reports chan *edo.StallError, rt *edo.Runtime) {
	t.Helper()
	reports = make(chan *edo.StallError, 10)
	rt, err := edo.New(edo.Config{Workers: 2, Trace: true, StallAfter: time.Millisecond, OnError: func(err error) {
		var stall *edo.StallError
		if errors.As(err, &stall) {
			reports <- stall
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rt.Shutdown(context.Background()); err != nil && !errors.Is(err, edo.ErrCancelled) {
			t.Error(err)
		}
	})
	edo.Go(rt, func(task *edo.Task) error { return timer.Sleep(task, time.Hour) }, edo.Name("timer"))
	for name, fn := range tasks {
		edo.Go(rt, fn, edo.Name(name))
	}
	return reports, rt
}

// side is one of two locks, and a way to lock it.
type side struct {
	lock   func(task *edo.Task) error
	unlock func()
}

// inOppositeOrder returns two tasks that lock two locks in opposite order. Each waits until
// the other has its first lock before it locks its second.
func inOppositeOrder(first, second func() (hold, want side)) map[string]func(task *edo.Task) error {
	holdA, wantA := first()
	holdB, wantB := second()
	both := lock.NewBarrier(2)
	task := func(hold, want side) func(task *edo.Task) error {
		return func(task *edo.Task) error {
			if err := hold.lock(task); err != nil {
				return err
			}
			defer hold.unlock()
			if _, err := both.Wait(task); err != nil {
				return err
			}
			if err := want.lock(task); err != nil {
				return err
			}
			want.unlock()
			return nil
		}
	}
	return map[string]func(task *edo.Task) error{"alice": task(holdA, wantB), "bob": task(holdB, wantA)}
}

func mutexSides() (hold, want side) {
	m := &lock.Mutex{}
	s := side{m.Lock, m.Unlock}
	return s, s
}

var islands = map[string]struct {
	first, second func() (hold, want side)
	text          []string
}{
	"two mutexes": {mutexSides, mutexSides, []string{
		`alice.*\n  waits for lock: mutex #\d, held by #\d+ bob \(taken at island_test.go:N\)`,
		`bob.*\n  waits for lock: mutex #\d, held by #\d+ alice \(taken at island_test.go:N\)`,
	}},
	"a mutex, and a writer": {mutexSides, func() (hold, want side) {
		m := &lock.RWMutex{}
		return side{m.Lock, m.Unlock}, side{m.Lock, m.Unlock}
	}, []string{`lock: rwmutex #\d, to write, held by #\d+ bob \(taken at island_test.go:N\)`}},
	"a mutex, and a reader that a writer waits for": {mutexSides, func() (hold, want side) {
		m := &lock.RWMutex{}
		return side{m.RLock, m.RUnlock}, side{m.Lock, m.Unlock}
	}, []string{`lock: rwmutex #\d, to write, held by #\d+ bob \(taken at island_test.go:N\), from 1 reader`}},
	"a mutex, and a writer that a reader waits for": {mutexSides, func() (hold, want side) {
		m := &lock.RWMutex{}
		return side{m.Lock, m.Unlock}, side{m.RLock, m.RUnlock}
	}, []string{`lock: rwmutex #\d, to read, held by #\d+ bob \(taken at island_test.go:N\)`}},
}

var lineNumber = regexp.MustCompile(`(_test\.go):\d+`)

func TestTasksThatLockInOppositeOrderAreReportedWhileAServerGoesOn(t *testing.T) {
	for name, c := range islands {
		t.Run(name, func(t *testing.T) {
			reports, _ := server(t, inOppositeOrder(c.first, c.second))
			stall := <-reports
			text := lineNumber.ReplaceAllString(stall.Error(), "$1:N")
			if !stall.Island || len(stall.Snapshot.Tasks) != 2 || len(stall.Snapshot.Cycles) != 1 {
				t.Errorf("got %s", text)
			}
			for _, want := range c.text {
				if !regexp.MustCompile(want).MatchString(text) {
					t.Errorf("got %s\nwant in it %s", text, want)
				}
			}
		})
	}
}

func TestTaskThatWaitsForItselfIsReportedWhileAServerGoesOn(t *testing.T) {
	for name, c := range map[string]struct {
		fn    func(task *edo.Task) error
		wants string
		tasks int
	}{
		"locks twice": {func(task *edo.Task) error {
			var m lock.Mutex
			m.Lock(task)
			return m.Lock(task)
		}, "lock: mutex #1, held by #2 alice, which is this one (taken at", 1},
		"a Once that asks for its value": {func(task *edo.Task) error {
			var o lock.Once[int]
			var init func(task *edo.Task) (int, error)
			init = func(task *edo.Task) (int, error) { return o.GetOrInit(task, init) }
			_, err := o.GetOrInit(task, init)
			return err
		}, "lock: once #1, held by #2 alice, which is this one (taken at", 1},
		"upgrades a reader": {func(task *edo.Task) error {
			var m lock.RWMutex
			m.RLock(task)
			return m.Lock(task)
		}, "lock: rwmutex #1, to write, held by #2 alice, which is this one (taken at", 1},
		"reads again behind a writer": {func(task *edo.Task) error {
			var m lock.RWMutex
			m.RLock(task)
			edo.Go(task, m.Lock, edo.Name("writer"))
			for !isWaiting(task, "writer") {
				edo.Yield(task)
			}
			return m.RLock(task)
		}, "lock: rwmutex #1, to read, from 1 reader, 1 waiting before it, #3 writer", 2},
		"a queued future that is not polled": {func(task *edo.Task) error {
			var m lock.Mutex
			m.Lock(task)
			f := m.LockFuture()
			edo.Await(task, future.PollFn(func(cx *edo.Context) (edo.Unit, edo.Poll, error) {
				f.Poll(cx)
				return edo.Unit{}, edo.Ready, nil
			}))
			m.Unlock()
			return m.Lock(task)
		}, "lock: mutex #1, granted to a task that has not taken it, from #2 alice, which is this one", 1},
	} {
		t.Run(name, func(t *testing.T) {
			reports, _ := server(t, map[string]func(task *edo.Task) error{"alice": c.fn})
			stall := <-reports
			if text := stall.Error(); !stall.Island || len(stall.Snapshot.Tasks) != c.tasks || !strings.Contains(text, c.wants) {
				t.Errorf("got %s\nwant in it %s", text, c.wants)
			}
		})
	}
}

// isWaiting reports whether the task with this name waits.
func isWaiting(task *edo.Task, name string) bool {
	for _, i := range task.Runtime().Snapshot().Tasks {
		if i.Name == name && len(i.Waits) != 0 {
			return true
		}
	}
	return false
}

func TestInitialiserThatWaitsForATaskThatWantsItsValueIsReported(t *testing.T) {
	var o lock.Once[int]
	var m lock.Mutex
	both := lock.NewBarrier(2)
	reports, _ := server(t, map[string]func(task *edo.Task) error{
		"alice": func(task *edo.Task) error {
			_, err := o.GetOrInit(task, func(task *edo.Task) (int, error) {
				both.Wait(task)
				if err := m.Lock(task); err != nil {
					return 0, err
				}
				defer m.Unlock()
				return 7, nil
			})
			return err
		},
		"bob": func(task *edo.Task) error {
			if err := m.Lock(task); err != nil {
				return err
			}
			defer m.Unlock()
			both.Wait(task)
			_, err := o.GetOrInit(task, func(*edo.Task) (int, error) { return 0, errors.New("a second initialiser") })
			return err
		},
	})
	text := lineNumber.ReplaceAllString((<-reports).Error(), "$1:N")
	if !regexp.MustCompile(`bob.*\n  waits for lock: once #\d, held by #\d+ alice \(taken at island_test.go:N\)`).MatchString(text) {
		t.Errorf("got %s", text)
	}
}

// A wait that another task may end must not be reported as a deadlock: any task may release
// permits, and a Guard may belong to another task.
func TestWaitThatAnotherTaskMayEndIsNoIsland(t *testing.T) {
	semaphore := func() (hold, want side) {
		s := lock.NewSemaphore(1)
		both := side{func(task *edo.Task) error { return s.Acquire(task, 1) }, func() { s.Release(1) }}
		return both, both
	}
	guarded := func() (hold, want side) {
		var m lock.Mutex
		var g *lock.Guard
		return side{func(task *edo.Task) error {
			err := m.Lock(task)
			g = m.Guard()
			return err
		}, func() { g.Unlock() }}, side{m.Lock, m.Unlock}
	}
	byFuture := func() (hold, want side) {
		var m lock.Mutex
		var g *lock.Guard
		return side{func(task *edo.Task) (err error) {
			g, err = edo.Await(task, m.LockFuture())
			return err
		}, func() { g.Unlock() }}, side{m.Lock, m.Unlock}
	}
	byTryLock := func() (hold, want side) {
		var m lock.Mutex
		return side{func(*edo.Task) error { m.TryLock(); return nil }, m.Unlock}, side{m.Lock, m.Unlock}
	}
	readGuard := func() (hold, want side) {
		var m lock.RWMutex
		var g *lock.Guard
		return side{func(task *edo.Task) error {
			err := m.RLock(task)
			g = m.RGuard()
			return err
		}, func() { g.Unlock() }}, side{m.Lock, m.Unlock}
	}
	for name, c := range map[string]struct {
		second func() (hold, want side)
		named  bool // the report names the holder
	}{
		"semaphore": {semaphore, true}, "guard": {guarded, true}, "future": {byFuture, true}, "TryLock": {byTryLock, false},
		"guard of a reader": {readGuard, true},
	} {
		err := sim.Run(1, func(task *edo.Task) error {
			fns := inOppositeOrder(mutexSides, c.second)
			a := edo.Go(task, fns["alice"], edo.Name("alice"))
			b := edo.Go(task, fns["bob"], edo.Name("bob"))
			for !isWaiting(task, "alice") || !isWaiting(task, "bob") {
				edo.Yield(task)
			}
			for range 3 { // until both wait for their second locks
				edo.Yield(task)
			}
			s := task.Runtime().Snapshot()
			if len(s.Cycles) != 0 {
				t.Errorf("%s: a cycle, in %v", name, s)
			}
			w := waitsOf(t, task, "alice")
			if names(w, "bob") != c.named || names(w, "and others") {
				t.Errorf("%s: alice %v", name, w)
			}
			a.Abort()
			b.Abort()
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
