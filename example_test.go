package edo_test

import (
	"fmt"
	"log"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/stream"
)

// The program of the README: four tasks greet a fifth.
func Example() {
	err := edo.Run(func(task *edo.Task) error {
		tx, rx := mpsc.New[string](1024)
		for i := range 4 {
			tx := tx.Clone()
			edo.Go(task, func(task *edo.Task) error {
				defer tx.Close()
				return tx.Send(task, fmt.Sprint("Hello from task ", i))
			}, edo.Owns(tx))
		}
		tx.Close()
		for msg, err := range stream.All(task, rx) {
			if err != nil {
				return err
			}
			fmt.Println(msg)
		}
		return nil // Run waits for every task, whoever spawned it
	})
	if err != nil {
		log.Fatal(err)
	}
	// Unordered output:
	// Hello from task 0
	// Hello from task 1
	// Hello from task 2
	// Hello from task 3
}

func ExampleSpawn() {
	_, err := edo.RunFuture(edo.Async(func(task *edo.Task) (edo.Unit, error) {
		h := edo.Spawn(task, edo.Async(func(*edo.Task) (int, error) { return 6 * 7, nil }))
		v, err := h.Await(task)
		fmt.Println(v, err)
		return edo.Unit{}, err
	}))
	fmt.Println(err)
	// Output:
	// 42 <nil>
	// <nil>
}

func ExampleJoinHandle_Abort() {
	edo.Run(func(task *edo.Task) error {
		started := false
		h := edo.Go(task, func(task *edo.Task) error {
			defer fmt.Println("cleaned up")
			started = true
			for {
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
		})
		for !started {
			edo.Yield(task)
		}
		h.Abort()
		_, err := h.Await(task)
		fmt.Println(err)
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	// Output:
	// cleaned up
	// edo: task cancelled
}

func ExampleBlocking() {
	edo.Run(func(task *edo.Task) error {
		h := edo.Blocking(task, func(task *edo.Task) (string, error) {
			return "what a slow library says", nil // it may block here: it has a goroutine of its own
		})
		v, err := h.Await(task)
		fmt.Println(v, err)
		return err
	})
	// Output: what a slow library says <nil>
}
