package mpsc_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/mpsc"
)

// steps maps a point to a function that runs when a goroutine reaches the point first.
type steps map[string]func()

// with calls fn, with happens meanwhile.
func with(t *testing.T, happens steps, fn func()) {
	if !invariant.Enabled {
		t.Skip("needs the build tag invariants, or -race")
	}
	invariant.SetStep(func(point string) {
		if h := happens[point]; h != nil {
			delete(happens, point)
			h()
		}
	})
	fn()
	invariant.SetStep(nil)
	for point := range happens {
		t.Errorf("no goroutine came to %q", point)
	}
}

// full returns a channel that is full of 1, 2, …, of which the receiver has taken
// note of all but the last.
func full(t *testing.T, capacity int) (*mpsc.Sender[int], *mpsc.Receiver[int]) {
	tx, rx := mpsc.New[int](capacity)
	for i := range capacity {
		chantest.TrySend(t, tx, i, nil)
	}
	chantest.Recv(t, rx, 0)
	chantest.TrySend(t, tx, capacity, nil)
	return tx, rx
}

func check[T any](t *testing.T, rx *mpsc.Receiver[T]) {
	t.Helper()
	if err := rx.Check(); err != nil {
		t.Fatal(err)
	}
}

func TestReceiveSeesTheSenderThatHasJustGotInLine(t *testing.T) {
	tx, rx := full(t, 2)
	defer tx.Close()
	task, f := edotest.NewTask(), tx.SendFuture(3)
	with(t, steps{"mpsc: about to store consumed": func() {
		chantest.Poll(t, task, f, edo.Pending, nil)
	}}, func() {
		chantest.Recv(t, rx, 1)
	})
	edotest.RequireWoken(t, task, 1)
	check(t, rx)
	chantest.Poll(t, task, f, edo.Ready, nil)
}

func TestSenderSeesTheReceiveThatHasJustMadeRoom(t *testing.T) {
	tx, rx := full(t, 2)
	defer tx.Close()
	with(t, steps{"mpsc: about to set waiting": func() {
		chantest.Recv(t, rx, 1)
	}}, func() {
		chantest.Poll(t, edotest.NewTask(), tx.SendFuture(3), edo.Ready, nil)
	})
	check(t, rx)
	chantest.Recv(t, rx, 2)
	chantest.Recv(t, rx, 3)
}

func TestNobodyOvertakesTheLineDuringAReceive(t *testing.T) {
	tx, rx := full(t, 2)
	defer tx.Close()
	first, second := edotest.NewTask(), edotest.NewTask()
	f1, f2 := tx.SendFuture(3), tx.SendFuture(4)
	with(t, steps{"mpsc: about to store consumed": func() {
		chantest.Poll(t, first, f1, edo.Pending, nil)
	}, "mpsc: consumed stored": func() {
		chantest.TrySend(t, tx, 5, edo.ErrFull)
		if _, err := tx.TryReserve(); !errors.Is(err, edo.ErrFull) {
			t.Errorf("TryReserve = %v", err)
		}
		chantest.Poll(t, second, f2, edo.Pending, nil)
	}}, func() {
		chantest.Recv(t, rx, 1)
	})
	edotest.RequireWoken(t, first, 1)
	edotest.RequireWoken(t, second, 0)
	check(t, rx)
}

func TestSlotThatASenderHasFilledDuringAReceiveIsNotGivenAgain(t *testing.T) {
	tx, rx := full(t, 2)
	defer tx.Close()
	task, f := edotest.NewTask(), tx.SendFuture(4)
	with(t, steps{"mpsc: consumed stored": func() {
		chantest.TrySend(t, tx, 3, nil)
		chantest.Poll(t, task, f, edo.Pending, nil)
	}}, func() {
		chantest.Recv(t, rx, 1)
	})
	edotest.RequireWoken(t, task, 0)
	check(t, rx)
	chantest.Recv(t, rx, 2)
	edotest.RequireWoken(t, task, 1)
	chantest.Recv(t, rx, 3)
	chantest.Recv(t, rx, 4)
}

func TestBetweenTwoBatchesNobodyOvertakesTheLineAndAnybodyMayLeaveIt(t *testing.T) {
	if !invariant.Enabled {
		t.Skip("needs the build tag invariants, or -race")
	}
	const n = 40 // more than are woken at a time
	tx, rx := mpsc.New[int](n)
	defer tx.Close()
	task := edotest.NewTask()
	var line []*mpsc.SendFuture[int]
	for i := range 2 * n {
		f, want := tx.SendFuture(i), edo.Ready
		if i >= n {
			want = edo.Pending
			line = append(line, f)
		}
		chantest.Poll(t, task, f, want, nil)
	}
	between, inside := 0, false
	invariant.SetStep(func(point string) {
		if inside || point != "about to take a spin lock" {
			return
		}
		inside = true
		defer func() { inside = false }()
		if woken := task.Wakes(); woken > 0 && woken < n-1 {
			if between++; between == 1 {
				if v, ok := line[n-1].Unsent(); v != 2*n-1 || !ok {
					t.Errorf("Unsent() = %d, %v", v, ok)
				}
			}
			chantest.TrySend(t, tx, -1, edo.ErrFull)
		}
	})
	f := rx.RecvManyFuture(nil, n)
	got, p, err := edotest.Poll(edotest.NewTask(), f)
	invariant.SetStep(nil)
	if len(got) != n || p != edo.Ready || err != nil {
		t.Fatalf("a batch of %d: %v, %v", len(got), p, err)
	}
	if between == 0 {
		t.Error("the lock was held for all of the line at once")
	}
	edotest.RequireWoken(t, task, n-1)
	check(t, rx)
	for i := range n - 1 {
		chantest.Recv(t, rx, n+i)
	}
	chantest.RecvFails(t, rx, edo.ErrEmpty)
}
