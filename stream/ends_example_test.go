package stream_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/stream"
)

// The examples of this file are for the functions that begin and end a stream.

// Of gives methods to a stream of any kind: here to the receiver of a channel.
func ExampleOf() {
	edo.Run(func(task *edo.Task) error {
		tx, rx := mpsc.New[int](8)
		for v := range 5 {
			tx.TrySend(v)
		}
		tx.Close()
		for v, err := range stream.All(task, stream.Of(rx).Filter(func(v int) bool { return v%2 == 0 })) {
			fmt.Println(v, err)
		}
		return nil
	})
	// Output:
	// 0 <nil>
	// 2 <nil>
	// 4 <nil>
}

func ExampleValues() {
	show(stream.Values("a", "b"))
	// Output: [a b] <nil>
}

func ExampleOnce() {
	show(stream.Once("header").Chain(stream.Values("line", "line")))
	// Output: [header line line] <nil>
}

func ExampleEmpty() {
	show(stream.Empty[int]())
	// Output: [] <nil>
}

// An error is an item, and what comes behind it is not lost.
func ExampleIter2() {
	var parsed iter.Seq2[int, error] = func(yield func(int, error) bool) {
		_ = yield(1, nil) && yield(0, errors.New("line 2 is no number")) && yield(3, nil)
	}
	show(stream.Iter2(parsed).MapErr(func(err error) error { fmt.Println(err); return nil }))
	// Output:
	// line 2 is no number
	// [1 3] <nil>
}

// Each page names the next one.
func ExampleUnfoldFuture() {
	type page struct {
		items []string
		next  string
	}
	pages := map[string]page{"first": {[]string{"a", "b"}, "second"}, "second": {[]string{"c"}, ""}}
	get := func(name string) edo.Future[page] { return future.Ready(pages[name]) }
	all := stream.UnfoldFuture("first", func(name string) edo.Future[stream.Pair[[]string, string]] {
		if name == "" {
			return nil // the end
		}
		return future.Map(get(name), func(p page) stream.Pair[[]string, string] {
			return stream.Pair[[]string, string]{First: p.items, Second: p.next}
		})
	})
	show(all)
	// Output: [[a b] [c]] <nil>
}

func ExampleFlatten() {
	show(stream.Flatten(stream.Values[stream.Stream[int]](stream.Values(1, 2), stream.Once(3))))
	// Output: [1 2 3] <nil>
}

func ExampleFold() {
	edo.Run(func(task *edo.Task) error {
		sum, err := edo.Await(task, stream.Fold(stream.Values(1, 2, 3), 0, func(sum, v int) (int, error) { return sum + v, nil }))
		fmt.Println(sum, err)
		return nil
	})
	// Output: 6 <nil>
}

func ExampleCollect() {
	edo.Run(func(task *edo.Task) error {
		all, err := edo.Await(task, stream.Collect(stream.Iter(slices.Values([]int{1, 2, 3}))))
		fmt.Println(all, err)
		return nil
	})
	// Output: [1 2 3] <nil>
}

func ExampleCount() {
	fmt.Println(edo.RunFuture(stream.Count(stream.Values("a", "b", "c"))))
	// Output: 3 <nil>
}

func ExampleEvery() {
	isEven := func(v int) bool { return v%2 == 0 }
	fmt.Println(edo.RunFuture(stream.Every(stream.Values(2, 4), isEven)))
	fmt.Println(edo.RunFuture(stream.Every(stream.Values(2, 3), isEven)))
	// Output:
	// true <nil>
	// false <nil>
}

// Two requests at most are under way.
func ExampleForEachConcurrent() {
	sum := 0
	work := stream.ForEachConcurrent(stream.Values(1, 2, 3), 2, func(v int) edo.Future[edo.Unit] {
		return future.Lazy(func() (edo.Unit, error) { sum += v; return edo.Unit{}, nil })
	})
	_, err := edo.RunFuture(work)
	fmt.Println(sum, err)
	// Output: 6 <nil>
}

// The channel is closed when the stream has ended.
func ExampleForward() {
	edo.Run(func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		edo.Go(task, func(task *edo.Task) error { return stream.Forward(task, tx.Sink(), stream.Values(1, 2, 3)) }, edo.Owns(tx))
		for v := range stream.All(task, rx) {
			fmt.Println(v)
		}
		return nil
	})
	// Output:
	// 1
	// 2
	// 3
}
