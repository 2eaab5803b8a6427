// Switches, selects and loops of all kinds with waits in them.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/edo-go/edo"
)

func main() {
	fmt.Println(edo.Run(func(task *edo.Task) error {
		for _, x := range []any{1, "s", 2.5, nil, []int{1, 2}, errors.New("e"), &os.PathError{Op: "op", Err: os.ErrExist}} {
			fmt.Println(typeSwitch(task, x), typeSwitchPlain(task, x))
		}
		fmt.Println(runes(task, "aé世\xff!"))
		fmt.Println(runes(task, ""))
		fmt.Println(channels(task))
		fmt.Println(selects(task))
		fmt.Println(arrays(task))
		fmt.Println(ints(task))
		fmt.Println(constants(task))
		fmt.Println(gotos(task, 3))
		fmt.Println(copied(task))
		fmt.Println(variadic(task), variadic(task, 1, 2), variadic(task, []int{4, 5, 6}...))
		fmt.Println(noResult(task), blank(task))
		fmt.Println(switchInit(task, 4), switchInit(task, 5))
		fmt.Println(sends(task))
		fmt.Println(iterators(task))
		fmt.Println(funcs(task))
		fmt.Println(emptyBodies(task))
		infinite(task)
		return nil
	}))
}

func typeSwitch(task *edo.Task, x any) (s string) {
	switch v := x.(type) {
	case int:
		edo.Yield(task)
		s = fmt.Sprint("int ", v+1)
	case string, float64:
		edo.Yield(task)
		s = fmt.Sprint("string or float ", v)
	case nil:
		edo.Yield(task)
		s = "nil"
	case error:
		f := func() string { return v.Error() }
		edo.Yield(task)
		var pe *os.PathError
		if errors.As(v, &pe) {
			break
		}
		s = f()
	default:
		edo.Yield(task)
		p := &v
		s = fmt.Sprint("other ", *p)
	}
	return s
}

func typeSwitchPlain(task *edo.Task, x any) string {
	switch x.(type) {
	case int:
		edo.Yield(task)
		return "int"
	}
	switch y := 1; x := x.(type) {
	case string:
		edo.Yield(task)
		return fmt.Sprint(x, y)
	}
	return "none"
}

func runes(task *edo.Task, s string) (out []string) {
	for i, r := range s {
		edo.Yield(task)
		if r == 'é' {
			s = "changed"
			continue
		}
		out = append(out, fmt.Sprint(i, string(r)))
	}
	for i := range s {
		edo.Yield(task)
		if i > 2 {
			break
		}
		out = append(out, fmt.Sprint(i))
	}
	for range s {
		edo.Yield(task)
		out = append(out, ".")
	}
	return out
}

func channels(task *edo.Task) (sum int) {
	ch := make(chan int, 10)
	for i := range 10 {
		ch <- i
	}
	close(ch)
	for v := range ch {
		edo.Yield(task)
		if v%3 == 0 {
			continue
		}
		sum += v
	}
	for range ch {
		edo.Yield(task)
		sum += 1000
	}
	return sum
}

func selects(task *edo.Task) (out []string) {
	a, b := make(chan int, 1), make(chan string, 1)
	for i := range 4 {
		if i%2 == 0 {
			a <- i
			b <- "full"
		}
		select {
		case v, ok := <-a:
			<-b
			edo.Yield(task)
			f := func() int { v++; return v }
			out = append(out, fmt.Sprint(v, ok, f()))
		case b <- "x":
			edo.Yield(task)
			out = append(out, "sent", <-b)
			if i == 3 {
				break
			}
			out = append(out, "one")
		}
		select {
		case v := <-a:
			out = append(out, fmt.Sprint(v))
		default:
			edo.Yield(task)
			out = append(out, "default")
		}
	}
	return out
}

func arrays(task *edo.Task) (out []int) {
	a := [3]int{1, 2, 3}
	for i, v := range a {
		edo.Yield(task)
		a[2] = 9
		out = append(out, i, v)
	}
	for i, v := range &a {
		edo.Yield(task)
		a[2] = 11
		out = append(out, i, v)
	}
	for i := range a {
		edo.Yield(task)
		out = append(out, i)
	}
	var p *[2]int
	for i := range p {
		edo.Yield(task)
		out = append(out, i)
	}
	s := []int{1, 2}
	for i, v := range s {
		edo.Yield(task)
		s = append(s, v+i)
		s[1] = 7
		out = append(out, v)
	}
	var k int
	var m [3]int
	for k, m[k] = range []int{5, 6, 7} {
		edo.Yield(task)
	}
	return append(out, k, m[0], m[1], m[2])
}

func ints(task *edo.Task) (out []int) {
	n := 3
	for i := range n {
		edo.Yield(task)
		n = 10
		i *= 2
		out = append(out, i)
	}
	var u uint8
	for u = range uint8(3) {
		edo.Yield(task)
	}
	for range -1 {
		edo.Yield(task)
		out = append(out, 99)
	}
	for i := range int64(2) {
		edo.Yield(task)
		out = append(out, int(i))
	}
	return append(out, int(u))
}

func constants(task *edo.Task) (out []string) {
	const a, b = 1, "b"
	edo.Yield(task)
	const (
		x = iota + a
		y
		z float64 = y / 2
	)
	for range 1 {
		const a = "inner"
		edo.Yield(task)
		out = append(out, a)
	}
	return append(out, b, fmt.Sprint(a, x, y, z))
}

func gotos(task *edo.Task, n int) (out []int) {
	i := 0
loop:
	if i >= n {
		goto end
	}
	{
		edo.Yield(task)
		out = append(out, i)
		i++
		if i == 2 {
			goto loop
		}
	}
	for {
		edo.Yield(task)
		goto loop
	}
end:
	return out
}

func copied(task *edo.Task) (out []int) {
outer:
	for i := 0; ; i++ {
		edo.Yield(task)
	inner:
		for j := range 10 {
			switch {
			case j == 2:
				continue inner
			case j == 4:
				break inner
			case i == 2:
				break outer
			case i == 1 && j == 1:
				continue outer
			}
			for {
				if j == 3 {
					break
				}
				break
			}
			out = append(out, i*10+j)
		}
		out = append(out, -i)
	}
	return out
}

func variadic(task *edo.Task, ns ...int) int {
	if len(ns) == 0 {
		edo.Yield(task)
		return -1
	}
	edo.Yield(task)
	return ns[0] + variadic(task, ns[1:]...)
}

func noResult(task *edo.Task) (s string) {
	if quiet(task, &s); s != "" {
		return s + "!"
	}
	return "nothing"
}

func quiet(task *edo.Task, s *string) {
	edo.Yield(task)
	if *s != "" {
		return
	}
	*s = "quiet"
	edo.Yield(task)
}

func blank(task *edo.Task) int {
	var _ = pause(task, 1)
	var _, a = pause(task, 2), pause(task, 3)
	_ = pause(task, 4)
	_, b := pause(task, 5), pause(task, 6)
	var c, d int = pause(task, 7), 8
	_ = func() int { return c }
	return a*1000 + b*100 + c*10 + d
}

func pause(task *edo.Task, n int) int { edo.Yield(task); return n }

func switchInit(task *edo.Task, n int) string {
	switch m := pause(task, n); pause(task, m) {
	case 4:
		edo.Yield(task)
		return "four"
	}
	switch edo.Yield(task); {
	case n == 5:
		edo.Yield(task)
		return "five"
	}
	return ""
}

func sends(task *edo.Task) []int {
	ch := make(chan int, 2)
	ch <- pause(task, 3)
	ch <- pause(task, 4) + 1
	done := make(chan bool)
	go func(n int) { ch <- 0; close(done) }(pause(task, 1) - pause(task, 1))
	out := []int{<-ch, <-ch}
	<-done
	out[pause(task, 0)]++
	out[0] += pause(task, 10)
	return append(out, pause(task, <-ch))
}

func iterators(task *edo.Task) (out []int) {
	seq := func(yield func(int) bool) {
		for i := range 5 {
			if !yield(i) {
				return
			}
		}
	}
	edo.Yield(task)
	for range 2 {
		edo.Yield(task)
		for v := range seq {
			if v == 1 {
				continue
			}
			if v == 3 {
				break
			}
			out = append(out, v)
		}
	}
	for v := range seq {
		if v == 4 {
			return append(out, v)
		}
	}
	return nil
}

func funcs(task *edo.Task) string {
	var fib func(n int) int
	fib = func(n int) int {
		if n < 2 {
			return n
		}
		return fib(n-1) + fib(n-2)
	}
	edo.Yield(task)
	type_ := struct{ a, b int }{pause(task, 1), pause(task, 2)}
	p := &struct{ a *int }{&type_.b}
	edo.Yield(task)
	*p.a += fib(pause(task, 10))
	return fmt.Sprint(type_)
}

func emptyBodies(task *edo.Task) int {
	for pause(task, 0) == 1 {
	}
	if pause(task, 1) == 1 {
	} else {
	}
	for range pause(task, 3) {
	}
	switch pause(task, 1) {
	}

	{
	}
	return 1
}

func infinite(task *edo.Task) {
	n := 0
	for {
		edo.Yield(task)
		if n++; n > 3 {
			return
		}
	}
}
