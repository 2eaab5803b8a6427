// The order in which operands are evaluated around a wait.
package main

import (
	"fmt"

	"github.com/edo-go/edo"
)

type T struct{ i int }

var g int

func main() {
	fmt.Println(edo.Run(func(task *edo.Task) error { order(task); return nil }))
}

// bump changes what p points to, and waits.
func bump(task *edo.Task, p *int, n int) int {
	*p++
	edo.Yield(task)
	*p++
	return n
}

func say(s string, n int) int { fmt.Print(s, " "); return n }

func two(a, b int) [2]int { return [2]int{a, b} }

func anyOf(v any, n int) any { return v }

func waits(task *edo.Task, s string, n int) int {
	fmt.Print(s, "{")
	edo.Yield(task)
	fmt.Print("} ")
	return n
}

func order(task *edo.Task) {
	x := 1
	fmt.Println(x + bump(task, &x, 10))
	x = 1
	x += bump(task, &x, 10)
	fmt.Println(x)
	g = 1
	fmt.Println(g + bump(task, &g, 10))
	g += bump(task, &g, 10)
	fmt.Println(g)
	x = 1
	fmt.Println(two(x, bump(task, &x, 10)))
	a := [2]int{x, bump(task, &x, 10)}
	fmt.Println(a)
	x = 0
	s := []int{100, 200, 300, 400}
	fmt.Println(s[x] + bump(task, &x, 1))
	x = 0
	s[x] = bump(task, &x, 1)
	fmt.Println(s)
	t := T{1}
	fmt.Println(t.i + bump(task, &t.i, 10))
	pt := &T{1}
	fmt.Println(pt.i + bump(task, &pt.i, 10))
	pt.i = bump(task, &pt.i, 10)
	fmt.Println(pt.i)
	m := map[int]int{0: 5, 1: 6, 2: 7}
	x = 0
	fmt.Println(m[x] + bump(task, &x, 10))
	x = 0
	m[x] = bump(task, &x, 10)
	fmt.Println(m)
	x = 1
	i := anyOf(x, bump(task, &x, 10))
	fmt.Println(i)
	x = 1
	y, z := x, bump(task, &x, 10)
	fmt.Println(y, z)
	x = 1
	b := x < 2 && bump(task, &x, 10) == 10 && x == 3
	fmt.Println(b)
	x = 1
	fmt.Println(fmt.Sprint(x, bump(task, &x, 10), x))
	x = 0
	fmt.Println(len(s[x:bump(task, &x, 3)]))
	fmt.Println(say("a", 1) + waits(task, "b", 2) + say("c", 3) + waits(task, "d", 4) + say("e", 5))
	fmt.Println(two(say("a", 1), waits(task, "b", say("c", 2))))
	s[say("i", 0)], s[waits(task, "j", 1)] = say("k", 2), waits(task, "l", 3)
	fmt.Println(s)
	fmt.Println(say("a", 1) == 1 && waits(task, "b", 1) == 2 || waits(task, "c", 1) == 1 && say("d", 0) == 0)
	fmt.Println(say("a", 1) == 2 && waits(task, "b", 1) == 2, waits(task, "c", 1) == 1 || say("d", 0) == 0)
	var list []int
	list = append(list, say("a", 1), waits(task, "b", 2))
	fmt.Println(append(list[:say("l", 1)], waits(task, "m", 7), say("n", 8)))
	fmt.Println(len(list) + waits(task, "o", 1))
	var e any = 5
	fmt.Println(e.(int) + waits(task, "p", 1))
	ch := make(chan int, 3)
	ch <- 1
	ch <- 2
	fmt.Println(<-ch*10 + waits(task, "q", <-ch))
	fmt.Println(string([]byte{byte(say("r", 65)), byte(waits(task, "s", 66))}))
	f := func(n int) func(int) int { return func(m int) int { return n*10 + m } }
	fmt.Println(f(say("t", 1))(waits(task, "u", 2)))
	func() {
		defer func() { fmt.Println(recover()) }()
		_ = s[say("v", 9)]
	}()
	fmt.Println(panics(task, s))
	fmt.Println(min(say("x", 3), waits(task, "y", 2)), max(waits(task, "z", 1), 0))
	st := struct{ a, b int }{b: say("f", 1), a: waits(task, "h", 2)}
	fmt.Println(st.b, *&st.a+waits(task, "k", 1), -say("n", 1)+waits(task, "o", 1))
	lit := map[string]int{"a": say("m1", 1)}["a"] + waits(task, "m2", 1)
	fmt.Println(lit)
}

func panics(task *edo.Task, s []int) (r string) {
	defer func() { r = fmt.Sprint(recover()) }()
	s[9] = waits(task, "w", 1)
	return "no"
}
