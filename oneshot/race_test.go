package oneshot_test

import (
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/oneshot"
)

// interleavings runs program once for every way in which its two functions can
// alternate at the steps of the protocol. Each run starts from the beginning and
// follows a list of choices, which the next run changes in the last place where
// there is another one left.
func interleavings(t *testing.T, program func() (a, b, check func())) {
	if !invariant.Enabled {
		t.Skip("needs the build tag invariants, or -race")
	}
	var choices []int // 0 or 1: which function goes on
	for runs := 1; ; runs++ {
		a, b, check := program()
		var open []int // how many could have gone on, at each choice
		choices, open = interleave([2]func(){a, b}, choices)
		check()
		for len(choices) > 0 && (choices[len(choices)-1] == 1 || open[len(choices)-1] == 1) {
			choices = choices[:len(choices)-1]
		}
		if len(choices) == 0 {
			t.Logf("%d interleavings", runs)
			return
		}
		choices[len(choices)-1] = 1
	}
}

// interleave runs both functions, one step at a time.
func interleave(fns [2]func(), choices []int) (made, open []int) {
	var resume [2]chan struct{}
	var mu sync.Mutex
	who := map[uintptr]int{}
	paused := make(chan bool) // true: it has ended
	invariant.SetStep(func(string) {
		mu.Lock()
		i, ok := who[gid.Get()]
		mu.Unlock()
		if ok {
			paused <- false
			<-resume[i]
		}
	})
	for i, fn := range fns {
		resume[i] = make(chan struct{})
		go func() {
			mu.Lock()
			who[gid.Get()] = i
			mu.Unlock()
			<-resume[i]
			fn()
			paused <- true
		}()
	}
	live := []int{0, 1}
	for len(live) > 0 {
		choice := 0
		if len(made) < len(choices) {
			choice = choices[len(made)]
		}
		made, open = append(made, choice), append(open, len(live))
		i := live[choice]
		resume[i] <- struct{}{}
		if <-paused {
			live = append(live[:choice:choice], live[choice+1:]...)
		}
	}
	invariant.SetStep(nil)
	return made, open
}

func TestEveryInterleavingOfSendAndPollDelivers(t *testing.T) {
	interleavings(t, func() (a, b, check func()) {
		tx, rx := oneshot.New[int]()
		t1, t2 := edotest.NewTask(), edotest.NewTask()
		var got int
		a = func() { tx.Send(7) }
		b = func() {
			if v, p, _ := edotest.Poll(t1, rx); p == edo.Ready {
				got = v
			} else if v, p, _ := edotest.Poll(t2, rx); p == edo.Ready {
				got = v
			}
		}
		return a, b, func() {
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
	interleavings(t, func() (a, b, check func()) {
		tx, rx := oneshot.New[*token]()
		task, v := edotest.NewTask(), &token{}
		var err error
		a = func() { err = tx.Send(v) }
		b = func() {
			if _, p, _ := edotest.Poll(task, rx); p == edo.Pending {
				rx.Drop()
			} else {
				v.drops++ // read, and so ours
			}
		}
		return a, b, func() {
			if sent := err == nil; sent != (v.drops == 1) {
				t.Fatalf("Send = %v and dropped %d times", err, v.drops)
			}
		}
	})
}

func TestEveryInterleavingOfCloseAndPollIsSeen(t *testing.T) {
	interleavings(t, func() (a, b, check func()) {
		tx, rx := oneshot.New[int]()
		sender, receiver := edotest.NewTask(), edotest.NewTask()
		var closed, ended bool
		a = func() {
			sender.Enter(func(cx *edo.Context) { closed = tx.PollClosed(cx) == edo.Ready })
			if !closed {
				tx.Close()
			}
		}
		b = func() {
			_, p, _ := edotest.Poll(receiver, rx)
			if ended = p == edo.Ready; !ended {
				rx.Close()
			}
		}
		return a, b, func() {
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
