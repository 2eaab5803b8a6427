package fan_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// The model of a set is a list of the children to poll: first those that still have a turn,
// then those that were woken.
func TestSetAgainstTheModel(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		n := 1 + rng.IntN(8)
		task, g := edotest.NewTask(), newGroup(n)
		var turns []int
		ended, remaining := make([]bool, n), n
		wake := func(i int) {
			if w := g.members[i].waker; w != nil {
				w.Wake()
				if !ended[i] && !slices.Contains(turns, i) {
					turns = append(turns, i)
				}
			}
		}
		for i := range n {
			turns = append(turns, i)
			g.members[i].poll = func(cx *sched.Context) fan.Outcome {
				if len(turns) == 0 || turns[0] != i {
					t.Fatalf("seed %d: child %d is polled, while the turns are %v", seed, i, turns)
				}
				turns = turns[1:]
				cx.TakeBudget()
				switch rng.IntN(8) {
				case 0:
					wake(i)
				case 1, 2:
					wake(rng.IntN(n))
				case 3:
					ended[i] = true
					remaining--
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
			order, over = g.pollWith(task, budget)
			if len(order) != want || over != (remaining == 0) {
				t.Fatalf("seed %d: polled %v, want %d of them; over: %v, with %d not ended", seed, order, want, over, remaining)
			}
			if !over && len(turns) > 0 && task.Wakes() == 0 {
				t.Fatalf("seed %d: children %v have turns, and the task was not woken", seed, turns)
			}
		}
	}
}

func TestPollsAndWakesAllocateNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	task, g := edotest.NewTask(), newGroup(8)
	g.poll(task)
	g.order = make([]int, 0, 4096)
	task.Enter(func(cx *edo.Context) {
		in := (*sched.Context)(cx)
		if n := testing.AllocsPerRun(100, func() {
			in.SetBudget(sched.Budget)
			g.order = g.order[:0]
			g.members[3].waker.Wake()
			g.members[5].waker.WakeBy(in)
			g.set.Poll(in)
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

// Other goroutines wake children while a task polls: a poll follows every wake.
func TestWakesFromOtherGoroutinesAreAllSeen(t *testing.T) {
	const n, wakes = 16, 300
	err := edo.Run(func(task *edo.Task) error {
		g := newGroup(n)
		var mu sync.Mutex
		var sent, seen [n]int // wakes
		wakers := make([]edo.Waker, n)
		for i := range g.members {
			g.members[i].poll = func(cx *sched.Context) fan.Outcome {
				mu.Lock()
				defer mu.Unlock()
				seen[i] = sent[i]
				wakers[i] = (*edo.Context)(cx).Waker()
				if seen[i] == wakes {
					return fan.Ended
				}
				return fan.Pending
			}
		}
		for part := range 4 { // each wakes a quarter of the children
			edo.Blocking(task, func(*edo.Task) (edo.Unit, error) {
				rng := rand.New(rand.NewPCG(uint64(part), 7))
				for left := n / 4 * wakes; left > 0; {
					i := part*n/4 + rng.IntN(n/4)
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
			g.order = g.order[:0]
			if g.set.Poll((*sched.Context)(cx)) {
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

// The cost of one wake and the poll after it, in a set of n children that wait.
func BenchmarkOneWokenOf(b *testing.B) {
	for _, n := range []int{10, 100, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			task, g := edotest.NewTask(), newGroup(n)
			g.poll(task)
			i := 0
			for b.Loop() {
				g.members[i].waker.Wake()
				g.pollForBenchmark(task)
				if i += 7; i >= n {
					i -= n
				}
			}
		})
	}
}
