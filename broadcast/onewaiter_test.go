package broadcast_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/internal/chantest"
)

type (
	sender   = broadcast.Sender[int]
	receiver = broadcast.Receiver[int]
)

// oneWaiter describes the channel for the properties of package chantest.
var oneWaiter = chantest.OneWaiter[*sender, *receiver]{
	On:     "broadcast: ",
	Advice: "Resubscribe",
	New:    func() (*sender, *receiver) { return broadcast.New[int](4) },
	Send:   func(tx *sender) { tx.Send(1) },
	Ways: map[string]chantest.Way[*receiver]{
		"Recv":       func(task *edo.Task, rx *receiver) error { _, err := rx.Recv(task); return err },
		"RecvFuture": func(task *edo.Task, rx *receiver) error { _, err := edo.Await(task, rx.RecvFuture()); return err },
		"the stream": func(task *edo.Task, rx *receiver) error { _, _, err := edo.Next(task, rx); return err },
	},
}

func TestSecondTaskThatWaitsGetsAnErrorThatNamesBothAndTheWayOut(t *testing.T) {
	oneWaiter.SecondTaskGetsABusyError(t)
}

func TestReceiverWhoseWaiterHasGoneIsFree(t *testing.T) {
	oneWaiter.ReceiverOfAnAbortedTaskIsFree(t)
}

func TestTasksThatRaceForOneReceiverAllEnd(t *testing.T) {
	oneWaiter.TasksThatRaceAllEnd(t)
}

func TestTasksThatWaitForTheEndByOneSenderAreAllWoken(t *testing.T) {
	oneWaiter.AllTasksThatWaitForTheEndAreWoken(t, (*receiver).Close)
}

func TestMockTaskTakesTheReceiverOver(t *testing.T) {
	chantest.MockTaskReplacesTheWaiter(t, oneWaiter, (*receiver).RecvFuture)
}
