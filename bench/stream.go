package main

import (
	"slices"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/stream"
	"github.com/samber/ro"
)

// stages is how many stages a chain has, half of them maps and half filters. Each filter keeps
// every item, so every stage sees all of them.
const stages = 10

func streamStages() workload {
	return workload{
		name: "stream", op: "an item passes one of the ten stages of a chain, five maps and five filters", n: 20 * million,
		variants: slices.Concat([]variant{{runtime: "go", style: "loop", run: goBody(loopStages).run}},
			goAndEdo(goStages(0), futureStages, directStages),
			[]variant{{runtime: "go", style: "buffered", run: goStages(1024).run}, pooled("ro", "operators", roStages)}),
	}
}

func addOne(v int) int    { return v + 1 }
func positive(v int) bool { return v > 0 }

// itemsOf returns how many items go through the stages.
func itemsOf(m *meter) int {
	items := max(m.n/stages, 1)
	m.n = items * stages
	return items
}

// checkStages checks the sum of the items 1 to n behind five maps.
func checkStages(n int) { checkCount(n*(n+1)/2 + n*stages/2) }

// loopStages calls the functions of the stages through variables, as operators have to.
func loopStages(m *meter) {
	n, sum := itemsOf(m), 0
	maps, filters := slices.Repeat([]func(int) int{addOne}, stages/2), slices.Repeat([]func(int) bool{positive}, stages/2)
item:
	for v := 1; v <= n; v++ {
		out := v
		for i := range maps {
			if out = maps[i](out); !filters[i](out) {
				continue item
			}
		}
		sum += out
	}
	counter.Add(int64(sum))
	checkStages(n)
}

// goStages has a goroutine for each stage, and a channel of the given capacity between two.
func goStages(capacity int) goBody {
	return func(m *meter) { goChain(m, capacity) }
}

func goChain(m *meter, capacity int) {
	n := itemsOf(m)
	source := make(chan int, capacity)
	go func() {
		defer close(source)
		for v := 1; v <= n; v++ {
			source <- v
		}
	}()
	in := source
	for i := range stages {
		out := make(chan int, capacity)
		go func(in <-chan int) {
			defer close(out)
			for v := range in {
				if i%2 == 0 {
					out <- addOne(v)
				} else if positive(v) {
					out <- v
				}
			}
		}(in)
		in = out
	}
	sum := 0
	for v := range in {
		sum += v
	}
	counter.Add(int64(sum))
	checkStages(n)
}

// chain returns the stream of n items behind the stages.
func chain(n int) stream.Seq[int] {
	s := stream.Unfold(1, func(v int) (int, int, bool) { return v, v + 1, v <= n })
	for range stages / 2 {
		s = stream.Map(s, addOne).Filter(positive)
	}
	return s
}

func futureStages(m *meter) edo.Future[edo.Unit] {
	n := itemsOf(m)
	var sum int
	return stream.ForEach(chain(n).Chain(stream.PollFn(func(*edo.Context) (int, edo.Poll, error) {
		counter.Add(int64(sum)) // the chain has ended
		checkStages(n)
		return 0, edo.End, nil
	})), func(v int) error {
		sum += v
		return nil
	})
}

func directStages(task *edo.Task, m *meter) error {
	n, sum := itemsOf(m), 0
	for v, err := range stream.All(task, chain(n)) {
		if err != nil {
			return err
		}
		sum += v
	}
	counter.Add(int64(sum))
	checkStages(n)
	return nil
}

// roStages are the operators of samber/ro.
func roStages(m *meter) {
	n, sum := itemsOf(m), 0
	source := ro.Map(func(v int64) int { return int(v) })(ro.Range(1, int64(n)+1))
	for range stages / 2 {
		source = ro.Filter(positive)(ro.Map(addOne)(source))
	}
	source.Subscribe(ro.OnNext(func(v int) { sum += v })).Wait()
	counter.Add(int64(sum))
	checkStages(n)
}
