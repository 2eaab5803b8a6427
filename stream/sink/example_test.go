package sink_test

import (
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/stream/sink"
)

// printed is a sink that prints its values behind a name.
func printed(name string) edo.Sink[int] {
	return sink.Func(func(v int) error { _, err := fmt.Println(name, v); return err })
}

func ExampleFunc() {
	edo.Run(func(task *edo.Task) error { return stream.Forward(task, printed("got"), stream.Values(1, 2)) })
	// Output:
	// got 1
	// got 2
}

func ExampleFanout() {
	edo.Run(func(task *edo.Task) error {
		return stream.Forward(task, sink.Fanout(printed("file"), printed("screen")), stream.Values(1, 2))
	})
	// Output:
	// file 1
	// screen 1
	// file 2
	// screen 2
}

// The source is up to eight values ahead of the sink.
func ExampleBuffer() {
	edo.Run(func(task *edo.Task) error {
		return stream.Forward(task, sink.Buffer(printed("slow"), 8), stream.Values(1, 2))
	})
	// Output:
	// slow 1
	// slow 2
}

// A goroutine that is no task receives the values. The channel is closed when the stream has ended.
func ExampleChan() {
	numbers, done := make(chan int), make(chan int)
	go func() {
		sum := 0
		for v := range numbers {
			sum += v
		}
		done <- sum
	}()
	edo.Run(func(task *edo.Task) error { return stream.Forward(task, sink.Chan(numbers), stream.Values(1, 2, 3)) })
	fmt.Println(<-done)
	// Output: 6
}
