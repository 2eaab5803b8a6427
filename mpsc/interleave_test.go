package mpsc_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant/interleave"
	"github.com/edo-go/edo/mpsc"
)

// The protocol of a channel in all interleavings, at the points where it locks and
// between the steps that it takes without the lock:
//
//	go test -tags invariants -run Interleaving ./mpsc

// race is a channel that threads work on, and what has become of its values.
type race struct {
	t        *testing.T
	tx       *mpsc.Sender[int]
	rx       *mpsc.Receiver[int]
	sends    []*sendRace
	received []int
	ended    bool
	task     *edotest.Task // the receiver's
}

// sendRace is one value that a thread sends.
type sendRace struct {
	v       int
	f       *mpsc.SendFuture[int]
	task    *edotest.Task
	polled  bool
	waits   bool // the last poll was pending
	sent    bool
	refused bool // the value is the sender's again
}

// newRace returns a channel that is full of 1, 2, …, of which the receiver has
// taken note when it has seen them.
func newRace(t *testing.T, capacity int, seen bool) *race {
	r := &race{t: t, task: edotest.NewTask()}
	r.tx, r.rx = mpsc.New[int](capacity)
	if seen {
		for range capacity {
			trySend(t, r.tx, 0, nil)
		}
		for range capacity - 1 {
			recv(t, r.rx, 0)
		}
	}
	for i := range capacity - r.rx.Len() {
		trySend(t, r.tx, 1+i, nil)
	}
	if seen { // with the last one, the receiver sees one that follows
		recv(t, r.rx, 0)
		trySend(t, r.tx, capacity, nil)
	}
	return r
}

// send returns one more value to send.
func (r *race) send(v int) *sendRace {
	s := &sendRace{v: v, f: r.tx.SendFuture(v), task: edotest.NewTask()}
	r.sends = append(r.sends, s)
	return s
}

func (s *sendRace) poll() {
	_, p, err := edotest.Poll(s.task, s.f)
	s.polled, s.waits = true, p == edo.Pending
	s.sent, s.refused = p == edo.Ready && err == nil, err != nil
}

// giveUp polls and then takes the value back.
func (s *sendRace) giveUp() {
	s.poll()
	if _, ok := s.f.Unsent(); s.waits {
		s.waits, s.sent, s.refused = false, !ok, ok
	}
}

// receive polls the receiver n times.
func (r *race) receive(n int) {
	for range n {
		v, p, err := edotest.PollNext(r.task, r.rx)
		if err != nil {
			r.t.Errorf("PollNext: %v", err)
		}
		switch p {
		case edo.Ready:
			r.received = append(r.received, v)
		case edo.End:
			r.ended = true
		}
	}
}

// finish checks the rules and that nobody waits in vain, and then lets everything
// come to its end: what was sent was received, once, and nothing else was.
func (r *race) finish() {
	r.t.Helper()
	defer r.tx.Close()
	if err := r.rx.Check(); err != nil {
		r.t.Fatal(err)
	}
	want := []int{}
	for v := 1; v <= r.rx.Cap(); v++ {
		want = append(want, v)
	}
	for range 2 + len(r.sends) + r.rx.Cap() {
		for _, s := range r.sends {
			if !s.polled || !s.waits {
				continue
			}
			wakes := s.task.TakeWakes()
			if s.poll(); s.waits != (wakes == 0) {
				r.t.Fatalf("the sender of %d was woken %d times, and waits: %v", s.v, wakes, s.waits)
			}
		}
		r.receive(1)
	}
	for _, s := range r.sends {
		switch {
		case s.waits:
			r.t.Fatalf("the sender of %d waits for ever", s.v)
		case s.sent == s.refused:
			r.t.Fatalf("%d is sent: %v, and refused: %v", s.v, s.sent, s.refused)
		case s.sent:
			want = append(want, s.v)
		}
	}
	got := slices.Sorted(slices.Values(r.received))
	if slices.Sort(want); !slices.Equal(got, want) {
		r.t.Fatalf("received %v, want %v in some order", r.received, want)
	}
	if !slices.IsSorted(r.received[:r.rx.Cap()]) {
		r.t.Fatalf("received %v: what was in the channel comes first, in order", r.received)
	}
}

// both explores with a receiver that finds its messages without the lock, and with
// one that does not.
func both(t *testing.T, preemptions, capacity int, threads func(r *race) []func()) {
	for _, seen := range []bool{false, true} {
		n := interleave.ExploreBounded(t, preemptions, func() ([]func(), func()) {
			r := newRace(t, capacity, seen)
			return threads(r), r.finish
		})
		t.Logf("%d schedules", n)
	}
}

func TestEveryInterleavingOfSendAndReceiveDeliversOnce(t *testing.T) {
	both(t, interleave.Unbounded, 1, func(r *race) []func() {
		return []func(){r.send(10).poll, func() { r.receive(2) }}
	})
}

func TestEveryInterleavingOfTwoSendersAndAReceiverDeliversOnce(t *testing.T) {
	for capacity := 1; capacity <= 2; capacity++ {
		both(t, 2, capacity, func(r *race) []func() {
			return []func(){r.send(10).poll, r.send(11).poll, func() { r.receive(2) }}
		})
	}
}

func TestEveryInterleavingOfGivingUpLetsTheNextThrough(t *testing.T) {
	both(t, 2, 1, func(r *race) []func() {
		return []func(){r.send(10).giveUp, r.send(11).poll, func() { r.receive(1) }}
	})
}

func TestEveryInterleavingOfCloseAndSendHasOneOwner(t *testing.T) {
	both(t, 2, 1, func(r *race) []func() {
		return []func(){r.send(10).poll, r.rx.Close, func() { r.receive(2) }}
	})
}

func TestEveryInterleavingOfTrySendKeepsToTheLine(t *testing.T) {
	both(t, 2, 1, func(r *race) []func() {
		waiting, try := r.send(10), r.send(11)
		return []func(){
			waiting.poll,
			func() { // polled to find out, it never waits
				err := r.tx.TrySend(try.v)
				try.sent, try.refused = err == nil, err != nil
				if try.sent && waiting.waits && waiting.task.Wakes() == 0 {
					r.t.Error("TrySend has overtaken a sender in line")
				}
			},
			func() { r.receive(2) },
		}
	})
}

func TestEveryInterleavingOfDirectSendsAndAbortHasOneOwner(t *testing.T) {
	// The waiters that the channel keeps are used again.
	both(t, 2, 1, func(r *race) []func() {
		var done []*sendRace
		direct := func(v int) (s *sendRace, f edo.Future[edo.Unit]) {
			s = &sendRace{v: v, task: edotest.NewTask()}
			r.sends = append(r.sends, s)
			return s, send(r.tx, v)
		}
		note := func(s *sendRace, p edo.Poll, err error) {
			s.sent, s.refused = p == edo.Ready && err == nil, errors.Is(err, edo.ErrCancelled)
			done = append(done, s)
		}
		first, f := direct(10)
		second, g := direct(11)
		edotest.Poll(first.task, f) // in line
		return []func(){
			func() { // aborted, and so gives its waiter back
				edo.Drop(f)
				_, p, err := edotest.Poll(first.task, f)
				note(first, p, err)
			},
			func() { r.receive(2) },
			func() {
				_, p, err := edotest.Poll(second.task, g)
				for n := 0; p == edo.Pending && n < 2; n++ {
					r.receive(1)
					_, p, err = edotest.Poll(second.task, g)
				}
				note(second, p, err)
			},
		}
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
			trySend(t, tx, 7, nil)
			tx.Close()
		}
		return []func(){receive, send}, func() {
			if last == edo.Pending && task.Wakes() == 0 {
				t.Fatal("the receiver waits for ever")
			}
			if got != 7 {
				recv(t, rx, 7)
			}
			tryRecvFails(t, rx, edo.ErrClosed)
		}
	})
}

func TestEveryInterleavingOfDropAndSendDropsOnce(t *testing.T) {
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		tx, rx := mpsc.New[*token](1)
		buffered, waiting, late := &token{}, &token{}, &token{}
		trySend(t, tx, buffered, nil)
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
			if buffered.drops != 1 || waiting.drops != 1 || late.drops != 1 {
				t.Fatalf("dropped %d, %d and %d times", buffered.drops, waiting.drops, late.drops)
			}
		}
	})
}

func TestEveryInterleavingOfCloseWakesThoseWhoWaitForIt(t *testing.T) {
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
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
