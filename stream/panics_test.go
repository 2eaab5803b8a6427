package stream_test

import (
	"errors"
	"runtime"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
)

// bomb is a value, or a stream of a seven, whose Drop panics.
type bomb struct {
	n     int
	drops int
}

func (b *bomb) PollNext(*edo.Context) (int, edo.Poll, error) { return 7, edo.Ready, nil }

func (b *bomb) Drop() {
	b.drops++
	panic("bomb")
}

// mayPanic calls fn, and returns what it panics with.
func mayPanic(fn func()) (value any) {
	defer func() { value = recover() }()
	fn()
	return nil
}

// readThrough reads s to its end, over panics.
func readThrough(t *testing.T, s edo.Stream[int]) (got []int, errs []error, panics int) {
	t.Helper()
	task := edotest.NewTask()
	for range 1000 {
		var v int
		var p edo.Poll
		var err error
		switch {
		case mayPanic(func() { v, p, err = edotest.PollNext(task, s) }) != nil:
			panics++
		case p == edo.End:
			return got, errs, panics
		case p == edo.Ready && err != nil:
			errs = append(errs, err)
		case p == edo.Ready:
			got = append(got, v)
		}
	}
	t.Fatalf("no end; so far %v, %v", got, errs)
	return got, errs, panics
}

// The source is at once ready with another value, or pending until the place is free.
func TestAGroupWhoseValuePanicsInItsDropFreesItsPlaceOnce(t *testing.T) {
	for pauses := range 4 {
		bombs := []*bomb{{n: 1}, {n: 2}, {n: 3}, {n: 4}}
		src := owntest.NewScript[*bomb](t).Give(bombs[0])
		for range pauses {
			src.Yield()
		}
		src.Give(bombs[1:]...)
		pipelines := map[int]*owntest.Script[int]{}
		s := stream.GroupBy(src, 2, func(b *bomb) int { return b.n }, func(key int, group stream.Seq[*bomb]) stream.Stream[int] {
			pipelines[key] = owntest.NewScript[int](t)
			if key == 1 { // it ends, and leaves its value in the group
				return pipelines[key]
			}
			pipelines[key].Give(key)
			return stream.Map(group, func(b *bomb) int { return 10 * b.n }).Chain(pipelines[key])
		})
		got, errs, panics := readThrough(t, s)
		slices.Sort(got)
		if want := []int{2, 3, 4, 20, 30, 40}; !slices.Equal(got, want) || errs != nil || panics != 1 || bombs[0].drops != 1 {
			t.Errorf("%d pauses: got %v, %v and %d panics, want %v", pauses, got, errs, panics, want)
		}
		for key, p := range pipelines {
			if p.Drops() != 1 {
				t.Errorf("%d pauses: the pipeline of %d was dropped %d times", pauses, key, p.Drops())
			}
		}
	}
}

// A Drop that panics does not lose the value that the operator has in hand.
func TestAValueIsDroppedWhenTheDropBeforeItIsGivenPanics(t *testing.T) {
	for name, build := range map[string]func(h *owntest.Handle) stream.Stream[*owntest.Handle]{
		"Take": func(h *owntest.Handle) stream.Stream[*owntest.Handle] {
			return stream.Of[*owntest.Handle](&bombBehind{h: h}).Take(1)
		},
		"Switch": func(h *owntest.Handle) stream.Stream[*owntest.Handle] {
			first := owntest.NewHandle(1)
			return stream.Switch(stream.Values(first, h), func(v *owntest.Handle) stream.Stream[*owntest.Handle] {
				v.Drop()
				return &bombBehind{}
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, task, given := owntest.NewHandle(7), edotest.NewTask(), 0
			s, panics := build(h), 0
			for range 5 {
				if mayPanic(func() {
					if v, p, _ := edotest.PollNext(task, s); p == edo.Ready && v == h {
						given++
					}
				}) != nil {
					panics++
				}
			}
			mayPanic(func() { edo.Drop(s) })
			if panics == 0 || given+h.Drops() != 1 {
				t.Errorf("%d panics; the value was given %d times and dropped %d times", panics, given, h.Drops())
			}
		})
	}
}

// bombBehind is a stream of h, if it has one, whose Drop panics.
type bombBehind struct{ h *owntest.Handle }

func (b *bombBehind) PollNext(*edo.Context) (h *owntest.Handle, _ edo.Poll, _ error) {
	if h, b.h = b.h, nil; h != nil {
		return h, edo.Ready, nil
	}
	return nil, edo.Pending, nil
}

func (*bombBehind) Drop() { panic("bomb behind") }

func TestAPanicOfASharedSourceIsTheLastItemOfAllItsStreams(t *testing.T) {
	for name, source := range map[string]func() stream.Stream[int]{
		"a panic": func() stream.Stream[int] {
			return stream.Map(stream.Values(1, 2), func(v int) int {
				if v == 2 {
					panic("the source")
				}
				return v
			})
		},
		"a panic after an item was in hand": func() stream.Stream[int] {
			return stream.Of(stream.Values(1, 2)).Inspect(func(v int, _ error) {
				if v == 2 {
					panic("the source")
				}
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := stream.Share(source(), 4)
			early, other := h.Subscribe(), h.Subscribe()
			check := func(s stream.Stream[int], want ...int) {
				t.Helper()
				got, errs, panics := readThrough(t, s)
				if !slices.Equal(got, want) || panics != 0 || len(errs) != 1 {
					t.Fatalf("got %v, %v, %d panics", got, errs, panics)
				}
				if panicked, ok := errors.AsType[*edo.PanicError](errs[0]); !ok || panicked.Value != "the source" || len(panicked.Stack) == 0 {
					t.Fatalf("the error is %v", errs[0])
				}
			}
			check(early, 1)
			check(other, 1)
			requireItems(t, edotest.NewTask(), h.Subscribe())
		})
	}
}

func TestAPanicOfTheFunctionOfAPartitionIsTheLastItemOfBothSides(t *testing.T) {
	first, second := owntest.NewHandle(1), owntest.NewHandle(2)
	src := owntest.NewScript[*owntest.Handle](t).Give(first, second)
	yes, no := stream.Partition(src, 4, func(v *owntest.Handle) bool {
		if v == second {
			panic("is")
		}
		return true
	})
	numbers := func(s stream.Stream[*owntest.Handle]) stream.Stream[int] {
		return stream.Map(s, func(h *owntest.Handle) int { return h.N })
	}
	for i, s := range []stream.Stream[int]{numbers(yes), numbers(no)} {
		if got, errs, panics := readThrough(t, s); len(got) != 1-i || len(errs) != 1 || panics != 0 {
			t.Errorf("side %d: got %v, %v, %d panics", i, got, errs, panics)
		}
	}
	if first.Drops() != 0 || second.Drops() != 1 || src.Drops() != 1 {
		t.Errorf("dropped %d, %d and the source %d times", first.Drops(), second.Drops(), src.Drops())
	}
}

func TestGoexitInASharedSourceIsAnErrorOfTheOtherStreams(t *testing.T) {
	h := stream.Share(stream.PollFn(func(*edo.Context) (int, edo.Poll, error) {
		runtime.Goexit()
		return 0, edo.End, nil
	}), 1)
	a, b := h.Subscribe(), h.Subscribe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		edotest.PollNext(edotest.NewTask(), a)
	}()
	<-done
	got, errs, _ := readThrough(t, b)
	if got != nil || len(errs) != 1 {
		t.Errorf("got %v, %v", got, errs)
	}
}

// Each source is dropped exactly once, also when another Drop panics.
func TestTheSourceOfASharedStreamIsDroppedThoughAValueThatIsDroppedPanics(t *testing.T) {
	src := owntest.NewScript[*bomb](t).Give(&bomb{}, &bomb{}).Wait()
	yes, no := stream.Partition(src, 4, func(b *bomb) bool { return false })
	task := edotest.NewTask()
	edotest.RequireNextPending(t, task, yes) // two values wait for the other side
	if mayPanic(no.Drop) == nil {
		t.Fatal("the values were not dropped")
	}
	yes.Drop()
	if src.Drops() != 1 {
		t.Errorf("the source was dropped %d times", src.Drops())
	}
}

func TestASharedStreamThatIsMadeAfterTheEndOfAllHasEnded(t *testing.T) {
	src := owntest.NewScript[int](t).Wait().Give(1)
	h := stream.Share(src, 2)
	a := h.Subscribe()
	edotest.RequireNextPending(t, edotest.NewTask(), a) // the source is pending, and not to be polled
	a.Drop()
	h.Drop()
	if src.Drops() != 1 {
		t.Fatalf("the source was dropped %d times", src.Drops())
	}
	requireItems(t, edotest.NewTask(), h.Subscribe())
}
