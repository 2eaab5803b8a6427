package mpsc_test

import (
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/invariant/interleave"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/mpsc"
)

// The protocol of a channel in all interleavings, at the points where it locks and
// between the steps that it takes without the lock:
//
//	go test -tags invariants -run Interleaving ./mpsc

// race is a channel that threads work on, and a record of its values.
type race struct {
	t        *testing.T
	tx       *mpsc.Sender[int]
	rx       *mpsc.Receiver[int]
	task     *edotest.Task // the receiver's
	received []int
	all      []*sendRace
}

// sendRace is one value that a thread sends.
type sendRace struct {
	v       int
	task    *edotest.Task
	ask     func() (edo.Poll, error)
	waits   bool // the last poll was pending
	sent    bool
	refused bool // the value is the sender's again
}

func newRace(t *testing.T, capacity int) *race {
	r := &race{t: t, task: edotest.NewTask()}
	r.tx, r.rx = full(t, capacity)
	return r
}

// sends returns one more value to send, by way of f.
func sends[T any](r *race, v int, f edo.Future[T]) *sendRace {
	s := &sendRace{v: v, task: edotest.NewTask()}
	s.ask = func() (edo.Poll, error) {
		_, p, err := edotest.Poll(s.task, f)
		return p, err
	}
	r.all = append(r.all, s)
	return s
}

func (r *race) send(v int) *sendRace { return sends(r, v, r.tx.SendFuture(v)) }

func (s *sendRace) poll() { s.is(s.ask()) }

func (s *sendRace) is(p edo.Poll, err error) {
	s.waits, s.sent, s.refused = p == edo.Pending, p == edo.Ready && err == nil, err != nil
}

// receive polls the receiver n times.
func (r *race) receive(n int) {
	for range n {
		v, p, err := edotest.PollNext(r.task, r.rx)
		if err != nil {
			r.t.Errorf("PollNext: %v", err)
		}
		if p == edo.Ready {
			r.received = append(r.received, v)
		}
	}
}

// finish checks the rules, and that no task waits for something that has happened. Then it ends
// the channel: every value that was sent was received once, and nothing else was.
func (r *race) finish() {
	r.t.Helper()
	r.settle(r.rx.MaxCap())
}

// settle is finish for a channel with a given number of messages.
func (r *race) settle(before int) {
	r.t.Helper()
	defer r.tx.Close()
	if err := r.rx.Check(); err != nil {
		r.t.Fatal(err)
	}
	for range 2 + len(r.all) + r.rx.MaxCap() {
		for _, s := range r.all {
			if !s.waits {
				continue
			}
			wakes := s.task.TakeWakes()
			if s.poll(); s.waits != (wakes == 0) {
				r.t.Fatalf("the sender of %d was woken %d times, and waits: %v", s.v, wakes, s.waits)
			}
		}
		r.receive(1)
	}
	var want []int
	for v := range before {
		want = append(want, 1+v)
	}
	if !slices.Equal(r.received[:before], want) {
		r.t.Fatalf("received %v: what was in the channel comes first, in order", r.received)
	}
	for _, s := range r.all {
		if s.sent == s.refused || s.waits {
			r.t.Fatalf("%d was sent: %v, refused: %v, waits: %v", s.v, s.sent, s.refused, s.waits)
		}
		if s.sent {
			want = append(want, s.v)
		}
	}
	if got := slices.Sorted(slices.Values(r.received)); !slices.Equal(got, want) {
		r.t.Fatalf("received %v, want %v, the last ones in any order", r.received, want)
	}
}

// races explores with a receiver that finds its next message without the lock, at
// capacity 2, and with one that does not.
func races(t *testing.T, preemptions int, threads func(r *race) []func()) {
	for capacity := 1; capacity <= 2; capacity++ {
		interleave.ExploreBounded(t, preemptions, func() ([]func(), func()) {
			r := newRace(t, capacity)
			return threads(r), r.finish
		})
	}
}

func TestEveryInterleavingOfSendAndReceiveDeliversOnce(t *testing.T) {
	races(t, interleave.Unbounded, func(r *race) []func() {
		return []func(){r.send(10).poll, func() { r.receive(2) }}
	})
}

func TestEveryInterleavingOfTwoSendersAndAReceiverDeliversOnce(t *testing.T) {
	for n := 1; n <= 2; n++ {
		races(t, 2, func(r *race) []func() {
			return []func(){r.send(10).poll, r.send(11).poll, func() { r.receive(n) }}
		})
	}
}

func TestEveryInterleavingOfGivingUpLetsTheNextThrough(t *testing.T) {
	races(t, 2, func(r *race) []func() {
		f := r.tx.SendFuture(10)
		first, second := sends(r, 10, f), r.send(11)
		giveUp := func() {
			first.poll()
			if _, ok := f.Unsent(); first.waits {
				first.waits, first.sent, first.refused = false, !ok, ok
			}
		}
		return []func(){giveUp, second.poll, func() { r.receive(1) }}
	})
}

func TestEveryInterleavingOfAnAbortedDirectSendLetsTheNextThrough(t *testing.T) {
	// The next one may get the waiter that the first one gives back.
	races(t, 2, func(r *race) []func() {
		f := send(r.tx, 10)
		first, second := sends(r, 10, f), sends(r, 11, send(r.tx, 11))
		first.poll()
		abort := func() {
			edo.Drop(f)
			first.poll()
		}
		return []func(){abort, second.poll, func() { r.receive(2) }}
	})
}

func TestEveryInterleavingOfCloseAndSendHasOneOwner(t *testing.T) {
	races(t, 2, func(r *race) []func() {
		return []func(){r.send(10).poll, r.rx.Close, func() { r.receive(2) }}
	})
}

func TestEveryInterleavingOfTrySendKeepsToTheLine(t *testing.T) {
	races(t, 2, func(r *race) []func() {
		waiting, try := r.send(10), sends[edo.Unit](r, 11, nil)
		unwoken := func() bool { return waiting.waits && waiting.task.Wakes() == 0 }
		trySend := func() {
			inLine := unwoken()
			err := r.tx.TrySend(try.v)
			if err == nil && inLine && unwoken() {
				r.t.Error("TrySend has overtaken a sender in line")
			}
			try.is(edo.Ready, err)
		}
		return []func(){waiting.poll, trySend, func() { r.receive(2) }}
	})
}

func TestEveryInterleavingOfReceiveAndTheLastCloseEnds(t *testing.T) {
	interleave.Explore(t, func() ([]func(), func()) {
		tx, rx := mpsc.New[int](1)
		task := edotest.NewTask()
		last, got := edo.Pending, 0
		receive := func() {
			for range 2 {
				var v int
				if v, last, _ = edotest.PollNext(task, rx); last == edo.Ready {
					got = v
				}
			}
		}
		send := func() {
			chantest.TrySend(t, tx, 7, nil)
			tx.Close()
		}
		return []func(){receive, send}, func() {
			if last == edo.Pending && task.Wakes() == 0 {
				t.Fatal("the receiver waits for ever")
			}
			if got != 7 {
				chantest.Recv(t, rx, 7)
			}
			chantest.RecvFails(t, rx, edo.ErrClosed)
		}
	})
}

func TestEveryInterleavingOfDropAndSendDropsOnce(t *testing.T) {
	interleave.ExploreBounded(t, 2, func() ([]func(), func()) {
		tx, rx := mpsc.New[*owntest.Handle](1)
		buffered, waiting, late := owntest.NewHandle(0), owntest.NewHandle(0), owntest.NewHandle(0)
		chantest.TrySend(t, tx, buffered, nil)
		f, task := tx.SendFuture(waiting), edotest.NewTask()
		var tried error
		return []func(){
				func() {
					edotest.Poll(task, f)
					f.Drop()
				},
				func() { tried = tx.TrySend(late) },
				func() {
					if v, err := rx.TryRecv(); err == nil {
						v.Drop()
					}
					rx.Drop()
				},
			}, func() {
				tx.Close()
				if tried != nil {
					late.Drop()
				}
				if buffered.Drops() != 1 || waiting.Drops() != 1 || late.Drops() != 1 {
					t.Fatalf("dropped %d, %d and %d times", buffered.Drops(), waiting.Drops(), late.Drops())
				}
			}
	})
}

func TestEveryInterleavingOfCloseWakesThoseWhoWaitForIt(t *testing.T) {
	interleave.ExploreBounded(t, 2, func() ([]func(), func()) {
		tx, rx := mpsc.New[int](1)
		other := tx.Clone()
		t1, t2 := edotest.NewTask(), edotest.NewTask()
		f := tx.ClosedFuture()
		var p1, p2 edo.Poll
		return []func(){
				func() { _, p1, _ = edotest.Poll(t1, f) },
				func() { t2.Enter(func(cx *edo.Context) { p2 = other.PollClosed(cx) }) },
				func() {
					tx.Close()
					rx.Close()
				},
			}, func() {
				other.Close()
				for i, c := range []struct {
					task *edotest.Task
					p    edo.Poll
				}{{t1, p1}, {t2, p2}} {
					if n := c.task.Wakes(); (c.p == edo.Pending) != (n == 1) {
						t.Fatalf("task %d: the poll said %v, and it was woken %d times", 1+i, c.p, n)
					}
				}
				f.Drop()
			}
	})
}

// burst polls the receiver n times in one poll of its task.
func (r *race) burst(n int) {
	r.task.Enter(func(cx *edo.Context) {
		for range n {
			if v, p, _ := r.rx.PollNext(cx); p == edo.Ready {
				r.received = append(r.received, v)
			}
		}
	})
}

func TestEveryInterleavingOfAPollThatReceivesManyAndSendersDeliversOnce(t *testing.T) {
	for n := 3; n <= 4; n++ {
		interleave.ExploreBounded(t, 2, func() ([]func(), func()) {
			r := newRace(t, 8)
			return []func(){r.send(20).poll, r.send(21).poll, func() { r.burst(n) }}, r.finish
		})
	}
}

func TestEveryInterleavingOfAPollThatReceivesManyAndOneThatGivesUpDeliversOnce(t *testing.T) {
	interleave.ExploreBounded(t, 2, func() ([]func(), func()) {
		r := newRace(t, 8)
		s := r.send(20)
		f := r.tx.SendFuture(21)
		quits := sends(r, 21, f)
		return []func(){s.poll, func() {
			quits.poll()
			if _, unsent := f.Unsent(); unsent {
				quits.waits, quits.sent, quits.refused = false, false, true
			} else {
				quits.waits, quits.sent = false, true
			}
		}, func() { r.burst(3) }}, r.finish
	})
}
