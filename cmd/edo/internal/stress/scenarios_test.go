package stress

import (
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/report"
)

// broken is the beginning of a scenario with an outcome that is wrong, and the fault that the
// scenario must find.
type broken struct {
	what string
	make func(r *round) func(task *edo.Task) error
	want string
}

func find(t *testing.T, all []broken) {
	t.Helper()
	for _, b := range all {
		got := faultsOf(func(r *round) program { return once(b.make(r)) })
		if !strings.Contains(got, b.want) {
			t.Errorf("%s: %q is missing in: %s", b.what, b.want, got)
		}
	}
}

// plainly returns a broken outcome that needs no task.
func plainly(fn func(r *round) error) func(r *round) func(*edo.Task) error {
	return func(r *round) func(*edo.Task) error {
		return func(*edo.Task) error { return fn(r) }
	}
}

func newPermitPlay(r *round) *permitPlay {
	p := &permitPlay{spawner: r.spawner("permits"), slots: r.account("slots"), held: newRoom(&r.ledger, "a channel", 2)}
	p.queuePlay = &queuePlay{round: r, messages: r.account("messages"), ends: r.account("senders"), next: []int{0}}
	p.senders = []*sender{{play: p.queuePlay}}
	return p
}

func TestBrokenPermitsAreFound(t *testing.T) {
	tx, _ := mpsc.New[*message](4)
	tx.Close()
	find(t, []broken{
		{"more than there is room for", plainly(func(r *round) error {
			newPermitPlay(r).held.enter(3)
			return nil
		}), "a channel: 3 are inside, and there is room for 2"},
		{"a message that is lost", plainly(func(r *round) error {
			p := newPermitPlay(r)
			p.senders[0].accepted.Add(1)
			p.message(0, 0)
			return p.check(tx)
		}), "1 messages were accepted, and 0 received"},
		{"a message that was timed out and comes all the same", plainly(func(r *round) error {
			p := newPermitPlay(r)
			m := p.message(0, 0)
			m.end() // the sender has it again
			p.arrive(m)
			return nil
		}), "messages: one of them has ended 2 times"},
		{"a message out of order", plainly(func(r *round) error {
			p := newPermitPlay(r)
			p.arrive(p.message(0, 1))
			return nil
		}), "message 1 of sender 0 was received, and 0 is the next"},
		{"an end while a permit is out", plainly(func(r *round) error {
			p := newPermitPlay(r)
			p.out.Add(1)
			return p.checkPermitsEnd(edo.ErrClosed)
		}), "the channel has ended with 1 permits out"},
		{"a batch of nothing", plainly(func(r *round) error {
			return newPermitPlay(r).batch(nil, 4)
		}), "a batch of 0 messages"},
		{"a permit that is refused", plainly(func(r *round) error {
			p := newPermitPlay(r)
			other, rx := mpsc.New[*message](1)
			permit, _ := other.TryReserve()
			rx.Drop() // without noting it in the play
			other.Close()
			return p.slot(permit).send(p.senders[0])
		}), "a permit was refused, and the receiver was not dropped"},
		{"a slot that is lost", plainly(func(r *round) error {
			other, _ := mpsc.New[*message](3)
			permit, _ := other.TryReserve()
			defer permit.Drop()
			other.Close()
			p := newPermitPlay(r)
			return p.check(other)
		}), "the capacity is 2 instead of 3"},
		{"an end that comes too early for a sender", plainly(func(r *round) error {
			return newPermitPlay(r).ignoreClosed(edo.ErrClosed)
		}), "permits: the channel is open"},
	})
}

func TestBrokenBroadcastsAreFound(t *testing.T) {
	listener := func(r *round) *listener {
		p := &broadcastPlay{spawner: r.spawner("broadcast"), capacity: 2, inOrder: true}
		p.sent.Store(3)
		return p.listener(nil, 1, 0)
	}
	hear := func(calls ...call) func(r *round) func(*edo.Task) error {
		return plainly(func(r *round) error {
			l := listener(r)
			l.play.inOrder = false
			for _, c := range calls {
				if _, err := l.check(c, nil); err != nil {
					return err
				}
			}
			_, err := l.check(call{}, edo.ErrClosed)
			return err
		})
	}
	find(t, []broken{
		{"a value that comes twice", hear(call{0, 0, 0}, call{0, 0, 0}), "value 0 of sender 0 was received, and 1 is the next"},
		{"a value that is missing", hear(call{0, 0, 0}, call{0, 2, 2}), "2 values were received, and 0 missed, of 3"},
		{"a gap in the order", plainly(func(r *round) error {
			_, err := listener(r).check(call{0, 1, 1}, nil)
			return err
		}), "value 1 was received, and 0 is the next"},
		{"a lag without need", plainly(func(r *round) error {
			_, err := listener(r).check(call{}, &broadcast.LaggedError{Missed: 2})
			return err
		}), "2 values were missed, where the capacity would have kept all but 1"},
		{"an end while a sender is open", plainly(func(r *round) error {
			l := listener(r)
			l.play.open.Add(1)
			_, err := l.check(call{}, edo.ErrClosed)
			return err
		}), "the channel has ended with 1 senders open"},
	})
}

func TestBrokenWatchesAreFound(t *testing.T) {
	sight := func(r *round) *sight {
		s := &sight{play: &watchPlay{spawner: r.spawner("watch")}}
		s.play.done.Store(2)
		return s
	}
	see := func(all ...pair) func(r *round) func(*edo.Task) error {
		return plainly(func(r *round) error {
			s := sight(r)
			for _, v := range all {
				if err := s.see(v); err != nil {
					return err
				}
			}
			return s.checkEnd()
		})
	}
	find(t, []broken{
		{"a value that is half of a change", see(pair{1, 0}), "half of a change"},
		{"a value that goes back", see(pair{2, -2}, pair{1, -1}), "1 was seen after 2"},
		{"a value that was not sent", see(pair{3, -3}), "3 was seen after 0, of 2"},
		{"a last value that is not seen", see(pair{1, -1}), "the last value was 1 and not 2"},
		{"a wait that ends too early", plainly(func(r *round) error { return sight(r).checkEarlyEnd(2) }), "the channel has ended with 2"},
	})
}

func TestBrokenLocksAreFound(t *testing.T) {
	find(t, []broken{
		{"two with the lock", plainly(func(r *round) error {
			room := newRoom(&r.ledger, "a lock", 1)
			room.enter(1)
			room.enter(1)
			return nil
		}), "a lock: 2 are inside, and there is room for 1"},
		{"a step that is lost", plainly(func(r *round) error {
			w := &work{room: newRoom(&r.ledger, "a lock", 1), steps: 1}
			w.done.Add(2)
			return w.check()
		}), "a lock: 1 of 2 steps were lost"},
		{"a writer beside a reader", func(r *round) func(*edo.Task) error {
			return func(task *edo.Task) error {
				p := &lockPlay{spawner: r.spawner("lock")}
				p.written.room = newRoom(&r.ledger, "the writers", 1)
				p.written.room.enter(1)
				return p.read(task, rand.New(rand.NewPCG(1, 1)))
			}
		}, "a writer beside a reader"},
		{"a reader beside a writer", func(r *round) func(*edo.Task) error {
			return func(task *edo.Task) error {
				p := &lockPlay{spawner: r.spawner("lock")}
				p.readers.Add(1)
				return p.write(task, rand.New(rand.NewPCG(1, 1)))
			}
		}, "1 readers beside a writer"},
		{"a lock that stays held", plainly(func(r *round) error {
			p := &lockPlay{}
			p.rw.TryRLock()
			return p.check()
		}), "one is held, and all that have used it have ended"},
	})
}

func TestBrokenSemaphoresAreFound(t *testing.T) {
	play := func(r *round) *semaphorePlay {
		return newSemaphorePlay(r.spawner("semaphore"), 2)
	}
	find(t, []broken{
		{"more permits than there are", plainly(func(r *round) error { play(r).room.enter(3); return nil }), "3 are inside, and there is room for 2"},
		{"a permit that is lost", plainly(func(r *round) error {
			p := play(r)
			p.sem.ForgetPermits(1)
			return p.check()
		}), "1 permits are free instead of 2"},
		{"a permit that is doubled", plainly(func(r *round) error {
			p := play(r)
			p.sem.Release(1)
			return p.check()
		}), "3 permits are free instead of 2"},
		{"an end without a Close", plainly(func(r *round) error { return play(r).ignoreClosed(edo.ErrClosed) }), "closed"},
	})
}

func TestBrokenNotificationsAreFound(t *testing.T) {
	find(t, []broken{
		{"one that is lost", plainly(func(*round) error { return oneStored(false, false) }), "was lost"},
		{"one that is doubled", plainly(func(*round) error { return oneStored(true, true) }), "was doubled"},
		{"two that have it", plainly(func(r *round) error {
			room := newRoom(&r.ledger, "notified", 1)
			room.enter(1)
			room.enter(1)
			return nil
		}), "notified: 2 are inside"},
	})
	if err := oneStored(true, false); err != nil {
		t.Error(err)
	}
}

func TestBrokenBarriersAreFound(t *testing.T) {
	play := func(r *round) *barrierPlay { return newBarrierPlay(r.spawner("barrier"), 2) }
	find(t, []broken{
		{"one that passes alone", plainly(func(r *round) error {
			p := play(r)
			p.come.Add(1)
			p.pass(true, 1)
			return nil
		}), "one passed, and 1 of 2 have arrived"},
		{"a generation without a leader", plainly(func(r *round) error {
			p := play(r)
			p.come.Add(2)
			p.pass(false, 1)
			p.pass(false, 1)
			return p.check(1)
		}), "2 have passed, and 0 as leaders"},
	})
}

func TestBrokenOncesAreFound(t *testing.T) {
	play := func(r *round) *oncePlay {
		return &oncePlay{spawner: r.spawner("once"), room: newRoom(&r.ledger, "the initialiser", 1)}
	}
	find(t, []broken{
		{"a value that is made twice", plainly(func(r *round) error {
			p := play(r)
			p.made.Add(2)
			return p.check(1, true)
		}), "it was made 2 times"},
		{"a value of a second initialiser", plainly(func(r *round) error { return play(r).checkValue(2, nil) }), "a task got 2"},
		{"none", plainly(func(r *round) error { return play(r).check(0, false) }), "the value is 0, false"},
	})
}

func TestBrokenJoinsAreFound(t *testing.T) {
	play := func(r *round) *joinPlay {
		p := &joinPlay{spawner: r.spawner("join"), values: r.account("values")}
		for n := range 2 {
			p.children = append(p.children, &contender{value: value{n: n, token: token{account: p.values}}})
			p.values.opened.Add(1)
		}
		return p
	}
	find(t, []broken{
		{"results out of order", plainly(func(r *round) error {
			p := play(r)
			return p.checkTryJoin([]*value{&p.children[1].value, &p.children[0].value}, nil)
		}), "child 0 has another value than its own"},
		{"a result too few", plainly(func(r *round) error {
			p := play(r)
			return p.checkTryJoin([]*value{&p.children[0].value}, nil)
		}), "1 values of 2 children"},
		{"a failure of no child", plainly(func(r *round) error { return play(r).checkFailure(errFails) }), "it has failed, and none of the children"},
		{"a failure that is forgotten", plainly(func(r *round) error {
			p := play(r)
			p.children[0].fails = true
			return p.checkTryJoin([]*value{&p.children[0].value, &p.children[1].value}, nil)
		}), "child 0 has the error"},
		{"a function that still runs", plainly(func(r *round) error {
			p := play(r)
			p.within.Add(1)
			return p.checkRace(&p.children[0].value, nil)
		}), "1 functions run"},
		{"a loser that is not dropped", plainly(func(r *round) error {
			p := play(r)
			p.children[1].future = counted[*value](p.spawner, nil)
			return p.checkRace(&p.children[0].value, nil)
		}), "child 1 was not dropped"},
		{"a value that is lost", plainly(func(r *round) error {
			p := play(r)
			return p.checkRace(&p.children[0].value, nil)
		}), "values: 1 of 2 have not ended"},
	})
}

func TestBrokenSelectsAreFound(t *testing.T) {
	play := func(r *round) *selectPlay {
		return &selectPlay{spawner: r.spawner("select"), sent: []int{1}, queue: &queuePlay{round: r, messages: r.account("messages"), next: []int{0}}}
	}
	find(t, []broken{
		{"a message that a loser took", plainly(func(r *round) error { return play(r).check() }), "0 messages were received of 1"},
		{"a message that comes twice", plainly(func(r *round) error {
			p := play(r)
			m := p.queue.message(0, 0)
			return errors.Join(p.handleMessage(m, nil), p.handleMessage(m, nil))
		}), "messages: one of them has ended 2 times"},
	})
}

func TestBrokenReportsAreFound(t *testing.T) {
	find(t, []broken{
		{"a witness that is not there", plainly(func(r *round) error {
			p := &reportPlay{round: r, name: "w", all: []*witness{{name: "w0", seen: true}}}
			_, err := p.find(report.Snapshot{})
			return err
		}), "report: w0 is not there"},
		{"a witness that is there twice", plainly(func(r *round) error {
			p := &reportPlay{round: r, name: "w", all: []*witness{{name: "w0"}}}
			_, err := p.find(report.Snapshot{Tasks: []report.Task{{Name: "w0"}, {Name: "w0"}}})
			return err
		}), "report: w0 is there twice"},
		{"a witness that waits for something else", plainly(func(r *round) error {
			p := &reportPlay{round: r, name: "w", all: []*witness{{name: "w0", waits: "mpsc: "}}}
			_, err := p.find(report.Snapshot{Tasks: []report.Task{{Name: "w0", Waits: []edo.Wait{{On: "timer: sleep"}}}}})
			return err
		}), `and not for "mpsc: "`},
		{"a state that there is not", plainly(func(r *round) error {
			r.checkSnapshot(report.Snapshot{Tasks: []report.Task{{Name: "it", State: "lost"}}})
			return nil
		}), `task it is "lost"`},
		{"one that runs and waits", plainly(func(r *round) error {
			r.checkSnapshot(report.Snapshot{Tasks: []report.Task{{Name: "it", State: "running", Waits: []edo.Wait{{On: "a: b"}}}}})
			return nil
		}), "task it is running, and waits for"},
		{"tasks that are there twice", plainly(func(r *round) error {
			r.config.Trace = true
			r.checkSnapshot(report.Snapshot{Tasks: []report.Task{
				{Name: "it", State: "running", ID: 3, Spawned: "here"}, {Name: "it", State: "running", ID: 3, Spawned: "here"},
			}})
			return nil
		}), "task it has the ID 3 after 3"},
		{"text that cannot be read", plainly(func(r *round) error { r.readBack("[{]"); return nil }), "cannot be read"},
		{"a number that goes back", plainly(func(r *round) error {
			r.checkMetrics(report.Metrics{Polls: 2}, report.Metrics{Polls: 1, Workers: 2})
			return nil
		}), "Polls is 1 after 2"},
		{"less than nothing", plainly(func(r *round) error {
			r.checkMetrics(report.Metrics{}, report.Metrics{Queued: -1, Workers: 2})
			return nil
		}), "Queued is -1"},
		{"a task that is left", plainly(func(r *round) error { r.checkRest(report.Metrics{Alive: 1}); return nil }), "a runtime has ended, and there are"},
	})
}

func TestAStallThatIsReportedIsAFault(t *testing.T) {
	told := make(chan struct{})
	r, rng := newRound(seedOf(byRun), 2, 20*time.Millisecond, []scenario{{"stalls", func(*round) program {
		return once(func(task *edo.Task) error {
			gate := make(chan struct{})
			edo.Go(task, func(task *edo.Task) error {
				tx, rx := mpsc.New[int](1)
				go func() { // from outside: the runtime does not know of it
					<-told
					tx.Close()
				}()
				close(gate)
				rx.Recv(task)
				return nil
			})
			<-gate
			return nil
		})
	}}})
	r.config.StallAfter = time.Millisecond
	var first sync.Once
	tell := r.config.OnError
	r.config.OnError = func(err error) {
		tell(err)
		first.Do(func() { close(told) })
	}
	if got := strings.Join(r.play(rng), "\n"); !strings.Contains(got, "OnError was called with: edo: nothing can happen any more") {
		t.Errorf("a stall was not found: %s", got)
	}
}

func TestBrokenConsumersAreFound(t *testing.T) {
	play := func(r *round) *consumerPlay {
		p := newConsumerPlay(r.spawner("consumers"), 1)
		p.messages = r.account("messages")
		return p
	}
	find(t, []broken{
		{"a message that is lost", plainly(func(r *round) error {
			p := play(r)
			p.accepted[0].Add(1)
			p.message(0, 0)
			return p.check()
		}), "1 messages were accepted, and 0 received"},
		{"a message that comes to two receivers", plainly(func(r *round) error {
			p := play(r)
			m := p.message(0, 0)
			p.newArrive()(m)
			p.newArrive()(m)
			return nil
		}), "messages: one of them has ended 2 times"},
		{"a message out of order", plainly(func(r *round) error {
			p := play(r)
			arrive := p.newArrive()
			arrive(p.message(0, 1))
			arrive(p.message(0, 0))
			return nil
		}), "message 0 of sender 0 was received after 1"},
	})
}
