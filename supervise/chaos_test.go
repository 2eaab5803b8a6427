package supervise_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/supervise"
	"github.com/edo-go/edo/timer"
)

// slowWorld is a supervisor whose children take random times to become ready, to fail and to
// end, some longer than they may, while tasks call it and are aborted. It checks what must hold at
// any time.
type slowWorld struct {
	w      *chaos.World
	c      supervise.Config
	sup    *supervise.Supervisor
	alive  map[string]int
	ready  map[string]bool
	asked  map[string]bool // to end, by a call
	late   map[string]bool // overdue
	number int
}

// child returns a random child.
func (s *slowWorld) child(name string) supervise.Spec {
	r := s.w.Rand
	spec := supervise.Spec{
		Name: name, Restart: supervise.Restart(r.IntN(3)),
		Shutdown: []time.Duration{0, supervise.Infinity, 20 * time.Millisecond}[r.IntN(3)],
	}
	if s.c.AutoShutdown != supervise.Never && spec.Restart != supervise.Permanent {
		spec.Significant = r.IntN(2) == 0
	}
	if !strings.Contains(name, ".") && r.IntN(4) == 0 {
		inner := supervise.Config{Strategy: supervise.Strategy(r.IntN(4)), Intensity: r.IntN(4), Period: time.Second}
		for range 1 + r.IntN(3) {
			s.number++ // another supervisor knows nothing of what this one leaves
			kid := s.child(fmt.Sprint(name, ".", s.number))
			kid.Significant = false
			inner.Children = append(inner.Children, kid)
		}
		sup, err := supervise.New(inner)
		if err != nil {
			s.w.Errorf("New: %v", err)
		}
		spec.Start = supervise.Nested(sup)
		return spec
	}
	fails := r.IntN(3) == 0
	spec.Start = supervise.FuncReady(func(task *edo.Task, ready func()) error {
		if s.alive[name]++; s.alive[name] > 1 {
			s.w.Errorf("%s runs twice", name)
		}
		defer func() {
			s.alive[name]--
			s.ready[name] = false
			if n := r.IntN(4); n > 0 {
				edo.Shielded(task, func(task *edo.Task) error { return timer.Sleep(task, time.Duration(n*n*n)*time.Millisecond) })
			}
		}()
		if err := timer.Sleep(task, time.Duration(r.IntN(10))*time.Millisecond); err != nil {
			return err
		}
		switch n := r.IntN(12); {
		case n == 0 && fails:
			return errNoLuck
		case n == 1:
			return supervise.ErrIgnore
		}
		ready()
		s.ready[name] = true
		if !fails {
			return task.Cancelled()
		}
		if err := timer.Sleep(task, time.Duration(1+r.IntN(40))*time.Millisecond); err != nil {
			return err
		}
		return []error{nil, errBoom, supervise.ErrStop}[r.IntN(3)]
	})
	return spec
}

// run runs the supervisor, and calls it.
func (s *slowWorld) run() {
	w, r := s.w, s.w.Rand
	names := []string{"a", "b", "c", "d", "e"}
	for _, name := range names[:r.IntN(4)] {
		s.c.Children = append(s.c.Children, s.child(name))
	}
	sup, err := supervise.New(s.c)
	if err != nil {
		w.Errorf("New: %v", err)
		return
	}
	s.sup = sup
	events := sup.Events()
	w.Steady("events", func(task *edo.Task) error {
		stopping := map[string]bool{}
		for e, err := range stream.All(task, events) {
			if err != nil {
				return err
			}
			s.check(e, stopping)
		}
		return nil
	})
	h := sup.Go(w.Runtime())
	w.Victim("the supervisor", h.AbortHandle())
	for i := range 3 {
		w.Go(fmt.Sprint("caller ", i), func(task *edo.Task) error {
			for range 4 {
				if err := timer.Sleep(task, time.Duration(r.IntN(30))*time.Millisecond); err != nil {
					return err
				}
				if err := s.call(task, names[r.IntN(len(names))]); err != nil {
					w.Errorf("a call: %v", err)
				}
			}
			return nil
		})
	}
	w.Steady("end", func(task *edo.Task) error {
		timer.Sleep(task, 200*time.Millisecond)
		sup.Shutdown()
		_, err := h.Await(task)
		var e *supervise.Error
		if err != nil && !errors.Is(err, edo.ErrCancelled) && !errors.As(err, &e) {
			w.Errorf("the supervisor has ended with %v", err)
		}
		overdue, n := overdueIn(err), 0
		for _, k := range s.alive {
			n += k
		}
		if n > 0 && overdue == 0 { // below one that is overdue more may run
			w.Errorf("%d children run after the end: %v", n, err)
		}
		return nil
	})
}

// overdueIn returns how many children are overdue in err, and in the errors in it.
func overdueIn(err error) (n int) {
	switch e := err.(type) {
	case *supervise.OverdueError:
		return 1
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			n += overdueIn(one)
		}
	case interface{ Unwrap() error }:
		return overdueIn(e.Unwrap())
	}
	return n
}

// check checks an event.
func (s *slowWorld) check(e supervise.Event, stopping map[string]bool) {
	if e.Supervisor != "" { // of a nested one
		return
	}
	switch e.Kind {
	case supervise.Stopping:
		stopping[e.Child] = true
	case supervise.Stopped, supervise.Overdue:
		if !stopping[e.Child] && !s.late[e.Child] && !s.asked[e.Child] {
			s.w.Errorf("%v without having been asked to end", e)
		}
		s.late[e.Child] = e.Kind == supervise.Overdue
		delete(stopping, e.Child)
	case supervise.SupervisorEnded:
		if len(stopping) != 0 {
			s.w.Errorf("the supervisor has ended, and %v are being stopped", stopping)
		}
	}
	// One by one, but for a call that stops another child at the same time.
	if s.c.Strategy != supervise.Dynamic && len(stopping) > 1+len(s.asked) {
		s.w.Errorf("%v are stopped at the same time", stopping)
	}
}

// call makes a random call. The error says that the answer is none that it may get.
func (s *slowWorld) call(task *edo.Task, name string) (err error) {
	var allowed []error
	switch s.w.Rand.IntN(5) {
	case 0, 1:
		err = s.sup.Add(task, s.child(name))
		allowed = []error{supervise.ErrStart, supervise.ErrIntensity, supervise.ErrAlreadyPresent, supervise.ErrAlreadyStarted, supervise.ErrStopped, errNoLuck}
	case 2:
		s.asked[name] = true
		err = s.sup.Stop(task, name)
		allowed = []error{supervise.ErrNotFound}
		var e *supervise.OverdueError
		if errors.As(err, &e) {
			err = nil
		}
	case 3:
		err = s.sup.Restart(task, name)
		allowed = []error{supervise.ErrNotFound, supervise.ErrRunning, supervise.ErrRestarting, supervise.ErrStopped, errNoLuck, supervise.ErrIntensity}
	case 4:
		err = s.sup.Remove(name)
		allowed = []error{supervise.ErrNotFound, supervise.ErrRunning, supervise.ErrRestarting}
	}
	if err == nil || errors.Is(err, edo.ErrCancelled) || errors.Is(err, supervise.ErrNotRunning) {
		return nil
	}
	for _, a := range allowed {
		if errors.Is(err, a) {
			return nil
		}
	}
	return err
}

// Whatever the children do, and whichever tasks are aborted: no child runs twice, every call gets
// an answer that it may get, the supervisor ends, and then no child runs that is not overdue.
func TestASupervisorOfSlowChildrenKeepsItsRulesUnderRandomAborts(t *testing.T) {
	chaos.Explore(t, 3000, func(w *chaos.World) {
		r := w.Rand
		s := &slowWorld{w: w, alive: map[string]int{}, ready: map[string]bool{}, asked: map[string]bool{}, late: map[string]bool{}}
		s.c = supervise.Config{
			Strategy: supervise.Strategy(r.IntN(4)), Intensity: 1 + r.IntN(20), Period: time.Second,
			AutoShutdown: supervise.AutoShutdown(r.IntN(3)), Revive: r.IntN(2) == 0,
		}
		if r.IntN(2) == 0 {
			s.c.Backoff = supervise.Backoff{Initial: 5 * time.Millisecond, Jitter: 0.5}
		}
		s.run()
	})
}
