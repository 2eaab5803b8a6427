package selector_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/stream"
)

var errSelect = errors.New("test: a handler failed")

// logged returns a handler that adds each item to the log.
func logged(log *[]string, name string) func(v int, err error) error {
	return func(v int, err error) error {
		if err != nil {
			*log = append(*log, fmt.Sprint(name, " ", err))
		} else {
			*log = append(*log, fmt.Sprint(name, " ", v))
		}
		return nil
	}
}

func requireLog(t *testing.T, log *[]string, want ...string) {
	t.Helper()
	if !slices.Equal(*log, want) {
		t.Fatalf("got %q, want %q", *log, want)
	}
	*log = nil
}

// takeTurn takes one turn of sel, which must be ready.
func takeTurn(t *testing.T, task *edotest.Task, sel *selector.Select) {
	t.Helper()
	if _, p, err := edotest.PollNext(task, sel); p != edo.Ready || err != nil {
		t.Fatalf("got %v, %v", p, err)
	}
}

func TestExactlyOneBranchWinsAndTheOthersLoseNothing(t *testing.T) {
	task := edotest.NewTask()
	a, b := owntest.NewScript[int](t).Wait().Give(1, 2), owntest.NewScript[int](t).Wait().Give(10, 20)
	var log []string
	sel := selector.New(selector.On(a, logged(&log, "a")), selector.On(b, logged(&log, "b"))).Biased()
	edotest.RequireNextPending(t, task, sel)
	edotest.RequireWoken(t, task, 0)
	b.Wake()
	edotest.RequireWoken(t, task, 1)
	a.Wake()
	edotest.RequireWoken(t, task, 1)
	for _, want := range []string{"a 1", "a 2", "a edo: closed", "b 10", "b 20", "b edo: closed"} {
		polls := b.Polls()
		takeTurn(t, task, sel)
		requireLog(t, &log, want)
		if want[0] == 'a' && b.Polls() != polls {
			t.Fatal("a branch was asked after another had won")
		}
	}
	edotest.RequireEnd(t, task, sel)
	edotest.RequireEnd(t, task, sel)
	sel.Drop()
	if a.Drops()+b.Drops() != 0 {
		t.Fatal("a Select has dropped what it borrows")
	}
}

func TestAMessageThatLosesIsStillThere(t *testing.T) {
	task := edotest.NewTask()
	var txs [2]*mpsc.Sender[int]
	var rxs [2]*mpsc.Receiver[int]
	var log []string
	var branches []selector.Branch
	for i := range 2 {
		txs[i], rxs[i] = mpsc.New[int](4)
		defer txs[i].Close()
		branches = append(branches, selector.On(rxs[i], logged(&log, fmt.Sprint(i))))
	}
	sel := selector.New(branches...)
	for n := range 100 {
		if n%2 == 0 {
			edotest.RequireNextPending(t, task, sel)
		}
		txs[0].TrySend(n)
		txs[1].TrySend(n)
		takeTurn(t, task, sel)
		if got := rxs[0].Len() + rxs[1].Len(); got != 1 {
			t.Fatalf("%d messages are left", got)
		}
		takeTurn(t, task, sel)
		slices.Sort(log)
		requireLog(t, &log, fmt.Sprint("0 ", n), fmt.Sprint("1 ", n))
	}
}

func TestElseRunsWhenNoBranchIsArmed(t *testing.T) {
	task := edotest.NewTask()
	var log []string
	f := selector.OnFuture[int](nil, logged(&log, "f"))
	sel := selector.New(f)
	sel.Else(func() error {
		log = append(log, "else")
		if len(log) == 1 {
			f.Reset(owntest.NewScript[int](t).Give(1))
			return nil
		}
		return selector.Stop
	})
	takeTurn(t, task, sel)
	takeTurn(t, task, sel)
	edotest.RequireEnd(t, task, sel)
	requireLog(t, &log, "else", "f 1", "else")
}

func TestWrongArgumentsOfASelectPanicWithAnErrorThatNamesThem(t *testing.T) {
	b := selector.On(stream.Values(1), func(int, error) error { return nil })
	selector.New(b)
	for want, make := range map[string]func(){
		"no branches":         func() { selector.New() },
		"branch 0 is nil":     func() { selector.New(nil) },
		"in a Select already": func() { selector.New(b) },
		"a stream and a":      func() { selector.On[int](nil, func(int, error) error { return nil }) },
		"On needs":            func() { selector.On(stream.Values(1), nil) },
		"OnFuture needs":      func() { selector.OnFuture[int](nil, nil) },
	} {
		t.Run(want, func(t *testing.T) {
			defer func() {
				if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v", err)
				}
			}()
			make()
		})
	}
}

func TestATurnOfASelectAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	tx, rx := mpsc.New[int](4)
	tx2, rx2 := mpsc.New[int](4)
	defer tx.Close()
	defer tx2.Close()
	sum := 0
	add := func(v int, err error) error { sum += v; return err }
	sel := selector.New(selector.On(rx, add), selector.On(rx2, add).If(func() bool { return sum >= 0 }))
	edotest.NewTask().Enter(func(cx *edo.Context) {
		if n := testing.AllocsPerRun(1000, func() {
			(*sched.Context)(cx).SetBudget(100)
			sel.PollNext(cx) // pending
			tx2.TrySend(1)
			sel.PollNext(cx)
		}); n != 0 {
			t.Errorf("a turn in a poll is %v allocations", n)
		}
	})
	var n float64
	err := edo.Run(func(task *edo.Task) error {
		edo.Go(task, func(task *edo.Task) error {
			for tx.Send(task, 1) == nil {
			}
			return nil
		})
		n = testing.AllocsPerRun(1000, func() { sel.Next(task) })
		rx.Drop()
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	if err != nil || n != 0 {
		t.Errorf("a turn in direct style is %v allocations, %v", n, err)
	}
}
