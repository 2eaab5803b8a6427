package mpsc_test

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/mpsc"
)

// A receiver may block until a sender goes on that no worker polls.
func TestReceiverThatBlocksItsOnlyWorkerDoesNotHoldUpSendersElsewhere(t *testing.T) {
	tx, rx, tasks, _ := crowded(t, 16, 5)
	defer tx.Close()
	err := edo.Run(func(task *edo.Task) error {
		for range 3 {
			if _, err := rx.Recv(task); err != nil {
				return err
			}
		}
		for end := time.Now().Add(time.Minute); woken(tasks) != 3; runtime.Gosched() {
			if time.Now().After(end) {
				return errors.New("the line is not served while the receiver blocks")
			}
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Fatal(err)
	}
	check(t, rx)
}

func TestReceiveAfterABatchServesTheLineBeforeTheChannelIsFoundEmpty(t *testing.T) {
	tx, rx := mpsc.New[int](8)
	defer tx.Close()
	for i := range 8 {
		chantest.TrySend(t, tx, i, nil)
	}
	f := tx.SendFuture(8)
	edotest.NewTask().Enter(func(cx *edo.Context) {
		nextIn(t, cx, rx, 0)
		nextIn(t, cx, rx, 1) // of a segment of 4
		nextIn(t, cx, rx, 2)
		nextIn(t, cx, rx, 3)
		buf, p, err := rx.PollRecvMany(cx, nil, 3)
		if len(buf) != 3 || p != edo.Ready || err != nil {
			t.Fatalf("%v, %v, %v", buf, p, err)
		}
		permits, err := tx.TryReserveMany(7)
		if err != nil {
			t.Fatal(err)
		}
		defer permits.Drop()
		chantest.Poll(t, edotest.NewTask(), f, edo.Pending, nil)
		nextIn(t, cx, rx, 7)
		chantest.Recv(t, rx, 8)
	})
	chantest.Poll(t, edotest.NewTask(), f, edo.Ready, nil)
	check(t, rx)
}

func TestSlotThatWasFreedBeforeCloseIsTheLines(t *testing.T) {
	tx, rx, tasks, sends := crowded(t, 16, 5)
	defer tx.Close()
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for i := range 3 {
			nextIn(t, cx, rx, i)
		}
		rx.Close()
	})
	for i := range 3 {
		chantest.Poll(t, tasks[i], sends[i], edo.Ready, nil)
	}
	chantest.Poll(t, tasks[3], sends[3], edo.Ready, edo.ErrClosed)
	for i := range 16 {
		chantest.Recv(t, rx, 3+i)
	}
	check(t, rx)
}
