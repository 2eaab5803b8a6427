package stress

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/lock"
)

// barriers spawns tasks that wait at a barrier, again and again. Some give up while they
// wait, and then others arrive in their stead.
func barriers(r *round) program {
	c := r.spawner("barrier")
	return func(task *edo.Task, rng *rand.Rand) error {
		p := newBarrierPlay(c, 1+rng.IntN(6))
		if oneIn(rng, 2) {
			return p.steady(task, rng)
		}
		return p.loose(task, rng)
	}
}

// barrierPlay is one barrier.
type barrierPlay struct {
	*spawner
	size    int
	barrier *lock.Barrier
	come    atomic.Int64 // arrivals, counted before they happen
	passed  atomic.Int64
	leaders atomic.Int64
}

func newBarrierPlay(c *spawner, size int) *barrierPlay {
	return &barrierPlay{spawner: c, size: size, barrier: lock.NewBarrier(size)}
}

// pass counts a task that has passed. n is how often it has, when no task gives up.
func (p *barrierPlay) pass(leader bool, n int) {
	p.passed.Add(1)
	if leader {
		p.leaders.Add(1)
	}
	if come, want := p.come.Load(), int64(n*p.size); come < want {
		p.fault("barrier: one passed, and %d of %d have arrived", come, want)
	}
}

// steady plays without a task that gives up: then all numbers are exact.
func (p *barrierPlay) steady(task *edo.Task, rng *rand.Rand) error {
	generations := 1 + rng.IntN(12)
	var handles []*edo.JoinHandle[edo.Unit]
	for range p.size {
		if oneIn(rng, 3) {
			handles = append(handles, p.drive(task, &arriving{p: p, left: generations}))
			continue
		}
		handles = append(handles, p.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
			for n := range generations {
				if err := dawdle(task, rng); err != nil {
					return err
				}
				p.come.Add(1)
				leader, err := p.barrier.Wait(task)
				if err != nil {
					return err
				}
				p.pass(leader, n+1)
			}
			return nil
		}))
	}
	if err := joinAll(p.round, task, handles); err != nil {
		return err
	}
	return p.check(generations)
}

// check checks the numbers, when no task has given up.
func (p *barrierPlay) check(generations int) error {
	if passed, leaders := p.passed.Load(), p.leaders.Load(); passed != int64(generations*p.size) || leaders != int64(generations) {
		return fmt.Errorf("barrier: %d have passed, and %d as leaders, a barrier for %d, %d times", passed, leaders, p.size, generations)
	}
	return nil
}

// loose plays with tasks that are aborted. Until all have ended, visitors arrive and give up:
// the tasks that wait need them.
func (p *barrierPlay) loose(task *edo.Task, rng *rand.Rand) error {
	var ended atomic.Int64
	var handles []*edo.JoinHandle[edo.Unit]
	count := 2 + rng.IntN(6)
	for range count {
		h := p.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
			for range 5 {
				leader, err := p.barrier.Wait(task)
				if err != nil {
					return err
				}
				p.pass(leader, 0)
			}
			return nil
		}, dropFunc(func() { ended.Add(1) }))
		handles = append(handles, h)
		p.abort(rng, 3, h)
	}
	for ended.Load() != int64(count) {
		if err := p.visit(task, 1+rng.IntN(p.size)); err != nil {
			return err
		}
	}
	if err := joinAll(p.round, task, handles); err != nil {
		return err
	}
	if passed, most := p.passed.Load(), p.leaders.Load()*int64(p.size); passed > most {
		return fmt.Errorf("barrier: %d have passed, and the leaders brought along %d", passed, most)
	}
	return nil
}

// visit arrives at the barrier n times at once, and drops the arrivals that have to wait.
func (p *barrierPlay) visit(task *edo.Task, n int) error {
	var all []edo.Future[bool]
	for range n {
		f := p.barrier.WaitFuture()
		all = append(all, future.Owning(future.PollFn(func(cx *edo.Context) (bool, edo.Poll, error) {
			leader, poll, err := f.Poll(cx)
			if poll == edo.Ready && err == nil {
				p.pass(leader, 0)
			}
			return leader, poll, err
		}), f))
	}
	race := future.Race(append(all, future.Map(edo.Future[edo.Unit](edo.YieldFuture()), func(edo.Unit) bool { return false }))...)
	defer race.Drop()
	_, err := edo.Await(task, race)
	return err
}

// dropFunc is a function that is called once, when its owner ends.
type dropFunc func()

func (f dropFunc) Drop() { f() }

// arriving arrives at the barrier without a stack.
type arriving struct {
	p    *barrierPlay
	left int
	n    int // how often it has passed
	f    lock.Arrival
	busy bool
}

func (f *arriving) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for ; f.left > 0; f.left-- {
		if !f.busy {
			f.f.Reset(f.p.barrier)
			f.busy = true
			f.p.come.Add(1)
		}
		leader, p, err := f.f.Poll(cx)
		if p == edo.Pending || err != nil {
			return edo.Unit{}, p, err
		}
		f.busy = false
		f.n++
		f.p.pass(leader, f.n)
	}
	return edo.Unit{}, edo.Ready, nil
}

func (f *arriving) Drop() { f.f.Drop() }
