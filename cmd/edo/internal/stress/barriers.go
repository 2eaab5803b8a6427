package stress

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/lock"
)

// barriers has tasks meet at a barrier, again and again. Some give up while they wait,
// and then others come for them.
func barriers(r *round) program {
	c := r.crew("barrier")
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
	*crew
	size    int
	barrier *lock.Barrier
	come    atomic.Int64 // who comes, before it does
	passed  atomic.Int64
	leaders atomic.Int64
}

func newBarrierPlay(c *crew, size int) *barrierPlay {
	return &barrierPlay{crew: c, size: size, barrier: lock.NewBarrier(size)}
}

// pass takes note of one that passed, as the nth time that it did when nobody gives up.
func (p *barrierPlay) pass(leader bool, n int) {
	p.passed.Add(1)
	if leader {
		p.leaders.Add(1)
	}
	if come, want := p.come.Load(), int64(n*p.size); come < want {
		p.fault("barrier: one passed, and %d of %d have come", come, want)
	}
}

// steady has nobody give up: then all is exact.
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

// check looks at who has passed, when nobody has given up.
func (p *barrierPlay) check(generations int) error {
	if passed, leaders := p.passed.Load(), p.leaders.Load(); passed != int64(generations*p.size) || leaders != int64(generations) {
		return fmt.Errorf("barrier: %d have passed, and %d as leaders, a barrier for %d, %d times", passed, leaders, p.size, generations)
	}
	return nil
}

// loose has tasks that are aborted, and visitors that come and give up, until all have
// passed: those that wait need them.
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

// visit comes to the barrier n times at once, and gives up those that have to wait.
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

// arriving comes to the barrier without a stack.
type arriving struct {
	p    *barrierPlay
	left int
	n    int // times that it has passed
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
