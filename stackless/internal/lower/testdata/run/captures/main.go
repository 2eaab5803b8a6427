// Variables that literals capture, and those whose address is taken.
package main

import (
	"fmt"
	"sort"
	"strings"

	"github.com/edo-go/edo"
)

func main() {
	fmt.Println(edo.Run(func(task *edo.Task) error {
		fmt.Println(perTurn(task))
		fmt.Println(perTurnChanged(task))
		fmt.Println(perTurnRange(task))
		fmt.Println(zeroed(task))
		fmt.Println(counter(task))
		fmt.Println(parameter(task, 5))
		fmt.Println(result(task))
		fmt.Println(pointers(task))
		fmt.Println(arrays(task))
		fmt.Println(methods(task))
		fmt.Println(spawned(task))
		fmt.Println(shielded(task))
		fmt.Println(nested(task))
		fmt.Println(hidden(task, 3, "x"))
		fmt.Println(shadows(task, []int{3, 1, 2}))
		return nil
	}))
	plainHost()
}

func call(fs []func() int) (out []int) {
	for _, f := range fs {
		out = append(out, f())
	}
	return out
}

func perTurn(task *edo.Task) []int {
	var fs []func() int
	for i := 0; i < 4; i++ {
		edo.Yield(task)
		fs = append(fs, func() int { i += 10; return i })
		edo.Yield(task)
		i += 0
	}
	return append(call(fs), call(fs)...)
}

func perTurnChanged(task *edo.Task) []int {
	var fs []func() int
	for i, step := 0, 1; i < 9; i += step {
		fs = append(fs, func() int { step++; return i*100 + step })
		edo.Yield(task)
		if i == 3 {
			i++
			continue
		}
	}
	return append(call(fs), call(fs)...)
}

func perTurnRange(task *edo.Task) []int {
	var fs []func() int
	for i, s := range []string{"a", "bb", "ccc"} {
		edo.Yield(task)
		fs = append(fs, func() int { return i*10 + len(s) })
		fs = append(fs, func() int { s += "x"; return len(s) })
	}
	for i := range 3 {
		fs = append(fs, func() int { return i })
		edo.Yield(task)
	}
	return append(call(fs), call(fs)...)
}

func zeroed(task *edo.Task) (out []int) {
	for i := range 3 {
		var n int
		var p *int
		edo.Yield(task)
		if p == nil {
			p = &n
		}
		*p += i
		n++
		edo.Yield(task)
		out = append(out, n, *p)
	}
	return out
}

func counter(task *edo.Task) int {
	n := 0
	inc := func() { n++ }
	inc()
	edo.Yield(task)
	inc()
	n *= 10
	edo.Yield(task)
	inc()
	return n
}

func parameter(task *edo.Task, n int) int {
	f := func(d int) { n += d }
	edo.Yield(task)
	f(2)
	n++
	edo.Yield(task)
	f(n)
	return n
}

func result(task *edo.Task) (n int, err error) {
	f := func() int { return n }
	n = 3
	edo.Yield(task)
	if f() != 3 {
		return -1, nil
	}
	n = 4
	edo.Yield(task)
	return n + f(), nil
}

func pointers(task *edo.Task) int {
	var a struct{ x, y int }
	p := &a.x
	edo.Yield(task)
	*p = 5
	a.y = 6
	q := &a
	edo.Yield(task)
	q.x++
	return a.x*10 + a.y
}

func arrays(task *edo.Task) string {
	a := [3]int{3, 1, 2}
	s := a[:]
	edo.Yield(task)
	sort.Ints(s)
	b := a
	edo.Yield(task)
	s[0] = 9
	return fmt.Sprint(a, b, s)
}

func methods(task *edo.Task) string {
	var b strings.Builder
	b.WriteString("one")
	edo.Yield(task)
	write := b.WriteString
	write(" two")
	edo.Yield(task)
	fmt.Fprint(&b, " three")
	return b.String()
}

func spawned(task *edo.Task) int {
	n := 0
	var hs []*edo.JoinHandle[edo.Unit]
	for i := range 3 {
		var local int
		hs = append(hs, edo.Go(task, func(task *edo.Task) error {
			for range i + 1 {
				edo.Yield(task)
				n++
				local++
			}
			return nil
		}))
		local += 100
		edo.Yield(task)
		n += local / 100
	}
	for _, h := range hs {
		h.Await(task)
	}
	return n
}

func shielded(task *edo.Task) (n int) {
	m := 1
	err := edo.Shielded(task, func(task *edo.Task) error {
		if err := edo.Yield(task); err != nil {
			return err
		}
		n = m + 1
		m = 7
		return edo.Yield(task)
	})
	if err != nil {
		return -1
	}
	return n*10 + m
}

func nested(task *edo.Task) string {
	out := ""
	x := 1
	h := edo.Go(task, func(task *edo.Task) error {
		y := x + 1
		edo.Yield(task)
		h := edo.Go(task, func(task *edo.Task) error {
			edo.Yield(task)
			out += fmt.Sprint(x, y)
			y++
			return nil
		})
		h.Await(task)
		out += fmt.Sprint(" ", y)
		x = 9
		return nil
	})
	h.Await(task)
	return fmt.Sprint(out, " ", x)
}

func hidden(task *edo.Task, f int, done string) string {
	state, st, Poll := 1, 2, 3
	edo.Yield(task)
	r0 := fmt.Sprint(f, done, state, st, Poll)
	edo.Yield(task)
	return r0 + done
}

func shadows(task *edo.Task, fmt []int) (out int) {
	edo.Yield(task)
	for _, edo1 := range fmt {
		main := edo1
		{
			main := main * 2
			edo.Yield(task)
			out += main
		}
		out += main
	}
	if out := out; out > 3 {
		out := out + 1
		edo.Yield(task)
		return out
	}
	return out
}

// plainHost is not lowered, and spawns literals that are.
func plainHost() {
	n, m := 0, 5
	fs := []func() int{}
	for i := range 2 {
		edo.Run(func(task *edo.Task) error {
			edo.Yield(task)
			n += m + i
			fs = append(fs, func() int { return n + i })
			return edo.Yield(task)
		})
	}
	n++
	fmt.Println(n, call(fs))
}
