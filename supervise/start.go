package supervise

import (
	"errors"

	"github.com/edo-go/edo"
	places "github.com/edo-go/edo/internal/origin"
)

// Start makes the runs of a child: each start of the child is a new task. It is made by
// [Func], [FuncReady], [Future], [FutureReady] and [Nested], and may be used for several
// children.
type Start struct {
	// spawn spawns a task for one run.
	spawn  func(sp edo.Spawner, r *run, opts []edo.SpawnOption) edo.AbortHandle
	waits  bool           // the run says when it is ready
	nested *Supervisor    // the child is a supervisor
	at     places.Callers // where it was made, for reports
}

// here returns s, made at the place of the caller's caller. It takes about a microsecond.
func (s Start) here() Start {
	s.at.Note(1)
	return s
}

// Func is a child in direct style. It is ready as soon as it is spawned. Tasks that it spawns
// are not the supervisor's: a child that has some runs them in a scope (package scope), and so
// ends when they have.
//
//edo:spawn FuncStep
func Func(fn func(task *edo.Task) error) Start {
	if fn == nil {
		panic(errors.New("supervise: Func of a nil function"))
	}
	return Start{spawn: func(sp edo.Spawner, _ *run, opts []edo.SpawnOption) edo.AbortHandle {
		return edo.Go(sp, fn, opts...).AbortHandle()
	}}.here()
}

// FuncStep is [Func] with the frame of a compiled function, which is copied for each run.
func FuncStep[F any, P edo.ErrorFrame[F]](f F) Start {
	return Start{spawn: func(sp edo.Spawner, _ *run, opts []edo.SpawnOption) edo.AbortHandle {
		return edo.GoStep[F, P](sp, f, opts...).AbortHandle()
	}}.here()
}

// FuncReady is a child in direct style that calls ready when it has been set up: when it
// listens, or has its connection. Only then is the next child started, and do
// [Supervisor.Started] and [Supervisor.Add] return. A child that ends before has failed to
// start, also if it returns nil; if its error matches [ErrIgnore] it has chosen not to run.
// ready does not wait, may be called from any goroutine, and does nothing the second time.
//
//edo:spawn FuncReadyStep
func FuncReady(fn func(task *edo.Task, ready func()) error) Start {
	if fn == nil {
		panic(errors.New("supervise: FuncReady of a nil function"))
	}
	return Start{waits: true, spawn: func(sp edo.Spawner, r *run, opts []edo.SpawnOption) edo.AbortHandle {
		return edo.Go(sp, func(task *edo.Task) error { return fn(task, r.ready) }, opts...).AbortHandle()
	}}.here()
}

// FuncReadyStep is [FuncReady] with a function that returns the frame of each run.
func FuncReadyStep[F any, P edo.ErrorFrame[F]](frame func(ready func()) F) Start {
	return Start{waits: true, spawn: func(sp edo.Spawner, r *run, opts []edo.SpawnOption) edo.AbortHandle {
		return edo.GoStep[F, P](sp, frame(r.ready), opts...).AbortHandle()
	}}.here()
}

// Future is a child that is a future. make returns the future of one run; the task of that run
// calls it, at its first poll, and owns the future.
func Future(make func() edo.Future[edo.Unit]) Start {
	if make == nil {
		panic(errors.New("supervise: Future of a nil function"))
	}
	return Start{spawn: func(sp edo.Spawner, _ *run, opts []edo.SpawnOption) edo.AbortHandle {
		return edo.Spawn(sp, edo.Future[edo.Unit](&made{make: make}), opts...).AbortHandle()
	}}.here()
}

// FutureReady is [Future] for a child that says when it is ready, as that of [FuncReady].
func FutureReady(make func(ready func()) edo.Future[edo.Unit]) Start {
	if make == nil {
		panic(errors.New("supervise: FutureReady of a nil function"))
	}
	return Start{waits: true, spawn: func(sp edo.Spawner, r *run, opts []edo.SpawnOption) edo.AbortHandle {
		return edo.Spawn(sp, edo.Future[edo.Unit](&made{make: func() edo.Future[edo.Unit] { return make(r.ready) }}), opts...).AbortHandle()
	}}.here()
}

// Nested is a child that is a supervisor. It is ready when the children of its Config are. A
// restart begins with these: those that were added while it ran are not started again. s is
// the handle of all its runs.
func Nested(s *Supervisor) Start {
	if s == nil {
		panic(errors.New("supervise: Nested of a nil Supervisor"))
	}
	return Start{waits: true, nested: s, spawn: func(sp edo.Spawner, r *run, opts []edo.SpawnOption) edo.AbortHandle {
		return edo.Spawn(sp, edo.Future[edo.Unit](&spawned{s: s, above: r}), opts...).AbortHandle()
	}}.here()
}

// made is the future of one run, which the task of the run makes.
type made struct {
	make func() edo.Future[edo.Unit]
	f    edo.Future[edo.Unit]
}

var errNoFuture = errors.New("supervise: the function of a child has returned a nil future")

// Poll polls the future, which it makes first.
func (m *made) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if m.f == nil {
		if !cx.Proceed(nil) { // a report does not begin it
			return edo.Unit{}, edo.Pending, nil
		}
		make := m.make
		m.make = nil
		if make == nil {
			return edo.Unit{}, edo.Ready, errPolledAgain
		}
		if m.f = make(); m.f == nil {
			return edo.Unit{}, edo.Ready, errNoFuture
		}
	}
	return m.f.Poll(cx)
}

// Drop drops the future.
func (m *made) Drop() {
	m.make = nil
	if f := m.f; f != nil {
		m.f = nil
		edo.Drop(f)
	}
}
