// What others that compile to state machines get wrong.
package main

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/edo-go/edo"
)

func main() {
	fmt.Println(edo.Run(func(task *edo.Task) error {
		fmt.Println(gotoDeclares(task))
		fmt.Println(initCaptures(task))
		fmt.Println(continues(task))
		fmt.Println(swaps(task))
		fmt.Println(resultsInDefer(task))
		fmt.Println(deferInLiteral(task))
		fmt.Println(shadowedError(task))
		fmt.Println(compare(task, "b"))
		fmt.Println(interfaces(task))
		fmt.Println(structs(task))
		fmt.Println(chains(task))
		fmt.Println(methodOnLoopVar(task))
		fmt.Println(selfReference(task))
		fmt.Println(embedded(task))
		fmt.Println(mutual(task, 5))
		fmt.Println(pointerParam(task, &pair{1, 2}))
		fmt.Println(nilMethod(task))
		fmt.Println(switchScope(task, 2))
		fmt.Println(bigFrames(task))
		fmt.Println(panicsThrough(task))
		fmt.Println(repanics(task))
		fmt.Println(resultInCell(task))
		fmt.Println(goexits(task))
		return nil
	}))
}

func pause[T any](task *edo.Task, v T) T { edo.Yield(task); return v }

func gotoDeclares(task *edo.Task) (out []int) {
	var fs []func() int
	n := 0
again:
	x := n
	fs = append(fs, func() int { x++; return x })
	edo.Yield(task)
	n++
	if n < 3 {
		goto again
	}
	for _, f := range fs {
		out = append(out, f(), f())
	}
	return out
}

func initCaptures(task *edo.Task) int {
	if n, f := 1, 2; pause(task, n) == 1 {
		g := func() int { n += f; return n }
		f = pause(task, 10)
		return g() + n
	}
	return 0
}

func continues(task *edo.Task) (out []int) {
	var ps []*int
outer:
	for i := 0; i < 3; i++ {
		ps = append(ps, &i)
		for j := 0; j < 3; j++ {
			ps = append(ps, &j)
			edo.Yield(task)
			if j == 1 {
				continue outer
			}
			j += 0
		}
	}
	for _, p := range ps {
		out = append(out, *p)
	}
	return out
}

func swaps(task *edo.Task) string {
	a, b := "a", "b"
	a, b = b, a
	a, b = pause(task, b), a
	i, s := 0, []int{0, 0, 0}
	i, s[i] = pause(task, 2), 9
	s[i], i = 5, pause(task, 1)
	a, b = func() (string, string) { return b, a }()
	return fmt.Sprint(a, b, i, s)
}

func resultsInDefer(task *edo.Task) (n int, s string, err error) {
	defer func() {
		n++
		s += "!"
		if recover() != nil {
			err = errors.New("recovered")
		}
	}()
	n, s = pause(task, 1), pause(task, "s")
	if pause(task, true) {
		var m map[string]int
		m[s] = n
	}
	return 5, "t", nil
}

func deferInLiteral(task *edo.Task) (out string) {
	x := "x"
	h := edo.GoValue(task, func(task *edo.Task) (s string, err error) {
		y := "y"
		defer func() { s += x + y; x = "changed" }()
		edo.Yield(task)
		y = pause(task, "z")
		return "r", nil
	})
	out, _ = h.Await(task)
	return out + x
}

func shadowedError(task *edo.Task) (err error) {
	if _, err := two(task, 1); err != nil {
		return err
	}
	x, err := two(task, 0)
	if err == nil {
		x, err := two(task, x)
		_ = x
		if err != nil {
			return fmt.Errorf("inner: %w", err)
		}
	}
	return err
}

func two(task *edo.Task, n int) (int, error) {
	edo.Yield(task)
	if n == 0 {
		return 7, nil
	}
	if n == 7 {
		return 0, errors.New("seven")
	}
	return n, nil
}

func compare(task *edo.Task, s string) bool {
	return s < pause(task, "c") && pause(task, s) == "b" == !pause(task, false)
}

type pair struct{ a, b int }

func (p pair) sum(task *edo.Task) int     { edo.Yield(task); return p.a + p.b }
func (p *pair) inc(task *edo.Task) *pair  { edo.Yield(task); p.a++; return p }
func (p *pair) isNil(task *edo.Task) bool { edo.Yield(task); return p == nil }
func (p pair) String() string             { return fmt.Sprint(p.a, "+", p.b) }

func interfaces(task *edo.Task) string {
	var s fmt.Stringer = pair{1, pause(task, 2)}
	edo.Yield(task)
	if p, ok := s.(pair); ok && pause(task, p.a) == 1 {
		s = &p
		p.b = 9
	}
	var e any
	edo.Yield(task)
	if e == nil {
		e = s
	}
	return fmt.Sprint(s, e)
}

func structs(task *edo.Task) string {
	p := pair{1, 2}
	q := p
	q.a = pause(task, 5)
	arr := [2]pair{p, q}
	arr[pause(task, 1)].b = pause(task, 8)
	r := arr
	arr[0].a = 100
	edo.Yield(task)
	a, b := p.sum(task), q.inc(task).inc(task).sum(task)
	return fmt.Sprint(p, q, arr, r, a, b, q)
}

func chains(task *edo.Task) string {
	var b strings.Builder
	add := func(s string) *strings.Builder { b.WriteString(s); return &b }
	add("1").WriteString(pause(task, "2"))
	fmt.Fprint(add("3"), pause(task, "4"), add("5").Len())
	return b.String()
}

func methodOnLoopVar(task *edo.Task) (out []string) {
	for _, p := range []pair{{1, 1}, {2, 2}} {
		p.inc(task)
		f := p.inc
		_ = f
		out = append(out, p.String())
	}
	return out
}

func selfReference(task *edo.Task) string {
	type_ := map[string]func(int) int{}
	type_["f"] = func(n int) int {
		if n == 0 {
			return 1
		}
		return n * type_["f"](n-1)
	}
	edo.Yield(task)
	return fmt.Sprint(type_["f"](pause(task, 5)))
}

type base struct {
	sync.Mutex
	n int
}

func (b *base) add(task *edo.Task, n int) int {
	b.Lock()
	defer b.Unlock()
	edo.Yield(task)
	b.n += n
	return b.n
}

type derived struct{ base }
type pointing struct{ *derived }

func embedded(task *edo.Task) []int {
	var d derived
	p := pointing{&d}
	return []int{d.add(task, 1), p.add(task, 2), p.derived.base.add(task, 3), d.n}
}

func mutual(task *edo.Task, n int) string {
	if n == 0 {
		return "."
	}
	return "a" + other(task, n-1)
}

func other(task *edo.Task, n int) string {
	edo.Yield(task)
	return "b" + mutual(task, n)
}

func pointerParam(task *edo.Task, p *pair) int {
	q := *p
	p.a = pause(task, 10)
	p = &pair{p.a, pause(task, q.b)}
	return p.a*100 + p.b*10 + q.a
}

func nilMethod(task *edo.Task) (s string) {
	defer func() { s += fmt.Sprint(recover()) }()
	var p *pair
	s = fmt.Sprint(p.isNil(task), " ")
	p.sum(task)
	return "not reached"
}

func switchScope(task *edo.Task, n int) (s string) {
	switch x := pause(task, n); {
	case x == 2:
		x := "inner"
		edo.Yield(task)
		s = x
		fallthrough
	case x == 3:
		y := x + 1
		edo.Yield(task)
		s += fmt.Sprint(x, y)
	default:
		edo.Yield(task)
	}
	return s
}

type wide [40]int

func bigFrames(task *edo.Task) int {
	var w wide
	w[3] = pause(task, 3)
	v := w
	w = widen(task, w, 2)
	return v[3] + w[3] + widen(task, v, 1)[3]
}

func widen(task *edo.Task, w wide, by int) wide {
	for i := range w {
		if i%20 == 0 {
			edo.Yield(task)
		}
		w[i] += by
	}
	return w
}

func panicsThrough(task *edo.Task) (err error) {
	defer func() { err = fmt.Errorf("outer: %v", recover()) }()
	return middle(task)
}

func middle(task *edo.Task) error {
	defer func() {
		if v := recover(); v != nil {
			panic(fmt.Sprint("again: ", v))
		}
	}()
	return bottom(task)
}

func bottom(task *edo.Task) error {
	edo.Yield(task)
	if pause(task, true) {
		panic("bottom")
	}
	return edo.Yield(task)
}

func goexits(task *edo.Task) string {
	out := ""
	h := edo.Go(task, func(task *edo.Task) error {
		defer func() { out += fmt.Sprint("deferred ", recover()) }()
		edo.Yield(task)
		return errors.New("an error")
	})
	_, err := h.Await(task)
	return fmt.Sprint(out, " ", err)
}

func repanics(task *edo.Task) (s string) {
	defer func() {
		r := recover()
		s = fmt.Sprint(s, r)
	}()
	defer func() {
		defer func() { s += fmt.Sprint("in ", recover()) }()
		panic("second")
	}()
	edo.Yield(task)
	panic("first")
}

func resultInCell(task *edo.Task) (err error) {
	fmt.Println(edo.Shielded(task, func(task *edo.Task) error {
		edo.Yield(task)
		return err
	}))
	return nil
}
