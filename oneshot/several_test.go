package oneshot_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/oneshot"
)

type (
	intSender   = oneshot.Sender[int]
	intReceiver = oneshot.Receiver[int]
)

// oneWaiter describes the channel for the properties of package chantest.
var oneWaiter = chantest.OneWaiter[*intSender, *intReceiver]{
	On:     "oneshot: ",
	Advice: "future.Share",
	New:    func() (*intSender, *intReceiver) { return oneshot.New[int]() },
	Send:   func(tx *intSender) { tx.Send(1) },
	Ways: map[string]chantest.Way[*intReceiver]{
		"Recv":  func(task *edo.Task, rx *intReceiver) error { _, err := rx.Recv(task); return err },
		"Await": func(task *edo.Task, rx *intReceiver) error { _, err := edo.Await(task, rx); return err },
	},
}

func TestSecondTaskThatWaitsGetsAnErrorThatNamesBothAndTheWayOut(t *testing.T) {
	oneWaiter.SecondTaskGetsABusyError(t)
}

func TestReceiverWhoseWaiterHasGoneIsFree(t *testing.T) {
	oneWaiter.ReceiverOfAnAbortedTaskIsFree(t)
}

// The task that comes first receives the value, on any worker: it is received once.
func TestValueIsReceivedOnceByTasksThatRace(t *testing.T) {
	for range 300 {
		tx, rx := oneshot.New[int]()
		var got, refused atomic.Int32
		err := edo.Run(func(task *edo.Task) error {
			for range 3 {
				edo.Go(task, func(task *edo.Task) error {
					v, err := rx.Recv(task)
					if err == nil && v == 1 {
						got.Add(1)
					} else if _, busy := errors.AsType[*edo.BusyError](err); busy || errors.Is(err, edo.ErrClosed) {
						refused.Add(1)
					}
					return nil
				})
			}
			edo.Go(task, func(*edo.Task) error { return tx.Send(1) })
			return nil
		}, edo.WithConfig(edo.Config{Workers: 4}))
		if err != nil || got.Load() != 1 || refused.Load() != 2 {
			t.Fatalf("%d received it, and %d were refused: %v", got.Load(), refused.Load(), err)
		}
	}
}

func TestTasksThatWaitForTheEndByOneSenderAreAllWoken(t *testing.T) {
	oneWaiter.AllTasksThatWaitForTheEndAreWoken(t, (*intReceiver).Close)
}

func TestTasksThatCameAndWentAreNotKept(t *testing.T) {
	chantest.TasksThatCameAndWentAreNotKept(t, oneWaiter.New, (*intSender).Watchers)
}

func TestMockTaskTakesTheReceiverOver(t *testing.T) {
	chantest.MockTaskReplacesTheWaiter(t, oneWaiter, func(rx *intReceiver) edo.Future[int] { return rx })
}
