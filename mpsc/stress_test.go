package mpsc_test

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/mpsc"
)

// message names its sender, and its number among the messages of that sender.
type message struct{ sender, n int }

func TestEightSendersOfTenThousand(t *testing.T) {
	const senders, each = 8, 10_000
	for _, capacity := range []int{1, 2, 7, 64, 1024} {
		tx, rx := mpsc.New[message](capacity)
		for s := range senders {
			tx := tx.Clone()
			go func() {
				defer tx.Close()
				p := chantest.NewGoroutineTask()
				for n := range each {
					if n%2 == 0 && tx.TrySend(message{s, n}) == nil {
						continue
					}
					if _, err := chantest.Await(p, tx.SendFuture(message{s, n})); err != nil {
						t.Errorf("sender %d: %v", s, err)
						return
					}
				}
			}()
		}
		tx.Close()
		var next [senders]int
		p := chantest.NewGoroutineTask()
		(*sched.Context)(p.Context()).SettleAtEnd() // in turn, and the loop ends when the line is empty
		for {
			m, err := chantest.Await(p, rx.RecvFuture())
			if err != nil {
				break
			}
			if m.n != next[m.sender] {
				t.Fatalf("capacity %d: message %d of sender %d, want %d", capacity, m.n, m.sender, next[m.sender])
			}
			next[m.sender]++
		}
		for s, n := range next {
			if n != each {
				t.Fatalf("capacity %d: %d messages of sender %d, want %d", capacity, n, s, each)
			}
		}
	}
}

func TestUnboundedTakesEverything(t *testing.T) {
	const senders, each = 4, 20_000
	tx, rx := mpsc.NewUnbounded[message]()
	for s := range senders {
		tx := tx.Clone()
		go func() {
			defer tx.Close()
			for n := range each {
				if err := tx.TrySend(message{s, n}); err != nil {
					t.Errorf("sender %d: %v", s, err)
					return
				}
			}
		}()
	}
	tx.Close()
	var next [senders]int
	p := chantest.NewGoroutineTask()
	for m, err := chantest.Await(p, rx.RecvFuture()); err == nil; m, err = chantest.Await(p, rx.RecvFuture()) {
		if m.n != next[m.sender] {
			t.Fatalf("message %d of sender %d, want %d", m.n, m.sender, next[m.sender])
		}
		next[m.sender]++
	}
	if next != [senders]int{each, each, each, each} {
		t.Fatalf("received %v", next)
	}
}

// TestCloseAgainstSend closes or drops the receiver while other goroutines send: a value that was
// accepted is received, or dropped, and the first that was refused is the next.
func TestCloseAgainstSend(t *testing.T) {
	const senders = 4
	for round := range 200 {
		tx, rx := mpsc.New[message](1 + round%5)
		var accepted [senders]int
		var all sync.WaitGroup
		for s := range senders {
			tx := tx.Clone()
			all.Go(func() {
				defer tx.Close()
				p := chantest.NewGoroutineTask()
				for n := 0; ; n++ {
					var err error
					if s%2 == 0 {
						_, err = chantest.Await(p, tx.SendFuture(message{s, n}))
					} else {
						for err = tx.TrySend(message{s, n}); errors.Is(err, edo.ErrFull); err = tx.TrySend(message{s, n}) {
							runtime.Gosched()
						}
					}
					if err != nil {
						accepted[s] = n
						return
					}
				}
			})
		}
		tx.Close()
		p := chantest.NewGoroutineTask()
		var next [senders]int
		stop := 10 + round%37
		for i := 0; ; i++ {
			if i == stop {
				rx.Close()
			}
			m, err := chantest.Await(p, rx.RecvFuture())
			if err != nil {
				break
			}
			if m.n != next[m.sender] {
				t.Fatalf("message %d of sender %d, want %d", m.n, m.sender, next[m.sender])
			}
			next[m.sender]++
		}
		all.Wait()
		if next != accepted {
			t.Fatalf("accepted %v, received %v", accepted, next)
		}
	}
}

// TestGivingUpAgainstReceive has senders that leave the line at random: a value that they take
// back was not received, every other value was, and no task waits for ever.
func TestGivingUpAgainstReceive(t *testing.T) {
	const senders, each = 4, 3000
	tx, rx := mpsc.New[message](2)
	var sent [senders][]int
	var all sync.WaitGroup
	for s := range senders {
		tx := tx.Clone()
		all.Go(func() {
			defer tx.Close()
			r := rand.New(rand.NewPCG(uint64(s), 2))
			p, mock := chantest.NewGoroutineTask(), edotest.NewTask()
			for n := range each {
				f := tx.SendFuture(message{s, n})
				if r.IntN(2) == 0 {
					if _, err := chantest.Await(p, f); err != nil {
						t.Errorf("sender %d: %v", s, err)
						return
					}
				} else {
					edotest.Poll(mock, f)
					if r.IntN(4) == 0 {
						runtime.Gosched()
					}
				}
				if _, ok := f.Unsent(); !ok {
					sent[s] = append(sent[s], n)
				}
			}
		})
	}
	tx.Close()
	var got [senders][]int
	p := chantest.NewGoroutineTask()
	for m, err := chantest.Await(p, rx.RecvFuture()); err == nil; m, err = chantest.Await(p, rx.RecvFuture()) {
		got[m.sender] = append(got[m.sender], m.n)
	}
	all.Wait()
	for s := range senders {
		if len(got[s]) != len(sent[s]) {
			t.Fatalf("sender %d: sent %d, received %d", s, len(sent[s]), len(got[s]))
		}
		for i, n := range sent[s] {
			if got[s][i] != n {
				t.Fatalf("sender %d: message %d is %d, want %d", s, i, got[s][i], n)
			}
		}
	}
}

func TestRoomThatAReceiveMadeIsSeenByTheNextTrySend(t *testing.T) {
	// Across goroutines: a token says that there is room.
	tx, rx := mpsc.New[int](3)
	room := make(chan struct{}, 3)
	for range 3 {
		room <- struct{}{}
	}
	const n = 20_000
	go func() {
		defer tx.Close()
		for i := range n {
			<-room
			if err := tx.TrySend(i); err != nil {
				t.Errorf("TrySend(%d) = %v with room", i, err)
				return
			}
		}
	}()
	p := chantest.NewGoroutineTask()
	for i := range n {
		if v, err := chantest.Await(p, rx.RecvFuture()); v != i || err != nil {
			t.Errorf("received %d, %v, want %d", v, err, i)
			return
		}
		room <- struct{}{}
	}
}
