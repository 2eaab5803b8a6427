package oneshot_test

import (
	"errors"
	"runtime"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant/interleave"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/oneshot"
)

func TestEveryInterleavingOfSendAndPollDelivers(t *testing.T) {
	interleave.Explore(t, func() (threads []func(), check func()) {
		tx, rx := oneshot.New[int]()
		t1, t2 := edotest.NewTask(), edotest.NewTask()
		var got int
		send := func() { tx.Send(7) }
		receive := func() {
			if v, p, _ := edotest.Poll(t1, rx); p == edo.Ready {
				got = v
			} else if v, p, _ := edotest.Poll(t2, rx); p == edo.Ready {
				got = v
			}
		}
		return []func(){send, receive}, func() {
			if got == 0 {
				if n := t2.Wakes(); n != 1 {
					t.Fatalf("the task that polled last was woken %d times", n)
				}
				polled(t, t2, rx, 7, edo.Ready, nil)
			}
		}
	})
}

func TestEveryInterleavingOfSendAndDropHasOneOwner(t *testing.T) {
	interleave.Explore(t, func() (threads []func(), check func()) {
		tx, rx := oneshot.New[*owntest.Handle]()
		task, v := edotest.NewTask(), owntest.NewHandle(0)
		var err error
		send := func() { err = tx.Send(v) }
		drop := func() {
			if _, p, _ := edotest.Poll(task, rx); p == edo.Pending {
				rx.Drop()
			} else {
				v.Drop() // read, and so ours
			}
		}
		return []func(){send, drop}, func() {
			if sent := err == nil; sent != (v.Drops() == 1) {
				t.Fatalf("Send = %v and dropped %d times", err, v.Drops())
			}
		}
	})
}

func TestEveryInterleavingOfCloseAndPollIsSeen(t *testing.T) {
	interleave.Explore(t, func() (threads []func(), check func()) {
		tx, rx := oneshot.New[int]()
		sender, receiver := edotest.NewTask(), edotest.NewTask()
		var closed, ended bool
		closeSender := func() {
			sender.Enter(func(cx *edo.Context) { closed = tx.PollClosed(cx) == edo.Ready })
			if !closed {
				tx.Close()
			}
		}
		closeReceiver := func() {
			_, p, _ := edotest.Poll(receiver, rx)
			if ended = p == edo.Ready; !ended {
				rx.Close()
			}
		}
		return []func(){closeSender, closeReceiver}, func() {
			if !closed && sender.Wakes() == 0 {
				t.Fatal("the sender waits for ever")
			}
			if !ended && receiver.Wakes() == 0 {
				t.Fatal("the receiver waits for ever")
			}
		}
	})
}

func TestSendAgainstReceiveFromAnyGoroutine(t *testing.T) {
	const rounds = 3000
	for i := range rounds {
		tx, rx := oneshot.New[int]()
		task := edotest.NewTask()
		var sendErr error
		done := make(chan struct{})
		go func() {
			defer close(done)
			if i%3 == 2 {
				tx.Close()
			} else {
				sendErr = tx.Send(i)
			}
		}()
		if i%3 == 1 {
			rx.Close()
		}
		v, p, err := edotest.Poll(task, rx)
		for p == edo.Pending {
			for task.Wakes() == 0 {
				runtime.Gosched()
			}
			v, p, err = edotest.Poll(task, rx)
		}
		<-done
		switch {
		case err == nil && (v != i || sendErr != nil):
			t.Fatalf("received %d, %v of %d, sent with %v", v, err, i, sendErr)
		case err != nil && (!errors.Is(err, edo.ErrClosed) || i%3 == 0):
			t.Fatalf("receive: %v", err)
		case err != nil && i%3 == 1 && sendErr == nil:
			// closed before it was sent, or else the value would be there
			t.Fatal("a value was accepted and lost")
		}
	}
}
