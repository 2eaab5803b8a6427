package stream_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/stream"
)

// Numbers and ticks are merged into one stream until the numbers have ended; the ticks alone
// would never end.
func Example() {
	type item struct {
		kind string
		n    int
	}
	numbers := stream.Map(stream.Values(1, 2, 3, 4), func(n int) item { return item{"number", n} })
	ticks := stream.Iter(func(yield func(item) bool) {
		for yield(item{kind: "tick"}) {
		}
	})

	items := numbers.
		Chain(stream.Once(item{kind: "done"})).
		Merge(ticks).
		TakeWhile(func(it item) bool { return it.kind != "done" })

	sum, err := edo.RunFuture(stream.Fold(items, 0, func(sum int, it item) (int, error) {
		if it.kind == "tick" {
			fmt.Println("so far", sum)
			return sum, nil
		}
		return sum + it.n, nil
	}))
	fmt.Println("in all", sum, err)
	// Output:
	// so far 1
	// so far 3
	// so far 6
	// so far 10
	// in all 10 <nil>
}

func ExampleMap() {
	upper := stream.Map(stream.Values("a", "b"), strings.ToUpper)
	fmt.Println(edo.RunFuture(stream.Collect(upper)))
	// Output: [A B] <nil>
}

func ExampleThen() {
	looked := stream.Then(stream.Values("ada", "bob"), func(name string) edo.Future[string] {
		return future.Lazy(func() (string, error) { return name + "@example.org", nil })
	})
	fmt.Println(edo.RunFuture(stream.Collect(looked)))
	// Output: [ada@example.org bob@example.org] <nil>
}

func ExampleSeq_Merge() {
	odd, even := stream.Values(1, 3, 5), stream.Values(2, 4)
	fmt.Println(edo.RunFuture(stream.Collect(odd.Merge(even))))
	// Output: [1 2 3 4 5] <nil>
}

func ExampleSeq_Filter() {
	even := stream.Values(1, 2, 3, 4).Filter(func(n int) bool { return n%2 == 0 })
	fmt.Println(edo.RunFuture(stream.Collect(even)))
	// Output: [2 4] <nil>
}

func ExampleSeq_Take() {
	s := stream.Iter(func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	})
	fmt.Println(edo.RunFuture(stream.Collect(s.Skip(10).Take(3))))
	// Output: [10 11 12] <nil>
}

// An error is an item. MapErr removes the errors that its function has handled.
func ExampleSeq_MapErr() {
	answers := stream.Then(stream.Values(1, 2, 3), func(n int) edo.Future[int] {
		if n == 2 {
			return future.Fail[int](errors.New("no answer"))
		}
		return future.Ready(10 * n)
	})
	good := answers.MapErr(func(err error) error {
		fmt.Println("skipped:", err)
		return nil
	})
	fmt.Println(edo.RunFuture(stream.Collect(good)))
	// Output:
	// skipped: no answer
	// [10 30] <nil>
}

func ExampleIter() {
	s := stream.Iter(slices.Values([]string{"one", "two"}))
	fmt.Println(edo.RunFuture(stream.Collect(s)))
	// Output: [one two] <nil>
}

func ExamplePollFn() {
	left := 3
	countdown := stream.PollFn(func(cx *edo.Context) (int, edo.Poll, error) {
		if left == 0 {
			return 0, edo.End, nil
		}
		left--
		return left + 1, edo.Ready, nil
	})
	fmt.Println(edo.RunFuture(stream.Collect(countdown)))
	// Output: [3 2 1] <nil>
}

// The accumulator is passed from future to future.
func ExampleFoldFuture() {
	words := stream.Values("a", "b", "c")
	text := stream.FoldFuture(words, "", func(text, word string) edo.Future[string] {
		return future.Ready(text + word)
	})
	fmt.Println(edo.RunFuture(text))
	// Output: abc <nil>
}

func ExampleFoldTask() {
	sum := stream.FoldTask(stream.Values(1, 2, 3), 0, func(task *edo.Task, sum, n int) (int, error) {
		if err := edo.Yield(task); err != nil { // or any other wait
			return 0, err
		}
		return sum + n, nil
	})
	fmt.Println(edo.RunFuture(sum))
	// Output: 6 <nil>
}

func ExampleForEach() {
	_, err := edo.RunFuture(stream.ForEach(stream.Values(1, 2), func(n int) error {
		fmt.Println(n)
		return nil
	}))
	fmt.Println(err)
	// Output:
	// 1
	// 2
	// <nil>
}

func ExampleForEachFuture() {
	_, err := edo.RunFuture(stream.ForEachFuture(stream.Values(1, 2), func(n int) edo.Future[edo.Unit] {
		return future.Lazy(func() (edo.Unit, error) {
			fmt.Println(n)
			return edo.Unit{}, nil
		})
	}))
	fmt.Println(err)
	// Output:
	// 1
	// 2
	// <nil>
}

// While it waits for the stream, this is a future without a stack; each call of the handler
// borrows one.
func ExampleForEachTask() {
	_, err := edo.RunFuture(stream.ForEachTask(stream.Values(1, 2), func(task *edo.Task, n int) error {
		fmt.Println("before", n)
		if err := edo.Yield(task); err != nil { // or any other wait
			return err
		}
		fmt.Println("after", n)
		return nil
	}))
	fmt.Println(err)
	// Output:
	// before 1
	// after 1
	// before 2
	// after 2
	// <nil>
}

func ExampleAll() {
	err := edo.Run(func(task *edo.Task) error {
		for n, err := range stream.All(task, stream.Values(1, 2, 3)) {
			if err != nil {
				return err
			}
			if n == 3 {
				break // the stream is dropped
			}
			fmt.Println(n)
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// 1
	// 2
	// <nil>
}

func ExampleEach() {
	sum := func(task *edo.Task) (n int, err error) {
		for v := range stream.Each(task, stream.Values(1, 2, 3), &err) {
			n += v
		}
		return n, err // an error item, or ErrCancelled; nil at the end
	}
	fmt.Println(edo.RunFuture(edo.Async(sum)))
	// Output: 6 <nil>
}
