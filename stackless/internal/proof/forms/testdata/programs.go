package forms

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo"
	"proof.test/trace"
	"proof.test/waits"
)

// FormDefersInBlocks defers in statements that do not wait.
func FormDefersInBlocks(task *edo.Task, t *trace.T) error {
	if t != nil {
		defer t.At(1, "if")
	}
	for i := range 2 {
		defer t.At(2, i)
	}
	edo.Yield(task)
	t.At(3)
	return nil
}

// FormRangesOverWhatChanges ranges over what its bodies change.
func FormRangesOverWhatChanges(task *edo.Task, t *trace.T) error {
	a := [3]int{1, 2, 3}
	for i, v := range a {
		a[2] = 9
		edo.Yield(task)
		t.At(1, i, v)
	}
	s := []int{1, 2, 3}
	for i, v := range s {
		s = append(s, v)
		s[1] = 7
		edo.Yield(task)
		t.At(2, i, v)
		s = []int{5}
	}
	n := 3
	for i := range n {
		n++
		edo.Yield(task)
		t.At(3, i, n)
	}
	str := "abc"
	for i, c := range str {
		str = "x"
		edo.Yield(task)
		t.At(4, i, c)
	}
	p := &a
	for i, v := range p {
		p = &[3]int{}
		a[2] = 4
		edo.Yield(task)
		t.At(5, i, v)
	}
	f := func() { n = 1; s = nil; a = [3]int{} }
	s = []int{1, 2}
	for i, v := range s {
		f()
		edo.Yield(task)
		t.At(6, i, v, len(s))
	}
	n = 2
	for i := range n {
		f()
		edo.Yield(task)
		t.At(7, i, n)
	}
	a = [3]int{1, 2, 3}
	for i, v := range a {
		f()
		edo.Yield(task)
		t.At(8, i, v)
	}
	for i, v := range &a {
		a[2]++
		edo.Yield(task)
		t.At(9, i, v)
	}
	return nil
}

// FormResultsAndDefers has deferred calls that change results, recover and panic.
func FormResultsAndDefers(task *edo.Task, t *trace.T) (err error) {
	t.At(1, resultsa(task, t))
	t.At(2, resultsb(task, t))
	a, b := resultsc(task, t)
	t.At(3, a, b)
	t.At(4, resultsd(task, t))
	return resultse(task, t)
}

func resultsa(task *edo.Task, t *trace.T) (n int) {
	defer func() { n *= 2 }()
	return waits.Int(task, 4)
}

func resultsb(task *edo.Task, t *trace.T) (n int) {
	defer func() {
		if r := recover(); r != nil {
			n = -1
		}
	}()
	n = waits.Int(task, 4)
	panic("x")
}

func resultsc(task *edo.Task, t *trace.T) (a int, b string) {
	defer func() {
		defer func() { t.At(31, recover()) }()
		t.At(30, recover())
		panic("second")
	}()
	edo.Yield(task)
	a, b = 1, "b"
	edo.Yield(task)
	panic("first")
}

func resultsd(task *edo.Task, t *trace.T) int {
	x := 1
	defer func() { recover(); t.At(40, x) }()
	defer func() { x++; panic(fmt.Sprint("again ", recover())) }()
	x = waits.Int(task, 5)
	var p *S
	x += p.a
	return x
}

func resultse(task *edo.Task, t *trace.T) (err error) {
	x := 1
	defer t.At(50, x)
	defer func(y int) { t.At(51, x, y); err = errors.Join(err, errors.New("d")) }(x + waits.Int(task, 1))
	x = 7
	if err := edo.Yield(task); err != nil {
		return err
	}
	x = 8
	return nil
}

// FormCellsAndLoops captures variables of turns.
func FormCellsAndLoops(task *edo.Task, t *trace.T) error {
	var fs []func() int
	for i, j := 0, 10; i < 3; i, j = i+1, j-1 {
		edo.Yield(task)
		fs = append(fs, func() int { i += j; return i })
		if i == 1 {
			continue
		}
		j--
		edo.Yield(task)
	}
	for _, f := range fs {
		t.At(1, f(), f())
	}
	fs = nil
	k := 0
again:
	{
		var x int
		y := k
		fs = append(fs, func() int { x++; y += x; return y })
		edo.Yield(task)
		x += 10
		k++
		if k < 3 {
			goto again
		}
	}
	for _, f := range fs {
		t.At(2, f(), f())
	}
	for i := 0; i < 3; i++ {
		var z int
		var arr [2]int
		var q *int
		t.At(3, z, arr, q == nil)
		z, arr[1], q = i+1, i+1, &k
		edo.Yield(task)
		t.At(4, z, arr, *q)
	}
	var ps []*int
	for i := range 3 {
		v := i * 2
		ps = append(ps, &v, &i)
		edo.Yield(task)
		v++
	}
	for _, p := range ps {
		t.At(5, *p)
	}
	w := func(task *edo.Task, n int) int { k += n; edo.Yield(task); k += n; return k }
	t.At(6, w(task, 1), k, w(task, 2), k)
	switch x := any(k).(type) {
	case int:
		f := func() { x++ }
		edo.Yield(task)
		f()
		t.At(7, x)
	}
	if v := waits.Int(task, 3); v > 2 {
		f := func() { v++ }
		edo.Yield(task)
		f()
		t.At(8, v)
	} else if u := v + 1; u > 0 {
		t.At(9, u)
	}
	return nil
}

type G[T any] struct{ v T }

func (g *G[T]) put(task *edo.Task, v T) T { old := g.v; edo.Yield(task); g.v = v; return old }

func mapAll[A, B any](task *edo.Task, in []A, f func(A) B) []B {
	var out []B
	for _, a := range in {
		edo.Yield(task)
		out = append(out, f(a))
	}
	return out
}

type E struct {
	*G[string]
	S
}

func FormGenericsAndEmbedding(task *edo.Task, t *trace.T) error {
	g := &G[int]{1}
	t.At(1, g.put(task, 2), g.put(task, 3))
	t.At(2, mapAll(task, []int{1, 2}, func(i int) string { return fmt.Sprint(i, g.v) }))
	e := E{&G[string]{"a"}, S{a: 3}}
	t.At(3, e.put(task, "b"), e.v, e.ptr(task, 4), e.a, e.val(task, 1))
	m := e.ptr
	t.At(4, m(task, 1), e.a)
	n := S.val
	t.At(5, n(e.S, task, 2))
	var i interface {
		val(*edo.Task, int) int
	} = e.S
	e.a = 1000
	t.At(6, i.val(task, 1))
	a, b := two(task)
	a, c := two(task)
	t.At(7, a, b, c)
	t.At(8, pass(two(task)))
	return nil
}

func pass(a, b int) int { return a*10 + b }

// FormShielded panics and returns in literals that wait.
func FormShielded(task *edo.Task, t *trace.T) error {
	err := edo.Shielded(task, func(task *edo.Task) error {
		defer func() { t.At(4) }()
		for i := range 2 {
			if err := edo.Yield(task); err != nil {
				return err
			}
			t.At(5, i)
		}
		return errors.New("e")
	})
	t.At(6, err)
	err = edo.Shielded(task, func(task *edo.Task) (err error) {
		defer func() { err = fmt.Errorf("recovered %v", recover()) }()
		edo.Yield(task)
		panic("in shield")
	})
	t.At(7, err)
	return edo.Shielded(task, func(task *edo.Task) (err error) {
		edo.Yield(task)
		panic("out of shield")
	})
}
