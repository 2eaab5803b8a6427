// Command keeps has functions that keep the Task that they are given, and functions that wait with
// what was kept, where no text shows that they wait.
package main

import (
	"errors"
	"fmt"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/scope"
)

// An opener makes things that wait with the Task that it was given.
type opener interface {
	Open(task *edo.Task) reader
	Fill(task *edo.Task, b *box) error
}

type reader interface{ Read() (int, error) }

type box struct {
	read  func() error
	list  []func() error
	byKey map[string]func() error
	task  *edo.Task
}

type file struct {
	task *edo.Task
	n    int
}

func (f *file) Read() (int, error) {
	f.n++
	return f.n, edo.Yield(f.task)
}

type disk struct{}

func (disk) Open(task *edo.Task) reader { return &file{task: task} } // refused
func (disk) Fill(task *edo.Task, b *box) error { // refused
	b.task = task
	b.read = func() error { return edo.Yield(task) }
	b.list = append(b.list, b.read)
	b.byKey = map[string]func() error{"k": b.read}
	return edo.Yield(task)
}

var disks opener = disk{}

// stored is what a function has kept in a variable of the package.
var stored func() error

// ops are functions that return closures which wait.
var ops = map[string]func(task *edo.Task) func() error{
	"yield":    func(task *edo.Task) func() error { return func() error { return edo.Yield(task) } },
	"shielded": func(task *edo.Task) func() error { return func() error { return edo.Shielded(task, edo.Yield) } },
	"scope": func(task *edo.Task) func() error {
		return func() error { return scope.Run(task, func(*scope.Scope) error { return edo.Yield(task) }) }
	},
}

// result calls closures that function values return.
func result(task *edo.Task) error {
	for _, name := range []string{"yield", "shielded", "scope"} {
		do := ops[name](task)
		fmt.Println(name, do(), edo.Yield(task), do())
	}
	return nil
}

// method calls a method value of what an interface method returns.
func method(task *edo.Task) error {
	read := disks.Open(task).Read
	for range 3 {
		n, err := read()
		fmt.Println("method", n, err)
	}
	r := disks.Open(task)
	n, err := r.Read()
	fmt.Println("method", n, err)
	return err
}

// out calls what an interface method has left in its argument.
func out(task *edo.Task) error { // refused
	var b box
	err := disks.Fill(task, &b)
	fmt.Println("out", err, b.read(), b.list[0](), b.byKey["k"](), edo.Yield(b.task))
	return err
}

// save keeps a closure in a variable of the package; it is called as a value.
func save(task *edo.Task) error {
	stored = func() error { return edo.Yield(task) }
	return nil
}

var saves = save

func callStored() error { return stored() }

// global calls a function that waits with what was kept in a variable.
func global(task *edo.Task) error {
	if err := saves(task); err != nil {
		return err
	}
	fmt.Println("global", callStored())
	return callStored()
}

// known calls functions that keep the Task, which the text names.
func known(task *edo.Task) error {
	if err := save(task); err != nil {
		return err
	}
	r := open(task)
	n, err := r.Read()
	fmt.Println("known", n, err, callStored())
	return err
}

func open(task *edo.Task) reader { return &file{task: task} } // refused

// deep calls one that calls one that keeps the Task.
func deep(task *edo.Task) error {
	err := known(task)
	fmt.Println("deep", err, callStored())
	return err
}

// refusedAndKeeps stays on a coroutine, and keeps its Task.
func refusedAndKeeps(task *edo.Task) (func() error, error) { // refused
	type local struct{}
	if err := edo.Yield(task); err != nil {
		return nil, fmt.Errorf("%w: %v", err, local{})
	}
	return func() error { return edo.Yield(task) }, nil
}

func refused(task *edo.Task) error {
	do, err := refusedAndKeeps(task)
	fmt.Println("refused", err, do())
	return do()
}

// spawnerKeeps keeps a Task as a Spawner.
func spawnerKeeps(s edo.Spawner) { kept = s }

var kept edo.Spawner

func spawner(task *edo.Task) error {
	spawnerKeeps(task)
	wait := func() error { return edo.Yield(kept.(*edo.Task)) }
	fmt.Println("spawner", wait())
	return wait()
}

// shielded gives the Task to a function value in a shield.
func shielded(task *edo.Task) error {
	err := edo.Shielded(task, saves)
	fmt.Println("shielded", err, callStored())
	return scope.Run(task, func(*scope.Scope) error {
		fmt.Println("scope", callStored(), edo.Yield(task), callStored())
		return nil
	})
}

// deferred waits in a deferred call, after a panic.
func deferred(task *edo.Task) (err error) {
	defer func() { fmt.Println("deferred", recover(), callStored()); err = callStored() }()
	if err := saves(task); err != nil {
		return err
	}
	if err := edo.Yield(task); err != nil {
		return err
	}
	panic("on purpose")
}

// panics keeps the Task, and panics.
func panics(task *edo.Task) error {
	stored = func() error { return edo.Yield(task) }
	panic("kept")
}

var panicsToo = panics

func recovered(task *edo.Task) error {
	err := func() (err error) { return nil }()
	catch(task)
	fmt.Println("recovered", err, callStored())
	return edo.Yield(task)
}

func catch(task *edo.Task) {
	defer func() { fmt.Println("caught", recover(), callStored()) }()
	panicsToo(task)
}

// inside keeps the Task of a future in direct style.
func inside(task *edo.Task) error {
	v, err := edo.Await(task, edo.Async(func(task *edo.Task) (int, error) {
		do := ops["yield"](task)
		if err := do(); err != nil {
			return 0, err
		}
		return 7, errors.Join(edo.Yield(task), do())
	}))
	fmt.Println("inside", v, err)
	return err
}

// once waits inside a library that knows nothing of Tasks.
func once(task *edo.Task) error {
	do := ops["yield"](task)
	var o sync.Once
	var err error
	o.Do(func() { err = do() })
	fmt.Println("once", err)
	return err
}

// cancelled has its unseen wait cancelled, and cleans up.
func cancelled(task *edo.Task) error {
	h := edo.GoValue(task, func(task *edo.Task) (string, error) {
		do := ops["yield"](task)
		n := 0
		for do() == nil {
			n++
		}
		return fmt.Sprint(n > 0, " ", do(), task.Err()), edo.Yield(task)
	})
	for range 5 {
		if err := edo.Yield(task); err != nil {
			return err
		}
	}
	h.Abort()
	v, err := h.Await(task)
	fmt.Println("cancelled", v, err)
	return nil
}

// failing returns an error after an unseen wait.
func failing(task *edo.Task) error {
	_, err := edo.Go(task, func(task *edo.Task) error {
		do := ops["yield"](task)
		if err := do(); err != nil {
			return err
		}
		return errors.New("on purpose")
	}).Await(task)
	fmt.Println("failing", err)
	return nil
}

func main() {
	err := edo.Run(func(task *edo.Task) error {
		for _, fn := range []func(*edo.Task) error{
			result, method, out, global, known, deep, refused, spawner, shielded, deferred, recovered, inside, once, cancelled, failing,
		} {
			if _, err := edo.Go(task, fn).Await(task); err != nil {
				return err
			}
			if err := fn(task); err != nil {
				return err
			}
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true, OnPanic: func(*edo.PanicError) bool { return false }}))
	fmt.Println("run:", err)
}
