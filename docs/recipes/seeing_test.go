package recipes

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// transfer is a program under test: two tasks and a channel.
func transfer(task *edo.Task) (sum int, took time.Duration, err error) {
	start := timer.Now(task)
	tx, rx := mpsc.New[int](1)
	edo.Go(task, func(task *edo.Task) error {
		for i := range 4 {
			if err := timer.Sleep(task, time.Hour); err != nil {
				return err
			}
			if err := tx.Send(task, i); err != nil {
				return err
			}
		}
		return nil
	}, edo.Owns(tx))
	for n := range stream.Each(task, rx, &err) {
		sum += n
	}
	return sum, timer.Now(task).Sub(start), err
}

func TestTransferBringsAllInEveryOrder(t *testing.T) {
	sim.Explore(t, 1000, func(seed uint64) error {
		return sim.Run(seed, func(task *edo.Task) error {
			sum, took, err := transfer(task)
			if sum != 6 || took != 4*time.Hour || err != nil {
				return fmt.Errorf("%d after %v: %v", sum, took, err)
			}
			return nil
		})
	})
}

func TestTransferIsStillUnderWayInTheFourthHour(t *testing.T) {
	var sum int
	s := sim.New(sim.Config{Seed: 1})
	s.Start(func(task *edo.Task) (err error) {
		sum, _, err = transfer(task)
		return err
	})
	s.Advance(4*time.Hour - 1)
	if sum != 0 {
		t.Error("too early:", sum)
	}
	if err := s.Wait(); err != nil || sum != 6 {
		t.Error(sum, err)
	}
}

func Example_hang() {
	err := sim.Run(1, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer tx.Close()
		h := edo.Go(task, func(task *edo.Task) error {
			_, err := rx.Recv(task)
			return err
		}, edo.Name("reader"), edo.Owns(rx))
		_, err := h.Await(task) // before the sender is closed
		return err
	})
	var stall *edo.StallError
	fmt.Println(errors.As(err, &stall))
	for _, info := range stall.Snapshot.Tasks {
		if info.Name == "reader" {
			fmt.Println(info.Name, "waits for", info.Waits[0].On)
		}
	}
	// Output:
	// true
	// reader waits for mpsc: receive (empty, capacity 1)
}

func Example_dump() {
	http.HandleFunc("/debug/tasks", func(w http.ResponseWriter, _ *http.Request) {
		edo.Dump(w) // at any time, from anywhere
	})
	var report strings.Builder
	err := sim.Run(1, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			return timer.Sleep(task, time.Minute)
		}, edo.Name("sleeper"))
		edo.Yield(task)
		edo.Yield(task)
		edo.Dump(&report)
		h.Abort()
		return nil
	}, sim.WithConfig(sim.Config{Runtime: edo.Config{
		Trace:      true,             // where each task was spawned, and each lock taken
		StallAfter: 30 * time.Second, // of a runtime: when to look for tasks that cannot go on
	}}))
	for _, word := range []string{"sleeper, spawned at", "waits for timer: sleep, until"} {
		fmt.Println(strings.Contains(report.String(), word), word)
	}
	fmt.Println(err)
	// Output:
	// true sleeper, spawned at
	// true waits for timer: sleep, until
	// <nil>
}

func Example_idleConnections() {
	err := sim.Run(1, func(task *edo.Task) error {
		server := func(conn aio.ReadWriter) edo.Future[edo.Unit] {
			lines := codec.NewFramed(conn, &codec.Lines{})
			return stream.ForEachTask(lines, func(task *edo.Task, line string) error {
				if err := timer.Sleep(task, time.Millisecond); err != nil { // it may wait
					return err
				}
				return lines.Send(task, "you said "+line)
			})
		}
		var ends []*aio.Pipe
		for range 1000 {
			near, far := aio.Duplex(64)
			edo.Spawn(task, server(far)) // a future while no line comes: no stack, in either build
			ends = append(ends, near)
		}
		aio.WriteAll(task, ends[500], []byte("hello\n"))
		reply := make([]byte, len("you said hello"))
		_, err := aio.ReadFull(task, ends[500], reply)
		fmt.Printf("%s, %v; at most two coroutines: %v\n", reply, err, task.Runtime().Metrics().Bodies <= 2)
		for _, end := range ends {
			end.Close()
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// you said hello, <nil>; at most two coroutines: true
	// <nil>
}

func Example_metrics() {
	var w io.Writer = os.Stdout
	err := sim.Run(1, func(task *edo.Task) error {
		for range 3 {
			edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Second) })
		}
		timer.Sleep(task, time.Millisecond)
		m := task.Runtime().Metrics()
		fmt.Fprintf(w, "edo_tasks_alive %d\nedo_tasks_queued %d\nedo_tasks_spawned_total %d\n", m.Alive, m.Queued, m.Spawned)
		return nil
	})
	fmt.Println(err)
	// Output:
	// edo_tasks_alive 4
	// edo_tasks_queued 0
	// edo_tasks_spawned_total 4
	// <nil>
}
