package edotest_test

import (
	"reflect"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/sim"
)

// gate is a leaf that is ready when it is open.
type gate struct {
	name  string
	open  bool
	polls int // without those for reports
}

func (g *gate) Poll(cx *edo.Context) (string, edo.Poll, error) {
	if !cx.Proceed(g) {
		return "", edo.Pending, nil
	}
	g.polls++
	if g.open {
		return g.name, edo.Ready, nil
	}
	return "", edo.Pending, nil
}

func (g *gate) Waits(cx *edo.Context) edo.Wait {
	if cx.Waker().IsZero() {
		panic("no waker")
	}
	return edo.Wait{On: "gate: " + g.name}
}

// both polls two futures, and a leaf without an answer.
type both struct{ a, b *gate }

func (f both) Poll(cx *edo.Context) (u edo.Unit, p edo.Poll, err error) {
	_, p1, _ := f.a.Poll(cx)
	cx.Proceed(nil)
	_, p2, _ := f.b.Poll(cx)
	return u, min(p1, p2), nil
}

func (f both) PollNext(cx *edo.Context) (edo.Unit, edo.Poll, error) { return f.Poll(cx) }

func TestWaitsAreTheAnswersOfTheLeavesWhichDoNothing(t *testing.T) {
	task := edotest.NewTask()
	f := both{&gate{name: "east", open: true}, &gate{name: "west", open: true}}
	want := []edo.Wait{{On: "gate: east"}, {On: "gate: west"}}
	if got := edotest.Waits(task, f); !reflect.DeepEqual(got, want) {
		t.Errorf("Waits() = %v, want %v", got, want)
	}
	if got := edotest.WaitsNext(task, f); !reflect.DeepEqual(got, want) {
		t.Errorf("WaitsNext() = %v, want %v", got, want)
	}
	if f.a.polls+f.b.polls != 0 {
		t.Error("an inspection has made a leaf proceed")
	}
	edotest.RequireWoken(t, task, 0)
	edotest.RequireReady(t, task, f)
}

func TestWaitsInPollsOnceAndThenInspects(t *testing.T) {
	g := &gate{name: "east"}
	poll := func(cx *edo.Context) edo.Poll { _, p, _ := g.Poll(cx); return p }
	err := sim.Run(1, func(task *edo.Task) error {
		waits, err := edotest.WaitsIn(task, poll)
		if want := []edo.Wait{{On: "gate: east"}}; !reflect.DeepEqual(waits, want) || g.polls != 1 {
			t.Errorf("got %v after %d polls, want %v after one", waits, g.polls, want)
		}
		if err != nil {
			return err
		}
		g.open = true
		if _, err := edotest.WaitsIn(task, poll); err == nil {
			t.Error("no error although the poll was ready")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWaitsNameTheStepOfTheScript(t *testing.T) {
	s := edotest.NewScript(t).Wait().Read([]byte("x"))
	task := edotest.NewTask()
	edotest.RequirePending(t, task, reads{s, 1})
	want := []edo.Wait{{On: "edotest: script", By: []string{"its next step, Wait()"}}}
	if got := edotest.Waits(task, reads{s, 1}); !reflect.DeepEqual(got, want) {
		t.Errorf("a read waits for %v, want %v", got, want)
	}
	if got := edotest.Waits(task, writes{s, "y"}); !reflect.DeepEqual(got, want) {
		t.Errorf("a write waits for %v, want %v", got, want)
	}
	s.Wake()
	edotest.RequireWoken(t, task, 1)
	edotest.RequireReady(t, task, reads{s, 1})
}
