package supervise_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/supervise"
)

// askedError is an error of a program that does something when it is asked what it is.
type askedError struct{ do func() }

func (askedError) Error() string     { return "asked" }
func (e askedError) Is(error) bool   { e.do(); return false }
func (e askedError) Unwrap() []error { return nil }

// A supervisor asks the error of a child what it is. The methods of an error are the program's: they may call the
// supervisor, and what does not return there is a failure of the child.
func TestAnErrorThatIsAskedWhatItIsMayDoAnything(t *testing.T) {
	inLab(t, func(l *lab) {
		for name, do := range map[string]func(){
			"calls":  func() { l.sup.Children() },
			"panics": func() { panic(errBoom) },
			"exits":  runtime.Goexit,
		} {
			failure := askedError{do}
			l.begin(one(9, five), l.spec("a"), l.spec("b"))
			l.die("a", failure)
			kids := l.sup.Children()
			if l.list() != "a=running b=running" || kids[0].Restarts != 1 || !strings.HasPrefix(fmt.Sprint(kids[0].Err), "asked") {
				t.Errorf("%s: %s, %+v", name, l.list(), kids[0])
			}
			l.sup.Add(l.task, supervise.Spec{Name: "c", Start: supervise.FuncReady(func(task *edo.Task, ready func()) error {
				ready()
				task.Cancelled()
				return failure
			})})
			if err := l.sup.Stop(l.task, "c"); err != nil {
				t.Errorf("%s: Stop: %v", name, err)
			}
			if c := l.sup.Children()[2]; c.Err == nil { // it wraps nothing, and so no cancellation
				t.Errorf("%s: no failure: %+v", name, c)
			}
			l.sup.Shutdown()
			l.h.Await(l.task)
		}
	})
}

// OnError that exits its goroutine ends the supervisor. Whatever was on its way has an answer, and no child goes on.
func TestAnOnErrorThatExitsEndsTheSupervisorAndAnswersAllCalls(t *testing.T) {
	for seed := range uint64(20) {
		sup := must(t, supervise.Config{Intensity: 5})
		err := sim.Run(seed, func(task *edo.Task) error {
			h := sup.Go(task)
			bad := supervise.FuncReady(func(task *edo.Task, ready func()) error { ready(); task.Cancelled(); return errBoom })
			for _, name := range []string{"a", "b"} {
				if err := sup.Add(task, supervise.Spec{Name: name, Start: bad}); err != nil {
					return err
				}
			}
			for range 3 {
				edo.Go(task, func(task *edo.Task) error { sup.Stop(task, "a"); return nil })
			}
			sup.Stop(task, "a")
			if _, err := h.Await(task); err == nil || !strings.Contains(err.Error(), "Goexit") {
				t.Errorf("seed %d: got %v", seed, err)
			}
			if err := sup.Stop(task, "b"); !errors.Is(err, supervise.ErrNotRunning) {
				t.Errorf("seed %d: Stop afterwards: %v", seed, err)
			}
			return nil
		}, sim.WithConfig(sim.Config{Runtime: edo.Config{OnError: func(error) { runtime.Goexit() }}}))
		if err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

func TestTheZeroSupervisorIsThatOfTheZeroConfig(t *testing.T) {
	inLab(t, func(l *lab) {
		l.sup = new(supervise.Supervisor)
		l.sup.Shutdown()
		if err := l.sup.Remove("a"); err != supervise.ErrNotRunning || len(l.sup.Children()) != 0 {
			t.Errorf("before: %v", err)
		}
		gate := &lock.Notify{}
		for range 2 {
			l.h = l.sup.Go(l.task)
			l.sup.Add(l.task, l.stuck("a", gate))
			l.sup.Shutdown()
			_, err := l.h.Await(l.task)
			requireOverdue(t, err, "a")
			gate.NotifyOne()
			l.settle()
		}
	})
}

func TestValuesOfErrorsThatAProgramMakesHaveATextToo(t *testing.T) {
	many := &supervise.Error{Supervisor: "app"}
	for i := range 1000 {
		many.Overdue = append(many.Overdue, &supervise.OverdueError{Child: fmt.Sprint(i), After: time.Second, State: "running"})
	}
	text := "supervise: app: 0 has not ended within 1s: it is running: 1 has not ended within 1s: it is running: " +
		"2 has not ended within 1s: it is running: 3 has not ended within 1s: it is running: nor have 996 more children ended in time"
	for want, got := range map[string]fmt.Stringer{
		"a: <nil>":           supervise.Failure{Child: "a", Started: true},
		"a, starting: <nil>": supervise.Failure{Child: "a"},
		text:                 errorText{many},
	} {
		if got.String() != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

type errorText struct{ error }

func (e errorText) String() string { return e.Error() }
