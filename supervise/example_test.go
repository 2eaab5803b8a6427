package supervise_test

import (
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/supervise"
	"github.com/edo-go/edo/timer"
)

// simulate runs main in virtual time, and prints failures without a date.
func simulate(main func(task *edo.Task) error) {
	err := sim.Run(1, main, sim.WithConfig(sim.Config{Quiet: true, Runtime: edo.Config{OnError: func(err error) { fmt.Println(err) }}}))
	if err != nil {
		log.Fatal(err)
	}
}

// A child that fails is started again. When the supervisor is cancelled it stops its children, the
// last one first.
func Example() {
	simulate(func(task *edo.Task) error {
		tries := 0
		sup, err := supervise.New(supervise.Config{Name: "app", Children: []supervise.Spec{
			{Name: "database", Start: supervise.FuncReady(func(task *edo.Task, ready func()) error {
				fmt.Println("database: connected")
				ready()
				defer fmt.Println("database: closed")
				return task.Cancelled()
			})},
			{Name: "worker", Start: supervise.Func(func(task *edo.Task) error {
				if tries++; tries == 1 {
					return errors.New("out of luck")
				}
				fmt.Println("worker: at work")
				defer fmt.Println("worker: done")
				return task.Cancelled()
			})},
		}})
		if err != nil {
			return err
		}
		h := sup.Go(task)
		timer.Sleep(task, time.Second)
		h.Abort()
		h.Await(task)
		return nil
	})
	// Output:
	// database: connected
	// supervise: app/worker failed: out of luck
	// worker: at work
	// worker: done
	// database: closed
}

// Children may be added, stopped and listed while the supervisor runs.
func ExampleSupervisor_Add() {
	simulate(func(task *edo.Task) error {
		sup, err := supervise.New(supervise.Config{Strategy: supervise.Dynamic})
		if err != nil {
			return err
		}
		sup.Go(task)
		for _, user := range []string{"ann", "bob"} {
			err := sup.Add(task, supervise.Spec{
				Name:    user,
				Restart: supervise.Transient,
				Start:   supervise.Func(func(task *edo.Task) error { return task.Cancelled() }),
			})
			if err != nil {
				return err
			}
		}
		fmt.Println(sup.Stop(task, "ann"), sup.Stop(task, "eve"))
		for _, c := range sup.Children() {
			fmt.Println(c.Name, c.State)
		}
		sup.Shutdown()
		return nil
	})
	// Output:
	// <nil> supervise: there is no child of this name
	// bob running
}

// A supervisor may be a child. Too many restarts are a failure of it, and its error has the chain
// of failures.
func ExampleNested() {
	simulate(func(task *edo.Task) error {
		store, err := supervise.New(supervise.Config{Intensity: supervise.NoRestarts, Children: []supervise.Spec{
			{Name: "cache", Start: supervise.Func(func(task *edo.Task) error {
				timer.Sleep(task, time.Minute)
				return errors.New("full")
			})},
		}})
		if err != nil {
			return err
		}
		app, err := supervise.New(supervise.Config{Name: "app", Intensity: supervise.NoRestarts, Children: []supervise.Spec{
			{Name: "store", Start: supervise.Nested(store)},
		}})
		if err != nil {
			return err
		}
		err = app.Run(task)
		fmt.Println(errors.Is(err, supervise.ErrIntensity))
		for e := (*supervise.Error)(nil); errors.As(err, &e); err = e.Failures[0].Err {
			fmt.Println(e.Supervisor, "because of", e.Failures[0].Child)
		}
		fmt.Println(err)
		return nil
	})
	// Output:
	// supervise: app/store/cache failed: full
	// supervise: app/store failed: supervise: app/store: more than 0 restarts within 5s: app/store/cache: full
	// true
	// app because of app/store
	// app/store because of app/store/cache
	// full
}

// Events tell what happens in a tree, with the times of the clock of the runtime.
func ExampleSupervisor_Events() {
	simulate(func(task *edo.Task) error {
		sup, err := supervise.New(supervise.Config{
			Backoff:      supervise.Backoff{Initial: time.Second},
			AutoShutdown: supervise.AnySignificant,
			Children: []supervise.Spec{{
				Name: "job", Restart: supervise.Transient, Significant: true,
				Start: supervise.Func(func(task *edo.Task) error {
					if timer.Now(task).Second() == 0 {
						return errors.New("too early")
					}
					return nil
				}),
			}},
		})
		if err != nil {
			return err
		}
		events := sup.Events()
		sup.Go(task)
		for e, err := range stream.All(task, events) {
			if err != nil {
				return err
			}
			fmt.Println(e.Time.Second(), e)
		}
		return nil
	})
	// Output:
	// 0 job starting
	// 0 job started
	// 0 supervisor started
	// supervise: job failed: too early
	// 0 job failed: too early
	// 0 job restarting after 1s
	// 1 job starting
	// 1 job started
	// 1 job ended
	// 1 supervisor ending
	// 1 supervisor ended
}
