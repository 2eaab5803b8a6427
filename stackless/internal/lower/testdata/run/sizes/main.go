// The program has functions whose frames have a known size.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/oneshot"
)

type group struct{ n int }

func (g *group) done() { g.n++; fmt.Println("done", g.n) }

type idlers struct{ group *group }

// The receiver of the deferred call is kept, and its owner is not.
func idle(task *edo.Task, d *idlers, rx *oneshot.Receiver[int]) error { // bytes: 32
	defer d.group.done()
	v, err := rx.Recv(task)
	fmt.Println(v)
	return err
}

func (g *group) waits(task *edo.Task) error { // bytes: 16
	defer g.done()
	return edo.Yield(task)
}

// What is deferred has the value that the variable had, though the variable changes.
func changes(task *edo.Task, g *group) (int, error) { // bytes: 24
	defer g.done()
	g = &group{10}
	edo.Yield(task)
	return g.n, nil
}

func prints(task *edo.Task, name string) error { // bytes: 24
	defer fmt.Println("deferred", name)
	return edo.Yield(task)
}

// A panic that is recovered leaves what was returned before it.
func recovered(task *edo.Task, when int) (int, error) { // bytes: 16
	defer func() { fmt.Println("recovered", recover()) }()
	defer func() {
		if when == 2 {
			panic("deferred")
		}
	}()
	if when == 0 {
		panic("before")
	}
	edo.Yield(task)
	if when == 1 {
		panic("after")
	}
	return two()
}

func two() (int, error) { return 5, errors.New("five") }

func nine(task *edo.Task) (n int) { // bytes: 16
	defer func() { n++ }()
	defer func() { n *= 2 }()
	defer func() { n++ }()
	defer func() { n *= 2 }()
	defer func() { n++ }()
	defer func() { n *= 2 }()
	defer func() { n++ }()
	defer func() { n *= 2 }()
	if edo.Yield(task) != nil {
		return 0
	}
	defer func() { n++ }()
	return 1
}

func blank(task *edo.Task) (_ int, err error) {
	defer func() { err = errors.Join(err, errors.New("deferred")) }()
	if err = edo.Yield(task); err == nil {
		return 3, err
	}
	return
}

func main() {
	err := edo.Run(func(task *edo.Task) error {
		g := &group{}
		tx, rx := oneshot.New[int]()
		tx.Send(7)
		fmt.Println(idle(task, &idlers{g}, rx))
		fmt.Println(g.waits(task))
		fmt.Println(changes(task, g))
		fmt.Println(prints(task, "name"))
		for when := range 4 {
			fmt.Println(recovered(task, when))
		}
		fmt.Println(nine(task))
		fmt.Println(blank(task))
		return nil
	})
	if err != nil {
		os.Exit(1)
	}
}
