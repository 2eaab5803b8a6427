// The names of function literals after literals that the Go compiler leaves out, as it knows that they are
// dead.
package main

import (
	"fmt"
	"iter"
	"os"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

const yes, no, two = true, false, 2

// say writes the name of its task.
func say(task *edo.Task) error {
	edo.Yield(task)
	fmt.Println(task.Name())
	return nil
}

// use takes a literal that may be dead.
func use(fns ...func()) bool { return len(fns) < 3 }

//go:noinline
func count(fns ...func()) int { return len(fns) }

func name(task *edo.Task, h *edo.JoinHandle[edo.Unit]) { h.Await(task) }

//go:noinline
func ifs(task *edo.Task, b bool) {
	if no {
		use(func() {})
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	}
	if yes {
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	} else if use(func() {}) {
		use(func() {})
	} else {
		use(func() {})
	}
	if two == 2 && b {
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	} else {
		use(func() {})
	}
	if (no) || (two > 2) {
		use(func() {})
	}
	if x := func() int { return 1 }(); no && x == 1 && use(func() {}, func() {}) {
		use(func() {})
	}
	if yes || use(func() {}) {
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	} else {
		use(func() {})
	}
	if b && no && use(func() {}) {
		use(func() {})
	}
	if b && use(func() {}) && no {
		use(func() {})
	}
	if !yes || no && use(func() {}) {
		use(func() {})
	}
	if !(no && use(func() {})) {
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	} else {
		use(func() {})
	}
	if (no && use(func() {})) || b {
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	}
	if no || b && use(func() {}) {
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	}
	if yes && use(func() {}) {
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	}
	if no || yes || use(func() {}) {
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	} else {
		use(func() {})
	}
}

//go:noinline
func fors(task *edo.Task, n int) {
	for i := count(func() {}); no; i = count(func() {}) {
		use(func() { _ = i })
	}
	for yes && n < 3 {
		n++
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	}
	for ; no && use(func() {}); n++ {
		use(func() {})
	}
	for range n {
		if yes {
			break
		}
		use(func() {}) // a break does not end for gc
	}
	for i := 0; i < 1; i += count(func() {}) {
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	}
	name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
}

//go:noinline
func switches(task *edo.Task, n int) {
	switch two {
	case 1, count2:
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	case 3:
		use(func() {})
	default:
		use(func() {})
	}
	switch two {
	case 1:
		use(func() {})
	default:
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	case 3:
		use(func() {})
	}
	switch {
	case no:
		use(func() {})
	}
	switch two {
	case 1:
		use(func() {})
	case count(func() {}): // no constant
		use(func() {})
	case 2:
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	}
	switch two {
	case 2:
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	case count(func() {}):
		use(func() {})
	}
	switch two {
	case 2:
		use(func() {})
		fallthrough
	case 3:
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	case 4:
		use(func() {})
	}
	switch x := any(n).(type) {
	case int:
		use(func() { _ = x })
	case string:
		use(func() {})
	}
	switch n {
	case 1:
		use(func() {})
	case count(func() {}):
		use(func() {})
	}
	name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
}

const count2 = two

//go:noinline
func ends(task *edo.Task, n int) int {
	{
		if n > 100 {
			return 1
			use(func() {})
		}
		if n > 100 {
			panic("too large")
			use(func() {})
		}
		if n > 100 {
			{
				return 1
			}
			use(func() {})
		}
		if n > 100 {
			if n > 200 {
				return 1
			} else {
				panic(2)
			}
			use(func() {})
		}
		if n > 100 {
			if yes {
				return 2
			}
			use(func() {})
		}
		if n > 100 {
			if no {
			} else {
				return 2
			}
			use(func() {})
		}
		if n > 100 {
			for {
				return 3 // ends for the language, not for gc
			}
			use(func() {})
		}
		if n > 100 {
			return 1
			use(func() {})
		again:
			use(func() {})
			goto again
			use(func() {})
		}
		if n > 100 {
			goto out
			use(func() {})
		}
	}
out:
	name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	if yes {
		return n
	}
	name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	return n
}

//go:noinline
func constants(task *edo.Task) {
	_ = len([2]func(){func() {}, func() {}})
	_ = unsafe.Sizeof(func() {})
	var list [unsafe.Sizeof(struct{ f func() }{func() {}})]int
	_ = list
	const c = unsafe.Sizeof(func() {})
	use(nil, func() {})
	var f, g = func() {}, func() {}
	m := map[string]func(){"a": func() {}}
	m["b"], m["c"] = func() {}, func() {}
	s := struct{ b, a func() }{a: func() {}, b: func() {}}
	_, _, _, _ = f, g, m, s
	func() { use(func() {}) }()
	defer func() { use(func() {}) }()
	ch := make(chan func(), 1+count(func() {}))
	ch <- func() {}
	select {
	case ch <- func() {}:
	case f := <-ch:
		f()
		use(func() {})
	}
	_ = [][]func(){{func() {}}, 2: {nil, func() {}}}[0][:count(func() {})]
	name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	name(task, edo.Go(task, func(task *edo.Task) error {
		if no {
			use(func() {})
		}
		use(func() {})
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
		return say(task)
	}))
}

type sized[T any] struct{ v T }

//go:noinline
func (s *sized[T]) generic(task *edo.Task) {
	if unsafe.Sizeof(s.v) == 0 && no {
		use(func() {})
	}
	_ = unsafe.Sizeof([]func(T){func(T) {}})
	_ = unsafe.Sizeof(struct {
		v T
		f func()
	}{f: func() {}})
	name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
}

// values is an iterator that is not inlined, and not known to the compiler.
//
//go:noinline
func values(list []int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, v := range list {
			if !yield(v) {
				return
			}
		}
	}
}

//go:noinline
func ranges(task *edo.Task) { // refused
	var to struct{ i [3]int }
	for to.i[count(func() {})] = range values([]int{count(func() {}, func() {})}) {
		edo.Yield(task)
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	}
	for to.i[count(func() {})] = range []int{count(func() {})} {
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	}
	for i := range values([]int{1, 2}) {
		edo.Yield(task)
		if i == 1 {
			name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
			continue
			use(func() {})
		}
		for range i {
			if i == 5 {
				continue
				use(func() {})
			}
			break
			use(func() {})
		}
		switch i {
		case 1:
			break
			use(func() {})
		case 2:
			continue
			use(func() {})
		case 3:
			return
			use(func() {})
		}
		break
		use(func() {})
	}
	name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
outer:
	for i := range values([]int{1}) {
		edo.Yield(task)
	inner:
		for range 2 {
			for range values([]int{1, 2}) {
				edo.Yield(task)
				switch i {
				case 7:
					break outer
					use(func() {})
				case 8:
					continue outer
					use(func() {})
				case 9:
					continue inner
					use(func() {})
				case 1:
					name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
					break inner
					use(func() {})
				}
			}
			if i == 3 {
				break inner
				use(func() {})
			}
			if i == 3 {
				break outer
				use(func() {})
			}
		}
	}
	name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
}

// stays is not lowered: the literals in the place of which frames stand do not count.
//
//go:noinline
func stays(task *edo.Task) { // refused
	type local int
	_ = local(0)
	if no {
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	}
	for range values(make([]int, count(func() {}))) {
		name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
	}
	f := func(task *edo.Task) error { return say(task) }
	fns := []func(*edo.Task) error{f, func(task *edo.Task) error { return say(task) }}
	for _, fn := range fns {
		name(task, edo.Go(task, fn))
	}
	name(task, edo.Go(task, func(task *edo.Task) error { return say(task) }))
}

var (
	// third is initialized after first and second.
	third = func() func(*edo.Task) error {
		_ = second
		return func(task *edo.Task) error { return say(task) }
	}
	noted  = note("noted", func(task *edo.Task) error { return say(task) }, say)
	second = func(task *edo.Task) error { return say(task) }
	_      = use(func() {})
	first  = yes || use(func() {})
)

var late = early + count(func() {})

var early = count(func() {}, func() {})

// order is the order in which the package variables were initialized.
var order []string

func note(name string, fns ...func(task *edo.Task) error) int {
	order = append(order, name)
	return len(fns)
}

var last = note("last")

var after = func(task *edo.Task) error { return say(task) }

func init() {
	if no {
		use(func() {})
	}
	initial = func(task *edo.Task) error { return say(task) }
}

var initial func(*edo.Task) error

func main() {
	err := sim.Run(3, func(task *edo.Task) error {
		ifs(task, true)
		fors(task, 1)
		switches(task, 2)
		ends(task, 2)
		constants(task)
		(&sized[int]{}).generic(task)
		(&sized[string]{}).generic(task)
		ranges(task)
		stays(task)
		for _, fn := range []func(*edo.Task) error{third(), second, after, initial} {
			name(task, edo.Go(task, fn))
		}
		return nil
	})
	fmt.Println(err, late, early, first, noted, last, order)
	if err != nil {
		os.Exit(1)
	}
}
