package mpsc_test

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/mpsc"
)

// TestPermitsAgainstSendsAndBatches has senders that send, reserve one or several, use
// some of their permits and give others back, and give up in line, against a receiver
// that takes batches: everything that was sent arrives, in the order of its sender, and
// all room comes back.
func TestPermitsAgainstSendsAndBatches(t *testing.T) {
	const senders, each = 6, 1500
	for _, capacity := range []int{1, 3, 16} {
		tx, rx := mpsc.New[message](capacity)
		var sent [senders]int
		var all sync.WaitGroup
		for s := range senders {
			tx := tx.Clone()
			all.Go(func() {
				defer tx.Close()
				r := rand.New(rand.NewPCG(uint64(s), uint64(capacity)))
				p, mock := chantest.NewGoroutineTask(), edotest.NewTask()
				for range each {
					var err error
					switch r.IntN(4) {
					case 0:
						_, err = chantest.Await(p, tx.SendFuture(message{s, sent[s]}))
						sent[s]++
					case 1:
						var permit *mpsc.Permit[message]
						if permit, err = chantest.Await(p, tx.ReserveFuture()); err == nil {
							err = permit.Send(message{s, sent[s]})
							sent[s]++
						}
					case 2:
						var permits *mpsc.Permits[message]
						if permits, err = chantest.Await(p, tx.ReserveManyFuture(1+r.IntN(capacity))); err != nil {
							break
						}
						for permit := range permits.All() {
							if r.IntN(3) == 0 {
								permit.Drop()
								break
							}
							if err = permit.Send(message{s, sent[s]}); err != nil {
								break
							}
							sent[s]++
						}
						permits.Drop()
					case 3:
						f := tx.ReserveManyFuture(capacity)
						if permits, state, _ := edotest.Poll(mock, f); state == edo.Ready {
							permits.Drop()
						} else {
							f.Drop()
						}
					}
					if err != nil {
						t.Errorf("sender %d: %v", s, err)
						return
					}
				}
			})
		}
		tx.Close()
		var next [senders]int
		p := chantest.NewGoroutineTask()
		var buf []message
		for n := 0; ; n++ {
			var err error
			if buf, err = chantest.Await(p, rx.RecvManyFuture(buf[:0], 1+n%5)); errors.Is(err, edo.ErrClosed) {
				break
			}
			for _, m := range buf {
				if m.n != next[m.sender] {
					t.Fatalf("capacity %d: message %d of sender %d, want %d", capacity, m.n, m.sender, next[m.sender])
				}
				next[m.sender]++
			}
		}
		all.Wait()
		if next != sent {
			t.Fatalf("capacity %d: sent %v, received %v", capacity, sent, next)
		}
		check(t, rx)
		if rx.Cap() != capacity {
			t.Fatalf("Cap() = %d at the end, want %d", rx.Cap(), capacity)
		}
	}
}

// TestCloseAgainstPermits closes the receiver while others reserve and send: permits
// that were had by then are delivered, and the end comes after the last.
func TestCloseAgainstPermits(t *testing.T) {
	const senders = 4
	for round := range 150 {
		tx, rx := mpsc.New[message](1 + round%5)
		var sent [senders]int
		var all sync.WaitGroup
		for s := range senders {
			tx := tx.Clone()
			all.Go(func() {
				defer tx.Close()
				p := chantest.NewGoroutineTask()
				for n := 0; ; n++ {
					permits, err := chantest.Await(p, tx.ReserveManyFuture(1+(s+n)%(1+round%5)))
					if err != nil {
						return
					}
					for permit := range permits.All() {
						if err := permit.Send(message{s, sent[s]}); err != nil {
							t.Errorf("a permit that was out: %v", err)
						}
						sent[s]++
					}
				}
			})
		}
		tx.Close()
		p := chantest.NewGoroutineTask()
		var next [senders]int
		for i := 0; ; i++ {
			if i == 10+round%37 {
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
		if next != sent {
			t.Fatalf("sent %v, received %v", sent, next)
		}
	}
}
