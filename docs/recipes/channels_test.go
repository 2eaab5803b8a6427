package recipes

import (
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
	"github.com/edo-go/edo/watch"
)

// request is a question, and the sender for its answer.
type request struct {
	key   string
	reply *oneshot.Sender[int]
}

// Drop tells the asking task that no answer will come.
func (r request) Drop() { r.reply.Drop() }

// ask sends a request and waits for the reply.
func ask(task *edo.Task, tx *mpsc.Sender[request], key string) (int, error) {
	reply, answer := oneshot.New[int]()
	defer answer.Drop()
	if err := tx.Send(task, request{key, reply}); err != nil {
		return 0, err
	}
	return answer.Recv(task) // edo.ErrClosed: the other side dropped the request
}

func Example_requestAndReply() {
	err := sim.Run(1, func(task *edo.Task) error {
		tx, rx := mpsc.New[request](16)
		edo.Go(task, func(task *edo.Task) error {
			counts := map[string]int{} // of this task alone: no lock
			for r, err := range stream.All(task, rx) {
				if err != nil {
					return err
				}
				counts[r.key]++
				r.reply.Send(counts[r.key]) // an error says that the asker has gone
			}
			return task.Err()
		}, edo.Owns(rx))
		defer tx.Close()
		for _, key := range []string{"a", "b", "a"} {
			n, err := ask(task, tx, key)
			fmt.Println(key, n, err)
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// a 1 <nil>
	// b 1 <nil>
	// a 2 <nil>
	// <nil>
}

func Example_backgroundFlush() {
	err := sim.Run(1, func(task *edo.Task) error {
		tx, rx := mpsc.New[string](100)
		edo.Go(task, func(task *edo.Task) error {
			var batch []string
			flush := func() {
				if len(batch) > 0 {
					fmt.Println("write", batch)
				}
				batch = batch[:0]
			}
			defer flush()
			return selector.New(
				selector.On(rx, func(line string, err error) error {
					if err != nil {
						return selector.Stop // every sender is closed
					}
					if batch = append(batch, line); len(batch) == 3 {
						flush()
					}
					return nil
				}),
				selector.On(timer.NewInterval(time.Second, timer.OnMissed(timer.Delay)), func(time.Time, error) error {
					flush()
					return nil
				}),
			).Run(task)
		}, edo.Owns(rx))
		defer tx.Close()
		for i := range 6 {
			if err := tx.Send(task, fmt.Sprint("line ", i)); err != nil {
				return err
			}
			if i == 4 {
				timer.Sleep(task, 1500*time.Millisecond)
			}
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// write [line 0 line 1 line 2]
	// write [line 3 line 4]
	// write [line 5]
	// <nil>
}

func Example_fanOut() {
	err := sim.Run(1, func(task *edo.Task) error {
		tx, rx := broadcast.New[string](16)
		rx.Drop() // each task has its own
		for range 2 {
			rx := tx.Subscribe()
			edo.Go(task, func(task *edo.Task) error {
				for {
					event, err := rx.Recv(task)
					var lagged *broadcast.LaggedError
					switch {
					case errors.As(err, &lagged):
						fmt.Println("too slow, missed", lagged.Missed)
					case errors.Is(err, edo.ErrClosed):
						return nil
					case err != nil:
						return err
					default:
						fmt.Println("an event:", event)
					}
				}
			}, edo.Owns(rx))
		}
		defer tx.Close()
		_, err := tx.Send("started") // never waits
		return err
	})
	fmt.Println(err)
	// Output:
	// an event: started
	// an event: started
	// <nil>
}

func Example_latestConfiguration() {
	type config struct{ level string }
	err := sim.Run(1, func(task *edo.Task) error {
		tx, rx := watch.New(&config{level: "info"})
		edo.Go(task, func(task *edo.Task) error {
			fmt.Println("begin with", rx.Borrow().level)
			for c, err := range stream.All(task, rx) { // those that it has not seen
				if err != nil {
					return err
				}
				fmt.Println("go on with", c.level)
			}
			return task.Err()
		}, edo.Owns(rx))
		timer.Sleep(task, time.Minute)
		defer tx.Close()
		tx.Send(&config{level: "trace"}) // replaced before any receiver looks
		tx.Send(&config{level: "debug"})
		return nil
	})
	fmt.Println(err)
	// Output:
	// begin with info
	// go on with debug
	// <nil>
}
