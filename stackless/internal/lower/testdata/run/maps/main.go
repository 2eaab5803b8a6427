// The program ranges over maps, and over the iterators of the standard library that stand for a range,
// and waits in each turn.
package main

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"runtime"
	"slices"
	"weak"

	"example.com/m/maps/lib"
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

type ages map[string]int

type pair struct {
	name  string
	point *int
}

// wait waits, now and then longer.
func wait(task *edo.Task, n int) int {
	for range n%3 + 1 {
		edo.Yield(task)
	}
	return n
}

func numbers(n int) map[int]int {
	m := map[int]int{}
	for i := range n {
		m[i] = i * i
	}
	return m
}

func declared(task *edo.Task, m map[int]int) (keys, values []int) {
	for k, v := range m {
		wait(task, k)
		keys, values = append(keys, k), append(values, v)
	}
	slices.Sort(keys)
	slices.Sort(values)
	return keys, values
}

func assigned(task *edo.Task) {
	var k any
	var v fmt.Stringer
	for k, v = range map[float64]level{1.5: 7} {
		wait(task, 1)
		fmt.Printf("%T %T %v\n", k, v, v)
	}
	fmt.Println(k, v)
	var list [2]int
	at := 0
	for list[at], at = range map[int]int{5: 1} { // list[0] is assigned
		wait(task, at)
	}
	fmt.Println(list, at)
	to := map[string]int{}
	p := &pair{}
	for p.name, to["value"] = range (ages{"a": 1}) {
		fmt.Println(wait(task, 2))
	}
	fmt.Println(p.name, to)
	var named ages
	for _, named = range map[int]map[string]int{1: {"x": 3}} {
		wait(task, 1)
	}
	fmt.Println(named)
}

type level int

func (l level) String() string { return fmt.Sprint("level ", int(l)) }

func parts(task *edo.Task, m ages) (n int) {
	for range m {
		n += wait(task, 1)
	}
	for _ = range m {
		n += wait(task, 1)
	}
	for _, _ = range m {
		n += wait(task, 1)
	}
	for k := range m {
		n += wait(task, len(k))
	}
	for _, v := range m {
		n += wait(task, v)
	}
	return n
}

func none(task *edo.Task) {
	var m map[string]int
	for k, v := range m {
		fmt.Println("never", k, v, wait(task, 1))
	}
	for range map[int]int{} {
		fmt.Println("never", wait(task, 1))
	}
	for k := range maps.Keys[map[int]string](nil) {
		fmt.Println("never", k, wait(task, 1))
	}
	for k := range slices.Values[[]string](nil) {
		fmt.Println("never", k, wait(task, 1))
	}
}

func notANumber(task *edo.Task) {
	m := map[float64]int{math.NaN(): 1, math.NaN(): 2, 3: 3}
	sum, unequal := 0, 0
	for k, v := range m {
		wait(task, v)
		if k != k {
			unequal++
			delete(m, k) // deletes nothing
		}
		sum += v
		for i := range 100 {
			m[float64(i)+0.5] = 0 // the map grows
		}
	}
	fmt.Println(sum, unequal, len(m))
	for k := range m {
		wait(task, 0)
		clear(m)
		_ = k
	}
	fmt.Println(len(m))
}

func deletes(task *edo.Task, n int) {
	m := numbers(n)
	turns := 0
	for k := range m {
		turns++
		delete(m, k)
		delete(m, k^1)
		wait(task, k)
	}
	fmt.Println(turns, len(m))
}

func inserts(task *edo.Task) {
	m := numbers(10)
	seen := map[int]int{}
	for k := range m {
		if len(m) < 500 {
			for i := range 50 {
				m[1000+len(m)+i] = 1
			}
		}
		wait(task, k)
		seen[k]++
	}
	for i := range 10 {
		if seen[i] != 1 {
			fmt.Println(i, "comes", seen[i])
		}
	}
	changed := map[string]int{"a": 1, "b": 1, "c": 1}
	sum := 0
	for _, v := range changed { // two of three are seen when they have changed
		sum += v
		for k := range changed {
			changed[k] *= 10
		}
		wait(task, v)
	}
	fmt.Println(sum)
}

func captured(task *edo.Task) {
	var fns []func() string
	for k, v := range numbers(20) {
		fns = append(fns, func() string { v++; return fmt.Sprintf("%2d:%d", k, v) })
		v *= 2
		wait(task, k)
		p := &k
		*p += 10
	}
	var all []string
	for _, fn := range fns {
		fn()
		all = append(all, fn())
	}
	slices.Sort(all)
	fmt.Println(all)
}

func leaves(task *edo.Task) (n int, err error) {
	defer func() { fmt.Println("deferred", n, err) }()
	as := 0
outer:
	for a := range numbers(4) {
		as++
		bs := 0
		for b := range numbers(9) {
			bs++
			switch wait(task, a+b); {
			case bs == 4:
				continue
			case bs == 7 && as == 2:
				continue outer
			}
			n++
			if as == 4 && bs == 5 {
				break outer
			}
		}
		n += 100
	}
	if n != 8+5+8+4+200 {
		return n, errors.New("not all were counted")
	}
	for k, v := range numbers(5) {
		wait(task, k)
		if v == 9 {
			return k, errors.New("found")
		}
	}
	return -1, nil
}

// jumps leaves a loop, and begins it again.
func jumps(task *edo.Task) {
	i := 0
again:
	for k := range numbers(3) {
		wait(task, k)
		i++
		if i < 5 {
			goto again
		}
		if i == 6 {
			goto out
		}
		if i > 6 {
			break
		}
	}
out:
	fmt.Println("out", i)
}

func panics(task *edo.Task) (n int) {
	defer func() { fmt.Println("recovered", recover(), n) }()
	for k := range numbers(3) {
		wait(task, k)
		n++
		if n == 2 {
			panic("in the body")
		}
	}
	return 0
}

func exits(task *edo.Task) error {
	defer fmt.Println("deferred")
	for k := range maps.Keys(numbers(3)) {
		wait(task, k)
		runtime.Goexit()
	}
	return nil
}

func made(task *edo.Task, n int) (ages, error) {
	wait(task, n)
	fmt.Println("made", n)
	return ages{"a": n}, nil
}

func of[T any](v T, err error) T { return v }

func waitsForTheMap(task *edo.Task) {
	for k, v := range of(made(task, 2)) {
		fmt.Println(k, v, wait(task, v))
	}
	for k, v := range maps.All(of(made(task, 3))) {
		fmt.Println(k, v, wait(task, v))
	}
	m := ages{"first": 1}
	for k, v := range m {
		m = ages{"second": 2, "third": 3}
		fmt.Println(k, v, wait(task, v))
	}
}

func hidden(task *edo.Task) {
	n := 0
	for range lib.Hidden {
		n += wait(task, 1)
	}
	var k fmt.Stringer
	var v []string
	for k, v = range lib.Hidden {
		wait(task, 1)
		fmt.Println(k, v)
	}
	var a any
	for a, v = range lib.Sets {
		wait(task, 1)
		fmt.Println(a, v)
	}
	for s := range lib.Sets {
		fmt.Println(s, wait(task, len(s)))
	}
	fmt.Println(n)
}

func generic[K comparable, V any, M ~map[K]V](task *edo.Task, m M, of map[K][]V) (n int) {
	var last any
	for k, v := range m {
		wait(task, 1)
		last = []any{k, v}
	}
	for k := range of {
		n += wait(task, len(of[k]))
	}
	for last = range maps.Keys(m) {
		wait(task, 1)
	}
	fmt.Println(last)
	return n
}

func list[S ~[]E, E any](task *edo.Task, s S) (all []E) {
	for _, v := range s {
		wait(task, 1)
		all = append(all, v)
	}
	for i, v := range slices.Backward(s) {
		wait(task, i)
		all = append(all, v)
	}
	return all
}

type names []string

func iterators(task *edo.Task) {
	s := names{"a", "b", "c"}
	for i, v := range slices.All(s) {
		wait(task, i)
		s = append(s, v) // another slice
		s[i] = "new"
		fmt.Println(i, v)
	}
	fmt.Println(s)
	s = s[:3]
	for v := range slices.Values(s) {
		wait(task, 1)
		s[:3][2] = "changed"
		s = s[:1]
		fmt.Println(v)
	}
	s = s[:3]
	for i, v := range slices.Backward(s) {
		wait(task, i)
		s[0] = "zero"
		fmt.Println(i, v)
	}
	for i := range slices.Backward[names](s) {
		i *= 2
		fmt.Println(i, wait(task, i))
	}
	var k, v any
	for k, v = range slices.All([]int{4, 5}) {
		wait(task, 1)
		fmt.Printf("%T %v %T %v\n", k, k, v, v)
	}
	for k = range slices.Backward([]int{4, 5}) {
		wait(task, 1)
	}
	for v = range slices.Values([]int{4, 5}) {
		wait(task, 1)
	}
	fmt.Println(k, v)
	for range slices.Values(s) {
		wait(task, 1)
	}
	for _, v := range maps.All(ages{"x": 4}) {
		fmt.Println(v, wait(task, v))
	}
	for v := range maps.Values(ages{"x": 5}) {
		fmt.Println(v, wait(task, v))
	}
	for k = range maps.Keys(ages{"y": 5}) {
		fmt.Println(k, wait(task, 5))
	}
	var fns []func() int
	for i, v := range slices.All([]int{10, 20, 30}) {
		wait(task, i)
		fns = append(fns, func() int { v++; return i + v })
		v++
	}
	for i, v := range slices.Backward([]int{10, 20, 30}) {
		wait(task, i)
		fns = append(fns, func() int { i++; return i + v })
	}
	for _, fn := range fns {
		fmt.Println(fn(), fn())
	}
	var none []int
	for i, v := range slices.Backward(none) {
		fmt.Println("never", i, v, wait(task, 1))
	}
}

func leavesIterators(task *edo.Task) (o string) {
outer:
	for i, a := range slices.All([]int{1, 2, 3}) {
		for j, b := range slices.Backward([]int{1, 2, 3}) {
			wait(task, i+j)
			switch {
			case a == b:
				continue outer
			case a == 3 && b == 2:
				break outer
			case a == 2:
				continue
			}
			o += fmt.Sprint(a, b, ";")
		}
	}
	n := 0
	for k := range maps.Keys(numbers(8)) {
		n++
		wait(task, k)
		if n == 3 {
			return o + "done"
		}
	}
	return o
}

func iteratorPanics(task *edo.Task) (err error) {
	defer func() { err = fmt.Errorf("recovered %v", recover()) }()
	for v := range slices.Values([]int{1, 2}) {
		wait(task, v)
		panic(v)
	}
	return nil
}

// kept reports whether a finished loop keeps the map, its keys or its values.
func kept(task *edo.Task) bool {
	big := new([1000]int)
	w := weak.Make(big)
	m := map[*[1000]int]*[1000]int{big: big}
	big = nil
	for k, v := range m {
		wait(task, k[0]+v[0])
	}
	for v := range maps.Values(m) {
		wait(task, v[0])
		break
	}
	m = nil
	wait(task, 2)
	for range 3 {
		runtime.GC()
	}
	return w.Value() != nil
}

func main() {
	err := sim.Run(3, func(task *edo.Task) error {
		for _, n := range []int{0, 1, 8, 9, 100} {
			fmt.Println(declared(task, numbers(n)))
			deletes(task, n)
		}
		assigned(task)
		fmt.Println(parts(task, ages{"ada": 3, "bob": 4}))
		none(task)
		notANumber(task)
		inserts(task)
		captured(task)
		fmt.Println(leaves(task))
		jumps(task)
		fmt.Println(panics(task))
		fmt.Println(edo.Go(task, exits).Await(task))
		waitsForTheMap(task)
		hidden(task)
		fmt.Println(generic(task, ages{"g": 1}, map[string][]int{"a": {1, 2}}))
		fmt.Println(list(task, names{"1", "2"}))
		iterators(task)
		fmt.Println(leavesIterators(task))
		fmt.Println(iteratorPanics(task))
		fmt.Println(kept(task))
		return nil
	})
	fmt.Println(err)
	if err != nil {
		os.Exit(1)
	}
}
