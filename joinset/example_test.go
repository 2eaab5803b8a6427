package joinset_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/joinset"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// Three downloads run at the same time, and their pages come in the order in which they are
// ready.
func Example() {
	sim.Run(1, func(task *edo.Task) error { // in virtual time
		var set joinset.Set[string]
		for i, page := range []string{"slow", "medium", "fast"} {
			set.Go(task, func(task *edo.Task) (string, error) {
				return page, timer.Sleep(task, time.Duration(3-i)*time.Second)
			})
		}
		for {
			page, ok, err := set.Join(task)
			if !ok {
				return err
			}
			fmt.Println(page)
		}
	})
	// Output:
	// fast
	// medium
	// slow
}

// At most two tasks run at the same time: the third one is spawned when the first has ended.
func ExampleNew() {
	sim.Run(1, func(task *edo.Task) error {
		set := joinset.New[string](2)
		for _, s := range []int{3, 2, 2} {
			set.Go(task, func(task *edo.Task) (string, error) {
				err := timer.Sleep(task, time.Duration(s)*time.Second)
				return fmt.Sprint(s, " seconds"), err
			})
		}
		for {
			v, ok, err := set.Join(task)
			if !ok {
				return err
			}
			fmt.Println(v, err)
		}
	})
	// Output:
	// 2 seconds <nil>
	// 3 seconds <nil>
	// 2 seconds <nil>
}

// TrySpawn does not wait for a slot, and leaves the future to the caller when there is none.
func ExampleSet_TrySpawn() {
	edo.Run(func(task *edo.Task) error {
		set := joinset.New[edo.Unit](1)
		defer set.Drop()
		sleep := func() edo.Future[edo.Unit] { return timer.SleepFuture(time.Hour) }
		_, err := set.TrySpawn(task, sleep())
		fmt.Println(err)
		_, err = set.TrySpawn(task, sleep())
		fmt.Println(errors.Is(err, edo.ErrFull))
		set.Close()
		_, err = set.TrySpawn(task, sleep())
		fmt.Println(errors.Is(err, edo.ErrClosed))
		return nil
	})
	// Output:
	// <nil>
	// true
	// true
}

// TryJoin returns a result if there is one, and does not wait.
func ExampleSet_TryJoin() {
	sim.Run(1, func(task *edo.Task) error {
		var set joinset.Set[int]
		show := func() { fmt.Println(set.TryJoin()) }
		show()
		set.Go(task, func(task *edo.Task) (int, error) { return 7, timer.Sleep(task, time.Second) })
		show()
		timer.Sleep(task, 2*time.Second)
		show()
		return nil
	})
	// Output:
	// 0 End <nil>
	// 0 Pending <nil>
	// 7 Ready <nil>
}

// The handle says which task has ended.
func ExampleSet_JoinNext() {
	sim.Run(1, func(task *edo.Task) error {
		var set joinset.Set[int]
		for i := range 2 {
			set.Go(task, func(task *edo.Task) (int, error) {
				return i, timer.Sleep(task, time.Duration(2-i)*time.Second)
			}, edo.Name(fmt.Sprint("worker ", i)))
		}
		for {
			h, ok, err := set.JoinNext(task)
			if !ok {
				return err
			}
			v, err := h.Await(task)
			fmt.Println(h.Name(), v, err)
		}
	})
	// Output:
	// worker 1 1 <nil>
	// worker 0 0 <nil>
}

// The aborted tasks stay in the set until they are joined.
func ExampleSet_AbortAll() {
	edo.Run(func(task *edo.Task) error {
		var set joinset.Set[edo.Unit]
		set.Spawn(task, timer.SleepFuture(time.Hour))
		set.AbortAll()
		_, ok, err := set.Join(task)
		fmt.Println(ok, errors.Is(err, edo.ErrCancelled), set.Len())
		return nil
	})
	// Output: true true 0
}

// A future that spawns may be a branch of a race: here the slot does not become free in time.
func ExampleSet_SpawnFuture() {
	sim.Run(1, func(task *edo.Task) error {
		set := joinset.New[edo.Unit](1)
		defer set.Drop()
		set.Spawn(task, timer.SleepFuture(time.Hour))
		_, err := edo.Await(task, future.Timeout(time.Second, set.SpawnFuture(timer.SleepFuture(0))))
		fmt.Println(errors.Is(err, context.DeadlineExceeded))
		return nil
	})
	// Output: true
}
