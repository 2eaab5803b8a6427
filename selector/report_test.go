package selector_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/sim"
)

func TestAReportFindsAllWaitsOfASelectAndTakesNoItem(t *testing.T) {
	task := edotest.NewTask()
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	_, one := oneshot.New[int]()
	_, off := oneshot.New[int]()
	var log []string
	sel := selector.New(
		selector.On(rx, logged(&log, "rx")),
		selector.OnFuture(one, logged(&log, "one")),
		selector.OnFuture(off, logged(&log, "off")).If(func() bool { return false }),
	)
	direct := edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, sel.Next(task) })
	for name, f := range map[string]func(cx *edo.Context){
		"poll":   func(cx *edo.Context) { sel.PollNext(cx) },
		"direct": func(cx *edo.Context) { direct.Poll(cx) },
	} {
		task.Enter(f)
		tx.TrySend(1)
		edotest.RequireWoken(t, task, 1)
		waits := task.Inspect(f)
		if len(waits) != 2 || rx.Len() != 1 || log != nil {
			t.Errorf("%s: waits for %v; %d messages, %q", name, waits, rx.Len(), log)
		}
		task.Enter(f)
		requireLog(t, &log, "rx 1")
	}
}

func TestTheReportOfAStallNamesAllWaitsOfASelect(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		next := func(task *edo.Task) (edo.Unit, error) {
			tx, rx := mpsc.New[int](3)
			defer tx.Close()
			_, one := oneshot.New[int]()
			nothing := func(int, error) error { return nil }
			return edo.Unit{}, selector.New(selector.On(rx, nothing), selector.OnFuture(one, nothing)).Next(task)
		}
		join := func(task *edo.Task) (u edo.Unit, err error) {
			_, err = future.JoinTask(task, next, next)
			return u, err
		}
		edo.Spawn(task, edo.Async(next), edo.Name("select"))
		edo.Spawn(task, edo.Async(join), edo.Name("join"))
		edo.Spawn(task, future.Join(edo.Async(next), edo.Async(join)), edo.Name("futures"))
		edo.Blocking(task, next, edo.Name("blocking select"))
		edo.Blocking(task, join, edo.Name("blocking join"))
		return nil
	})
	var stall *edo.StallError
	if !errors.As(err, &stall) {
		t.Fatalf("got %v", err)
	}
	want := map[string]int{"select": 1, "join": 2, "futures": 3, "blocking select": 1, "blocking join": 2}
	for _, task := range stall.Snapshot.Tasks {
		receives := map[string]int{}
		for _, w := range task.Waits {
			receives[strings.SplitN(w.On, " (", 2)[0]]++
		}
		if n := want[task.Name]; receives["mpsc: receive"] != n || receives["oneshot: receive"] != n {
			t.Errorf("%s waits for %v, want %d of each", task.Name, receives, n)
		}
		delete(want, task.Name)
	}
	if len(want) != 0 {
		t.Errorf("not in the report: %v\n%v", want, err)
	}
}

// Reports poll the tasks on another goroutine, between the polls of the workers.
func TestReportsWhileSelectsAndJoinsAreWokenLoseNoWake(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			var loops []edo.Future[int]
			for range 3 {
				var branches []selector.Branch
				sum := 0
				for range 2 {
					tx, rx := mpsc.New[int](1)
					edo.Go(task, func(task *edo.Task) error {
						defer tx.Close()
						for i := range 200 {
							if err := tx.Send(task, i); err != nil {
								return err
							}
						}
						return nil
					})
					branches = append(branches, selector.On(rx, func(v int, _ error) error { sum += v; return nil }))
				}
				loops = append(loops, edo.Async(func(task *edo.Task) (int, error) {
					err := selector.New(branches...).Run(task)
					return sum, err
				}))
			}
			h := edo.Spawn(task, future.TryJoin(loops...))
			edo.Blocking(task, func(task *edo.Task) (u edo.Unit, err error) {
				for !h.Finished() {
					task.Runtime().Snapshot()
					edo.Yield(task)
				}
				return u, nil
			})
			sums, err := h.Await(task)
			for i, sum := range sums {
				if sum != 2*19900 {
					t.Errorf("loop %d: got %d", i, sum)
				}
			}
			return err
		}, opt)
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestResultThatAReportHasPolledIsHandledAlsoWhenTheTurnBeginsAnew(t *testing.T) {
	task, polls := edotest.NewTask(), 0
	var log []string
	other := selector.OnFuture[int](nil, logged(&log, "other"))
	sel := selector.New(other, selector.OnFuture(tasktest.PollFunc[int](func(*edo.Context) (int, edo.Poll, error) {
		polls++
		return 7, min(edo.Poll(polls-1), edo.Ready), nil
	}), logged(&log, "f")))
	edotest.RequireNextPending(t, task, sel)
	edotest.WaitsNext(task, sel)
	other.Reset(owntest.NewScript[int](t).Wait())
	takeTurn(t, task, sel)
	requireLog(t, &log, "f 7")
}

func TestResultThatAReportHasPolledIsHandledAfterIt(t *testing.T) {
	task, h := edotest.NewTask(), owntest.NewHandle(1)
	polls, handled := 0, 0
	impolite := func() edo.Future[*owntest.Handle] {
		polls = 0
		return tasktest.PollFunc[*owntest.Handle](func(*edo.Context) (*owntest.Handle, edo.Poll, error) {
			if polls++; polls == 1 {
				return nil, edo.Pending, nil
			}
			return h, edo.Ready, nil
		})
	}
	b := selector.OnFuture(impolite(), func(got *owntest.Handle, err error) error {
		if got != h || err != nil {
			t.Errorf("got %v, %v", got, err)
		}
		handled++
		return nil
	})
	sel := selector.New(b)
	edotest.RequireNextPending(t, task, sel)
	edotest.WaitsNext(task, sel)
	edotest.RequireWoken(t, task, 1)
	takeTurn(t, task, sel)
	b.Reset(impolite())
	edotest.RequireNextPending(t, task, sel)
	edotest.WaitsNext(task, sel)
	sel.Drop()
	if handled != 1 || h.Drops() != 1 || polls != 2 {
		t.Fatalf("handled %d times, dropped %d times, polled %d times", handled, h.Drops(), polls)
	}
}
