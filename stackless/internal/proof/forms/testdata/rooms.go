//go:build !plain

package forms

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"proof.test/trace"
	"proof.test/waits"
)

// Small functions, whose frames lie in those of their callers.

func join2(task *edo.Task, a, b int) int { edo.Yield(task); return a*10 + b }

func text2(task *edo.Task, s string, n int) string {
	if edo.Yield(task) != nil {
		return s
	}
	return fmt.Sprint(s, n)
}

func passOn(task *edo.Task, a, b int) int {
	a += b
	return join2(task, a, b)
}

func passTwice(task *edo.Task, a, b int) int {
	v := passOn(task, b, a)
	return join2(task, v, v%7) + b
}

func afterwards(task *edo.Task, a, b int) int {
	v := join2(task, a, b)
	return v + a*1000
}

func branches(task *edo.Task, a, b int, s string) (int, string) {
	v := b
	if a > b {
		v = join2(task, a, b)
	} else if s = text2(task, s, a); a < 0 {
		return join2(task, v, a), s
	}
	for i := range 3 {
		switch i {
		case 1:
			v = passOn(task, v%10, i)
			continue
		case 2:
			s = text2(task, s, v)
		}
		v = join2(task, i, v%10)
	}
	return v, s
}

func captures(task *edo.Task, a, b int) func() int {
	f := func() int { return a*7 + b }
	v := join2(task, a, b)
	g := func() int { v++; return v + a }
	v = join2(task, v%10, f()%10)
	return func() int { return f() + g() }
}

func recovers(task *edo.Task, a, b int, fail bool) (r int, err error) {
	defer func() {
		if e := recover(); e != nil {
			r, err = r*100+a*10+b, errors.New(fmt.Sprint(e))
		}
	}()
	r = join2(task, a, b)
	if fail {
		r = join2(task, breaks(task, b, a), r)
	}
	return passOn(task, r%10, a), nil
}

func breaks(task *edo.Task, a, b int) int {
	v := join2(task, a, b)
	if v > 0 {
		panic(v)
	}
	return v
}

func counts(task *edo.Task, n, sum int) int {
	if n == 0 {
		return sum
	}
	return counts(task, n-1, join2(task, sum%10, n))
}

func lists(task *edo.Task, s S, arr [2]int, list ...int) (S, [2]int, int) {
	s.a = join2(task, s.a, len(list))
	arr[1] = join2(task, arr[0], s.a)
	total := 0
	for _, v := range list {
		total = join2(task, total%10, v)
	}
	return s, arr, total
}

func box2[T any](task *edo.Task, v, w T, first bool) T {
	if edo.Yield(task); first {
		return v
	}
	return w
}

func generic2[T any](task *edo.Task, v, w T) (T, T) {
	x := box2(task, v, w, false)
	y := box2(task, x, v, true)
	return box2(task, y, x, false), x
}

// FormRooms has arguments and variables that lie in the frame of a callee before it is called.
func FormRooms(task *edo.Task, t *trace.T) error {
	x, y := 1, 2
	x, y = join2(task, y, x), join2(task, x, y)
	t.At(1, x, y)
	t.At(2, passOn(task, x%10, y%10), passTwice(task, x%10, y%10), afterwards(task, 3, 4))
	for _, a := range []int{-1, 2, 9} {
		v, s := branches(task, t.Int(3, a), 4, "s")
		t.At(4, v, s)
	}
	f := captures(task, 5, 6)
	t.At(5, f(), f())
	for _, fail := range []bool{true, false} {
		v, err := recovers(task, 2, 3, fail)
		t.At(6, v, err)
	}
	t.At(7, counts(task, 5, 1))
	s, arr, n := lists(task, S{a: 2}, [2]int{3, 4}, 5, 6, x%10)
	t.At(8, s.a, arr, n)
	a, b := generic2(task, "left", "right")
	t.At(9, a, b)
	sum := 0
	for i := range 4 {
		sum = join2(task, sum%10, i)
		sum = join2(task, i, sum%10)
	}
	t.At(10, sum)
	t.At(11, join2(task, join2(task, 1, join2(task, 2, 3)), join2(task, passOn(task, 4, 5), 6)))
	t.At(14, waits.Sum(task, x%10, y%10), waits.Deep(task, y%10)) // whose frames another package names
	var nilList []int
	defer func() { t.At(12, sum, recover()) }()
	t.At(13, join2(task, sum, nilList[sum%3]))
	return nil
}

// FormResultsAndArguments has a call whose result is used after another wait, and whose argument is not.
// It makes hundreds of them, so that its budget is spent at one: that waits before it has begun.
func FormResultsAndArguments(task *edo.Task, t *trace.T) error {
	tx, rx := mpsc.New[error](4)
	defer tx.Close()
	t.At(2)
	for i := range 300 {
		e := fmt.Errorf("%d", i)
		sent, received := both(tx.Send(task, e), first(rx.Recv(task)))
		if i > 150 { // another operation of the three is the one at which it is spent
			tx.Send(task, errMore)
			rx.Recv(task)
			tx.Send(task, errMore)
			rx.TryRecv()
		}
		if sent != nil || received == nil || received.Error() != fmt.Sprint(i) {
			t.At(1, i, sent, received)
		}
	}
	return nil
}

var errMore = errors.New("more")

func first(v error, err error) error { return errors.Join(v, err) }

func both(sent, received error) (error, error) { return sent, received }
