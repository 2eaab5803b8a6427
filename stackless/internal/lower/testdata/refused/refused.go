// Command refused has functions that are not lowered, each with the reason.
package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"github.com/edo-go/edo"
)

type holder struct{ task *edo.Task }

type closer interface{ Close() error }

func escapesToField(task *edo.Task, h *holder) { // want: a Task is used that is not the function's own
	h.task = task
}

func escapesToVariable(task *edo.Task) error { // want: the Task is used other than as
	t := task
	return edo.Yield(t)
}

func escapesToAny(task *edo.Task) { // want: the Task is used other than as
	fmt.Println(task)
}

func escapesToMethodValue(task *edo.Task) func() error { // want: the Task is used other than as
	return task.Err
}

func foreign(task *edo.Task, h *holder) error { // want: a Task is used that is not the function's own
	return edo.Yield(h.task)
}

func locks(task *edo.Task) error { // want: runtime.LockOSThread changes the goroutine
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return edo.Yield(task)
}

func locksInLiteral(task *edo.Task) error { // want nothing
	edo.Go(task, func(task *edo.Task) error { // want: runtime.LockOSThread changes the goroutine
		runtime.LockOSThread()
		return edo.Yield(task)
	})
	return edo.Yield(task)
}

func lock() { runtime.LockOSThread() }

func lockTwice() { lock(); lock() }

func locksInHelper(task *edo.Task) error { // want: m.lockTwice changes the goroutine
	lockTwice()
	return edo.Yield(task)
}

func callsLocking(task *edo.Task) error { // want: m.locks changes the goroutine
	return locks(task)
}

type conn struct{ task *edo.Task }

func newConn(task *edo.Task) *conn { return &conn{task} } // want: the Task is used other than as

func (c *conn) read() error { return edo.Yield(c.task) }

func usesConn(task *edo.Task) error { // want nothing
	c := newConn(task)
	return c.read()
}

func usesUser(task *edo.Task) error { // want nothing
	return usesConn(task)
}

func waitsInLiteral(task *edo.Task) error { // want nothing
	f := func() error { return edo.Yield(task) }
	return f()
}

func waitsInDefer(task *edo.Task) error { // want nothing
	defer func() { edo.Yield(task) }()
	return nil
}

func twoTasks(task, other *edo.Task) error { // want: it takes several Tasks
	return edo.Yield(task)
}

func overIterator(task *edo.Task, seq func(func(int) bool)) { // want: ranges over an iterator
	for range seq {
		edo.Yield(task)
	}
}

func overKnownIteratorOfParts(task *edo.Task) { // want: ranges over an iterator
	for range slices.Chunk([]int{1, 2, 3}, 2) {
		edo.Yield(task)
	}
}

func overTypeParameter[T ~string](task *edo.Task, list T) { // want: ranges over a value of a type parameter
	for range list {
		edo.Yield(task)
	}
}

func defersInLoop(task *edo.Task, list []closer) { // want: a literal that is deferred in a loop recovers
	for range list {
		edo.Yield(task)
		defer func() { recover() }()
	}
}

func defersInterfaceInLoop(task *edo.Task, list []closer) { // want: one of an interface, which may recover
	for _, c := range list {
		edo.Yield(task)
		defer c.Close()
	}
}

func defersInterface(task *edo.Task, c closer) error { // want: one of an interface, which may recover
	defer c.Close()
	return edo.Yield(task)
}

func defersValue(task *edo.Task, f func()) error { // want: a value, which may recover
	defer f()
	return edo.Yield(task)
}

func recovers() { recover() }

func defersRecover(task *edo.Task) error { // want: recovers may recover
	defer recovers()
	return edo.Yield(task)
}

func defersRecoverItself(task *edo.Task) error { // want: recover is deferred itself
	defer recover()
	return edo.Yield(task)
}

func defersResult(task *edo.Task) error { // want: has results
	defer func() error { return nil }()
	return edo.Yield(task)
}

func defersCancel(ctx context.Context, task *edo.Task) error { // want nothing
	_, cancel := context.WithCancel(ctx)
	defer cancel()
	return edo.Yield(task)
}

func defersWithGoto(task *edo.Task) error { // want: a function with goto
again:
	defer fmt.Println()
	if edo.Yield(task) == nil {
		goto again
	}
	return nil
}

func localType(task *edo.Task) { // want: a type is declared inside the function
	type t int
	edo.Yield(task)
	fmt.Println(t(1))
}

func waitsInCase(task *edo.Task, n int) { // want: a case of a switch waits
	switch edo.Yield(task) == nil {
	case edo.Yield(task) == nil:
	}
}

func mapLiteral(task *edo.Task) any { // want: a map literal has an element that waits
	return map[string]error{"a": edo.Yield(task)}
}

type big struct{ a, b int }

var global big

func take(...any) {}

func early(task *edo.Task) { // want: becomes an interface before a wait
	take(global, edo.Yield(task))
}

func compares(task *edo.Task) bool { // want: structs or arrays are compared before a wait
	return global == big{b: len(fmt.Sprint(edo.Yield(task)))}
}

func key(task *edo.Task, m map[big]error) { // want: the key of a map is read before a wait
	m[global] = edo.Yield(task)
}

func collides(task *edo.Task) error { return edo.Yield(task) } // want: the name of the function's frame

type collides_edoFrame int

func shadows(task *edo.Task) bool { // want: the name true has a meaning of its own
	true := edo.Yield(task) == nil
	return true
}

// Each statement has its own reason.
func several(task *edo.Task, seq func(func(int) bool)) error { // want all of 4: a type is declared inside the function; over an iterator; becomes an interface; structs or arrays
	type t int
	for range seq {
		edo.Yield(task)
		if t(1) > 0 {
			take(global, edo.Yield(task))
		}
		break
	}
	if global == (big{b: len(fmt.Sprint(edo.Yield(task)))}) {
		return nil
	}
	return edo.Yield(task)
}

// Each use of the Task has its own reason.
func severalUses(task *edo.Task, h *holder) error { // want all of 3: runtime.LockOSThread; other than as; not the function's own
	runtime.LockOSThread()
	fmt.Println(task)
	return edo.Yield(h.task)
}

func tuple(task *edo.Task) error { // want: a Task is used that is not the function's own
	return pair(two(task))
}

func two(task *edo.Task) (*edo.Task, int) { // want: the Task is used other than as
	return task, 1
}

func pair(task *edo.Task, n int) error { // want nothing
	return edo.Yield(task)
}

func main() {}
