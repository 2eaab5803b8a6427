package mpmc_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/mpmc"
	"github.com/edo-go/edo/sim"
)

// theReceiver is the first handle of a channel that a test of this file has made.
const theReceiver = "a receiver made at waits_test.go:1"

// waits fails the test unless there is one wait, with the given on and by. In by a number
// after a colon stands for any line.
func waits(t *testing.T, got []edo.Wait, on string, by ...string) {
	t.Helper()
	if len(got) != 1 || got[0].On != on {
		t.Fatalf("waits on %q, want %q", got, on)
	}
	line := regexp.MustCompile(`:\d+`)
	var lines []string
	for _, l := range got[0].By {
		l = line.ReplaceAllString(l, ":1")
		if strings.HasPrefix(l, theReceiver) {
			l = theReceiver
		}
		lines = append(lines, l)
	}
	if !slices.Equal(lines, by) {
		t.Fatalf("ended by %q, want %q", lines, by)
	}
}

// atWork makes two handles at one place.
func atWork(tx *mpmc.Sender[int]) (handles []*mpmc.Sender[int]) {
	for range 2 {
		handles = append(handles, tx.Clone())
	}
	return handles
}

func TestReceiveWaitsForTheSendersByWhereTheyWereMade(t *testing.T) {
	tx, rx := mpmc.New[int](16)
	handles := append(atWork(tx), atWork(tx)...)
	weak := tx.Downgrade()
	task := edotest.NewTask()
	chantest.Next(t, task, rx, 0, edo.Pending)
	const here = " made at waits_test.go:1 (func mpmc_test.TestReceiveWaitsForTheSendersByWhereTheyWereMade)"
	for face, got := range map[string][]edo.Wait{
		"stream": edotest.WaitsNext(task, rx),
		"future": edotest.Waits(task, rx.RecvFuture()),
		"many":   edotest.Waits(task, rx.RecvManyFuture(nil, 4)),
		"direct": edotest.Waits(task, edo.Async(rx.Recv)),
	} {
		t.Log(face)
		waits(t, got, "mpmc: receive (empty, capacity 16)",
			"4 senders made at waits_test.go:1 (func mpmc_test.atWork)", "a sender"+here)
	}
	edotest.RequireWoken(t, task, 0)

	tx.Close()
	handles[0].Close()
	strong := upgrade(t, weak, true)
	p1, p2 := tryReserve(t, strong), tryReserve(t, strong)
	waits(t, edotest.WaitsNext(task, rx), "mpmc: receive (empty, capacity 16)",
		"3 senders made at waits_test.go:1 (func mpmc_test.atWork)",
		"a sender made at weak_test.go:1 (func mpmc_test.upgrade[...])", "2 permits")
	for _, h := range append(handles, strong) {
		h.Close()
	}
	p1.Drop()
	waits(t, edotest.WaitsNext(task, rx), "mpmc: receive (empty, capacity 16)", "a permit")
	rx.Close()
	waits(t, edotest.WaitsNext(task, rx), "mpmc: receive (closed, empty, capacity 16)", "a permit")
	p2.Drop()
	edotest.RequireWoken(t, task, 1) // inspections have left its waker where it was
}

func TestReceiveOfAnUnboundedChannelSaysSo(t *testing.T) {
	tx, rx := mpmc.NewUnbounded[int]()
	chantest.TrySend(t, tx, 1, nil)
	tx.Close()
	waits(t, edotest.WaitsNext(edotest.NewTask(), rx), "mpmc: receive (a message, unbounded)")
}

func TestSendAndReserveWaitForTheReceiver(t *testing.T) {
	tx, rx := mpmc.New[int](3)
	defer tx.Close()
	chantest.TrySend(t, tx, 1, nil)
	permit := tryReserve(t, tx)
	var tasks [4]*edotest.Task
	for i := range tasks {
		tasks[i] = edotest.NewTask()
	}
	many, one, future := tx.ReserveManyFuture(3), tx.ReserveFuture(), tx.SendFuture(2)
	direct := edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, tx.Send(task, 3) })
	waits(t, edotest.Waits(tasks[0], many), "mpmc: reserve (capacity 3)", theReceiver)
	waits(t, edotest.Waits(tasks[2], future), "mpmc: send (capacity 3)", theReceiver)
	chantest.Poll(t, tasks[0], many, edo.Pending, nil)
	chantest.Poll(t, tasks[1], one, edo.Pending, nil)
	chantest.Poll(t, tasks[2], future, edo.Pending, nil)
	chantest.Poll(t, tasks[3], direct, edo.Pending, nil)
	waits(t, edotest.Waits(tasks[0], many),
		"mpmc: reserve of 3, of which it has 1 (full, capacity 3, 0 before it in line)", theReceiver, "2 permits")
	waits(t, edotest.Waits(tasks[1], one), "mpmc: reserve (full, capacity 3, 1 before it in line)", theReceiver, "2 permits")
	waits(t, edotest.Waits(tasks[2], future), "mpmc: send (full, capacity 3, 2 before it in line)", theReceiver, "2 permits")
	waits(t, edotest.Waits(tasks[3], direct), "mpmc: send (full, capacity 3, 3 before it in line)", theReceiver, "2 permits")
	many.Drop()
	edotest.RequireWoken(t, tasks[1], 1)
	one.Drop()
	edotest.RequireWoken(t, tasks[2], 1)
	waits(t, edotest.Waits(tasks[2], future), "mpmc: send (capacity 3)", theReceiver) // it is in
	waits(t, edotest.Waits(tasks[3], direct), "mpmc: send (full, capacity 3, 0 before it in line)", theReceiver, "a permit")
	permit.Drop()
	edotest.RequireWoken(t, tasks[3], 1)

	for range 3 {
		rx.TryRecv()
	}
	s := tx.Clone().Sink()
	defer s.Drop()
	for i := range 3 {
		chantest.StartSend(t, s, i, nil)
	}
	chantest.StartSend(t, s, 3, nil)
	ready := pollOf[edo.Unit](func(cx *edo.Context) (u edo.Unit, p edo.Poll, err error) { p, err = s.PollReady(cx); return })
	waits(t, edotest.Waits(tasks[0], ready), "mpmc: send (full, capacity 3, 0 before it in line)", theReceiver)
	rx.TryRecv()
	edotest.RequireReady(t, tasks[0], ready)
	waits(t, edotest.Waits(tasks[0], ready), "mpmc: send (capacity 3)")
}

// workers makes two receivers at one place.
func workers(rx *mpmc.Receiver[int]) (handles []*mpmc.Receiver[int]) {
	for range 2 {
		handles = append(handles, rx.Clone())
	}
	return handles
}

func TestSendWaitsForTheReceiversByWhereTheyWereMade(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	defer tx.Close()
	chantest.TrySend(t, tx, 0, nil)
	handles := append(workers(rx), workers(rx)...)
	rx.Drop()
	handles[0].Close()
	task, f := edotest.NewTask(), tx.SendFuture(1)
	chantest.Poll(t, task, f, edo.Pending, nil)
	const by = "3 receivers made at waits_test.go:1 (func mpmc_test.workers)"
	waits(t, edotest.Waits(task, f), "mpmc: send (full, capacity 1, 0 before it in line)", by)
	waits(t, edotest.Waits(task, tx.ClosedFuture()), "mpmc: closed (capacity 1)", by, "a Close of this sender")
	for _, rx := range handles {
		rx.Drop()
	}
	edotest.RequireWoken(t, task, 1)
	waits(t, edotest.Waits(task, f), "mpmc: send (capacity 1)")
	waits(t, edotest.Waits(task, tx.ClosedFuture()), "mpmc: closed (it is, capacity 1)")
}

func TestReportsTellAMessageThatWasPromisedFromOneThatIsThere(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	defer tx.Close()
	t1, t2, t3 := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	first, second := rx.RecvFuture(), rx.RecvFuture()
	chantest.Poll(t, t1, first, edo.Pending, nil)
	chantest.Poll(t, t2, second, edo.Pending, nil)
	chantest.TrySend(t, tx, 1, nil)
	send := tx.SendFuture(2)
	chantest.Poll(t, t3, send, edo.Pending, nil)
	const sender = "a sender made at waits_test.go:1 (func mpmc_test.TestReportsTellAMessageThatWasPromisedFromOneThatIsThere)"
	waits(t, edotest.Waits(t1, first), "mpmc: receive (a message was promised to it, and not taken yet, capacity 1)", sender)
	waits(t, edotest.Waits(t2, second), "mpmc: receive (a message, promised to other receives, capacity 1)", sender)
	waits(t, edotest.Waits(t3, send), "mpmc: send (full of messages that were promised to receives, and not taken yet, "+
		"capacity 1, 0 before it in line)", theReceiver)
	rx.Drop()
	waits(t, edotest.Waits(t2, second), "mpmc: receive (on closed receiver)")
}

func TestSendThatWasGivenUpIsInNoLine(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	defer tx.Close()
	chantest.TrySend(t, tx, 1, nil)
	task, f := edotest.NewTask(), tx.SendFuture(2)
	chantest.Poll(t, task, f, edo.Pending, nil)
	f.Unsent()
	waits(t, edotest.Waits(task, f), "mpmc: send (capacity 1)", theReceiver)
	check(t, rx)
}

func TestDirectReserveSaysHowManyItHas(t *testing.T) {
	tx, rx := mpmc.New[int](3)
	defer rx.Drop()
	defer tx.Close()
	chantest.TrySend(t, tx, 1, nil)
	task := edotest.NewTask()
	f := edo.Async(func(task *edo.Task) (*mpmc.Permits[int], error) { return tx.ReserveMany(task, 3) })
	chantest.Poll(t, task, f, edo.Pending, nil)
	waits(t, edotest.Waits(task, f),
		"mpmc: reserve of 3, of which it has 2 (full, capacity 3, 0 before it in line)", theReceiver, "2 permits")
	edo.Drop(f)
	chantest.Poll(t, task, f, edo.Ready, edo.ErrCancelled)
}

func TestThoseBeforeOneInALongLineAreNotAllCounted(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	defer rx.Drop()
	defer tx.Close()
	chantest.TrySend(t, tx, 1, nil)
	task := edotest.NewTask()
	var last *mpmc.SendFuture[int]
	for range 1500 {
		last = tx.SendFuture(1)
		chantest.Poll(t, task, last, edo.Pending, nil)
	}
	waits(t, edotest.Waits(task, last), "mpmc: send (full, capacity 1, 1000 or more before it in line)", theReceiver)
}

func TestClosedWaitsForTheReceiverToGo(t *testing.T) {
	tx, rx := mpmc.New[int](3)
	defer tx.Close()
	task := edotest.NewTask()
	future := tx.ClosedFuture()
	direct := edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, tx.Closed(task) })
	poll := pollOf[edo.Unit](func(cx *edo.Context) (edo.Unit, edo.Poll, error) { return edo.Unit{}, tx.PollClosed(cx), nil })
	for _, f := range []edo.Future[edo.Unit]{future, direct, poll} {
		chantest.Poll(t, task, f, edo.Pending, nil)
		waits(t, edotest.Waits(task, f), "mpmc: closed (capacity 3)", theReceiver, "a Close of this sender")
	}
	rx.Close()
	edotest.RequireWoken(t, task, 3)
}

func TestSendTimeoutSaysUntilWhen(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		tx, rx := mpmc.New[int](1)
		defer rx.Drop()
		defer tx.Close()
		if err := tx.TrySend(1); err != nil {
			return err
		}
		f := edo.Async(func(task *edo.Task) (edo.Unit, error) {
			return edo.Unit{}, tx.SendTimeout(task, 2, time.Hour)
		})
		got, err := edotest.WaitsIn(task, func(cx *edo.Context) edo.Poll { _, p, _ := f.Poll(cx); return p })
		if err != nil {
			return err
		}
		waits(t, got, "mpmc: send (full, capacity 1, 0 before it in line)", theReceiver)
		if want := time.Date(2000, 1, 1, 1, 0, 0, 0, time.UTC); !got[0].Until.Equal(want) {
			return fmt.Errorf("it waits until %v, want %v", got[0].Until, want)
		}
		edo.Drop(f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
