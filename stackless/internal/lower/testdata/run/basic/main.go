// The statements of the language with waits in them.
package main

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo"
)

func main() {
	err := edo.Run(func(task *edo.Task) error {
		fmt.Println(sum(task, 10))
		fmt.Println(find(task, []string{"a", "b", "c"}, "c"))
		fmt.Println(find(task, []string{"a", "b", "c"}, "z"))
		for i := range 6 {
			fmt.Println(choose(task, i))
		}
		var c counter
		if err := c.add(task, 3); err != nil {
			return err
		}
		fmt.Println(c.n)
		fmt.Println(outer(task, 3))
		fmt.Println(labels(task))
		fmt.Println(named(task, true))
		fmt.Println(named(task, false))
		fmt.Println(late(task))
		return spawns(task)
	})
	fmt.Println(err)
}

// pause waits, and returns n.
func pause(task *edo.Task, n int) (int, error) {
	if err := edo.Yield(task); err != nil {
		return 0, err
	}
	return n, nil
}

func sum(task *edo.Task, n int) (int, error) {
	total := 0
	for i := 0; i < n; i++ {
		v, err := pause(task, i)
		if err != nil {
			return total, err
		}
		total += v
	}
	return total, nil
}

var errNone = errors.New("none")

func find(task *edo.Task, list []string, want string) (at int, err error) {
	for i, s := range list {
		if err := edo.Yield(task); err != nil {
			return -1, err
		}
		if s == want {
			return i, nil
		}
	}
	return -1, errNone
}

func choose(task *edo.Task, n int) string {
	s := ""
	switch n {
	case 0:
		edo.Yield(task)
		s = "zero"
	case 1, 2:
		edo.Yield(task)
		s = "small"
		if n == 2 {
			break
		}
		s += " one"
	case 3:
		edo.Yield(task)
		s = "three and "
		fallthrough
	case 4:
		edo.Yield(task)
		s += "four"
	default:
		s = "many"
	}
	return s
}

type counter struct{ n int }

func (c *counter) add(task *edo.Task, n int) error {
	for range n {
		if err := edo.Yield(task); err != nil {
			return err
		}
		c.n++
	}
	return nil
}

func outer(task *edo.Task, depth int) int {
	if depth == 0 {
		edo.Yield(task)
		return 1
	}
	a := outer(task, depth-1)
	b := outer(task, depth-1)
	return a + b
}

func labels(task *edo.Task) (out []int) {
loop:
	for i := range 5 {
		for j := range 5 {
			edo.Yield(task)
			switch {
			case j == 3:
				continue loop
			case i == 3:
				break loop
			}
			out = append(out, i*10+j)
		}
	}
	i := 0
again:
	edo.Yield(task)
	if i < 3 {
		out = append(out, -i)
		i++
		goto again
	}
	return
}

func named(task *edo.Task, early bool) (n int, err error) {
	n = 1
	edo.Yield(task)
	if early {
		return
	}
	n = 2
	edo.Yield(task)
	return n * 10, errNone
}

func late(task *edo.Task) []any {
	x := 1
	f := func(a, b int) int { return a*100 + b }
	var r []any
	v := x + must(pause(task, 2)) + f(x, must(pause(task, 3)))
	r = append(r, v)
	ok := x == 1 && must(pause(task, 1)) == 1 && x < 5 || must(pause(task, 9)) == 8
	r = append(r, ok)
	if must(pause(task, 4)) == 4 {
		r = append(r, "four")
	} else if must(pause(task, 5)) == 5 {
		r = append(r, "never")
	}
	m := map[string]int{}
	m["k"], _ = pause(task, 7)
	r = append(r, m["k"], len(m))
	s := []int{1, 2, 3}
	s[must(pause(task, 1))] += must(pause(task, 40))
	r = append(r, fmt.Sprint(s))
	return r
}

func must(n int, err error) int {
	if err != nil {
		panic(err)
	}
	return n
}

func spawns(task *edo.Task) error {
	var handles []*edo.JoinHandle[int]
	for i := range 4 {
		name := fmt.Sprint("task ", i)
		handles = append(handles, edo.GoValue(task, func(task *edo.Task) (int, error) {
			for range i {
				if err := edo.Yield(task); err != nil {
					return 0, err
				}
			}
			return len(name) + i, nil
		}))
	}
	total := 0
	for _, h := range handles {
		n, err := h.Await(task)
		if err != nil {
			return err
		}
		total += n
	}
	fmt.Println("total", total)
	return nil
}
