package watch_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/watch"
)

type (
	sender   = watch.Sender[int]
	receiver = watch.Receiver[int]
)

// oneWaiter describes the channel for the properties of package chantest.
var oneWaiter = chantest.OneWaiter[*sender, *receiver]{
	On:     "watch: ",
	Advice: "Clone",
	New:    func() (*sender, *receiver) { return watch.New(0) },
	Send:   func(tx *sender) { tx.Send(1) },
	Ways: map[string]chantest.Way[*receiver]{
		"Changed": func(task *edo.Task, rx *receiver) error { return rx.Changed(task) },
		"ChangedFuture": func(task *edo.Task, rx *receiver) error {
			_, err := edo.Await(task, rx.ChangedFuture())
			return err
		},
		"WaitFor": func(task *edo.Task, rx *receiver) error { _, err := rx.WaitFor(task, isOne); return err },
		"WaitForFuture": func(task *edo.Task, rx *receiver) error {
			_, err := edo.Await(task, rx.WaitForFuture(isOne))
			return err
		},
		"the stream": func(task *edo.Task, rx *receiver) error { _, _, err := edo.Next(task, rx); return err },
	},
}

func isOne(v int) bool { return v == 1 }

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
	chantest.MockTaskReplacesTheWaiter(t, oneWaiter, (*receiver).ChangedFuture)
}
