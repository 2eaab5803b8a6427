// Calls of functions with step forms that were written by hand.
package main

import (
	"fmt"
	"strings"

	"github.com/edo-go/edo"

	"example.com/m/forms/forms"
)

func main() {
	fmt.Println(edo.Run(func(task *edo.Task) error {
		fmt.Println(ranges(task))
		fmt.Println(generic(task))
		fmt.Println(lent(task))
		fmt.Println(twice(task))
		fmt.Println(spawns(task))
		fmt.Println(mapped(task, 3))
		fmt.Println(slow(task))
		fmt.Println(read(task, &forms.Zeros{Limit: 10}))
		fmt.Println(strings.Join(forms.Log, "; "))
		return nil
	}))
}

func ranges(task *edo.Task) (out []string) {
	c := forms.NewCounter(5)
	for v := range c.All(task) {
		if v == 2 {
			continue
		}
		if v == 4 {
			break
		}
		edo.Yield(task)
		out = append(out, fmt.Sprint(v))
	}
	for v := range c.All(task) {
		out = append(out, fmt.Sprint("rest ", v))
	}
	for range forms.NewCounter(2).All(task) {
		out = append(out, "turn")
	}
	var v int
	for v = range forms.NewCounter(3).All(task) {
	}
	var fs []func() int
	for w := range forms.NewCounter(2).All(task) {
		fs = append(fs, func() int { w++; return w })
	}
	return append(out, fmt.Sprint(v, fs[0](), fs[1](), fs[0]()))
}

func generic(task *edo.Task) (out []string) {
	list := []string{"a", "b", "c"}
	for s := range forms.Each(task, &list) {
		if len(out) == 1 {
			list = append(list, "more")
		}
		out = append(out, s)
	}
	for s := range forms.Each(task, &out) {
		return append(out, "last", s)
	}
	return nil
}

func lent(task *edo.Task) (string, error) {
	n := 0
	out := ""
	err := forms.With(task, "outer", func(g *forms.Group) error {
		n++
		if err := edo.Yield(task); err != nil {
			return err
		}
		n++
		return forms.With(task, "inner", func(h *forms.Group) error {
			edo.Yield(task)
			n++
			out += g.Name() + h.Name()
			return fmt.Errorf("error %d", n)
		})
	})
	return fmt.Sprint(n, out), err
}

func twice(task *edo.Task) (string, error) {
	var s string
	prefix := "p"
	err := forms.With(task, "twice", func(g *forms.Group) (err error) {
		calls := 0
		s, err = g.Twice(task, func(task *edo.Task, n int) (string, error) {
			for range n {
				calls++
				if err := edo.Yield(task); err != nil {
					return "", err
				}
			}
			return fmt.Sprint(prefix, n, calls, " "), nil
		})
		return err
	})
	return s, err
}

func spawns(task *edo.Task) (int, error) {
	h := forms.Spawn(task, "named", func(task *edo.Task) (int, error) {
		edo.Yield(task)
		return len(forms.Quick(task)), nil
	})
	return h.Await(task)
}

func slow(task *edo.Task) (n int, err error) {
	err = forms.Slow(task, &n)
	return n, err
}

func read(task *edo.Task, s forms.Source) (total int) {
	buf := make([]byte, 4)
	for {
		n, err := s.Read(task, buf[1:])
		if err != nil || n == 0 {
			return total
		}
		total += n
	}
}

func mapped(task *edo.Task, by int) (sum int) {
	for _, h := range forms.Map(task, []int{1, 2, 3}, func(task *edo.Task, n int) error {
		for range n {
			edo.Yield(task)
		}
		sum += n * by
		n = 0
		return nil
	}) {
		h.Await(task)
	}
	return sum
}
