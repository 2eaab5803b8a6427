package stress

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
)

// notifies passes one notification around, which an aborted task must not keep; or it spawns
// tasks that wait for notifications to all, and must not miss one.
func notifies(r *round) program {
	c := r.spawner("notify")
	return func(task *edo.Task, rng *rand.Rand) error {
		if oneIn(rng, 2) {
			return (&tokenPlay{spawner: c}).play(task, rng)
		}
		return (&epochPlay{spawner: c}).play(task, rng)
	}
}

// tokenPlay has one notification, which a task has got, or which is stored.
type tokenPlay struct {
	*spawner
	notify lock.Notify
	room   *room
}

func (p *tokenPlay) play(task *edo.Task, rng *rand.Rand) error {
	p.room = newRoom(&p.ledger, "notify: those that were notified", 1)
	handles := p.spawnTurns(task, rng, turns{
		tasks: 10, turns: 20, turn: p.turn, futures: 3, aborted: 4,
		future: func(rng *rand.Rand, n int) edo.Future[edo.Unit] { return &notified{p: p, rng: rng, left: n} },
	})
	p.notify.NotifyOne()
	if err := joinAll(p.round, task, handles); err != nil {
		return err
	}
	// All tasks have ended: the notification must be stored, and only once.
	return oneStored(p.notify.WaitFuture().Enable(), p.notify.WaitFuture().Enable())
}

// oneStored checks that of two waits at the end only the first got a notification.
func oneStored(first, second bool) error {
	switch {
	case !first:
		return fmt.Errorf("notify: the notification was lost")
	case second:
		return fmt.Errorf("notify: the notification was doubled")
	}
	return nil
}

// turn waits for the notification, and passes it on.
func (p *tokenPlay) turn(task *edo.Task, rng *rand.Rand) error {
	if oneIn(rng, 3) {
		f := p.notify.WaitFuture()
		defer f.Drop() // it passes the notification on that Await has not seen
		if oneIn(rng, 2) {
			f.Enable()
		}
		if _, err := edo.Await(task, f); err != nil {
			return err
		}
	} else if err := p.notify.Wait(task); err != nil {
		return err
	}
	p.room.enter(1)
	defer p.pass(rng)
	return dawdle(task, rng)
}

// pass gives the notification to the next.
func (p *tokenPlay) pass(rng *rand.Rand) {
	p.room.leave(1)
	if oneIn(rng, 3) {
		p.notify.NotifyLast()
	} else {
		p.notify.NotifyOne()
	}
}

// notified waits and passes on without a stack, by a Notified that it reuses.
type notified struct {
	p    *tokenPlay
	rng  *rand.Rand
	left int
	f    lock.Notified
	busy bool
}

func (f *notified) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for ; f.left > 0; f.left-- {
		if !f.busy {
			f.f.Reset(&f.p.notify)
			f.busy = true
		}
		if _, p, err := f.f.Poll(cx); p == edo.Pending || err != nil {
			return edo.Unit{}, p, err
		}
		f.busy = false
		f.p.room.enter(1)
		f.p.pass(f.rng)
	}
	return edo.Unit{}, edo.Ready, nil
}

func (f *notified) Drop() { f.f.Drop() }

// epochPlay has a number that grows, and tasks that wait for its last value.
type epochPlay struct {
	*spawner
	notify lock.Notify
	epoch  atomic.Int64

	queue lock.Notify // notified of jobs
	mu    sync.Mutex  // guards jobs
	jobs  int
	done  atomic.Int64
}

func (p *epochPlay) play(task *edo.Task, rng *rand.Rand) error {
	last := int64(1 + rng.IntN(20))
	var handles []*edo.JoinHandle[edo.Unit]
	for range 1 + rng.IntN(6) {
		h := p.start(task, rng, func(task *edo.Task, rng *rand.Rand) error { return p.follow(task, rng, last) })
		handles = append(handles, h)
		p.abort(rng, 5, h)
	}
	workers := 1 + rng.IntN(3)
	for i := range workers {
		h := p.start(task, rng, func(task *edo.Task, _ *rand.Rand) error { return p.work(task, last) }, passesOn{&p.queue})
		handles = append(handles, h)
		if i > 0 {
			p.abort(rng, 3, h) // the others do its jobs
		}
	}
	notifier := p.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
		for range last {
			if err := dawdle(task, rng); err != nil {
				return err
			}
			p.mu.Lock()
			p.jobs++
			p.mu.Unlock()
			p.queue.NotifyOne()
			p.epoch.Add(1)
			p.notify.NotifyAll()
		}
		p.queue.NotifyOne() // there are no more jobs
		return nil
	})
	return joinAll(p.round, task, append(handles, notifier))
}

// follow waits until the last epoch.
func (p *epochPlay) follow(task *edo.Task, rng *rand.Rand, last int64) error {
	for {
		f := p.notify.WaitFuture() // before it reads epoch
		if p.epoch.Load() == last {
			f.Drop()
			return nil
		}
		if oneIn(rng, 3) {
			f.Enable()
		}
		if oneIn(rng, 6) {
			if err := edo.Yield(task); err != nil {
				f.Drop()
				return err
			}
		}
		_, err := edo.Await(task, f)
		f.Drop()
		if err != nil {
			return err
		}
	}
}

// work does jobs, until all are done. One notification may stand for several jobs.
func (p *epochPlay) work(task *edo.Task, last int64) error {
	for {
		p.mu.Lock()
		p.done.Add(int64(p.jobs))
		p.jobs = 0
		p.mu.Unlock()
		if p.done.Load() == last {
			return nil
		}
		if err := p.queue.Wait(task); err != nil {
			return err
		}
	}
}

// passesOn notifies the next task, in place of a task that may have ended with a
// notification.
type passesOn struct{ n *lock.Notify }

func (p passesOn) Drop() { p.n.NotifyOne() }
