package main

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/supervise"
)

// supervised returns the workloads of supervisors: their children crash and are started again, or
// wait until they are stopped.
func supervised() []workload {
	return []workload{
		{
			name: "sup_restart", op: "a child crashes, and its supervisor starts it again, in each of 316 supervisors", n: million / 10,
			variants: supervisors(restarts, sutureRestarts),
		},
		{
			name: "sup_start", op: "add a child to a supervisor, with 10,000 of them at the end that all run", n: 10_000,
			variants: supervisors(starts, sutureStarts),
		},
		{
			name: "sup_stop", op: "stop one of 10,000 children, with their supervisor", n: 10_000,
			variants: supervisors(stops, sutureStops),
		},
	}
}

// supervisors returns the variants of a workload of supervisors.
func supervisors(body func(kind) directBody, library goBody) []variant {
	return []variant{
		{runtime: "edo", style: inFutures, run: withoutReports(body(futureChild).run)},
		{runtime: "edo", style: inDirect, run: withoutReports(body(directChild).run)},
		{runtime: "edo", style: inCompiled, run: withoutReports(body(directChild).run), member: inCompiled},
		pooled("suture", "goroutines", library),
		{runtime: "erlang", style: "processes", program: "erlang", member: "erlang"},
	}
}

// withoutReports runs r in a runtime that reports no errors: the children are meant to crash.
func withoutReports(r runner) runner {
	return func(s *session) error {
		s.onError = func(error) {}
		return r(s)
	}
}

var errCrash = errors.New("a crash")

// A kind of child is what a supervisor starts: a task that crashes as often as crashes says, and then
// leaves the group, and waits until it is stopped.
type kind func(crashes *int, g *group) supervise.Start

// directChild is a child in direct style.
func directChild(crashes *int, g *group) supervise.Start {
	return supervise.Func(func(task *edo.Task) error {
		if *crashes > 0 {
			*crashes--
			return errCrash
		}
		g.done()
		return task.Cancelled()
	})
}

// futureChild is a child that is a future.
func futureChild(crashes *int, g *group) supervise.Start {
	return supervise.Future(func() edo.Future[edo.Unit] { return &crasher{crashes: crashes, group: g} })
}

type crasher struct {
	crashes *int
	group   *group
	waits   bool
}

func (f *crasher) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if *f.crashes > 0 {
		*f.crashes--
		return edo.Unit{}, edo.Ready, errCrash
	}
	if !f.waits {
		f.waits = true
		f.group.leave(cx)
	}
	return edo.Unit{}, edo.Pending, nil
}

// restarts has a child of each supervisor crash again and again. Many supervisors share the crashes: the
// restarts that count within a period are then so few for each that Erlang, which keeps a list of them, is
// not measured by that.
func restarts(start kind) directBody {
	return func(task *edo.Task, m *meter) error {
		n := side(m.n)
		m.n = n * n
		g := newGroup(n)
		var handles []*edo.JoinHandle[edo.Unit]
		for range n {
			crashes := n
			sup, err := supervise.New(supervise.Config{
				Intensity: n, Children: []supervise.Spec{{Name: "child", Start: start(&crashes, g)}},
			})
			if err != nil {
				return err
			}
			handles = append(handles, sup.Go(task))
		}
		if _, err := edo.Await(task, g); err != nil {
			return err
		}
		m.stop()
		for _, h := range handles {
			h.Abort()
		}
		for _, h := range handles {
			if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
				return err
			}
		}
		return nil
	}
}

// starts adds children, until all run.
func starts(start kind) directBody {
	return func(task *edo.Task, m *meter) error {
		return crowd(task, m, start, (*meter).stop)
	}
}

// stops stops children with their supervisor.
func stops(start kind) directBody {
	return func(task *edo.Task, m *meter) error {
		return crowd(task, m, start, (*meter).start)
	}
}

// crowd adds children to a supervisor, and stops it. It calls allRun between.
func crowd(task *edo.Task, m *meter, start kind, allRun func(m *meter)) error {
	sup, err := supervise.New(supervise.Config{Strategy: supervise.Dynamic})
	if err != nil {
		return err
	}
	h := sup.Go(task)
	g := newGroup(m.n)
	none := 0
	for range m.n {
		if err := sup.Add(task, supervise.Spec{Start: start(&none, g)}); err != nil {
			return err
		}
	}
	if _, err := edo.Await(task, g); err != nil {
		return err
	}
	allRun(m)
	sup.Shutdown()
	_, err = h.Await(task)
	return err
}
