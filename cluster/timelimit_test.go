package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/timer"
)

// deadlineOf returns that of a task; the zero Time: it has none.
func deadlineOf(task *edo.Task) time.Time {
	at, _ := task.Context().Deadline()
	return at
}

// deadlineFrame is the frame of a function that returns the deadline of its task.
type deadlineFrame struct{ hasYielded bool }

func (f *deadlineFrame) Poll(task *edo.Task) (done bool, at time.Time, err error) {
	if !f.hasYielded {
		f.hasYielded = true
		if done, err := edo.YieldStep(task); !done || err != nil {
			return done, at, err
		}
	}
	return true, deadlineOf(task), nil
}

func (*deadlineFrame) FunctionName() string { return "cluster_test.deadlineFrame" }

// The limit is so long, and the bounds are so wide, that no machine is too slow.
func TestTheTimeLimitOfTheCallerIsTheDeadlineOfTheFunction(t *testing.T) {
	type function = *cluster.Func[int, time.Time]
	direct := cluster.NewFunc[int, time.Time]("direct", cluster.FuncConfig{})
	stored := cluster.NewFunc[int, time.Time]("stored", cluster.FuncConfig{Stored: true})
	step := cluster.NewFunc[int, time.Time]("step", cluster.FuncConfig{})
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		// It calls itself so often: what it calls has the same limit.
		offer := func(f function) cluster.Offered {
			return cluster.Offer(f, func(task *edo.Task, times int) (time.Time, error) {
				if times > 0 {
					return cluster.Call(task, conn, f, times-1)
				}
				return deadlineOf(task), nil
			})
		}
		steps := cluster.OfferStep(step, func(int) deadlineFrame { return deadlineFrame{} })
		offers := []cluster.Offered{offer(direct), offer(stored), steps}
		return served(task, conn, 4, offers, func(*cluster.Member) error {
			for _, f := range []function{direct, stored, step} {
				if at, err := cluster.Call(task, conn, f, 1); !at.IsZero() || err != nil {
					t.Errorf("%s without a limit has the deadline %v, %v", f.Name(), at, err)
				}
				_, err := timer.Timeout(task, time.Hour, func(task *edo.Task) (edo.Unit, error) {
					at, err := cluster.Call(task, conn, f, 1)
					if off := at.Sub(deadlineOf(task)).Abs(); off > time.Minute {
						t.Errorf("%s has the deadline %v, %v off that of its caller", f.Name(), at, off)
					}
					return edo.Unit{}, err
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
	})
}

var errHalfDone = errors.New("it is half done")

// stands returns after the deadline of its task, without a wait that would end it.
func stands(task *edo.Task, err error) (int, error) {
	for at := deadlineOf(task); !time.Now().After(at); {
	}
	return 0, err
}

func TestTheErrorOfATimeLimitSaysSoAndWhatTheFunctionSays(t *testing.T) {
	w := newWaiting("waits", cluster.FuncConfig{}, 1, 1)
	computes := cluster.NewFunc[string, int]("computes", cluster.FuncConfig{})
	future := cluster.NewFunc[string, int]("future", cluster.FuncConfig{})
	offers := []cluster.Offered{
		w.offer(),
		cluster.Offer(computes, func(task *edo.Task, what string) (int, error) {
			if what == "" {
				return stands(task, nil)
			}
			return stands(task, fmt.Errorf("a %s: %w", what, errHalfDone))
		}),
		cluster.OfferFuture(future, func(string) edo.Future[int] { return never{} }),
	}
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		return served(task, conn, 4, offers, func(*cluster.Member) error {
			for _, c := range []struct {
				f      *cluster.Func[string, int]
				arg    string
				suffix string
			}{{w.f, "a", ""}, {computes, "", ""}, {computes, "job", ": a job: it is half done"}, {future, "", ""}} {
				var h *edo.JoinHandle[int]
				timer.Timeout(task, 30*time.Millisecond, func(task *edo.Task) (edo.Unit, error) {
					h = cluster.Spawn(task, conn, c.f, c.arg)
					return edo.Unit{}, nil
				})
				_, err := h.Await(task)
				e, ok := errors.AsType[*cluster.RemoteError](err)
				if !ok || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s is %v", c.f.Name(), err)
					continue
				}
				want := `^its time limit (has passed, [0-9.]+(ms|µs|ns) after the call had come|had passed when the call came)` + c.suffix + `$`
				if !regexp.MustCompile(want).MatchString(e.Text) {
					t.Errorf("%s is %q, want %q", c.f.Name(), e.Text, want)
				}
			}
			return nil
		})
	})
}

// never is a future that is not ready.
type never struct{}

func (never) Poll(cx *edo.Context) (int, edo.Poll, error) {
	cx.Proceed(never{})
	return 0, edo.Pending, nil
}

func (never) Waits(*edo.Context) edo.Wait { return edo.Wait{On: "nothing", Outside: true} }

func TestAPanicWithinATimeLimitHasTheStackOfTheFunction(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		return served(task, conn, 1, []cluster.Offered{cluster.Offer(square, squares)}, func(*cluster.Member) error {
			_, err := timer.Timeout(task, time.Hour, func(task *edo.Task) (int, error) { return cluster.Call(task, conn, square, -2) })
			e, ok := errors.AsType[*cluster.RemotePanicError](err)
			if !ok || e.Value != "it is very negative" {
				t.Errorf("it is %v", err)
				return nil
			}
			_, stack, _ := strings.Cut(err.Error(), "\n\ngoroutine ")
			if _, frames, _ := strings.Cut(stack, "\n"); !strings.HasPrefix(frames, "github.com/edo-go/edo/cluster_test.panicHere") {
				t.Errorf("the stack is\n%s", stack)
			}
			return nil
		})
	})
}
