// Package recipes has the programs that recipes.md quotes.
package recipes

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func Example_timeLimit() {
	err := sim.Run(1, func(task *edo.Task) error {
		tx, rx := oneshot.New[string]() // of a peer that never answers
		defer tx.Drop()

		reply, err := timer.Timeout(task, 2*time.Second, func(task *edo.Task) (string, error) {
			return rx.Recv(task)
		})
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			fmt.Println("too late:", err)
			reply = "a default"
		case err != nil:
			return err // the task was cancelled, or the peer has gone
		}
		fmt.Println("the reply is", reply)
		return nil
	})
	fmt.Println(err)
	// Output:
	// too late: timer: timed out after 2s
	// the reply is a default
	// <nil>
}

func Example_timeLimitOfAGroup() {
	fetch := func(task *edo.Task, mirror string) error {
		if mirror == "slow" {
			return timer.Sleep(task, time.Hour)
		}
		return timer.Sleep(task, time.Second)
	}
	err := sim.Run(1, func(task *edo.Task) error {
		return scope.Run(task, func(s *scope.Scope) error {
			for _, mirror := range []string{"near", "far", "slow"} {
				edo.Go(s, func(task *edo.Task) error {
					return fetch(task, mirror)
				}, edo.Name(mirror))
			}
			return nil
		}, scope.Timeout(10*time.Second))
	})
	fmt.Println(err)
	// Output:
	// scope: timed out; not ended: slow
}

// errBusy is an error after which a second try makes sense.
var errBusy = errors.New("busy")

func Example_retry() {
	tries := 0
	call := func(*edo.Task) (string, error) {
		if tries++; tries < 4 {
			return "", errBusy
		}
		return "an answer", nil
	}
	retry := func(task *edo.Task, tries int, call func(*edo.Task) (string, error)) (string, error) {
		random := edo.Rand(task)
		for pause := 100 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
			v, err := call(task)
			if tries--; tries == 0 || !errors.Is(err, errBusy) {
				return v, err // a cancellation as well
			}
			jitter := time.Duration(random.Int64N(int64(pause))) // half to one and a half
			if err := timer.Sleep(task, pause/2+jitter); err != nil {
				return "", err
			}
		}
	}
	err := sim.Run(1, func(task *edo.Task) error {
		start := timer.Now(task)
		v, err := retry(task, 5, call)
		took := timer.Now(task).Sub(start)
		fmt.Println(v, err, "after", tries, "tries", took > 350*time.Millisecond, took < 1050*time.Millisecond)
		return nil
	})
	fmt.Println(err)
	// Output:
	// an answer <nil> after 4 tries true true
	// <nil>
}

func Example_rateLimit() {
	err := sim.Run(1, func(task *edo.Task) error {
		limit := timer.NewLimiter(timer.PerSecond(10), 3) // three at once, and then ten a second
		start := timer.Now(task)
		for i := range 6 {
			if err := limit.Wait(task); err != nil {
				return err
			}
			fmt.Println("request", i, "after", timer.Now(task).Sub(start))
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// request 0 after 0s
	// request 1 after 0s
	// request 2 after 0s
	// request 3 after 100ms
	// request 4 after 200ms
	// request 5 after 300ms
	// <nil>
}

func Example_firstOfSeveral() {
	ask := func(mirror string, answersAfter time.Duration) func(*edo.Task) (string, error) {
		return func(task *edo.Task) (string, error) {
			if err := timer.Sleep(task, answersAfter); err != nil {
				fmt.Println(mirror, "is asked no more")
				return "", err
			}
			return mirror, nil
		}
	}
	err := sim.Run(1, func(task *edo.Task) error {
		winner, err := future.RaceTask(task,
			ask("near", time.Second),
			ask("far", time.Minute),
		)
		fmt.Println(winner, err)
		return nil
	})
	fmt.Println(err)
	// Output:
	// far is asked no more
	// near <nil>
	// <nil>
}
