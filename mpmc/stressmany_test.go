package mpmc_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/mpmc"
)

// journal is the messages that receivers have got: each message once, and at each receiver those of one
// sender in order.
type journal struct {
	t    *testing.T
	each int
	seen []atomic.Int32 // of message n of sender s, at s*each+n
}

func newJournal(t *testing.T, senders, each int) *journal {
	return &journal{t, each, make([]atomic.Int32, senders*each)}
}

// receiver returns the function that one receiver calls with each message.
func (j *journal) receiver() func(m message) {
	next := map[int]int{}
	return func(m message) {
		if m.n < next[m.sender] {
			j.t.Errorf("message %d of sender %d came after %d", m.n, m.sender, next[m.sender]-1)
		}
		next[m.sender] = m.n + 1
		j.seen[m.sender*j.each+m.n].Add(1)
	}
}

// check checks that every message in sent was received once, and nothing else.
func (j *journal) check(sent func(sender, n int) bool) {
	j.t.Helper()
	for i := range j.seen {
		want := 0
		if sent(i/j.each, i%j.each) {
			want = 1
		}
		if got := int(j.seen[i].Load()); got != want {
			j.t.Fatalf("message %d of sender %d was received %d times, want %d", i%j.each, i/j.each, got, want)
		}
	}
}

func TestPlainGoroutinesOnBothSides(t *testing.T) {
	const senders, receivers = 6, 6
	each := 4000
	if invariant.Enabled {
		each = 1000
	}
	for _, capacity := range []int{1, 3, 64} {
		tx, rx := mpmc.New[message](capacity)
		j := newJournal(t, senders, each)
		var all sync.WaitGroup
		for s := range senders {
			tx := tx.Clone()
			all.Go(func() {
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
			})
		}
		tx.Close()
		for r := range receivers {
			rx := rx
			if r%2 == 0 {
				rx = rx.Clone()
				defer rx.Drop()
			}
			all.Go(func() {
				p, take := chantest.NewGoroutineTask(), j.receiver()
				for n := 0; ; n++ {
					if n%3 == 0 {
						if m, err := rx.TryRecv(); err == nil {
							take(m)
							continue
						}
					}
					m, err := chantest.Await(p, rx.RecvFuture())
					if err != nil {
						return
					}
					take(m)
				}
			})
		}
		all.Wait()
		check(t, rx)
		rx.Drop()
		j.check(func(int, int) bool { return true })
	}
}

// TestGivingUpOnBothSides has goroutines that give up what they wait for at random, at the
// very moment at which it may be granted.
func TestGivingUpOnBothSides(t *testing.T) {
	const senders, receivers = 4, 4
	each := 3000
	if invariant.Enabled {
		each = 700
	}
	tx, rx := mpmc.New[message](2)
	j := newJournal(t, senders, each)
	sent := make([]atomic.Bool, senders*each)
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
					sent[s*each+n].Store(true)
				}
			}
		})
	}
	tx.Close()
	for i := range receivers {
		rx := rx.Clone()
		all.Go(func() {
			defer rx.Drop()
			r := rand.New(rand.NewPCG(uint64(i), 3))
			p, mock, take := chantest.NewGoroutineTask(), edotest.NewTask(), j.receiver()
			for {
				f := rx.RecvFuture()
				var m message
				var poll edo.Poll
				var err error
				if r.IntN(2) == 0 {
					m, err = chantest.Await(p, f)
					poll = edo.Ready
				} else {
					for range r.IntN(3) {
						if m, poll, err = edotest.Poll(mock, f); poll == edo.Ready {
							break
						}
						runtime.Gosched()
					}
				}
				if poll != edo.Ready {
					f.Drop()
					if r.IntN(3) == 0 {
						m, poll, err = edotest.PollNext(mock, rx)
						switch {
						case poll == edo.End:
							return
						case poll == edo.Pending:
							rx.Withdraw()
						case err == nil:
							take(m)
						}
					}
				} else if err != nil {
					return
				} else {
					take(m)
				}
			}
		})
	}
	all.Wait()
	check(t, rx)
	rx.Drop()
	j.check(func(s, n int) bool { return sent[s*each+n].Load() })
}

// TestTasksAndGoroutinesAreAbortedInTheMiddle runs tasks on several workers, and
// goroutines by edo.Block, some of which are aborted: what they had been promised is
// received by others.
func TestTasksAndGoroutinesAreAbortedInTheMiddle(t *testing.T) {
	const senders, receivers = 5, 8
	each := 1500
	if invariant.Enabled {
		each = 300
	}
	rt, err := edo.New(edo.Config{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Shutdown(context.Background())
	for round := range 6 {
		tx, rx := mpmc.New[message](1 + round*round)
		j := newJournal(t, senders, each)
		var accepted [senders]atomic.Int64
		var all sync.WaitGroup
		run := func(i int, owned edo.Dropper, fn func(task *edo.Task) error) (abort func()) {
			if i%3 == 2 {
				ctx, cancel := context.WithCancel(context.Background())
				all.Go(func() {
					defer owned.Drop()
					if err := edo.Block(rt, ctx, fn); err != nil && !errors.Is(err, edo.ErrCancelled) {
						t.Error(err)
					}
				})
				return cancel
			}
			all.Add(1)
			h := edo.Go(rt, fn, edo.Owns(owned, dropper(all.Done)))
			return h.Abort
		}
		for s := range senders {
			tx := tx.Clone()
			run(s, tx, func(task *edo.Task) error {
				for n := range each {
					if err := tx.Send(task, message{s, n}); err != nil {
						return err
					}
					accepted[s].Add(1)
				}
				return nil
			})
		}
		tx.Close()
		var aborts []func()
		for i := range receivers {
			rx, take := rx.Clone(), j.receiver()
			aborts = append(aborts, run(i, rx, func(task *edo.Task) error {
				var buf []message
				for n := 0; ; n++ {
					var err error
					switch n % 3 {
					case 0:
						buf, err = rx.RecvMany(task, buf[:0], 4)
					case 1:
						var m message
						if m, err = rx.RecvTimeout(task, time.Microsecond); errors.Is(err, context.DeadlineExceeded) {
							continue
						}
						buf = append(buf[:0], m)
					case 2:
						var m message
						m, err = rx.Recv(task)
						buf = append(buf[:0], m)
					}
					if errors.Is(err, edo.ErrClosed) || errors.Is(err, edo.ErrCancelled) {
						return nil
					} else if err != nil {
						return err
					}
					for _, m := range buf {
						take(m)
					}
				}
			}))
		}
		for _, abort := range aborts[:receivers-2] { // the last two go on
			for range 50 {
				runtime.Gosched()
			}
			abort()
		}
		all.Wait()
		for _, abort := range aborts {
			abort() // the contexts
		}
		check(t, rx)
		rx.Drop()
		j.check(func(s, n int) bool { return int64(n) < accepted[s].Load() })
	}
}

// dropper is called when a task has ended.
type dropper func()

func (d dropper) Drop() { d() }
