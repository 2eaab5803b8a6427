package fanout

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/waiters"
)

// TestTasksThatWaitForTheReceiversToGoAreWokenThen runs random programs: several tasks wait
// by each of several senders, which are closed, while receivers come and go.
func TestTasksThatWaitForTheReceiversToGoAreWokenThen(t *testing.T) {
	type waitingTask struct {
		f     edo.Future[edo.Unit]
		s     int
		task  *edotest.Task
		waits bool
		wakes int
	}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		var h Hub
		senders := make([]Sender, 1+r.IntN(4))
		open := make([]bool, len(senders))
		for i := range senders {
			senders[i].Init(&h, 0)
			open[i] = true
		}
		tasks := make([]*waitingTask, 1+r.IntN(12))
		for i := range tasks {
			s := r.IntN(len(senders))
			tasks[i] = &waitingTask{f: senders[s].ClosedFuture(), s: s, task: edotest.NewTask()}
		}
		receivers := 0
		wake := func(which func(a *waitingTask) bool) {
			for _, a := range tasks {
				if a.waits && which(a) {
					a.waits = false
					a.wakes++
				}
			}
		}
		for step := range 100 {
			switch op := r.IntN(20); {
			case op < 8:
				a := tasks[r.IntN(len(tasks))]
				_, p, _ := edotest.Poll(a.task, a.f)
				if a.waits = open[a.s] && receivers > 0; a.waits != (p == edo.Pending) {
					t.Fatalf("seed %d, step %d: %v, want it to wait: %v", seed, step, p, a.waits)
				}
			case op < 11:
				a := tasks[r.IntN(len(tasks))]
				edo.Drop(a.f)
				a.waits = false
			case op < 15:
				h.AddReceiver()
				receivers++
			case op < 19 && receivers > 0:
				WakeAll(h.RemoveReceiver(nil))
				if receivers--; receivers == 0 {
					wake(func(*waitingTask) bool { return true })
				}
			case op == 19 && r.IntN(3) == 0:
				i := r.IntN(len(senders))
				senders[i].Close()
				open[i] = false
				wake(func(a *waitingTask) bool { return a.s == i })
			}
			for i, a := range tasks {
				if n := a.task.Wakes(); n != a.wakes {
					t.Fatalf("seed %d, step %d: number %d was woken %d times, want %d", seed, step, i, n, a.wakes)
				}
			}
			awaited := make(map[*Sender]bool)
			for s := h.awaited.First(); s != nil; s = waiters.Next(s) {
				awaited[s] = true
			}
			left := 0
			for i := range senders {
				s := &senders[i]
				if s.isAwaited != awaited[s] || s.isAwaited && !open[i] || !s.isAwaited && s.closedWaiters.Len() > 0 {
					t.Fatalf("seed %d, step %d: sender %d should be in the list, or should not", seed, step, i)
				}
				if open[i] {
					left++
				}
			}
			if h.Senders() != left || h.SendersMadeAt().Total() != left || h.Receivers() != receivers {
				t.Fatalf("seed %d, step %d: %d senders, %d by where they were made, %d receivers, want %d, %d, %d",
					seed, step, h.Senders(), h.SendersMadeAt().Total(), h.Receivers(), left, left, receivers)
			}
		}
	}
}

// closedDirect waits in direct style for the receivers of s to go, n times.
func closedDirect(s *Sender, n int) edo.Future[edo.Unit] {
	return edo.Async(func(task *edo.Task) (u edo.Unit, err error) {
		for ; n > 0 && err == nil; n-- {
			err = s.Closed(task)
		}
		return u, err
	})
}

func TestTasksThatWaitInDirectStyleAreApart(t *testing.T) {
	var h Hub
	var senders [2]Sender
	for i := range senders {
		senders[i].Init(&h, 0)
	}
	h.AddReceiver()
	for range 3 { // with the futures of the last time
		var tasks [4]*edotest.Task
		var waits [4]edo.Future[edo.Unit]
		for i := range waits {
			tasks[i], waits[i] = edotest.NewTask(), closedDirect(&senders[i%2], 1)
			edotest.RequirePending(t, tasks[i], waits[i])
		}
		edo.Drop(waits[0])
		if _, _, err := edotest.Poll(tasks[0], waits[0]); !errors.Is(err, edo.ErrCancelled) {
			t.Fatal(err)
		}
		tasks[0].TakeWakes() // by the Drop
		WakeAll(h.RemoveReceiver(nil))
		edotest.RequireWoken(t, tasks[0], 0)
		for i := 1; i < len(waits); i++ {
			edotest.RequireWoken(t, tasks[i], 1)
			edotest.RequireReady(t, tasks[i], waits[i])
		}
		h.AddReceiver()
	}
}

func TestWaitingInDirectStyleAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	var h Hub
	var s Sender
	s.Init(&h, 0)
	h.AddReceiver()
	task, f := edotest.NewTask(), closedDirect(&s, 1<<30)
	var some [maxCopied]edo.Waker
	turn := func() {
		edotest.Poll(task, f)
		WakeAll(h.RemoveReceiver(some[:0]))
		edotest.Poll(task, f) // as often as its budget allows: there is no receiver
		h.AddReceiver()
	}
	for range 10 {
		turn()
	}
	if n := testing.AllocsPerRun(10, turn); n != 0 {
		t.Errorf("%v allocations", n)
	}
	s.Close()
	edo.Drop(f)
	if _, _, err := edotest.Poll(task, f); !errors.Is(err, edo.ErrCancelled) {
		t.Error(err)
	}
}

func TestWaitingForTheReceiversToGoTakesNoMoreRoomEachTime(t *testing.T) {
	var h Hub
	var s Sender
	s.Init(&h, 0)
	task := edotest.NewTask()
	for range 100 {
		h.AddReceiver()
		for range 3 {
			edotest.RequirePending(t, task, s.ClosedFuture())
		}
		WakeAll(h.RemoveReceiver(nil))
	}
	edotest.RequireWoken(t, task, 300)
	slots := s.closedWaiters.slots
	if cap(slots) > 8 {
		t.Errorf("room for %d waiters, of which there are 3 at a time", cap(slots))
	}
	for _, o := range slots[:cap(slots)] {
		if o != (slot{}) {
			t.Fatal("it keeps a task that has waited")
		}
	}
}

// TestReportOfManySendersIsAsLongAsTheirPlaces measures a report by its allocations, and
// leaves room for a few allocations of other goroutines.
func TestReportOfManySendersIsAsLongAsTheirPlaces(t *testing.T) {
	allocs := func(n int) float64 {
		var h Hub
		for range n {
			new(Sender).Init(&h, 0)
		}
		return testing.AllocsPerRun(10, func() { h.SendersMadeAt().Describe("sender") })
	}
	if few, many := allocs(2), allocs(2000); many > few+10 {
		t.Errorf("%v allocations for 2 senders made at one place, %v for 2,000", few, many)
	}
}

func TestBatchThatNoTaskJoinsMeanwhileUsesOneArray(t *testing.T) {
	var h Hub
	entries := make([]Entry, 100)
	w := edotest.NewTask().Waker()
	for range 3 {
		for i := range entries {
			h.Waiting.Join(&entries[i], w)
		}
		var batch Batch
		h.Waiting.MoveAll(&batch)
		h.WakeBatch(nil, &batch)
		if cap(h.Waiting.slots) < 100 || cap(h.Waiting.spare) != 0 {
			t.Fatalf("room for %d, and %d more", cap(h.Waiting.slots), cap(h.Waiting.spare))
		}
	}
}

func TestTasksThatCameAndWentAreNotKept(t *testing.T) {
	open := func() (*Sender, *Hub) {
		h, s := &Hub{Package: "fanout"}, &Sender{}
		s.Init(h, 0)
		h.AddReceiver()
		return s, h
	}
	chantest.TasksThatCameAndWentAreNotKept(t, open, func(s *Sender) int { return len(s.polled.All()) })
}
