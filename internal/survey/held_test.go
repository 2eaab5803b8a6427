package survey_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/held"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// latch is a lock that knows which task holds it, as the locks of edo do.
type latch struct {
	kind string // "": a latch

	mu     sync.Mutex // guards the following
	holder *sched.Task
	at     uintptr
	line   []edo.Waker
}

// latchWait is a wait for a latch.
type latchWait struct{ l *latch }

func (w *latchWait) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(w) {
		return edo.Unit{}, edo.Pending, nil
	}
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	if w.l.holder != nil {
		w.l.line = append(w.l.line, cx.Waker())
		return edo.Unit{}, edo.Pending, nil
	}
	w.l.holder = (*sched.Context)(cx).Root()
	return edo.Unit{}, edo.Ready, nil
}

func (w *latchWait) Waits(*edo.Context) edo.Wait {
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	on := "test: latch"
	if w.l.kind != "" {
		on = "test: " + w.l.kind
	}
	h := &held.Held{Of: held.RefTo(w.l), As: held.HeldBy}
	if w.l.holder != nil {
		h.By = []held.Holder{{Task: held.RefTo(w.l.holder), At: w.l.at}}
	}
	wait := edo.Wait{On: on + ", to write", By: []string{"the key"}}
	wait.SetHeld(h)
	return wait
}

// Take waits for l. The place of the call is where l was taken.
func (l *latch) Take(task *edo.Task) error {
	_, err := edo.Await(task, &latchWait{l})
	if err == nil {
		l.mu.Lock()
		l.at = origin.Here(1)
		l.mu.Unlock()
	}
	return err
}

// Release wakes all waiters, which try again.
func (l *latch) Release() {
	l.mu.Lock()
	line := l.line
	l.holder, l.at, l.line = nil, 0, nil
	l.mu.Unlock()
	for _, w := range line {
		w.Wake()
	}
}

// withoutLines returns text without the line numbers of source files.
func withoutLines(text string) string {
	return regexp.MustCompile(`_test\.go:\d+`).ReplaceAllString(text, "_test.go:N")
}

func RequireText(t *testing.T, got, want string) {
	t.Helper()
	if got = withoutLines(got); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestReportNamesTheHolderAndNumbersWhatIsWaitedFor(t *testing.T) {
	for _, c := range []struct {
		trace bool
		want  string
	}{
		{false, `owner
  waits for gate: shut, from the task that opens it
2 × second: test: latch #1, to write, held by owner (taken at held_test.go:N), from the key
third
  waits for test: latch #2, to write, held by owner (taken at held_test.go:N), from the key
tasks that have never waited are not in the list: Config.Trace adds them
`},
		{true, `#2 owner, spawned at held_test.go:N by #1, which has ended
  waits for gate: shut, from the task that opens it
#3 second, spawned at held_test.go:N by #1, which has ended
  waits for test: latch #1, to write, held by #2 owner (taken at held_test.go:N), from the key
#4 second, spawned at held_test.go:N by #1, which has ended
  waits for test: latch #1, to write, held by #2 owner (taken at held_test.go:N), from the key
#5 third, spawned at held_test.go:N by #1, which has ended
  waits for test: latch #2, to write, held by #2 owner (taken at held_test.go:N), from the key
`},
	} {
		var a, b latch
		g := &tasktest.Gate{Name: "shut"}
		s := snapshotOf(t, edo.Config{Trace: c.trace}, func(task *edo.Task) error {
			took := make(chan struct{}, 1)
			edo.Go(task, func(task *edo.Task) error {
				a.Take(task)
				b.Take(task)
				took <- struct{}{}
				_, err := edo.Await(task, g)
				a.Release()
				b.Release()
				return err
			}, edo.Name("owner"))
			for len(took) == 0 {
				edo.Yield(task)
			}
			for _, of := range []struct {
				name string
				l    *latch
			}{{"second", &a}, {"second", &a}, {"third", &b}} {
				edo.Go(task, func(task *edo.Task) error {
					defer of.l.Release()
					return of.l.Take(task)
				}, edo.Name(of.name))
			}
			return nil
		}, g.Open)
		got := withoutLines(s.String())
		want := strings.Replace(c.want, "tasks that have never waited are not in the list: Config.Trace adds them\n", "", 1)
		if !c.trace { // the tasks are in no order
			for _, line := range strings.SplitAfter(strings.NewReplacer("#2", "#1").Replace(want), "\n") {
				if !strings.Contains(strings.ReplaceAll(got, "#2", "#1"), line) {
					t.Errorf("no %q in\n%s", line, got)
				}
			}
			numbers := map[string]int{}
			for _, i := range s.Tasks {
				numbers[i.Name] = i.Waits[0].Number
			}
			if numbers["second"]+numbers["third"] != 3 || numbers["owner"] != 0 {
				t.Errorf("the numbers are %v", numbers)
			}
			continue
		}
		if got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func TestHolderThatHasEndedIsNamedAndIsNoCycle(t *testing.T) {
	l := latch{kind: "lock"}
	err := sim.Run(1, func(task *edo.Task) error {
		if _, err := edo.Go(task, func(task *edo.Task) error { return l.Take(task) }, edo.Name("careless")).Await(task); err != nil {
			return err
		}
		edo.Go(task, func(task *edo.Task) error { return l.Take(task) }, edo.Name("waiting"))
		return nil
	})
	var stall *edo.StallError
	if !errors.As(err, &stall) || stall.Snapshot.Cycles != nil {
		t.Fatalf("got %v", err)
	}
	RequireText(t, stall.Error(), `edo: nothing can happen any more, and these tasks wait:
waiting
  waits for test: lock #1, to write, held by careless, which has ended (taken at held_test.go:N), from the key`)
}

// crowd is a leaf that notes the tasks that wait for it: these can end the waits for a room.
type crowd struct{ tasks []held.Holder }

func (c *crowd) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if cx.Proceed(nil) {
		c.tasks = append(c.tasks, held.Holder{Task: held.RefTo((*sched.Context)(cx).Root())})
	}
	return 0, edo.Pending, nil
}

// room is a leaf whose waits the tasks of a crowd can end.
type room struct {
	crowd *crowd
	as    held.As
	more  bool
}

func (r room) Poll(cx *edo.Context) (int, edo.Poll, error) {
	cx.Proceed(r)
	return 0, edo.Pending, nil
}

func (r room) Waits(*edo.Context) edo.Wait {
	w := edo.Wait{On: "test: room", By: []string{"one of them"}}
	w.SetHeld(&held.Held{By: r.crowd.tasks, As: r.as, More: r.more})
	return w
}

func TestReportNamesAtMostFourHolders(t *testing.T) {
	var few, many crowd
	err := sim.Run(1, func(task *edo.Task) error {
		for range 7 {
			edo.Spawn(task, &many, edo.Name("it"))
		}
		for range 2 {
			edo.Spawn(task, &few, edo.Name("they"))
		}
		timer.Sleep(task, time.Second)
		edo.Spawn(task, room{&many, held.HeldBy, false}, edo.Name("many"))
		edo.Spawn(task, room{&few, held.HeldBy, true}, edo.Name("few, and more"))
		edo.Spawn(task, room{&few, held.From, false}, edo.Name("from"))
		edo.Spawn(task, room{&few, held.Named, false}, edo.Name("named"))
		return nil
	})
	for _, want := range []string{
		"many\n  waits for test: room, held by it, it, it, it, and 3 more, from one of them\n",
		"few, and more\n  waits for test: room, held by they, they, and others, from one of them\n",
		"from\n  waits for test: room, from one of them, they, they\n",
		"named\n  waits for test: room, from one of them\n",
	} {
		if !strings.Contains(fmt.Sprintln(err), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
}
