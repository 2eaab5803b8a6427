package stream

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
)

// A loop in steps keeps the phase that it is in in a Step of its own, because the body waits
// with that of its function. The phases are shared by all loops, and not written: a loop
// allocates nothing.
//
//	zero     the loop has not begun, or has ended        → begins
//	begins   it takes from the budget                    → between
//	between  the body runs                               → yields, waits
//	yields   turn finds the budget used up               → waits
//	waits    for the next item, in turn                  → between, busy, failed, zero
//	busy     the last item says that another task waits  → zero
//	failed   the last item is why the task cannot wait   → zero
type phase struct {
	kind phaseKind
	turn budget.Turn
}

type phaseKind uint8

const (
	begins phaseKind = iota
	between
	yields
	waits
	busy
	failed
)

var (
	phases           = [...]phase{begins: {kind: begins}, between: {kind: between}, busy: {kind: busy}, failed: {kind: failed}}
	asks             = turns(yields, -1)
	waitsAfterAsking = turns(waits, -1)
	waitsAtOnce      = turns(waits, +1)
)

// turns returns the phases of a kind for each turn, which has the given sign: see [budget.Turn].
func turns(kind phaseKind, sign budget.Turn) (all [sched.Budget + 1]phase) {
	for i := range all {
		all[i] = phase{kind, sign * budget.Turn(i)}
	}
	return all
}

// AllStep is the step form of the loop over [All]: a call that is done gives the next item, or
// reports that there is no more. st is not that of the function but the loop's own. When the
// loop is left in any other way, also by a panic, [AllEnd] is called.
func AllStep[T any](task *edo.Task, st *edo.Step, s Stream[T]) (done, more bool, v T, err error) {
	done, more, v, err = loopStep(task, st, s)
	if !done || more {
		return done, more, v, err
	}
	if err != nil && !errors.Is(err, edo.ErrCancelled) {
		st.Set(&phases[failed])
		return true, true, v, err
	}
	AllEnd(st, s)
	return true, false, v, nil
}

// AllEnd ends a loop over [All] in steps, if it has begun and not ended: it drops s, unless
// another task waits for that.
func AllEnd[T any](st *edo.Step, s Stream[T]) {
	p := edo.StepState[phase](st)
	if p == nil {
		return
	}
	st.Set(nil)
	if p.kind != busy {
		edo.Drop(s)
	}
}

// EachStep is the step form of the loop over [Each], as [AllStep] is of that over [All].
func EachStep[T any](task *edo.Task, st *edo.Step, s Stream[T], err *error) (done, more bool, v T) {
	if err == nil {
		panic(errNoVariable)
	}
	if edo.StepState[phase](st) == nil {
		*err = nil
	}
	done, more, v, e := loopStep(task, st, s)
	if !done || more && e == nil {
		return done, more, v
	}
	defer func() { // also when the Drop of s panics
		if e != nil {
			*err = e
		}
	}()
	AllEnd(st, s)
	var none T
	return true, false, none
}

// EachEnd ends a loop over [Each] in steps, as [AllEnd] does for [All].
func EachEnd[T any](st *edo.Step, s Stream[T], _ *error) { AllEnd(st, s) }

// loopStep is a step of the wait for the next item. Without more, err says that the task
// cannot wait for another one.
func loopStep[T any](task *edo.Task, st *edo.Step, s Stream[T]) (done, more bool, v T, err error) {
	p := edo.StepState[phase](st)
	if p == nil {
		if s == nil {
			return true, false, v, nil
		}
		p = &phases[begins]
		st.Set(p)
	}
	for {
		switch p.kind {
		case begins:
			if done, err = task.ProceedStep(nil); !done || err != nil {
				return done, false, v, err
			}
			p = &phases[between]
		case between:
			if turn := budget.Begin(inside.Context(task)); turn > 0 {
				p = &waitsAtOnce[min(turn, sched.Budget)]
			} else {
				p = &asks[min(-turn, sched.Budget)]
			}
		case yields:
			if done, err = task.ProceedStep(nil); !done || err != nil {
				return done, false, v, err
			}
			p = &waitsAfterAsking[-p.turn]
		case waits:
			done, v, more, err = edo.NextStep(task, s)
			if !done || !more {
				return done, false, v, err
			}
			p.turn.End(inside.Context(task))
			p = &phases[between]
			if err != nil && isAnothers(task, err) {
				p = &phases[busy]
			}
			st.Set(p)
			return true, true, v, err
		default: // the item was the last one
			return true, false, v, nil
		}
		st.Set(p)
	}
}

// isAnothers reports whether err says that another task waits for the stream.
func isAnothers(task *edo.Task, err error) bool {
	var b *edo.BusyError
	return errors.As(err, &b) && b.IsTask(inside.Task(task).Cx)
}
