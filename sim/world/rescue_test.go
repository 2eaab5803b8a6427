package world_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/timer"
)

// watchful is a world with a function of the program at each place where the simulation calls one. called is told
// of each call.
func watchful(called func(place string)) func(task *edo.Task, w *world.World) error {
	return func(task *edo.Task, w *world.World) error {
		isOver := false
		w.Filter(func(world.Packet) bool { called("Filter"); return true })
		sim.Always(task, "an invariant", func() error { called("Always"); return nil })
		sim.Eventually(task, time.Hour, "a goal", func() bool { called("Eventually"); return isOver })
		var again func()
		again = func() {
			w.At(w.Now()+time.Second/3, again)
			called("At")
		}
		w.At(0, again)
		w.Host("b", echo)
		for range 5 {
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			if _, err := ask(task, "b", "hello"); err != nil {
				return err
			}
		}
		isOver = true
		return nil
	}
}

// A function of the program that the simulation calls, and that panics or ends its goroutine as t.FailNow does, fails the
// run: on whatever goroutine it is called, with whatever locks.
func TestAFunctionThatDoesNotReturnFailsTheRun(t *testing.T) {
	names := map[string]string{
		"Filter": "world: the rule of Filter", "At": "world: a function of At",
		"Always": `sim: the function of "an invariant"`, "Eventually": `sim: the function of "a goal"`,
	}
	for _, ways := range []struct {
		end  func()
		what string
	}{{func() { panic("on purpose") }, " panicked: on purpose\n"}, {runtime.Goexit, " called runtime.Goexit"}} {
		for place, name := range names {
			sim.Explore(t, 30, func(seed uint64) error {
				calls, last := 0, 1+int(seed%30)
				err := in(seed, world.Config{Link: world.Link{Latency: time.Millisecond}}, watchful(func(p string) {
					if p == place {
						if calls++; calls == last {
							ways.end()
						}
					}
				}))
				if calls < last { // it has ended before
					return err
				}
				if err == nil || !strings.Contains(err.Error(), name+ways.what) {
					return fmt.Errorf("%s, call %d: %w", place, calls, errors.Join(err, errNotTold))
				}
				return nil
			})
		}
	}
}

var errNotTold = errors.New("the run does not tell it")
