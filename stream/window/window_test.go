package window_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/stream/window"
	"github.com/edo-go/edo/timer"
)

const second = time.Second

// event is a value with a time, in seconds.
type event struct{ at, v int }

func (e event) time() time.Time { return time.Unix(int64(e.at), 0) }

// run reads the windows of s, as text: start-end:values.
func run(t *testing.T, build func() stream.Seq[window.Window[[]event]]) (got []string) {
	t.Helper()
	err := sim.Run(1, func(task *edo.Task) error {
		for w, err := range stream.All(task, build()) {
			var late *window.LateError[event]
			if errors.As(err, &late) {
				got = append(got, fmt.Sprint("late ", late.Value.v))
				continue
			}
			if err != nil {
				got = append(got, "error")
				continue
			}
			text := fmt.Sprint(w.Start.Unix()%1000, "-", w.End.Unix()%1000, ":")
			for _, e := range w.Value {
				text += fmt.Sprint(e.v)
			}
			got = append(got, text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func events(list ...event) stream.Seq[event] { return stream.Values(list...) }

func byEvent(shape window.Shape, lateness time.Duration, list ...event) func() stream.Seq[window.Window[[]event]] {
	return func() stream.Seq[window.Window[[]event]] {
		return window.ByEvent(events(list...), shape, event.time, lateness, window.Collect[event]())
	}
}

func TestWindowsByEvent(t *testing.T) {
	for _, c := range []struct {
		name  string
		build func() stream.Seq[window.Window[[]event]]
		want  string
	}{
		{"tumbling", byEvent(window.Tumbling(10*second), 0, event{1, 1}, event{9, 2}, event{10, 3}, event{35, 4}), "0-10:12 10-20:3 30-40:4"},
		{"sliding", byEvent(window.Sliding(10*second, 5*second), 0, event{1, 1}, event{6, 2}, event{12, 3}), "-5-5:1 0-10:12 5-15:23 10-20:3"},
		{"session", byEvent(window.Session(10*second), 0, event{1, 1}, event{9, 2}, event{19, 3}, event{40, 4}), "1-19:12 19-29:3 40-50:4"},
		{"a value joins two sessions", byEvent(window.Session(10*second), 20*second, event{1, 1}, event{18, 2}, event{9, 3}), "1-28:123"},
		{"out of order within the lateness", byEvent(window.Tumbling(10*second), 5*second, event{1, 1}, event{12, 2}, event{8, 3}, event{15, 4}, event{7, 5}), "0-10:13 late 5 10-20:24"},
		{"late without any lateness", byEvent(window.Tumbling(10*second), 0, event{12, 1}, event{8, 2}, event{13, 3}), "late 2 10-20:13"},
		{"late for one of two", byEvent(window.Sliding(10*second, 5*second), 0, event{11, 1}, event{8, 2}), "5-15:12 10-20:1"},
		{"a late session", byEvent(window.Session(10*second), 0, event{30, 1}, event{5, 2}, event{25, 3}), "late 2 25-40:13"},
		{"nothing", byEvent(window.Tumbling(second), 0), ""},
		{"no time", byEvent(window.Tumbling(0), 0, event{1, 1}), "error"},
		{"a step above the size", byEvent(window.Sliding(second, 2*second), 0, event{1, 1}), "error"},
		{"no gap", byEvent(window.Session(-1), 0, event{1, 1}), "error"},
		{"sessions without a merge", func() stream.Seq[window.Window[[]event]] {
			return window.ByEvent(events(event{1, 1}), window.Session(second), event.time, 0, window.Fold[event, []event]{Add: window.Collect[event]().Add})
		}, "error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(run(t, c.build), " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// paused is a stream of events that come when they say, in seconds from its first poll.
func paused(list ...event) stream.Stream[event] {
	last := 0
	return stream.Then(stream.Values(list...), func(e event) edo.Future[event] {
		wait := e.at - last
		last = e.at
		return &later{timer.SleepFuture(time.Duration(wait) * second), e}
	})
}

type later struct {
	*timer.Sleeper
	e event
}

func (f *later) Poll(cx *edo.Context) (event, edo.Poll, error) {
	_, p, err := f.Sleeper.Poll(cx)
	return f.e, p, err
}

func TestWindowsByTheClockAreGivenAtTheirEnds(t *testing.T) {
	for _, c := range []struct {
		shape window.Shape
		want  string
	}{
		{window.Tumbling(10 * second), "12@10 3@30 4@31"},
		{window.Sliding(10*second, 5*second), "1@5 12@10 2@15 3@30 34@31 4@31"},
		{window.Session(5 * second), "1@6 2@14 34@31"},
	} {
		var got []string
		err := sim.Run(1, func(task *edo.Task) error {
			// The clock of the simulation begins at a full ten seconds.
			began := timer.Now(task)
			if mod := began.UnixNano() % int64(10*second); mod != 0 {
				return fmt.Errorf("the clock begins at %v", began)
			}
			src := paused(event{1, 1}, event{9, 2}, event{29, 3}, event{31, 4})
			for w, err := range stream.All(task, window.ByClock(src, c.shape, window.Collect[event]())) {
				if err != nil {
					return err
				}
				text := ""
				for _, e := range w.Value {
					text += fmt.Sprint(e.v)
				}
				got = append(got, fmt.Sprintf("%s@%d", text, timer.Now(task).Sub(began)/second))
			}
			return nil
		})
		if text := strings.Join(got, " "); err != nil || text != c.want {
			t.Errorf("got %q, %v; want %q", text, err, c.want)
		}
	}
}

func TestAnErrorOfTheSourcePassesTheOpenWindows(t *testing.T) {
	failure := errors.New("test")
	src := owntest.NewScript[event](t).Give(event{1, 1}).Fail(failure).Give(event{2, 2})
	got := run(t, func() stream.Seq[window.Window[[]event]] {
		return window.ByEvent(src, window.Tumbling(10*second), event.time, 0, window.Collect[event]())
	})
	if !slices.Equal(got, []string{"error", "0-10:12"}) || src.Drops() != 1 {
		t.Fatalf("got %v", got)
	}
}

func TestWindowsThatAreDroppedDropTheirSourceAndTheirValues(t *testing.T) {
	a, b := owntest.NewHandle(1), owntest.NewHandle(2)
	src := owntest.NewScript[*owntest.Handle](t).Give(a).Wait().Give(b)
	err := sim.Run(1, func(task *edo.Task) error {
		s := window.ByClock(src, window.Tumbling(time.Hour), window.Collect[*owntest.Handle]())
		h := edo.Go(task, func(task *edo.Task) error { _, _, err := edo.Next(task, s); return err }, edo.Owns(s))
		timer.Sleep(task, time.Second)
		h.Abort()
		h.Await(task)
		return nil
	})
	if err != nil || a.Drops() != 1 || b.Drops() != 1 || src.Drops() != 1 {
		t.Fatalf("dropped %d, %d, the source %d times; %v", a.Drops(), b.Drops(), src.Drops(), err)
	}
}

// naive returns the sums of all windows with values, by start, of events that are not late.
func naive(size, every int, list []event) map[int]int {
	sums := map[int]int{}
	for start := -size; start < 200; start++ {
		if start%every != 0 {
			continue
		}
		for _, e := range list {
			if e.at >= start && e.at < start+size {
				sums[start] += e.v
			}
		}
	}
	for start, sum := range sums {
		if sum == 0 {
			delete(sums, start)
		}
	}
	return sums
}

// latest returns by how much the latest event is behind one before it.
func latest(list []event) (most int) {
	at := 0
	for _, e := range list {
		at = max(at, e.at)
		most = max(most, at-e.at)
	}
	return most
}

func TestWindowsByEventEqualNaiveOnesWhateverTheOrderWithinTheLateness(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 1))
		every := 1 + r.IntN(10)
		size := every * (1 + r.IntN(4))
		lateness := r.IntN(20)
		list := make([]event, r.IntN(40))
		for i := range list {
			list[i] = event{r.IntN(150), 1 + r.IntN(9)}
		}
		slices.SortFunc(list, func(a, b event) int { return a.at - b.at })
		for i := range list { // swaps that keep within the lateness
			if j := i + 1 + r.IntN(3); j < len(list) {
				list[i], list[j] = list[j], list[i]
				if latest(list) > lateness {
					list[i], list[j] = list[j], list[i]
				}
			}
		}
		want := naive(size, every, list)
		add := window.Fold[event, int]{Add: func(n int, e event) int { return n + e.v }, Merge: func(a, b int) int { return a + b }}
		err := sim.Run(seed, func(task *edo.Task) error {
			lastEnd := time.Time{}
			shape := window.Sliding(time.Duration(size)*second, time.Duration(every)*second)
			for w, err := range stream.All(task, window.ByEvent(events(list...), shape, event.time, time.Duration(lateness)*second, add)) {
				if err != nil {
					return err
				}
				if w.End.Before(lastEnd) {
					t.Errorf("seed %d: a window ends before the last", seed)
				}
				lastEnd = w.End
				if want[int(w.Start.Unix())] != w.Value {
					t.Errorf("seed %d: window %d is %d, want %d", seed, w.Start.Unix(), w.Value, want[int(w.Start.Unix())])
				}
				delete(want, int(w.Start.Unix()))
			}
			return nil
		})
		if err != nil || len(want) > 0 {
			t.Fatalf("seed %d: %v are missing, %v", seed, want, err)
		}
	}
}

func TestAValueOfAWindowThatCountsAllocatesNothing(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		n := 0
		src := stream.Unfold(0, func(at int) (event, int, bool) { return event{at, 1}, at + 1, true })
		s := window.ByEvent(src, window.Sliding(10*second, 5*second), event.time, 5*second, window.Count[event]())
		next := func() { edo.Next(task, s); n++ }
		for range 10 {
			next()
		}
		if got := testing.AllocsPerRun(200, next); got != 0 && !invariant.Enabled {
			t.Errorf("%v allocations for a window of ten values", got)
		}
		s.Drop()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func ExampleByEvent() {
	requests := stream.Values(event{1, 200}, event{4, 200}, event{12, 500}, event{3, 404})
	perTen := window.ByEvent(requests, window.Tumbling(10*time.Second), event.time, 0, window.Count[event]())
	edo.Run(func(task *edo.Task) error {
		for w, err := range stream.All(task, perTen) {
			fmt.Println(w.Start.Unix(), w.Value, err)
		}
		return nil
	})
	// Output:
	// 0 2 <nil>
	// -62135596800 0 window: a value of 1970-01-01T00:00:03Z is late by 9s
	// 10 1 <nil>
}
