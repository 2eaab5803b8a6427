package forms

import (
	"github.com/edo-go/edo"
	"proof.test/trace"
	"proof.test/waits"
)

// FormCopiesAndPointers copies structs and arrays, and keeps pointers into them.
func FormCopiesAndPointers(task *edo.Task, t *trace.T) error {
	s := S{a: 1, b: [2]int{1, 2}}
	u := s
	p := &s.b[1]
	edo.Yield(task)
	*p = 9
	u.p = &s
	edo.Yield(task)
	u.p.a++
	t.At(1, s.a, s.b, u.a, u.b, u.p == &s)
	arr := [2]S{{a: 1}, {a: 2}}
	for i := range arr {
		arr[i].bump()
		edo.Yield(task)
	}
	brr := arr
	brr[0].bump()
	edo.Yield(task)
	t.At(2, arr[0].a, arr[1].a, brr[0].a)
	f := s.bump
	g := s.plain
	s.a = 40
	edo.Yield(task)
	t.At(3, f(), g(1, 2), s.a)
	x, y := 1, 2
	x, y = y, waits.Int(task, x)
	t.At(4, x, y)
	var z struct{ a, b int }
	z.a, z.b = waits.Int(task, 1), z.a
	t.At(5, z)
	z.b++
	h := func() int { return z.a }
	edo.Yield(task)
	t.At(6, h(), z)
	const c = 3
	var _ = c
	t.At(7, c+waits.Int(task, c))
	return nil
}

// FormMethodsTakeAddresses has variables of which only methods take the address.
func FormMethodsTakeAddresses(task *edo.Task, t *trace.T) error {
	var s S
	get := func() int { return s.a }
	s.bump()
	edo.Yield(task)
	t.At(1, get(), s.a)
	s.ptr(task, 10)
	t.At(2, get(), s.a)
	var all []*S
	for i := range 3 {
		v := S{a: i}
		all = append(all, v.self())
		edo.Yield(task)
		v.bump()
	}
	for _, p := range all {
		t.At(3, p.a)
	}
	e := struct{ S }{S{a: 20}}
	p := e.self()
	edo.Yield(task)
	e.bump()
	t.At(4, p.a, e.a)
	return nil
}
