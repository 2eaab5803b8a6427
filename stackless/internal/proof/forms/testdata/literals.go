//go:build !plain

package forms

import (
	"github.com/edo-go/edo"
	"proof.test/trace"
)

// FormLiterals has variables that stand for function literals.
func FormLiterals(task *edo.Task, t *trace.T) error {
	x := 1
	add := func(task *edo.Task) (int, error) { x++; err := edo.Yield(task); x *= 2; return x, err }
	v, err := edo.GoValue(task, add).Await(task)
	t.At(1, v, x, err != nil)
	for i := 0; i < 4; i++ {
		get := func(task *edo.Task) (int, error) { i++; err := edo.Yield(task); return i*10 + x, err }
		h := edo.GoValue(task, get)
		x += 100
		v, err := h.Await(task)
		t.At(2, v, i, err != nil)
		{
			x := 7
			v, err := edo.GoValue(task, get).Await(task)
			t.At(3, v, x, i, err != nil)
		}
		v, err = add(task)
		t.At(4, v, err != nil)
	}
	g := add
	v, err = edo.GoValue(task, g).Await(task)
	t.At(5, v, err != nil)
	n := 0
again:
	{
		y := n
		keep := func(task *edo.Task) (int, error) { y++; edo.Yield(task); return y*10 + n, nil }
		n++
		v, err := edo.Spawn(task, edo.Async(keep)).Await(task)
		t.At(6, v, y, n, err != nil)
		if n < 3 {
			goto again
		}
	}
	return nil
}

func change(p *func(task *edo.Task) (int, error), to func(task *edo.Task) (int, error)) { *p = to }

// FormWrittenLiterals has variables that are declared with a literal, and then have another one.
func FormWrittenLiterals(task *edo.Task, t *trace.T) error {
	one := func(task *edo.Task) (int, error) { return 1, edo.Yield(task) }
	assigned := func(task *edo.Task) (int, error) { return 2, edo.Yield(task) }
	if t.Bool(1, true) {
		assigned = one
	}
	v, err := edo.GoValue(task, assigned).Await(task)
	t.At(2, v, err != nil)
	pointedTo := func(task *edo.Task) (int, error) { return 3, edo.Yield(task) }
	change(&pointedTo, one)
	v, err = edo.GoValue(task, pointedTo).Await(task)
	t.At(3, v, err != nil)
	err = edo.Shielded(task, func(task *edo.Task) error {
		v, err := pointedTo(task)
		t.At(4, v, err != nil)
		return err
	})
	return err
}

// FormLiteralsCapture has variables that stand for literals, and are spawned far from these.
func FormLiteralsCapture(task *edo.Task, t *trace.T) error {
	a, b := t.Int(1, 5), t.Str(2, "text")
	later := func(task *edo.Task) (int, error) { err := edo.Yield(task); return a + len(b), err }
	edo.Yield(task)
	edo.Yield(task)
	v, err := edo.GoValue(task, later).Await(task)
	t.At(3, v, err != nil)
	var handles []*edo.JoinHandle[int]
	for i := range 3 {
		base := i * 10
		get := func(task *edo.Task) (int, error) { err := edo.Yield(task); return base + 1, err }
		{
			base := -i // which get does not mean
			handles = append(handles, edo.GoValue(task, get))
			t.At(4, base)
		}
	}
	for _, h := range handles {
		v, err := h.Await(task)
		t.At(5, v, err != nil)
	}
	c := t.Int(6, 7)
	inner := func(task *edo.Task) (int, error) { err := edo.Yield(task); return c * 10, err }
	v, err = edo.GoValue(task, func(task *edo.Task) (int, error) { // has inner, and not what that captures
		edo.Yield(task)
		return edo.GoValue(task, inner).Await(task)
	}).Await(task)
	t.At(7, v, err != nil)
	return err
}
