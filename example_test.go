package edo_test

import (
	"fmt"
	"log"
	"os"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

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
		return nil // Run waits for every task, also for those that other tasks have spawned
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
			return "what a slow library says", nil // the function may block: it has a goroutine of its own
		})
		v, err := h.Await(task)
		fmt.Println(v, err)
		return err
	})
	// Output: what a slow library says <nil>
}

func ExampleShielded() {
	edo.Run(func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			err := timer.Sleep(task, 1000*time.Hour)
			edo.Shielded(task, func(task *edo.Task) error {
				if err := timer.Sleep(task, time.Millisecond); err != nil {
					return err
				}
				fmt.Println("said goodbye")
				return nil
			})
			return err
		})
		edo.Yield(task)
		edo.Yield(task)
		h.Abort()
		_, err := h.Await(task)
		fmt.Println(err)
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	// Output:
	// said goodbye
	// edo: task cancelled
}

func ExampleLocal() {
	request := edo.NewLocal[int]("request")
	edo.Run(func(task *edo.Task) error {
		_, err := edo.Go(task, func(task *edo.Task) error {
			n, _ := request.Get(task)
			fmt.Println("request", n)
			edo.Go(task, func(task *edo.Task) error {
				_, ok := request.Get(task)
				fmt.Println("a child has it:", ok)
				return nil
			}).Await(task)
			_, err := edo.Go(task, func(task *edo.Task) error {
				n, ok := request.Get(task)
				fmt.Println("a child that inherits has it:", ok, n)
				return nil
			}, edo.InheritValues()).Await(task)
			return err
		}, request.Value(7)).Await(task)
		return err
	})
	// Output:
	// request 7
	// a child has it: false
	// a child that inherits has it: true 7
}

func ExampleAbortHandle() {
	edo.Run(func(task *edo.Task) error {
		stop := edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, 1000*time.Hour) }).AbortHandle()
		stop.Abort()
		for !stop.Finished() {
			edo.Yield(task)
		}
		fmt.Println("ended")
		return nil
	})
	// Output: ended
}

func ExampleUnconstrained() {
	edo.Run(func(task *edo.Task) error {
		all := func(n int) edo.Future[int] { return &leaves{n: n} } // n operations in one poll, if the budget allows
		n, err := edo.Await(task, edo.Unconstrained(all(1000)))
		fmt.Println(n, "operations in one poll")
		return err
	})
	// Output: 1000 operations in one poll
}

func ExampleDump() {
	edo.Run(func(task *edo.Task) error {
		tx, rx := oneshot.New[int]()
		edo.Go(task, func(task *edo.Task) error {
			_, err := rx.Recv(task)
			return err
		}, edo.Name("reader"))
		if err := timer.Sleep(task, time.Millisecond); err != nil {
			return err
		}
		edo.Dump(os.Stdout)
		return tx.Send(1)
	})
}

// A task looks for a result now and then, and goes on with its own work.
func ExampleJoinHandle_TryJoin() {
	edo.Run(func(task *edo.Task) error {
		h := edo.GoValue(task, func(*edo.Task) (int, error) { return 7, nil })
		v, p, err := h.TryJoin()
		fmt.Println(v, p, err)
		edo.Yield(task) // the task runs, and ends
		v, p, err = h.TryJoin()
		fmt.Println(v, p, err)
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	// Output:
	// 0 Pending <nil>
	// 7 Ready <nil>
}
