package broadcast_test

import (
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/internal/chantest"
)

// TestGoroutinesReceiveTheSameInTheSameOrder has senders and receivers in goroutines of their
// own, and more receivers that subscribe and leave meanwhile.
func TestGoroutinesReceiveTheSameInTheSameOrder(t *testing.T) {
	const senders, receivers, each = 3, 4, 1500
	tx, first := broadcast.New[[2]int](senders * each)
	var got [receivers][][2]int
	var all sync.WaitGroup
	for i := range receivers {
		rx := first
		if i > 0 {
			rx = tx.Subscribe()
		}
		all.Go(func() {
			p := chantest.NewGoroutineTask()
			for {
				v, err := chantest.Await(p, rx.RecvFuture())
				if errors.Is(err, edo.ErrClosed) {
					return
				} else if err != nil {
					t.Errorf("receiver %d: %v", i, err)
					return
				}
				got[i] = append(got[i], v)
			}
		})
	}
	for s := range senders {
		tx := tx.Clone()
		all.Go(func() {
			defer tx.Close()
			for n := range each {
				if _, err := tx.Send([2]int{s, n}); err != nil {
					t.Errorf("sender %d: %v", s, err)
					return
				}
				if n%100 == 0 { // this receiver leaves, perhaps while it lags
					rx := tx.Subscribe()
					runtime.Gosched()
					rx.TryRecv()
					rx.Drop()
				}
			}
		})
	}
	tx.Close()
	all.Wait()
	var next [senders]int
	for _, v := range got[0] {
		if v[1] != next[v[0]] {
			t.Fatalf("value %d of sender %d, want %d", v[1], v[0], next[v[0]])
		}
		next[v[0]]++
	}
	for i := range receivers {
		if len(got[i]) != senders*each {
			t.Fatalf("receiver %d has received %d of %d", i, len(got[i]), senders*each)
		}
		for j, v := range got[i] {
			if v != got[0][j] {
				t.Fatalf("value %d is %v for receiver %d, and %v for the first", j, v, i, got[0][j])
			}
		}
	}
	check(t, tx)
}

// TestSlowReceiversLearnHowManyValuesTheyMissed has a capacity that is too small.
func TestSlowReceiversLearnHowManyValuesTheyMissed(t *testing.T) {
	const receivers, n = 4, 20_000
	for _, capacity := range []int{1, 5} {
		tx, rx := broadcast.New[int](capacity)
		rx.Drop()
		var all sync.WaitGroup
		for i := range receivers {
			rx := tx.Subscribe()
			all.Go(func() {
				defer rx.Drop()
				p := chantest.NewGoroutineTask()
				var s total
				for {
					v, err := chantest.Await(p, rx.RecvFuture())
					if errors.Is(err, edo.ErrClosed) {
						break
					} else if err := s.add(v, err); err != nil {
						t.Errorf("receiver %d: %v", i, err)
						return
					}
				}
				if s.last != n || s.received+s.missed != n {
					t.Errorf("receiver %d: received %d and missed %d of %d", i, s.received, s.missed, n)
				}
			})
		}
		for i := range n {
			if _, err := tx.Send(i + 1); err != nil {
				t.Fatal(err)
			}
		}
		tx.Close()
		all.Wait()
		check(t, tx)
	}
}

// TestSubscribeAgainstTheLastReceiver has receivers that subscribe and leave all the time: a
// send with a receiver succeeds, and that receiver gets a value.
func TestSubscribeAgainstTheLastReceiver(t *testing.T) {
	tx, rx := broadcast.New[int](2)
	rx.Drop()
	var all sync.WaitGroup
	stop := make(chan struct{})
	watcher := make(chan error)
	go func() {
		p := chantest.NewGoroutineTask()
		for {
			if _, err := chantest.Await(p, tx.ClosedFuture()); err != nil {
				watcher <- err
				return
			}
			select {
			case <-stop:
				watcher <- nil
				return
			default:
				runtime.Gosched()
			}
		}
	}()
	for range 3 {
		tx := tx.Clone()
		all.Go(func() {
			defer tx.Close()
			for n := range 2000 {
				rx := tx.Subscribe()
				if _, err := tx.Send(n); err != nil {
					t.Errorf("Send with a receiver: %v", err)
				}
				if _, err := rx.TryRecv(); errors.Is(err, edo.ErrEmpty) || errors.Is(err, edo.ErrClosed) {
					t.Errorf("TryRecv after a send: %v", err)
				}
				rx.Drop()
			}
		})
	}
	all.Wait()
	close(stop)
	if err := <-watcher; err != nil {
		t.Error(err)
	}
	check(t, tx)
}
