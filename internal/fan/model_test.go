package fan_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// The set against a model that keeps a list of who is to be polled: those who have
// turns first, and then those who were woken.
func TestSetAgainstTheModel(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		n := 1 + rng.IntN(8)
		task, f := edotest.NewTask(), newFamily(n)
		var turns []int
		ended, left := make([]bool, n), n
		wake := func(i int) {
			if w := f.kids[i].waker; w != nil {
				w.Wake()
				if !ended[i] && !slices.Contains(turns, i) {
					turns = append(turns, i)
				}
			}
		}
		for i := range n {
			turns = append(turns, i)
			f.kids[i].poll = func(cx *sched.Context) fan.Outcome {
				if len(turns) == 0 || turns[0] != i {
					t.Fatalf("seed %d: %d is polled, while the turns are %v", seed, i, turns)
				}
				turns = turns[1:]
				cx.Take()
				switch rng.IntN(8) {
				case 0:
					wake(i)
				case 1, 2:
					wake(rng.IntN(n))
				case 3:
					ended[i] = true
					left--
					wake(i)
					return fan.Ended
				}
				return fan.Pending
			}
		}
		for over := false; !over; {
			for range rng.IntN(3) {
				wake(rng.IntN(n))
			}
			task.TakeWakes()
			budget := rng.IntN(4)
			want := min(len(turns), max(budget, 1))
			var order []int
			order, over = f.pollWith(task, budget)
			if len(order) != want || over != (left == 0) {
				t.Fatalf("seed %d: polled %v, want %d of them; over: %v, with %d left", seed, order, want, over, left)
			}
			if !over && len(turns) > 0 && task.Wakes() == 0 {
				t.Fatalf("seed %d: %v have turns, and the task was not woken", seed, turns)
			}
		}
	}
}

func TestPollsAndWakesAllocateNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	task, f := edotest.NewTask(), newFamily(8)
	f.poll(task)
	f.order = make([]int, 0, 4096)
	task.Enter(func(cx *edo.Context) {
		in := cx.Internal(internal.Key{})
		if n := testing.AllocsPerRun(100, func() {
			in.SetBudget(sched.Budget)
			f.order = f.order[:0]
			f.kids[3].waker.Wake()
			f.kids[5].waker.WakeBy(in)
			f.set.Poll(in)
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

// Wakers on other goroutines while a task polls: every wake is followed by a poll.
func TestWakesFromEverywhereAreAllSeen(t *testing.T) {
	const n, wakes = 16, 300
	err := edo.Run(func(task *edo.Task) error {
		f := newFamily(n)
		var mu sync.Mutex
		var sent, seen, kept [n]int // kept: whose waker is there
		wakers := make([]edo.Waker, n)
		for i := range f.kids {
			f.kids[i].poll = func(cx *sched.Context) fan.Outcome {
				mu.Lock()
				defer mu.Unlock()
				seen[i], kept[i] = sent[i], 1
				wakers[i] = (*edo.Context)(cx).Waker()
				if seen[i] == wakes {
					return fan.Ended
				}
				return fan.Pending
			}
		}
		for g := range 4 {
			edo.Blocking(task, func(*edo.Task) (edo.Unit, error) {
				rng := rand.New(rand.NewPCG(uint64(g), 7))
				for left := n / 4 * wakes; left > 0; {
					i := g*n/4 + rng.IntN(n/4)
					mu.Lock()
					if sent[i] == wakes {
						mu.Unlock()
						continue
					}
					sent[i]++
					left--
					w := wakers[i]
					mu.Unlock()
					w.Wake()
				}
				return edo.Unit{}, nil
			})
		}
		_, err := edo.Await(task, edo.Future[edo.Unit](pollFunc(func(cx *edo.Context) edo.Poll {
			f.order = f.order[:0]
			if f.set.Poll(cx.Internal(internal.Key{})) {
				return edo.Ready
			}
			return edo.Pending
		})))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

type pollFunc func(cx *edo.Context) edo.Poll

func (f pollFunc) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) { return edo.Unit{}, f(cx), nil }

// What one wake and the poll after it cost, among so many that wait.
func BenchmarkOneWokenOf(b *testing.B) {
	for _, n := range []int{10, 100, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			task, f := edotest.NewTask(), newFamily(n)
			f.poll(task)
			i := 0
			for b.Loop() {
				f.kids[i].waker.Wake()
				f.pollQuick(task)
				if i += 7; i >= n {
					i -= n
				}
			}
		})
	}
}
