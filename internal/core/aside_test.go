package core_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/timer"
)

// keep is a function that was not compiled: it waits, and what it returns waits with the Task too.
func keep(task *edo.Task, w *world) func(what string) error {
	w.print("kept ", edo.Yield(task))
	return func(what string) error {
		_, err := edo.Await(task, w.gate)
		w.print(what, " ", err, task.Err())
		return err
	}
}

func init() { scripts = append(scripts, asideScripts...) }

// asideScripts are functions that call what has kept their Task.
var asideScripts = []script{
	{
		name: "a wait that the compiler does not see",
		direct: func(task *edo.Task, w *world) error {
			wait := keep(task, w)
			err := wait("first")
			_, err2 := edo.Await(task, w.gate)
			return errors.Join(err, err2, edo.Yield(task), wait("second"))
		},
		frame: func(w *world) func(task *edo.Task) (bool, error) {
			var st edo.Step
			var wait func(string) error
			var first, second, third error
			state := 0
			return func(task *edo.Task) (done bool, _ error) {
				switch state {
				case 0:
					if done = edo.BorrowStep(task, &st, func(task *edo.Task) { wait = keep(task, w) }); !done {
						return false, nil
					}
					first = wait("first")
					state = 1
					fallthrough
				case 1:
					if done, _, second = edo.AwaitStep(task, w.gate); !done {
						return false, nil
					}
					state = 2
					fallthrough
				default:
					if done, third = edo.YieldStep(task); !done {
						return false, nil
					}
				}
				return true, errors.Join(first, second, third, wait("second"))
			}
		},
	},
	{
		name: "a borrowed call after the Task was kept",
		direct: func(task *edo.Task, w *world) error {
			keep(task, w)
			err := edo.Yield(task)
			wait := keep(task, w)
			return errors.Join(err, wait("wait"), timer.Sleep(task, 10))
		},
		frame: func(w *world) func(task *edo.Task) (bool, error) {
			var st edo.Step
			var wait func(string) error
			var err error
			state := 0
			return func(task *edo.Task) (done bool, _ error) {
				if state == 0 {
					if !edo.BorrowStep(task, &st, func(task *edo.Task) { keep(task, w) }) {
						return false, nil
					}
					state = 1
				}
				if state == 1 {
					if done, err = edo.YieldStep(task); !done {
						return false, nil
					}
					state = 2
				}
				if state == 2 {
					if !edo.LendStep(task, &st, func(task *edo.Task) { wait = keep(task, w) }) {
						return false, nil
					}
					err = errors.Join(err, wait("wait"))
					state = 3
				}
				var slept error
				if done = edo.BorrowStep(task, &st, func(task *edo.Task) { slept = timer.Sleep(task, 10) }); !done {
					return false, nil
				}
				return true, errors.Join(err, slept)
			}
		},
	},
	{
		name: "a call that panics when it has kept the Task",
		direct: func(task *edo.Task, w *world) error {
			var wait func(string) error
			func() {
				defer func() { w.print("recovered ", recover(), wait("in the deferred call")) }()
				wait = keep(task, w)
				panic("on purpose")
			}()
			return wait("behind")
		},
		frame: func(w *world) func(task *edo.Task) (bool, error) {
			var st edo.Step
			var wait func(string) error
			return func(task *edo.Task) (isOver bool, _ error) {
				func() {
					isOver = true
					hasReturned := false
					defer func() {
						if !hasReturned {
							isOver = true
							w.print("recovered ", recover(), wait("in the deferred call"))
						}
					}()
					isOver = edo.BorrowStep(task, &st, func(task *edo.Task) { wait = keep(task, w); panic("on purpose") })
					hasReturned = true
				}()
				if !isOver {
					return false, nil
				}
				return true, wait("behind")
			}
		},
	},
	{
		name: "an unseen wait that panics",
		direct: func(task *edo.Task, w *world) error {
			wait := keep(task, w)
			wait("wait")
			panic("on purpose")
		},
		frame: func(w *world) func(task *edo.Task) (bool, error) {
			var st edo.Step
			var wait func(string) error
			return func(task *edo.Task) (bool, error) {
				if !edo.BorrowStep(task, &st, func(task *edo.Task) { wait = keep(task, w) }) {
					return false, nil
				}
				wait("wait")
				panic("on purpose")
			}
		},
	},
	{
		name: "an unseen wait in a future in direct style",
		direct: func(task *edo.Task, w *world) error {
			_, err := edo.Await(task, edo.Async(func(task *edo.Task) (string, error) {
				wait := keep(task, w)
				return "", errors.Join(edo.Yield(task), wait("inside"))
			}))
			return err
		},
		frame: func(w *world) func(task *edo.Task) (bool, error) {
			f := edo.AsyncStep[string](asyncKeeping{w: w})
			return func(task *edo.Task) (bool, error) {
				done, _, err := edo.AwaitStep(task, f)
				return done, err
			}
		},
	},
	{
		name: "an unseen wait in a shield",
		direct: func(task *edo.Task, w *world) error {
			wait := keep(task, w)
			err := edo.Shielded(task, func(task *edo.Task) error { return errors.Join(wait("in"), edo.Yield(task)) })
			return errors.Join(err, wait("behind"))
		},
		frame: func(w *world) func(task *edo.Task) (bool, error) {
			var st edo.Step
			var wait func(string) error
			var inside error
			state := 0
			return func(task *edo.Task) (bool, error) {
				if state == 0 {
					if !edo.BorrowStep(task, &st, func(task *edo.Task) { wait = keep(task, w) }) {
						return false, nil
					}
					state = 1
				}
				done, err := edo.ShieldedStep(task, &st, func(task *edo.Task, _ *edo.Step) (bool, error) {
					if state == 1 {
						inside = wait("in")
						state = 2
					}
					done, err := edo.YieldStep(task)
					return done, errors.Join(inside, err)
				})
				if !done {
					return false, nil
				}
				return true, errors.Join(err, wait("behind"))
			}
		},
	},
}

// asyncKeeping is the frame of a function inside another one, which gives its Task away.
type asyncKeeping struct {
	w     *world
	st    edo.Step
	wait  func(string) error
	state int
}

func (f *asyncKeeping) Poll(task *edo.Task) (bool, string, error) {
	if f.state == 0 {
		if !edo.BorrowStep(task, &f.st, func(task *edo.Task) { f.wait = keep(task, f.w) }) {
			return false, "", nil
		}
		f.state = 1
	}
	done, err := edo.YieldStep(task)
	if !done {
		return false, "", nil
	}
	return true, "", errors.Join(err, f.wait("inside"))
}
func (*asyncKeeping) FunctionName() string { return "asyncKeeping" }

// waiting is a future whose poll waits with a Task.
type waiting struct{ task *edo.Task }

func (f *waiting) Poll(*edo.Context) (error, edo.Poll, error) {
	return edo.Yield(f.task), edo.Ready, nil
}

// A future that a frame awaits may not wait with the Task of the frame, as in direct style.
func TestInsideAFutureNothingWaitsWithAKeptTask(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		got, _ := edo.Await(task, &waiting{task})
		var st edo.Step
		var f waiting
		_, err := edo.GoStep(task, scripted{func(task *edo.Task) (bool, error) {
			if !edo.BorrowStep(task, &st, func(task *edo.Task) { f.task = task }) {
				return false, nil
			}
			done, v, err := edo.AwaitStep(task, &f)
			if done && (v == nil || !strings.Contains(v.Error(), "in a poll nothing can wait") || !strings.Contains(got.Error(), "in a poll nothing can wait")) {
				t.Errorf("got %v, in direct style %v", v, got)
			}
			return done, err
		}}, edo.Name("frame")).Await(task)
		return err
	})
}

// A report may be the first to ask a function that nothing has polled.
func TestAReportBeginsAFunctionThatGivesItsTaskAway(t *testing.T) {
	waits := func(task *edo.Task, w *world) (string, error) {
		_, err := edo.Await(task, w.gate)
		return "", err
	}
	w := &world{gate: &tasktest.Gate{Name: "the gate"}}
	want := edotest.Waits(edotest.NewTask(), edo.Async(func(task *edo.Task) (string, error) { return waits(task, w) }))
	task := edotest.NewTask()
	f := edo.AsyncStep[edo.Unit](asyncScript{func(task *edo.Task, st *edo.Step) bool {
		return edo.BorrowStep(task, st, func(task *edo.Task) { waits(task, w) })
	}, edo.Step{}})
	if got := edotest.Waits(task, f); len(want) != 1 || len(got) != 1 || got[0].On != want[0].On {
		t.Errorf("got %v, want %v", got, want)
	}
	w.gate.Open()
	edotest.RequireReady(t, task, f)
}

// asyncScript is a frame that is done when step is.
type asyncScript struct {
	step func(task *edo.Task, st *edo.Step) (done bool)
	st   edo.Step
}

func (f *asyncScript) Poll(task *edo.Task) (bool, edo.Unit, error) {
	return f.step(task, &f.st), edo.Unit{}, nil
}
func (*asyncScript) FunctionName() string { return "asyncScript" }

// Labels that a borrowed call sets are those of its caller, as in direct style.
func TestACallerHasTheLabelsThatABorrowedCallHasSet(t *testing.T) {
	for name, borrow := range map[string]func(*edo.Task, *edo.Step, func(*edo.Task)) bool{"BorrowStep": edo.BorrowStep, "LendStep": edo.LendStep} {
		t.Run(name, func(t *testing.T) {
			tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
				err := edo.Run(func(task *edo.Task) error {
					var st edo.Step
					state := 0
					_, err := edo.GoStep(task, scripted{func(task *edo.Task) (bool, error) {
						if state == 0 {
							if !borrow(task, &st, func(task *edo.Task) { edo.Yield(task); label("17") }) {
								return false, nil
							}
							state = 1
						}
						got := requestLabel()
						if got != "17" {
							t.Errorf("in state %d it has %q", state, got)
						}
						if state == 1 {
							if done, err := edo.YieldStep(task); !done || err != nil {
								return done, err
							}
							state = 2
						}
						return true, nil
					}}).Await(task)
					if got := requestLabel(); got != "" {
						t.Errorf("another task has %q", got)
					}
					return err
				}, opt)
				if err != nil {
					t.Error(err)
				}
			})
		})
	}
}
