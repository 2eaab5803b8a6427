package window_test

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/stream/window"
	"github.com/edo-go/edo/timer"
)

// ticks is a stream of 0, 1, 2, … that gives one value after each of the delays.
func ticks(delays ...time.Duration) stream.Seq[int] {
	return stream.Then(stream.Iter(func(yield func(int) bool) {
		for i := range delays {
			if !yield(i) {
				return
			}
		}
	}), func(i int) edo.Future[int] {
		s := timer.SleepFuture(delays[i])
		return edo.Async(func(task *edo.Task) (int, error) { _, err := edo.Await(task, s); return i, err })
	})
}

// print prints the windows of s, in a simulation, so that no time is spent.
func print[A any](s stream.Stream[window.Window[A]]) {
	sim.Run(1, func(task *edo.Task) error {
		for w, err := range stream.All(task, s) {
			fmt.Println(w.Start.UTC().Format("05.0"), "to", w.End.UTC().Format("05.0"), w.Value, err)
		}
		return nil
	})
}

const ms = time.Millisecond

func ExampleTumbling() {
	print(window.ByClock(ticks(300*ms, 300*ms, 700*ms), window.Tumbling(time.Second), window.Count[int]()))
	// Output:
	// 00.0 to 01.0 2 <nil>
	// 01.0 to 02.0 1 <nil>
}

func ExampleSliding() {
	print(window.ByClock(ticks(300*ms, 800*ms), window.Sliding(2*time.Second, time.Second), window.Collect[int]()))
	// Output:
	// 59.0 to 01.0 [0] <nil>
	// 00.0 to 02.0 [0 1] <nil>
	// 01.0 to 03.0 [1] <nil>
}

func ExampleSession() {
	print(window.ByClock(ticks(300*ms, 300*ms, 900*ms), window.Session(500*ms), window.Collect[int]()))
	// Output:
	// 00.3 to 01.1 [0 1] <nil>
	// 01.5 to 02.0 [2] <nil>
}

// A fold of its own: the greatest value of each second.
func ExampleByClock() {
	greatest := window.Fold[int, int]{Add: func(most, v int) int { return max(most, v) }}
	print(window.ByClock(ticks(300*ms, 300*ms, 700*ms), window.Tumbling(time.Second), greatest))
	// Output:
	// 00.0 to 01.0 1 <nil>
	// 01.0 to 02.0 2 <nil>
}

func ExampleCount() {
	print(window.ByClock(ticks(100*ms, 100*ms), window.Tumbling(time.Second), window.Count[int]()))
	// Output: 00.0 to 01.0 2 <nil>
}

func ExampleCollect() {
	print(window.ByClock(ticks(100*ms, 100*ms), window.Tumbling(time.Second), window.Collect[int]()))
	// Output: 00.0 to 01.0 [0 1] <nil>
}
