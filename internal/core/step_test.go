package core_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// A script is a function in two forms: in direct style, and as a frame, written by hand as the
// compiler would write it. log is called by both.
type script struct {
	name   string
	direct func(task *edo.Task, w *world) error
	frame  func(w *world) func(task *edo.Task) (done bool, err error)
}

// world is what a script runs in.
type world struct {
	log  []string
	gate *tasktest.Gate
	rt   *edo.Runtime
}

func (w *world) print(args ...any) { w.log = append(w.log, fmt.Sprint(args...)) }

// scripted is the frame of a script.
type scripted struct {
	step func(task *edo.Task) (done bool, err error)
}

func (f *scripted) Poll(task *edo.Task) (done bool, err error) { return f.step(task) }
func (*scripted) FunctionName() string                         { return "scripted" }

// play runs s under a seed, and lets another task do things meanwhile: cancel it, open what it
// waits for, ask for a report. It returns all that can be seen.
func play(s script, isFrame bool, seed uint64, after int, what string) (seen string) {
	w := &world{gate: &tasktest.Gate{Name: "the gate"}}
	var err error
	func() {
		c := sim.Config{Runtime: edo.Config{OnError: func(err error) { w.print("OnError: ", firstLine(err)) }},
			Trace: func(n, chosen int) { w.print("choice ", n, chosen) }}
		err = sim.Run(seed, func(task *edo.Task) error {
			w.rt = task.Runtime()
			var h *edo.JoinHandle[edo.Unit]
			if isFrame {
				h = edo.GoStep(task, scripted{s.frame(w)}, edo.Name("subject"))
			} else {
				h = edo.Go(task, func(task *edo.Task) error { return s.direct(task, w) }, edo.Name("subject"))
			}
			edo.Go(task, func(task *edo.Task) error {
				tasktest.YieldTimes(task, 3)
				w.print("beside")
				return nil
			})
			for range after {
				edo.Yield(task)
			}
			for _, act := range strings.Fields(what) {
				switch act {
				case "abort":
					h.Abort()
				case "open":
					w.gate.Open()
				case "report":
					w.print(strings.ReplaceAll(w.rt.Snapshot().String(), "internal/core_test", ""))
				case "sleep":
					timer.Sleep(task, time.Hour)
				}
				edo.Yield(task)
			}
			w.gate.Open()
			_, err := h.Await(task)
			w.print("joined: ", firstLine(err), " ", h.Name() == "subject")
			return nil
		}, sim.WithConfig(c))
	}()
	w.print("run: ", firstLine(err))
	return strings.Join(w.log, "\n")
}

// firstLine returns the text of err without stacks.
func firstLine(err error) string {
	if err == nil {
		return "no error"
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}

// breaksRules is a future that goes on without asking for budget, also when it is only asked.
type breaksRules struct{ polls int }

func (b *breaksRules) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if b.polls++; b.polls == 1 {
		cx.Waker().Wake()
		return 0, edo.Pending, nil
	}
	return b.polls, edo.Ready, nil
}

var scripts = []script{
	{
		name: "two waits",
		direct: func(task *edo.Task, w *world) error {
			w.print("begin ", task.Name(), task.Err())
			v, err := edo.Await(task, w.gate)
			w.print("got ", v, err, task.Err())
			err = edo.Yield(task)
			w.print("yielded ", err)
			return err
		},
		frame: func(w *world) func(task *edo.Task) (bool, error) {
			state := 0
			return func(task *edo.Task) (bool, error) {
				if state == 0 {
					w.print("begin ", task.Name(), task.Err())
					state = 1
				}
				if state == 1 {
					done, v, err := edo.AwaitStep(task, w.gate)
					if !done {
						return false, nil
					}
					w.print("got ", v, err, task.Err())
					state = 2
				}
				done, err := edo.YieldStep(task)
				if !done {
					return false, nil
				}
				w.print("yielded ", err)
				return true, err
			}
		},
	},
	{
		name: "shielded",
		direct: func(task *edo.Task, w *world) error {
			err := edo.Shielded(task, func(task *edo.Task) error {
				v, err := edo.Await(task, w.gate)
				w.print("got ", v, err, task.Err(), task.Context().Err())
				return err
			})
			w.print("out ", err, edo.Yield(task))
			return err
		},
		frame: func(w *world) func(task *edo.Task) (bool, error) {
			var st edo.Step
			var err error
			state := 0
			return func(task *edo.Task) (done bool, _ error) {
				if state == 0 {
					done, err = edo.ShieldedStep(task, &st, func(task *edo.Task, _ *edo.Step) (bool, error) {
						done, v, err := edo.AwaitStep(task, w.gate)
						if done {
							w.print("got ", v, err, task.Err(), task.Context().Err())
						}
						return done, err
					})
					if !done {
						return false, nil
					}
					state = 1
				}
				done, yielded := edo.YieldStep(task)
				if done {
					w.print("out ", err, yielded)
				}
				return done, err
			}
		},
	},
	{
		name: "a borrowed call",
		direct: func(task *edo.Task, w *world) error {
			v, err := edo.Await(task, w.gate)
			w.print("got ", v, err, task.Err(), task.Name())
			return errors.Join(err, edo.Yield(task))
		},
		frame: func(w *world) func(task *edo.Task) (bool, error) {
			var st edo.Step
			var err error
			return func(task *edo.Task) (done bool, _ error) {
				done = edo.BorrowStep(task, &st, func(task *edo.Task) {
					var v int
					v, err = edo.Await(task, w.gate)
					w.print("got ", v, err, task.Err(), task.Name())
					err = errors.Join(err, edo.Yield(task))
				})
				return done, err
			}
		},
	},
	{
		name: "a future that breaks the rules",
		direct: func(task *edo.Task, w *world) error {
			v, err := edo.Await(task, &breaksRules{})
			w.print("got ", v > 0, err)
			_, err = edo.Await(task, w.gate)
			return err
		},
		frame: func(w *world) func(task *edo.Task) (bool, error) {
			f, state := &breaksRules{}, 0
			return func(task *edo.Task) (bool, error) {
				if state == 0 {
					done, v, err := edo.AwaitStep(task, f)
					if !done {
						return false, nil
					}
					w.print("got ", v > 0, err)
					state = 1
				}
				done, _, err := edo.AwaitStep(task, w.gate)
				return done, err
			}
		},
	},
	{
		name: "what is ready gives way",
		direct: func(task *edo.Task, w *world) error {
			for i := range 300 {
				v, err := edo.Await(task, tasktest.Seven{})
				if i%100 == 0 || err != nil {
					w.print(i, v, err)
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
		frame: func(w *world) func(task *edo.Task) (bool, error) {
			i := 0
			return func(task *edo.Task) (bool, error) {
				for ; i < 300; i++ {
					done, v, err := edo.AwaitStep(task, tasktest.Seven{})
					if !done {
						return false, nil
					}
					if i%100 == 0 || err != nil {
						w.print(i, v, err)
					}
					if err != nil {
						return true, err
					}
				}
				return true, nil
			}
		},
	},
	{
		name: "one that tries again and again is slowed down",
		direct: func(task *edo.Task, w *world) error {
			edo.Await(task, w.gate)
			for i := range 1200 {
				if err := edo.Yield(task); i%600 == 0 {
					w.print(i, err)
				}
			}
			return nil
		},
		frame: func(w *world) func(task *edo.Task) (bool, error) {
			i, state := 0, 0
			return func(task *edo.Task) (bool, error) {
				if state == 0 {
					if done, _, _ := edo.AwaitStep(task, w.gate); !done {
						return false, nil
					}
					state = 1
				}
				for ; i < 1200; i++ {
					done, err := edo.YieldStep(task)
					if !done {
						return false, nil
					}
					if i%600 == 0 {
						w.print(i, err)
					}
				}
				return true, nil
			}
		},
	},
	{
		name: "a panic",
		direct: func(task *edo.Task, w *world) error {
			edo.Await(task, w.gate)
			panic("on purpose")
		},
		frame: func(w *world) func(task *edo.Task) (bool, error) {
			return func(task *edo.Task) (bool, error) {
				if done, _, _ := edo.AwaitStep(task, w.gate); !done {
					return false, nil
				}
				panic("on purpose")
			}
		},
	},
	{
		name: "a panic in a borrowed call, which is recovered once",
		direct: func(task *edo.Task, w *world) error {
			func() {
				defer func() { w.print("recovered ", recover()) }()
				edo.Await(task, w.gate)
				panic("first")
			}()
			edo.Yield(task)
			panic("second")
		},
		frame: func(w *world) func(task *edo.Task) (bool, error) {
			var st edo.Step
			state := 0
			return func(task *edo.Task) (bool, error) {
				if state == 0 {
					isOver := func() (isOver bool) {
						isOver = true
						returned := false
						defer func() {
							if !returned {
								w.print("recovered ", recover())
							}
						}()
						isOver = edo.BorrowStep(task, &st, func(task *edo.Task) {
							edo.Await(task, w.gate)
							panic("first")
						})
						returned = true
						return isOver
					}()
					if !isOver {
						return false, nil
					}
					state = 1
				}
				return edo.BorrowStep(task, &st, func(task *edo.Task) {
					edo.Yield(task)
					panic("second")
				}), nil
			}
		},
	},
	{
		name: "its own cancellation",
		direct: func(task *edo.Task, w *world) error {
			edo.Await(task, w.gate)
			err := task.Proceed(nil)
			w.print(err)
			if err == nil {
				return nil
			}
			return task.Cancelled()
		},
		frame: func(w *world) func(task *edo.Task) (bool, error) {
			state := 0
			return func(task *edo.Task) (bool, error) {
				if state == 0 {
					if done, _, _ := edo.AwaitStep(task, w.gate); !done {
						return false, nil
					}
					state = 1
				}
				if state == 1 {
					done, err := task.ProceedStep(nil)
					if !done {
						return false, nil
					}
					w.print(err)
					if err == nil {
						return true, nil
					}
					state = 2
				}
				return task.CancelledStep()
			}
		},
	},
	{
		name: "a future in direct style inside",
		direct: func(task *edo.Task, w *world) error {
			v, err := edo.Await(task, edo.Async(func(task *edo.Task) (string, error) {
				_, err := edo.Await(task, w.gate)
				w.print("inside ", err, task.Err(), task.Name() == "")
				return "x", err
			}))
			w.print("outside ", v, err)
			return err
		},
		frame: func(w *world) func(task *edo.Task) (bool, error) {
			f := edo.AsyncStep[string](asyncScripted{w})
			return func(task *edo.Task) (bool, error) {
				done, v, err := edo.AwaitStep(task, f)
				if done {
					w.print("outside ", v, err)
				}
				return done, err
			}
		},
	},
}

// asyncScripted is the frame of a function inside another one.
type asyncScripted struct{ w *world }

func (f *asyncScripted) Poll(task *edo.Task) (bool, string, error) {
	done, _, err := edo.AwaitStep(task, f.w.gate)
	if done {
		f.w.print("inside ", err, task.Err(), task.Name() == "")
	}
	return done, "x", err
}
func (*asyncScripted) FunctionName() string { return "asyncScripted" }

func TestAFrameIsSeenToDoWhatItsFunctionDoes(t *testing.T) {
	for _, s := range scripts {
		t.Run(s.name, func(t *testing.T) {
			for seed := range uint64(8) {
				for _, what := range []string{"", "open", "abort", "report", "report abort", "report report open", "abort open", "open abort", "abort report sleep open"} {
					for after := range 5 {
						want, got := play(s, false, seed, after, what), play(s, true, seed, after, what)
						if got != want {
							t.Fatalf("seed %d, %q after %d turns: the frame gives\n%s\n\nthe function\n%s", seed, what, after, got, want)
						}
					}
				}
			}
		})
	}
}
