package console_test

import (
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
)

func TestTheFirstExampleOfAGroupAnObjectAndAFindingStaysWhileItWaits(t *testing.T) {
	const senders = 1500 // in several parts of the registry, which are asked in random order
	p := newPlace(t, edo.Config{Workers: 2})
	tx, rx := mpsc.New[int](4)
	defer rx.Close()
	defer tx.Close()
	for range senders + 4 {
		edo.Go(p.rt, func(task *edo.Task) error { return tx.Send(task, 1) })
	}
	is := func(_ *console.Frame, rt *console.Runtime) bool {
		return rt.Round.Whole && len(rt.Objects) == 1 && rt.Objects[0].Waiting == senders
	}
	full := func(f *console.Frame) console.Finding {
		return f.Findings[slices.IndexFunc(f.Findings, func(f console.Finding) bool { return f.Kind == "full" })]
	}
	f, was := p.until(is)
	first := full(&f)
	for range 10 {
		<-console.NextFrame(p.h)
		f, rt := p.until(is)
		if now := full(&f); now.Key != first.Key || now.Task != first.Task {
			t.Fatalf("the same finding is %+v and later %+v", first, now)
		}
		if now := rt.Objects[0].Tasks[0]; now != was.Objects[0].Tasks[0] {
			t.Fatalf("the object is first waited for by %v and later by %v", was.Objects[0].Tasks[0], now)
		}
		if now := rt.Groups[0].Tasks[0]; now != was.Groups[0].Tasks[0] {
			t.Fatalf("the group has first %v and later %v", was.Groups[0].Tasks[0], now)
		}
		if refs := rt.Objects[0].Tasks; len(slices.Compact(slices.Clone(refs))) != len(refs) {
			t.Fatalf("a task is named twice in %v", refs)
		}
	}
}

func TestATaskThatOthersWaitForKeepsItsOwnEdge(t *testing.T) {
	p := newPlace(t, edo.Config{Workers: 1})
	a, b := new(lock.Mutex), new(lock.Mutex)
	held := make(chan struct{}, 2)
	never := lock.NewBarrier(2)
	edo.Go(p.rt, func(task *edo.Task) error {
		if err := a.Lock(task); err != nil {
			return err
		}
		defer a.Unlock()
		held <- struct{}{}
		_, err := never.Wait(task)
		return err
	}, edo.Name("root"))
	<-held
	wait := func(task *edo.Task) error {
		if err := a.Lock(task); err != nil {
			return err
		}
		a.Unlock()
		return nil
	}
	for range 3 { // before the one in the middle, whose name and lock are theirs
		edo.Go(p.rt, wait, edo.Name("transfer"))
	}
	edo.Go(p.rt, func(task *edo.Task) error {
		if err := b.Lock(task); err != nil {
			return err
		}
		defer b.Unlock()
		held <- struct{}{}
		return wait(task)
	}, edo.Name("transfer"))
	<-held
	for range 3 {
		edo.Go(p.rt, wait, edo.Name("transfer"))
	}
	edo.Go(p.rt, func(task *edo.Task) error {
		if err := b.Lock(task); err != nil {
			return err
		}
		b.Unlock()
		return nil
	}, edo.Name("queue"))
	_, rt := p.until(func(_ *console.Frame, rt *console.Runtime) bool {
		waiting := 0
		for _, o := range rt.Objects {
			if o.Kind == "lock: mutex" {
				waiting += o.Waiting
			}
		}
		return waiting == 8
	})
	edges := map[[2]string]int{}
	for _, e := range rt.Graph.Edges {
		from, to := rt.Graph.Nodes[e.From], rt.Graph.Nodes[e.To]
		edges[[2]string{from.Name, to.Name}] += from.Count
		if from.Name == "queue" && !slices.ContainsFunc(rt.Graph.Edges, func(next console.Edge) bool { return next.From == e.To }) {
			t.Errorf("the task in the middle has no edge: %v", rt.Graph)
		}
	}
	if edges[[2]string{"transfer", "root"}] != 7 || edges[[2]string{"queue", "transfer"}] != 1 || len(rt.Graph.Edges) != 3 {
		t.Errorf("the graph is %v", rt.Graph)
	}
}
