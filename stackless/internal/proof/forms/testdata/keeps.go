//go:build !plain

package forms

import (
	"runtime/debug"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/scope"
	"proof.test/trace"
	"proof.test/waits"
)

// A holder waits with a Task that it was given before.
type holder struct{ task *edo.Task }

func (h *holder) wait() error { return edo.Yield(h.task) }

func hold(task *edo.Task) *holder {
	edo.Yield(task)
	return &holder{task}
}

// holdsOn has the Task kept by another. It is not compiled either, as its type parameter has no name.
func holdsOn[_ any](task *edo.Task) *holder {
	edo.Yield(task)
	return hold(task)
}

type holding interface {
	hold(task *edo.Task) *holder
}

type byMethod struct{}

func (byMethod) hold(task *edo.Task) *holder { return hold(task) }

// waitsOften waits with what was kept, between other waits.
func waitsOften(task *edo.Task, t *trace.T, h *holder) error {
	for i := range 3 {
		t.At(1, i, h.wait() != nil, edo.Yield(task) != nil)
	}
	return nil
}

// FormKeepsItsTask waits with a Task that a function has kept.
func FormKeepsItsTask(task *edo.Task, t *trace.T) error {
	_, err := edo.Go(task, func(task *edo.Task) error {
		h := hold(task)
		t.At(2, h.wait() != nil)
		edo.Yield(task)
		t.At(3, h.wait() != nil)
		return waitsOften(task, t, h)
	}).Await(task)
	t.At(4, err)
	return err
}

// FormKeepsItsTaskForAnother is FormKeepsItsTask with a function between.
func FormKeepsItsTaskForAnother(task *edo.Task, t *trace.T) error {
	_, err := edo.Go(task, func(task *edo.Task) error {
		h := holdsOn[int](task)
		t.At(2, h.wait() != nil)
		return waitsOften(task, t, h)
	}).Await(task)
	t.At(3, err)
	return err
}

// FormKeepsItsTaskBehindAnInterface is FormKeepsItsTask with a method that is not known.
func FormKeepsItsTaskBehindAnInterface(task *edo.Task, t *trace.T) error {
	_, err := edo.Go(task, func(task *edo.Task) error {
		var holds holding = byMethod{}
		h := holds.hold(task)
		t.At(2, h.wait() != nil)
		return waitsOften(task, t, h)
	}).Await(task)
	t.At(3, err)
	return err
}

// FormKeepsItsTaskInALiteral is FormKeepsItsTask with a literal that a function of the library calls.
func FormKeepsItsTaskInALiteral(task *edo.Task, t *trace.T) error {
	_, err := edo.Go(task, func(task *edo.Task) error {
		var h *holder
		err := edo.Shielded(task, func(task *edo.Task) error {
			h = &holder{task}
			return edo.Yield(task)
		})
		t.At(2, err, h.wait() != nil)
		return waitsOften(task, t, h)
	}).Await(task)
	t.At(3, err)
	return err
}

func panicOnFault(on bool) (was bool) { return debug.SetPanicOnFault(on) }

// FormGoroutinesDiffer has tasks of which one changes something of its goroutine, and the other must not
// see it: they call what does so themselves, in another function, and in another package.
func FormGoroutinesDiffer(task *edo.Task, t *trace.T) error {
	return scope.Run(task, func(s *scope.Scope) error {
		for i := range 2 {
			edo.Go(s, func(task *edo.Task) error { changesItself(task, t, i); return nil })
			edo.Go(s, func(task *edo.Task) error { changesByAnother(task, t, i); return nil })
			edo.Go(s, func(task *edo.Task) error { changesFar(task, t, i); return nil })
		}
		return nil
	})
}

func changesItself(task *edo.Task, t *trace.T, i int) {
	for range 3 {
		was := debug.SetPanicOnFault(i == 0)
		edo.Yield(task)
		t.At(1, i, was, debug.SetPanicOnFault(was))
	}
}

func changesByAnother(task *edo.Task, t *trace.T, i int) {
	for range 3 {
		was := panicOnFault(i == 0)
		edo.Yield(task)
		t.At(2, i, was, panicOnFault(was))
	}
}

func changesFar(task *edo.Task, t *trace.T, i int) {
	for range 3 {
		was := waits.PanicOnFault(i == 0)
		edo.Yield(task)
		t.At(3, i, was, waits.PanicOnFault(was))
	}
}

// spawnsAndWaits takes a Spawner, and waits if that is a Task.
func spawnsAndWaits(s edo.Spawner, t *trace.T, id int) {
	edo.Go(s, func(task *edo.Task) error { t.At(id); return nil })
	if task, ok := s.(*edo.Task); ok {
		t.At(id+1, edo.Yield(task) != nil)
	}
}

func handsOn(s edo.Spawner, t *trace.T, id int) { spawnsAndWaits(s, t, id) }

func spawns(s edo.Spawner, t *trace.T, id int) *edo.JoinHandle[edo.Unit] {
	return edo.Go(s, func(task *edo.Task) error {
		err := edo.Yield(task)
		t.At(id, err != nil)
		return err
	})
}

// FormSpawners gives its Task to functions that take Spawners, and do more or less with them.
func FormSpawners(task *edo.Task, t *trace.T) error {
	_, err := edo.Go(task, func(task *edo.Task) error {
		edo.Yield(task)
		spawnsAndWaits(task, t, 10)
		return edo.Yield(task)
	}).Await(task)
	t.At(1, err)
	_, err = edo.Go(task, func(task *edo.Task) error {
		edo.Yield(task)
		handsOn(task, t, 20)
		return edo.Yield(task)
	}).Await(task)
	t.At(2, err)
	_, err = spawns(task, t, 30).Await(task)
	t.At(3, err)
	return err
}
