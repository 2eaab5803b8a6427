package console_test

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/internal/planted"
	"github.com/edo-go/edo/lock"
)

func TestTheStackOfAStuckPollIsFoundAmongThousandsOfGoroutines(t *testing.T) {
	for _, style := range []string{"direct", "future"} {
		t.Run(style, func(t *testing.T) {
			p := newPlace(t, edo.Config{Workers: 2})
			crowd(t, p.rt, 3000)
			p.until(func(_ *console.Frame, rt *console.Runtime) bool { return len(rt.Polls) == 0 }) // on a busy machine any poll may take long
			var mayEnd atomic.Bool
			defer mayEnd.Store(true)
			if style == "direct" {
				edo.Go(p.rt, func(*edo.Task) error { planted.Spin(&mayEnd); return nil }, edo.Name("stuck"))
			} else {
				edo.Spawn(p.rt, planted.Spinning{MayEnd: &mayEnd}, edo.Name("stuck"))
			}
			f, _ := p.until(func(_ *console.Frame, rt *console.Runtime) bool { return len(rt.Polls) != 0 && rt.Polls[0].Took >= 100 })
			if poll := f.Runtimes[0].Polls[0]; poll.Stack != "" {
				t.Errorf("the stacks of %d goroutines were taken by themselves", f.Program.Goroutines)
			}
			for range 4 {
				text := get(p.h, "POST", "/stacks", "X-Edo-Console", "1").Body.String()
				if !strings.Contains(text, "planted.Spin(") || !strings.Contains(text, "has not returned") {
					t.Fatalf("the stacks are %s", text)
				}
			}
			stack := func(_ *console.Frame, rt *console.Runtime) bool {
				return rt.Polls[0].Runs && strings.Contains(rt.Polls[0].Stack, "planted.Spin(")
			}
			p.until(stack)
			f, rt := p.until(stack) // it stays
			if !strings.Contains(f.Findings[0].Text, "in planted.Spin at planted.go:") || rt.Polls[0].Task.Name == "" {
				t.Errorf("the finding is %q", f.Findings[0].Text)
			}
		})
	}
}

// crowd spawns tasks that wait, and returns when each has begun. It makes n goroutines, which a task has not
// when its function is compiled.
func crowd(t *testing.T, s edo.Spawner, n int) {
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	for range n {
		go func() { <-end }()
	}
	tasks := n / 10 // whose coroutines may be kept, and count in other tests
	blocked := lock.NewBarrier(tasks + 1)
	var begun sync.WaitGroup
	begun.Add(tasks)
	for range tasks {
		edo.Go(s, func(task *edo.Task) error { begun.Done(); _, err := blocked.Wait(task); return err })
	}
	begun.Wait()
}

func TestAPollThatWasBegunBeforeTheFirstLookTakesAtLeastItsTime(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	var mayEnd atomic.Bool
	defer func() { mayEnd.Store(true); rt.Shutdown(t.Context()) }()
	isBegun := make(chan struct{})
	edo.Go(rt, func(*edo.Task) error { close(isBegun); planted.Spin(&mayEnd); return nil })
	<-isBegun
	p := newPlace(t, edo.Config{Workers: 1})
	f, _ := p.until(func(f *console.Frame, _ *console.Runtime) bool {
		return len(f.Findings) != 0 && f.Findings[0].Kind == "poll"
	})
	if !strings.Contains(f.Findings[0].Text, "has taken at least ") {
		t.Errorf("the finding is %q", f.Findings[0].Text)
	}
}

// A poll that has just begun is not what a reader of the stacks looks for when another takes long.
func TestShortPollsAreShownOnlyWhenNoneTakesLong(t *testing.T) {
	for _, c := range [][2][]time.Duration{
		{{time.Millisecond, 300 * time.Millisecond, 49 * time.Millisecond, 50 * time.Millisecond}, {300 * time.Millisecond, 50 * time.Millisecond}},
		{{time.Millisecond, 0, 49 * time.Millisecond}, {49 * time.Millisecond, time.Millisecond, 0}},
		{{time.Second, time.Minute}, {time.Minute, time.Second}},
		{nil, nil},
	} {
		if got := console.LongOrAll(c[0]); !slices.Equal(got, c[1]) {
			t.Errorf("of polls that have taken %v the stacks are shown of those of %v, want %v", c[0], got, c[1])
		}
	}
}
