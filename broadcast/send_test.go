package broadcast_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/edotest"
)

// send sends v, and requires that there are want receivers; 0 is an error.
func send[T any](t testing.TB, tx *broadcast.Sender[T], v T, want int) {
	t.Helper()
	n, err := tx.Send(v)
	if n != want || (want == 0) != errors.Is(err, edo.ErrClosed) || (want > 0) != (err == nil) {
		t.Fatalf("Send(%v) = %d, %v, want %d receivers", v, n, err, want)
	}
}

// recv requires that rx receives these values next.
func recv[T comparable](t testing.TB, rx *broadcast.Receiver[T], values ...T) {
	t.Helper()
	for _, want := range values {
		if v, err := rx.TryRecv(); v != want || err != nil {
			t.Fatalf("TryRecv() = %v, %v, want %v", v, err, want)
		}
	}
}

// fails requires that the next receive of rx is an error that matches want.
func fails[T any](t testing.TB, rx *broadcast.Receiver[T], want error) {
	t.Helper()
	if v, err := rx.TryRecv(); !errors.Is(err, want) {
		t.Fatalf("TryRecv() = %v, %v, want %v", v, err, want)
	}
}

// lags requires that rx has missed this number of values.
func lags[T any](t testing.TB, rx *broadcast.Receiver[T], missed uint64) {
	t.Helper()
	v, err := rx.TryRecv()
	requireLag(t, v, err, missed)
}

// requireLag requires that err says that a receiver has missed this number of values.
func requireLag(t testing.TB, v any, err error, missed uint64) {
	t.Helper()
	var lag *broadcast.LaggedError
	if !errors.As(err, &lag) || lag.Missed != missed {
		t.Fatalf("received %v, %v, want to have missed %d", v, err, missed)
	}
}

// check requires that the channel of tx follows its rules.
func check[T any](t testing.TB, tx *broadcast.Sender[T]) {
	t.Helper()
	if err := tx.Check(); err != nil {
		t.Fatal(err)
	}
}

func TestEveryValueReachesEveryReceiver(t *testing.T) {
	tx, rx1 := broadcast.New[int](16)
	defer tx.Close()
	send(t, tx, 1, 1)
	rx2 := tx.Subscribe()
	send(t, tx, 2, 2)
	recv(t, rx1, 1, 2)
	send(t, tx, 3, 2)
	recv(t, rx1, 3)
	recv(t, rx2, 2, 3)
	fails(t, rx1, edo.ErrEmpty)
	fails(t, rx2, edo.ErrEmpty)
	check(t, tx)
}

func TestSendersShareOneOrder(t *testing.T) {
	tx, rx1 := broadcast.New[int](16)
	tx2, rx2 := tx.Clone(), tx.Subscribe()
	for i := range 10 {
		send(t, []*broadcast.Sender[int]{tx, tx2}[i%2], i, 2)
	}
	for i := range 10 {
		recv(t, rx1, i)
		recv(t, rx2, i)
	}
}

func TestSendReturnsTheNumberOfReceivers(t *testing.T) {
	tx, rx := broadcast.New[int](2)
	defer tx.Close()
	for n := 1; n <= 5; n++ {
		send(t, tx, n, n)
		if got := tx.ReceiverCount(); got != n {
			t.Fatalf("ReceiverCount() = %d, want %d", got, n)
		}
		tx.Subscribe()
	}
	rx.Drop()
	send(t, tx, 0, 5)
	check(t, tx)
}

func TestSendWithoutReceiversFailsUntilOneSubscribes(t *testing.T) {
	tx, rx := broadcast.New[int](4)
	defer tx.Close()
	send(t, tx, 1, 1)
	rx.Drop()
	send(t, tx, 2, 0)
	if !tx.IsClosed() || tx.Len() != 0 {
		t.Fatalf("IsClosed() = %v, Len() = %d", tx.IsClosed(), tx.Len())
	}
	rx = tx.Subscribe()
	if tx.IsClosed() {
		t.Fatal("IsClosed() with a receiver")
	}
	send(t, tx, 3, 1)
	recv(t, rx, 3) // neither 1, which was sent before, nor 2, which was refused
	check(t, tx)
}

func TestSendOnAClosedSenderFailsAndTheOthersGoOn(t *testing.T) {
	tx, rx := broadcast.New[int](4)
	tx2 := tx.Clone()
	tx.Close()
	tx.Close() // the second Close does nothing
	tx.Drop()
	if n := tx2.SenderCount(); n != 1 {
		t.Fatalf("SenderCount() = %d, want 1", n)
	}
	send(t, tx, 1, 0)
	send(t, tx.Clone(), 1, 0) // the clone of a closed sender is closed
	send(t, tx2, 2, 1)
	recv(t, rx, 2)
	if !tx.IsClosed() || tx2.IsClosed() || rx.IsClosed() {
		t.Fatal("IsClosed is not that of the sender")
	}
	fails(t, rx, edo.ErrEmpty)
	tx2.Drop()
	fails(t, rx, edo.ErrClosed)
}

func TestCapacityIsExact(t *testing.T) {
	for _, capacity := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 33, 100} {
		tx, rx := broadcast.New[int](capacity)
		other := tx.Subscribe()
		if tx.Cap() != capacity || rx.Cap() != capacity {
			t.Fatalf("Cap() = %d, %d, want %d", tx.Cap(), rx.Cap(), capacity)
		}
		for i := range capacity {
			send(t, tx, i, 2)
		}
		for i := range capacity { // no value is lost
			recv(t, rx, i)
		}
		send(t, tx, capacity, 2) // one value too many
		check(t, tx)
		lags(t, other, 1)
		for i := range capacity {
			recv(t, other, 1+i)
		}
		fails(t, other, edo.ErrEmpty)
		check(t, tx)
		tx.Close()
	}
}

func TestCapacityBelowOneIsRefused(t *testing.T) {
	for _, capacity := range []int{0, -1, math.MinInt} {
		func() {
			defer func() {
				err, _ := recover().(error)
				if err == nil || !strings.HasPrefix(err.Error(), "broadcast: capacity must be at least 1") {
					t.Errorf("New(%d) panics with %v", capacity, err)
				}
			}()
			broadcast.New[int](capacity)
		}()
	}
}

func TestLargestCapacityAllocatesNoMemoryInAdvance(t *testing.T) {
	tx, rx := broadcast.New[int](math.MaxInt)
	for i := range 100 {
		send(t, tx, i, 1)
	}
	for i := range 100 {
		recv(t, rx, i)
	}
	check(t, tx)
}

func TestLenCountsRetainedValuesAndValuesToReceive(t *testing.T) {
	tx, rx1 := broadcast.New[int](4)
	rx2 := tx.Subscribe()
	requireLens := func(sender, r1, r2 int) {
		t.Helper()
		if tx.Len() != sender || rx1.Len() != r1 || rx2.Len() != r2 {
			t.Fatalf("Len() = %d, %d, %d, want %d, %d, %d", tx.Len(), rx1.Len(), rx2.Len(), sender, r1, r2)
		}
	}
	requireLens(0, 0, 0)
	for i := range 3 {
		send(t, tx, i, 2)
	}
	recv(t, rx1, 0, 1)
	requireLens(3, 1, 3)
	for i := 3; i < 6; i++ {
		send(t, tx, i, 2)
	}
	requireLens(4, 4, 6) // more than the capacity: the next receive says how many are lost
	lags(t, rx2, 2)
	requireLens(4, 4, 4)
	rx2.Drop()
	rx2.Drop()
	requireLens(4, 4, 0)
	recv(t, rx1, 2, 3, 4, 5)
	requireLens(0, 0, 0)
}

func TestSameChannel(t *testing.T) {
	tx, rx := broadcast.New[int](1)
	tx2, rx2 := broadcast.New[int](1)
	for _, c := range []struct {
		name string
		got  bool
		want bool
	}{
		{"clone", tx.SameChannel(tx.Clone()), true},
		{"another sender", tx.SameChannel(tx2), false},
		{"subscribed", rx.SameChannel(tx.Subscribe()), true},
		{"resubscribed", rx.SameChannel(rx.Resubscribe()), true},
		{"another receiver", rx.SameChannel(rx2), false},
	} {
		if c.got != c.want {
			t.Errorf("SameChannel of a %s = %v", c.name, c.got)
		}
	}
}

func TestSendWakesOnlyTheTasksThatWait(t *testing.T) {
	tx, rx := broadcast.New[int](4)
	defer tx.Close()
	waits, idle, received := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	rx2, rx3 := tx.Subscribe(), tx.Subscribe()
	edotest.RequireNextPending(t, received, rx3)
	send(t, tx, 1, 3)
	edotest.RequireWoken(t, received, 1)
	edotest.RequireNext(t, received, rx3)
	recv(t, rx, 1)
	edotest.RequireNextPending(t, waits, rx)
	send(t, tx, 2, 3)
	edotest.RequireWoken(t, waits, 1)
	edotest.RequireWoken(t, received, 0) // it has received, and was not polled since
	send(t, tx, 3, 3)
	edotest.RequireWoken(t, waits, 0) // it was not polled since
	if v := edotest.RequireNext(t, idle, rx2); v != 1 {
		t.Fatalf("received %d, want 1", v)
	}
	edotest.RequireWoken(t, idle, 0)
	check(t, tx)
}

func TestSendByWakesAsSendDoes(t *testing.T) {
	tx, rx := broadcast.New[int](4)
	defer tx.Close()
	waits := edotest.NewTask()
	edotest.RequireNextPending(t, waits, rx)
	edotest.NewTask().Enter(func(cx *edo.Context) {
		if n, err := tx.SendBy(cx, 7); n != 1 || err != nil {
			t.Fatalf("SendBy = %d, %v", n, err)
		}
	})
	edotest.RequireWoken(t, waits, 1)
	recv(t, rx, 7)
}

func TestThousandTasksThatWaitAreWokenOnceEachAndMayWaitAgain(t *testing.T) {
	tx, rx := broadcast.New[int](4)
	defer tx.Close()
	rx.Drop()
	const n = 1000
	var rxs [n]*broadcast.Receiver[int]
	var tasks [n]*edotest.Task
	for i := range n {
		rxs[i], tasks[i] = tx.Subscribe(), edotest.NewTask()
	}
	for round := range 3 {
		for i := range n {
			edotest.RequireNextPending(t, tasks[i], rxs[i])
		}
		for i := 0; i < n; i += 10 { // these tasks wait no longer
			rxs[i].Drop()
			rxs[i] = tx.Subscribe()
		}
		send(t, tx, round, n)
		for i := range n {
			if i%10 == 0 {
				edotest.RequireWoken(t, tasks[i], 0)
			} else {
				edotest.RequireWoken(t, tasks[i], 1)
			}
			recv(t, rxs[i], round)
		}
		check(t, tx)
	}
}
