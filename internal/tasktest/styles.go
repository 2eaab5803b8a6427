package tasktest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/sim"
)

// StepFunc is the step form of a function that waits.
type StepFunc func(task *edo.Task, st *edo.Step) (done bool, err error)

// Frame is a frame that was written by hand: it runs its steps one after the other, until one
// of them fails.
type Frame struct {
	Steps []StepFunc
	i     int
	st    edo.Step
}

// Poll is a step of the frame.
func (f *Frame) Poll(task *edo.Task) (done bool, err error) {
	for ; f.i < len(f.Steps); f.i++ {
		if done, err := f.Steps[f.i](task, &f.st); !done || err != nil {
			return done, err
		}
		if f.st != (edo.Step{}) {
			return true, fmt.Errorf("step %d has ended, and its Step keeps %v", f.i, f.st)
		}
	}
	return true, nil
}

// FunctionName is the name of the function.
func (*Frame) FunctionName() string { return "tasktest.Frame" }

// ValueFrame is a [Frame] that returns *Value, if that is not nil.
type ValueFrame[T any] struct {
	Frame
	Value *T
}

// Poll is a step of the frame.
func (f *ValueFrame[T]) Poll(task *edo.Task) (done bool, v T, err error) {
	done, err = f.Frame.Poll(task)
	if done && f.Value != nil {
		v = *f.Value
	}
	return done, v, err
}

// Stage is a program that is run in both styles: with functions in direct style, and with
// frames. Both must do the same.
type Stage struct {
	ByFrames bool
	events   []string
}

// Log notes an event. The stacks of panics, which differ, are left out.
func (s *Stage) Log(format string, args ...any) {
	s.events = append(s.events, stack.ReplaceAllString(fmt.Sprintf(format, args...), ""))
}

// stack matches the stack in the text of a panic.
var stack = regexp.MustCompile(`\n+goroutine \d+ .*:(\n.+\n\t.+)*\n*`)

// Go spawns a function, which is direct, or the frame of steps.
func (s *Stage) Go(sp edo.Spawner, name string, direct func(task *edo.Task) error, steps ...StepFunc) *edo.JoinHandle[edo.Unit] {
	if s.ByFrames {
		return edo.GoStep(sp, Frame{Steps: steps}, edo.Name(name))
	}
	return edo.Go(sp, direct, edo.Name(name))
}

// Inspect makes a task that takes a report n times, and yields in between.
func (s *Stage) Inspect(sp edo.Spawner, n int) {
	edo.Go(sp, func(task *edo.Task) error {
		for range n {
			s.Log("report: %s", task.Runtime().Snapshot().Text())
			if err := edo.Yield(task); err != nil {
				return nil
			}
		}
		return nil
	}, edo.Name("inspector"))
}

// Do is a step that does not wait.
func Do(fn func()) StepFunc {
	return func(*edo.Task, *edo.Step) (bool, error) {
		fn()
		return true, nil
	}
}

// RequireSameInBothStyles runs main, under so many seeds, in both styles, with and without
// reports in between. The events, the choices of the scheduler, what OnError gets and the
// result must be the same.
func RequireSameInBothStyles(t *testing.T, seeds int, main func(s *Stage, task *edo.Task) error) {
	t.Helper()
	if testing.Short() || invariant.Enabled {
		seeds = max(3, seeds/4)
	}
	for seed := range uint64(seeds) {
		for _, inspects := range []int{0, 5} {
			direct := runStage(seed, inspects, false, main)
			frames := runStage(seed, inspects, true, main)
			if slices.Equal(direct, frames) {
				continue
			}
			i := 0
			for i < min(len(direct), len(frames)) && direct[i] == frames[i] {
				i++
			}
			from := max(0, i-5)
			t.Fatalf("seed %d, %d reports: event %d differs.\ndirect style:\n%s\nframes:\n%s", seed, inspects, i,
				strings.Join(direct[from:min(len(direct), i+4)], "\n"), strings.Join(frames[from:min(len(frames), i+4)], "\n"))
		}
	}
}

// runStage runs main in one style, and returns the events.
func runStage(seed uint64, inspects int, byFrames bool, main func(s *Stage, task *edo.Task) error) []string {
	s := &Stage{ByFrames: byFrames}
	c := sim.Config{
		Trace:   func(n, chosen int) { s.Log("%d of %d", chosen, n) },
		Runtime: edo.Config{OnError: func(err error) { s.Log("OnError: %v", err) }},
	}
	err := sim.Run(seed, func(task *edo.Task) error {
		if inspects != 0 {
			s.Inspect(task, inspects)
		}
		return main(s, task)
	}, sim.WithConfig(c))
	s.Log("result: %v", err)
	return s.events
}
