package tasktest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver/simulated"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/timer"
)

// An Op is an operation that waits, in direct style and as a step form. Each returns the
// result, which is compared as text, and the error.
type Op struct {
	Name   string
	Direct func(task *edo.Task) (result any, err error)
	Step   func(task *edo.Task, st *edo.Step) (done bool, result any, err error)
}

// OpOf returns the operation that direct and step are the forms of.
func OpOf[T any](name string, direct func(task *edo.Task) (T, error), step func(task *edo.Task, st *edo.Step) (bool, T, error)) Op {
	return Op{
		Name:   name,
		Direct: func(task *edo.Task) (any, error) { return direct(task) },
		Step:   func(task *edo.Task, st *edo.Step) (bool, any, error) { return step(task, st) },
	}
}

// OpOfError is OpOf for an operation that returns an error alone.
func OpOfError(name string, direct func(task *edo.Task) error, step func(task *edo.Task, st *edo.Step) (bool, error)) Op {
	return Op{
		Name:   name,
		Direct: func(task *edo.Task) (any, error) { return nil, direct(task) },
		Step: func(task *edo.Task, st *edo.Step) (bool, any, error) {
			done, err := step(task, st)
			return done, nil, err
		},
	}
}

// WithoutStep makes a step form that needs no [edo.Step] one that gets one.
func WithoutStep[T any](step func(task *edo.Task) (bool, T, error)) func(*edo.Task, *edo.Step) (bool, T, error) {
	return func(task *edo.Task, _ *edo.Step) (bool, T, error) { return step(task) }
}

// ErrorWithoutStep is WithoutStep for an operation that returns an error alone.
func ErrorWithoutStep(step func(task *edo.Task) (bool, error)) func(*edo.Task, *edo.Step) (bool, error) {
	return func(task *edo.Task, _ *edo.Step) (bool, error) { return step(task) }
}

// A World is what the operations of a run work on.
type World struct {
	Ops    []Op     // that tasks call
	Events []func() // that happen at some time, and do not wait
	End    func()   // closes what the run has left, or nil
}

// BothFormsAgree runs random programs, each by tasks in direct style and by tasks that are
// frames, and requires that nothing tells the two runs apart: the order in which the tasks run,
// what each operation returns, the budget after it, the panics, and the reports in between. The
// tasks call operations of the world that build makes, with a budget that is nearly used up at
// times, in a shield or with a time limit, while its events happen, and while tasks are aborted. It requires as well that each
// operation was done at once in some run, has waited in some, and was cancelled in some, unless
// except has it: "Recv cancelled".
func BothFormsAgree(t *testing.T, build func(r *rand.Rand) World, except ...string) {
	t.Helper()
	seeds := uint64(600)
	if testing.Short() || invariant.Enabled {
		seeds = 120
	}
	seen := map[string]bool{}
	var ops []Op
	for seed := range seeds {
		direct := play(seed, false, build, nil)
		frames := play(seed, true, build, seen)
		if !slices.Equal(direct.log, frames.log) {
			at := 0
			for at < min(len(direct.log), len(frames.log)) && direct.log[at] == frames.log[at] {
				at++
			}
			t.Fatalf("seed %d: after\n%s\ndirect style goes on with\n%s\nand frames with\n%s", seed,
				strings.Join(frames.log[max(0, at-12):at], "\n"), tail(direct.log, at), tail(frames.log, at))
		}
		ops = frames.world.Ops
	}
	if seeds < 600 {
		return
	}
	for _, op := range ops {
		for _, what := range []string{" done at once", " waited", " cancelled"} {
			if what := op.Name + what; !seen[what] && !slices.Contains(except, what) {
				t.Errorf("in no run: %s", what)
			}
		}
	}
}

// tail returns some lines of log from at on.
func tail(log []string, at int) string {
	return strings.Join(log[at:min(len(log), at+6)], "\n")
}

// run is one run of a program.
type run struct {
	byFrames bool
	shields  bool // some operations are shielded: few runs, because a stall takes some milliseconds
	r        *rand.Rand
	world    World
	seen     map[string]bool // of frames: what operations have done
	log      []string
	handles  []*edo.JoinHandle[edo.Unit]
}

// play runs the program of a seed.
func play(seed uint64, byFrames bool, build func(r *rand.Rand) World, seen map[string]bool) *run {
	p := &run{byFrames: byFrames, shields: seed%16 == 3, seen: seen, r: rand.New(rand.NewPCG(seed, 1))}
	p.world = build(p.r)
	config := edo.Config{CurrentThread: true, Trace: seed%2 == 0}
	config.OnError = func(err error) { p.logf("OnError: %v", err) }
	config.SetDriver(simulated.New(simulated.Config{
		Seed:  seed,
		Quiet: true, // the order is the subject: a form may take several operations for one
		Trace: func(n, chosen int) { p.logf("chosen: %d of %d", chosen, n) },
	}))
	err := edo.Run(p.main, edo.WithConfig(config))
	p.logf("the end: %v", err)
	if p.world.End != nil {
		p.world.End()
	}
	return p
}

// logf logs what happens.
func (p *run) logf(format string, args ...any) {
	p.log = append(p.log, line.ReplaceAllString(fmt.Sprintf(format, args...), "x.go"))
}

// line is a line number in a report: those of the two forms differ.
var line = regexp.MustCompile(`[a-z_]+\.go:\d+`)

// main spawns the tasks, and disturbs them for a while.
func (p *run) main(task *edo.Task) error {
	for i := range 4 {
		p.spawn(task, fmt.Sprint("task ", i))
	}
	for range 14 {
		p.disturb(task)
	}
	for _, h := range p.handles {
		h.Abort()
	}
	p.report(task)
	for i, h := range p.handles {
		_, err := h.Await(task)
		p.logf("task %d has ended: %v", i, err)
	}
	return nil
}

// spawn spawns a task with a program of its own.
func (p *run) spawn(task *edo.Task, name string) {
	f := opsFrame{p: p, name: name}
	for range 1 + p.r.IntN(6) {
		if p.r.IntN(4) == 0 {
			f.ops = append(f.ops, p.spend(p.r.IntN(3)))
		}
		op := p.world.Ops[p.r.IntN(len(p.world.Ops))]
		switch n := p.r.IntN(8); {
		case p.shields && n < 2:
			op = shielded(op)
		case n == 2:
			op = limited(op)
		}
		f.ops = append(f.ops, op)
	}
	var h *edo.JoinHandle[edo.Unit]
	if p.byFrames {
		h = edo.GoStep(task, f, edo.Name(name))
	} else {
		h = edo.Go(task, f.run, edo.Name(name))
	}
	p.handles = append(p.handles, h)
}

// spend returns an operation that leaves left of the budget.
func (p *run) spend(left int) Op {
	spend := func(task *edo.Task) {
		if cx := inside.Task(task).Cx; cx.Budget() > left {
			cx.SetBudget(left)
		}
	}
	return Op{
		Direct: func(task *edo.Task) (any, error) { spend(task); return nil, nil },
		Step:   func(task *edo.Task, _ *edo.Step) (bool, any, error) { spend(task); return true, nil, nil },
	}
}

// shielded is op in a section that ignores cancellation.
func shielded(op Op) Op {
	return Op{
		Name: "shielded " + op.Name,
		Direct: func(task *edo.Task) (result any, err error) {
			err = edo.Shielded(task, func(task *edo.Task) (err error) {
				result, err = op.Direct(task)
				return err
			})
			return result, err
		},
		Step: func(task *edo.Task, st *edo.Step) (done bool, result any, err error) {
			done, err = edo.ShieldedStep(task, st, func(task *edo.Task, st *edo.Step) (done bool, err error) {
				done, result, err = op.Step(task, st)
				return done, err
			})
			return done, result, err
		},
	}
}

// limited is op with a time limit: when that is up op is cancelled, and the task goes on.
func limited(op Op) Op {
	return Op{
		Name: "limited " + op.Name,
		Direct: func(task *edo.Task) (any, error) {
			return timer.Timeout(task, time.Millisecond, op.Direct)
		},
		Step: func(task *edo.Task, st *edo.Step) (bool, any, error) {
			return timer.TimeoutStep(task, st, time.Millisecond, op.Step)
		},
	}
}

// disturb does one thing, or waits.
func (p *run) disturb(task *edo.Task) {
	switch n := p.r.IntN(10); {
	case n < 3:
		for range 1 + p.r.IntN(4) {
			edo.Yield(task)
		}
	case n < 5 && len(p.world.Events) != 0:
		i := p.r.IntN(len(p.world.Events))
		p.logf("event %d", i)
		p.world.Events[i]()
	case n < 6:
		i := p.r.IntN(len(p.handles))
		p.logf("abort of task %d", i)
		p.handles[i].Abort()
	case n < 8:
		p.report(task)
	default:
		edo.Await(task, &pause{d: time.Duration(p.r.IntN(4)) * time.Millisecond})
	}
}

// report logs what a report says.
func (p *run) report(task *edo.Task) {
	for _, one := range task.Runtime().Snapshot().Tasks {
		one.Spawned = ""
		p.logf("report: %+v", one)
	}
}

// opsFrame is a task that calls operations. Their errors and panics are results: it goes on.
type opsFrame struct {
	p       *run
	name    string
	ops     []Op
	at      int
	isBegun bool // ops[at] has waited
	st      edo.Step
}

// run is the task in direct style.
func (f *opsFrame) run(task *edo.Task) error {
	for ; f.at < len(f.ops); f.at++ {
		f.call(task)
	}
	return nil
}

// call does the operation whose turn it is.
func (f *opsFrame) call(task *edo.Task) {
	defer f.logPanic(task)
	result, err := f.ops[f.at].Direct(task)
	f.logEnd(task, result, err)
}

// Poll is the task as a frame.
func (f *opsFrame) Poll(task *edo.Task) (done bool, err error) {
	for ; f.at < len(f.ops); f.at++ {
		if !f.step(task) {
			return false, nil
		}
		f.isBegun = false
		if f.st != (edo.Step{}) {
			f.p.logf("%s: the step of %s keeps its state", f.name, f.ops[f.at].Name)
		}
	}
	return true, nil
}

// step does a step of the operation whose turn it is.
func (f *opsFrame) step(task *edo.Task) (done bool) {
	done = true
	defer f.logPanic(task)
	op := f.ops[f.at]
	isOver, result, err := op.Step(task, &f.st)
	if !isOver {
		f.isBegun = true
		f.p.seen[op.Name+" waited"] = true
		return false
	}
	if !f.isBegun {
		f.p.seen[op.Name+" done at once"] = true
	} else if errors.Is(err, edo.ErrCancelled) {
		f.p.seen[op.Name+" cancelled"] = true
	}
	f.logEnd(task, result, err)
	return true
}

// logPanic logs and recovers the panic of an operation, if there is one. It is deferred.
func (f *opsFrame) logPanic(task *edo.Task) {
	if value := recover(); value != nil {
		f.logEnd(task, fmt.Sprint("panic: ", value), nil)
	}
}

// logEnd logs the end of an operation.
func (f *opsFrame) logEnd(task *edo.Task, result any, err error) {
	f.p.logf("%s: %d %s: %v, %v; budget %d", f.name, f.at, f.ops[f.at].Name, result, err, inside.Task(task).Cx.Budget())
}

// FunctionName returns a name.
func (f *opsFrame) FunctionName() string { return "tasktest.ops" }

// pause is a future that is ready after d.
type pause struct {
	d     time.Duration
	timer sched.Timer
	at    int64
}

// Poll is ready when the time is up.
func (w *pause) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(w) {
		return edo.Unit{}, edo.Pending, nil
	}
	in := (*sched.Context)(cx)
	if w.at == 0 {
		w.at = sched.After(in.Now(), w.d)
	}
	if w.at <= in.Now() {
		return edo.Unit{}, edo.Ready, nil
	}
	in.Arm(&w.timer, w.at)
	return edo.Unit{}, edo.Pending, nil
}

// Waits says so.
func (w *pause) Waits(*edo.Context) edo.Wait { return edo.Wait{On: "tasktest: a pause"} }
