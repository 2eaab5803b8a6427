// Package forms has functions with step forms that were written by hand.
package forms

import (
	"fmt"

	"github.com/edo-go/edo"
)

// Log is what was done.
var Log []string

func note(a ...any) { Log = append(Log, fmt.Sprint(a...)) }

// A Counter is a source.
type Counter struct{ i, n, waits int }

// NewCounter counts to n.
func NewCounter(n int) *Counter { return &Counter{n: n} }

// All is an iterator over the numbers of c.
//
//edo:range AllStep
func (c *Counter) All(task *edo.Task) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for c.i < c.n {
			if edo.Yield(task) != nil {
				return
			}
			c.i++
			if !yield(c.i) {
				return
			}
		}
	}
}

// AllStep is the step form of the next turn of All.
func (c *Counter) AllStep(task *edo.Task) (done, more bool, v int) {
	if c.i >= c.n {
		return true, false, 0
	}
	done, err := edo.YieldStep(task)
	if !done {
		return false, false, 0
	}
	if err != nil {
		return true, false, 0
	}
	c.i++
	return true, true, c.i
}

// Each is an iterator without a place for errors.
//
//edo:range EachStep
func Each[T any](task *edo.Task, list *[]T) func(yield func(T) bool) {
	return func(yield func(T) bool) {
		for len(*list) > 0 {
			v := (*list)[0]
			*list = (*list)[1:]
			if edo.Yield(task) != nil || !yield(v) {
				return
			}
		}
	}
}

// EachStep is the step form of the next turn of Each.
func EachStep[T any](task *edo.Task, st *edo.Step, list *[]T) (done, more bool, v T) {
	p := edo.StepState[T](st)
	if p == nil {
		if len(*list) == 0 {
			return true, false, v
		}
		v = (*list)[0]
		*list = (*list)[1:]
		p = &v
		st.Set(p)
	}
	done, err := edo.YieldStep(task)
	if !done {
		return false, false, v
	}
	v = *p
	st.Set(nil)
	return true, err == nil, v
}

// A Group runs functions.
type Group struct{ name string }

// With calls fn, which waits with the Task of the caller.
//
//edo:step WithStep
func With(task *edo.Task, name string, fn func(g *Group) error) error {
	note("begin ", name)
	defer note("end ", name)
	return fn(&Group{name})
}

type with struct {
	g  *Group
	st edo.Step
}

// WithStep is the step form of With.
func WithStep(task *edo.Task, st *edo.Step, name string, fn func(task *edo.Task, st *edo.Step, g *Group) (bool, error)) (done bool, err error) {
	w := edo.StepState[with](st)
	if w == nil {
		note("begin ", name)
		w = &with{g: &Group{name}}
		st.Set(w)
	}
	done, err = fn(task, &w.st, w.g)
	if done {
		st.Set(nil)
		note("end ", name)
	}
	return done, err
}

// Name is the name of the group.
func (g *Group) Name() string { return g.name }

// Twice calls fn twice, with a wait before.
//
//edo:step TwiceStep
func (g *Group) Twice(task *edo.Task, fn func(task *edo.Task, n int) (string, error)) (string, error) {
	if err := edo.Yield(task); err != nil {
		return "", err
	}
	a, err := fn(task, 1)
	if err != nil {
		return "", err
	}
	b, err := fn(task, 2)
	return a + b, err
}

type twice struct {
	state int
	a     string
	st    edo.Step
}

// TwiceStep is the step form of Twice.
func (g *Group) TwiceStep(task *edo.Task, st *edo.Step, fn func(task *edo.Task, st *edo.Step, n int) (bool, string, error)) (done bool, s string, err error) {
	t := edo.StepState[twice](st)
	if t == nil {
		t = &twice{}
		st.Set(t)
	}
	if t.state == 0 {
		if done, err = edo.YieldStep(task); !done {
			return false, "", nil
		}
		if err != nil {
			st.Set(nil)
			return true, "", err
		}
		t.state = 1
	}
	if t.state == 1 {
		if done, t.a, err = fn(task, &t.st, 1); !done {
			return false, "", nil
		}
		if err != nil {
			st.Set(nil)
			return true, "", err
		}
		t.state = 2
	}
	if done, s, err = fn(task, &t.st, 2); done {
		st.Set(nil)
	}
	return done, t.a + s, err
}

// Spawn is Go with a name.
//
//edo:spawn SpawnStep
func Spawn[T any](s edo.Spawner, name string, fn func(task *edo.Task) (T, error)) *edo.JoinHandle[T] {
	return edo.GoValue(s, fn, edo.Name(name))
}

// SpawnStep is Spawn with a frame.
func SpawnStep[T, F any, P edo.ValueFrame[T, F]](s edo.Spawner, name string, f F) *edo.JoinHandle[T] {
	note("with a frame")
	Log = Log[:len(Log)-1]
	return edo.GoValueStep[T, F, P](s, f, edo.Name(name))
}

// Quick does not wait.
//
//edo:nowait
func Quick(task *edo.Task) string { return task.Name() }

// Slow has no step form.
//
//edo:nostep it is an example
func Slow(task *edo.Task, n *int) error {
	*n++
	err := edo.Yield(task)
	*n++
	return err
}

// A Source is an interface with a step form.
type Source interface {
	// Read waits.
	//
	//edo:step ReadStep
	Read(task *edo.Task, p []byte) (int, error)
	ReadStep(task *edo.Task, st *edo.Step, p []byte) (done bool, n int, err error)
}

// Zeros is a Source.
type Zeros struct{ Limit int }

// Read waits.
//
//edo:step ReadStep
func (z *Zeros) Read(task *edo.Task, p []byte) (int, error) {
	if err := edo.Yield(task); err != nil {
		return 0, err
	}
	n := min(z.Limit, len(p))
	z.Limit -= n
	return n, nil
}

// ReadStep is the step form of Read.
func (z *Zeros) ReadStep(task *edo.Task, st *edo.Step, p []byte) (done bool, n int, err error) {
	if done, err = edo.YieldStep(task); !done || err != nil {
		return done, 0, err
	}
	n = min(z.Limit, len(p))
	z.Limit -= n
	return true, n, nil
}

// Map spawns a task for each element, and waits for none.
//
//edo:spawn MapStep
func Map[T any](s edo.Spawner, list []T, fn func(task *edo.Task, v T) error) (hs []*edo.JoinHandle[edo.Unit]) {
	for _, v := range list {
		hs = append(hs, edo.Go(s, func(task *edo.Task) error { return fn(task, v) }))
	}
	return hs
}

// MapStep is Map with the frames that frame makes.
func MapStep[T, F any, P edo.ErrorFrame[F]](s edo.Spawner, list []T, frame func(v T) F) (hs []*edo.JoinHandle[edo.Unit]) {
	for _, v := range list {
		hs = append(hs, edo.GoStep[F, P](s, frame(v)))
	}
	return hs
}
