package supervise_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/supervise"
)

var (
	errNoLuck = errors.New("no luck")
	errBoom   = errors.New("boom")
)

// seedsOr returns how many seeds a test tries: n, or what EDO_SEEDS says.
func seedsOr(n int) int {
	if text := os.Getenv("EDO_SEEDS"); text != "" {
		if more, err := strconv.Atoi(text); err == nil && more > 0 {
			return more
		}
	}
	if testing.Short() || invariant.Enabled {
		return n / 4
	}
	return n
}

// quiet keeps expected failures out of the log.
var quiet = edo.Config{OnError: func(error) {}}

// stage plays a script on a supervisor, in the simulator, and on the model.
type stage struct {
	r        *rand.Rand
	s        *sim.Sim
	rt       *edo.Runtime
	sup      *supervise.Supervisor
	m        *model
	plain    map[string]bool
	outcomes map[string][]string
	orders   map[string]*mpsc.Sender[string] // to the runs
	log      []string
	answers  map[int]string
	calls    int
	result   error
	hasEnded bool
	release  func()
	alive    map[string]int
	err      error
}

// child is a child that does what it is told.
func (st *stage) child(name string) supervise.Start {
	run := func(task *edo.Task, ready func()) error {
		if st.alive[name]++; st.alive[name] > 1 {
			st.err = errors.Join(st.err, fmt.Errorf("%s runs twice", name))
		}
		defer func() { st.alive[name]-- }()
		if all := st.outcomes[name]; ready != nil && len(all) > 0 {
			st.outcomes[name] = all[1:]
			switch all[0] {
			case "fail":
				return errNoLuck
			case "ignore":
				return supervise.ErrIgnore
			}
		}
		tx, rx := mpsc.New[string](1)
		defer rx.Drop()
		defer tx.Drop()
		st.orders[name] = tx
		if ready != nil {
			ready()
		}
		order, err := rx.Recv(task)
		switch {
		case err != nil:
			return err
		case order == "fail":
			return errBoom
		case order == "panic":
			panic("on purpose")
		case order == "stop":
			return fmt.Errorf("no more work: %w", supervise.ErrStop)
		}
		return nil
	}
	switch {
	case !st.plain[name] && st.r.IntN(2) == 0:
		return supervise.FutureReady(func(ready func()) edo.Future[edo.Unit] {
			return edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, run(task, ready) })
		})
	case !st.plain[name]:
		return supervise.FuncReady(run)
	case st.r.IntN(2) == 0:
		return supervise.Future(func() edo.Future[edo.Unit] {
			return edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, run(task, nil) })
		})
	}
	return supervise.Func(func(task *edo.Task) error { return run(task, nil) })
}

// newSpec returns a random child.
func (st *stage) newSpec(name string, c *supervise.Config) supervise.Spec {
	if _, known := st.plain[name]; !known {
		st.plain[name] = st.r.IntN(3) == 0
	}
	spec := supervise.Spec{Name: name, Start: st.child(name), Restart: supervise.Restart(st.r.IntN(3))}
	if c.AutoShutdown != supervise.Never && spec.Restart != supervise.Permanent {
		spec.Significant = st.r.IntN(2) == 0
	}
	return spec
}

// outcome makes a start of the child fail, later.
func (st *stage) outcome(name string) {
	what := []string{"ok", "fail", "fail", "ignore"}[st.r.IntN(4)]
	st.outcomes[name] = append(st.outcomes[name], what)
	st.m.outcomes[name] = append(st.m.outcomes[name], what)
}

func newStage(seed uint64) *stage {
	st := &stage{
		r: rand.New(rand.NewPCG(seed, 7)), plain: map[string]bool{}, outcomes: map[string][]string{},
		orders: map[string]*mpsc.Sender[string]{}, answers: map[int]string{}, alive: map[string]int{},
	}
	c := supervise.Config{
		Strategy:     supervise.Strategy(st.r.IntN(4)),
		AutoShutdown: supervise.AutoShutdown(st.r.IntN(3)),
		Intensity:    1 + st.r.IntN(6),
		Period:       time.Duration(1+st.r.IntN(10)) * time.Second,
		Revive:       st.r.IntN(2) == 0,
	}
	if st.r.IntN(2) == 0 {
		c.Backoff = supervise.Backoff{Initial: 500 * time.Millisecond, Max: 3 * time.Second, Reset: 4 * time.Second}
	}
	st.m = &model{answers: map[int]string{}, outcomes: map[string][]string{}}
	for i := range st.r.IntN(5) {
		name := string(rune('a' + i))
		spec := st.newSpec(name, &c)
		c.Children = append(c.Children, spec)
		st.m.kids = append(st.m.kids, &modelKid{spec: spec, plain: st.plain[name], state: "waiting", origin: "first"})
		if st.r.IntN(12) == 0 {
			st.outcome(name)
		}
	}
	st.m.config = c
	sup, err := supervise.New(c)
	if err != nil {
		panic(err)
	}
	st.sup = sup
	return st
}

// begin starts the supervisor and the model.
func (st *stage) begin(seed uint64) {
	st.s = sim.New(sim.Config{Seed: seed, HoldClock: true, Runtime: quiet})
	events := st.sup.Events()
	release := &lock.Notify{}
	st.release = release.NotifyOne
	st.s.Start(func(task *edo.Task) error {
		st.rt = task.Runtime()
		edo.Go(task, func(task *edo.Task) error {
			for e, err := range stream.All(task, events) {
				if err != nil {
					return err
				}
				text, _, _ := strings.Cut(e.String(), ":")
				st.log = append(st.log, text)
			}
			return nil
		}, edo.Owns(events))
		st.result = st.sup.Run(task)
		st.hasEnded = true
		return release.Wait(task) // calls are answered afterwards too
	})
	st.s.RunUntilIdle()
	st.m.boot()
}

// call makes a call of the supervisor in a task of its own.
func (st *stage) call(fn func(task *edo.Task) error) (n int) {
	st.calls++
	n = st.calls
	edo.Go(st.rt, func(task *edo.Task) error {
		st.answers[n] = fmt.Sprint(fn(task))
		return nil
	})
	return n
}

// step does one thing.
func (st *stage) step() {
	names := []string{"a", "b", "c", "d", "e", "f"}
	name := names[st.r.IntN(len(names))]
	switch k := st.m.find(name); st.r.IntN(13) {
	default:
		if k == nil || k.state != "up" {
			return
		}
		order := []string{"fail", "fail", "panic", "end", "stop"}[st.r.IntN(5)]
		st.orders[name].TrySend(order)
		st.m.ends(k, order == "fail" || order == "panic")
	case 0:
		spec := st.newSpec(name, &st.m.config)
		st.m.add(st.call(func(task *edo.Task) error { return st.sup.Add(task, spec) }), spec, st.plain[name])
	case 1, 2:
		st.m.stop(st.call(func(task *edo.Task) error { return st.sup.Stop(task, name) }), name)
	case 3, 4:
		st.m.again(st.call(func(task *edo.Task) error { return st.sup.Restart(task, name) }), name)
	case 5:
		st.m.drop(st.call(func(*edo.Task) error { return st.sup.Remove(name) }), name)
	case 6, 7:
		d := time.Duration(1+st.r.IntN(40)) * 100 * time.Millisecond
		st.s.RunUntilIdle()
		st.s.Advance(d)
		st.m.advance(d)
	case 8:
		st.outcome(name)
	}
	st.s.RunUntilIdle()
	st.s.Advance(time.Millisecond) // no two delays end at the same time
	st.m.advance(time.Millisecond)
}

// sorted puts the ends of children that are stopped together into one order.
func sorted(log []string, s supervise.Strategy) []string {
	log = slices.Clone(log)
	if s != supervise.Dynamic {
		return log
	}
	for i := 0; i < len(log); {
		k := i + 1
		for strings.HasSuffix(log[i], " stopped") && k < len(log) && strings.HasSuffix(log[k], " stopped") {
			k++
		}
		slices.Sort(log[i:k])
		i = k
	}
	return log
}

// compare returns what differs between the supervisor and the model.
func (st *stage) compare() error {
	got, want := sorted(st.log, st.m.config.Strategy), sorted(st.m.log, st.m.config.Strategy)
	if !slices.Equal(got, want) {
		return fmt.Errorf("%v: events\n%s\nwant\n%s", st.m.config.Strategy, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !maps.Equal(st.answers, st.m.answers) {
		return fmt.Errorf("answers %v, want %v; events\n%s", st.answers, st.m.answers, strings.Join(got, "\n"))
	}
	if st.hasEnded != (st.m.end != "") {
		return fmt.Errorf("it has ended: %v, want %q", st.hasEnded, st.m.end)
	}
	var states, wanted []string
	for _, c := range st.sup.Children() {
		states = append(states, c.Name+" "+c.State.String())
		if (c.State == supervise.IsRunning) != (st.alive[c.Name] == 1) {
			return fmt.Errorf("%s is %v, and %d run", c.Name, c.State, st.alive[c.Name])
		}
	}
	for _, k := range st.m.kids {
		wanted = append(wanted, k.spec.Name+" "+map[string]string{"up": "running", "down": "stopped", "waiting": "waiting"}[k.state])
	}
	if !slices.Equal(states, wanted) {
		return fmt.Errorf("children %v, want %v", states, wanted)
	}
	return st.err
}

// checkResult compares the reason of the end.
func (st *stage) checkResult() error {
	want := map[string]error{
		"start": supervise.ErrStart, "intensity": supervise.ErrIntensity,
		"significant": supervise.ErrSignificant, "done": nil, "asked": nil,
	}[st.m.end]
	if !errors.Is(st.result, want) && !(want == nil && st.result == nil) {
		return fmt.Errorf("the supervisor has ended with %v, want %v", st.result, want)
	}
	var e *supervise.Error
	if want != nil && (!errors.As(st.result, &e) || len(e.Failures) == 0) {
		return fmt.Errorf("the error %v has no failures", st.result)
	}
	return nil
}

// Random scripts of crashes, ends, failed starts, calls and pauses do to a supervisor what they do
// to the model, event by event, and every call gets the same answer.
func TestSupervisorAgainstTheModel(t *testing.T) {
	seen, n := map[string]int{}, seedsOr(4000)
	sim.Explore(t, n, func(seed uint64) error {
		st := newStage(seed)
		st.begin(seed)
		err := st.compare()
		for i := 0; i < 30 && err == nil; i++ {
			st.step()
			if err = st.compare(); err != nil {
				err = fmt.Errorf("step %d: %w", i, err)
			}
		}
		if st.m.end == "" {
			st.m.stopAll("asked")
			st.sup.Shutdown()
			st.s.RunUntilIdle()
			if err == nil {
				err = st.compare()
			}
		}
		seen[fmt.Sprint(st.m.config.Strategy, " ", st.m.end)]++
		st.release()
		if err2 := st.s.Wait(); err == nil && err2 != nil {
			err = err2
		}
		if err == nil {
			err = st.checkResult()
		}
		return err
	})
	if os.Getenv(sim.SeedVariable) == "" && n >= 1000 { // fewer scripts may not have them all
		for _, s := range []supervise.Strategy{supervise.OneForOne, supervise.OneForAll, supervise.RestForOne, supervise.Dynamic} {
			for _, end := range []string{"start", "intensity", "significant", "done", "asked"} {
				if seen[fmt.Sprint(s, " ", end)] == 0 {
					t.Errorf("no script has ended so: %v, %s", s, end)
				}
			}
		}
	}
}
