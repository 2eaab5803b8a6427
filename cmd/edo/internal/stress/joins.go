package stress

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/timer"
)

// joins waits for several futures, or functions, at the same time: for all, for all unless
// one fails, and for the first.
func joins(r *round) program {
	c := r.spawner("join")
	values := r.account("join: values")
	messages := r.account("join: messages")
	return func(task *edo.Task, rng *rand.Rand) error {
		var handles []*edo.JoinHandle[edo.Unit]
		for range 1 + rng.IntN(6) {
			p := &joinPlay{spawner: c, values: values, messages: messages}
			kinds := []body{p.join, p.tryJoin, p.race, p.joinTask, p.tryJoinTask, p.raceTask, p.raceReceives}
			h := c.start(task, rng, kinds[rng.IntN(len(kinds))])
			handles = append(handles, h)
			c.abort(rng, 5, h)
		}
		return joinAll(r, task, handles)
	}
}

// joinPlay is several futures, or functions. Some fail.
type joinPlay struct {
	*spawner
	values, messages *account
	children         []*contender
	within           atomic.Int64 // functions that have started and not ended
}

// contender is one of the futures or functions. Its value is its number.
type contender struct {
	value
	fails  bool
	future *countedFuture[*value] // nil: a function
}

// value is the result of one.
type value struct {
	token
	n int
}

var errFails = errors.New("one that fails")

// drawChildren draws the children.
func (p *joinPlay) drawChildren(rng *rand.Rand, fails bool) {
	for n := range 1 + rng.IntN(8) {
		p.children = append(p.children, &contender{fails: fails && oneIn(rng, 8), value: value{n: n, token: token{account: p.values}}})
	}
}

// makeFutures makes the children futures, of any kind.
func (p *joinPlay) makeFutures(task *edo.Task, rng *rand.Rand, fails bool) (all []edo.Future[*value]) {
	p.drawChildren(rng, fails)
	for _, c := range p.children {
		f := future.Then(p.wait(task, rng), func(_ edo.Unit, err error) edo.Future[*value] {
			switch {
			case err != nil:
				return future.Fail[*value](err)
			case c.fails:
				return future.Fail[*value](errFails)
			}
			p.values.opened.Add(1)
			return future.Ready(&c.value)
		})
		c.future = counted(p.spawner, edo.Future[*value](f))
		all = append(all, c.future)
	}
	return all
}

// wait returns a future that waits in one of several ways.
func (p *joinPlay) wait(task *edo.Task, rng *rand.Rand) edo.Future[edo.Unit] {
	switch rng.IntN(6) {
	case 0:
		return future.Ready(edo.Unit{})
	case 1:
		return timer.SleepFuture(time.Duration(rng.IntN(3000)) * time.Microsecond)
	case 2:
		inner := fork(rng)
		return edo.Async(func(task *edo.Task) (edo.Unit, error) {
			open := p.bodies.open()
			defer open.end()
			return edo.Unit{}, dawdle(task, inner)
		})
	case 3:
		tx, rx := oneshot.New[edo.Unit]()
		p.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
			err := dawdle(task, rng)
			tx.Send(edo.Unit{})
			return err
		}, tx)
		return future.Of(edo.Future[edo.Unit](rx)).OrElse(func(error) edo.Future[edo.Unit] {
			return future.Ready(edo.Unit{}) // its sender is dropped when all is cancelled
		})
	}
	return edo.YieldFuture()
}

// checkDropped checks a join or a race that is over: its children must have been dropped
// before.
func (p *joinPlay) checkDropped() error {
	for _, c := range p.children {
		if c.future != nil && !c.future.open.hasEnded() {
			return fmt.Errorf("join: it is over, and child %d was not dropped", c.n)
		}
	}
	if n := p.within.Load(); n != 0 {
		return fmt.Errorf("join: it is over, and %d functions run", n)
	}
	return nil
}

// checkResult checks the result of child n.
func (p *joinPlay) checkResult(n int, v *value, err error) error {
	switch c := p.children[n]; {
	case c.fails && errors.Is(err, errFails):
		return nil
	case c.fails || err != nil:
		return fmt.Errorf("join: child %d has the error %v, and fails: %v", n, err, c.fails)
	case v != &c.value:
		return fmt.Errorf("join: child %d has another value than its own", n)
	}
	v.end()
	return nil
}

func (p *joinPlay) join(task *edo.Task, rng *rand.Rand) error {
	f := future.Join(p.makeFutures(task, rng, true)...)
	all, err := edo.Await(task, f)
	f.Drop()
	return p.checkJoin(task, all, err)
}

func (p *joinPlay) joinTask(task *edo.Task, rng *rand.Rand) error {
	all, err := future.JoinTask(task, p.makeFunctions(rng, true)...)
	return p.checkJoin(task, all, err)
}

// checkJoin checks the results of all.
func (p *joinPlay) checkJoin(task *edo.Task, all []future.Result[*value], err error) error {
	if err := errors.Join(err, p.checkDropped()); err != nil {
		return err
	}
	if len(all) != len(p.children) {
		return fmt.Errorf("join: %d results of %d children", len(all), len(p.children))
	}
	var errs []error
	for n, r := range all {
		// Also after a cancellation a result that came before is there.
		errs = append(errs, p.checkResult(n, r.Value, r.Err))
	}
	if task.Err() != nil {
		return task.Err()
	}
	return errors.Join(errs...)
}

func (p *joinPlay) tryJoin(task *edo.Task, rng *rand.Rand) error {
	f := future.TryJoin(p.makeFutures(task, rng, oneIn(rng, 2))...)
	all, err := edo.Await(task, f)
	f.Drop()
	return p.checkTryJoin(all, err)
}

func (p *joinPlay) tryJoinTask(task *edo.Task, rng *rand.Rand) error {
	all, err := future.TryJoinTask(task, p.makeFunctions(rng, oneIn(rng, 2))...)
	return p.checkTryJoin(all, err)
}

// checkTryJoin checks the values of all, or the error of one.
func (p *joinPlay) checkTryJoin(all []*value, err error) error {
	if err := p.checkDropped(); err != nil {
		return err
	}
	if err != nil {
		return p.checkFailure(err)
	}
	if len(all) != len(p.children) {
		return fmt.Errorf("join: %d values of %d children", len(all), len(p.children))
	}
	for n, v := range all {
		if err := p.checkResult(n, v, nil); err != nil {
			return err
		}
	}
	return nil
}

// checkFailure checks that err is the error of a child.
func (p *joinPlay) checkFailure(err error) error {
	if errors.Is(err, errFails) {
		for _, c := range p.children {
			if c.fails {
				return nil
			}
		}
		return fmt.Errorf("join: it has failed, and none of the children: %v", err)
	}
	return err
}

func (p *joinPlay) race(task *edo.Task, rng *rand.Rand) error {
	f := future.Race(p.makeFutures(task, rng, true)...)
	v, err := edo.Await(task, f)
	f.Drop()
	return p.checkRace(v, err)
}

func (p *joinPlay) raceTask(task *edo.Task, rng *rand.Rand) error {
	v, err := future.RaceTask(task, p.makeFunctions(rng, true)...)
	return p.checkRace(v, err)
}

// checkRace checks the result of the first. The values of others were dropped.
func (p *joinPlay) checkRace(v *value, err error) error {
	if err := p.checkDropped(); err != nil {
		return err
	}
	if err != nil {
		return p.checkFailure(err)
	}
	if v == nil {
		return errors.New("join: a race was won, and there is no value")
	}
	return p.checkResult(v.n, v, nil)
}

// makeFunctions makes the children functions in direct style.
func (p *joinPlay) makeFunctions(rng *rand.Rand, fails bool) (all []func(*edo.Task) (*value, error)) {
	p.drawChildren(rng, fails)
	shared := 0 // without a lock: only one of them runs at a time
	for _, c := range p.children {
		inner := fork(rng)
		all = append(all, func(task *edo.Task) (*value, error) {
			open := p.bodies.open()
			defer open.end()
			p.within.Add(1)
			defer p.within.Add(-1)
			shared++
			var err error
			if oneIn(inner, 4) {
				err = timer.Sleep(task, time.Duration(inner.IntN(2000))*time.Microsecond)
			} else {
				err = dawdle(task, inner)
			}
			shared++
			switch {
			case err != nil:
				return nil, err
			case c.fails:
				return nil, errFails
			}
			p.values.opened.Add(1)
			return &c.value, nil
		})
	}
	return all
}

// raceReceives receives from several channels, by a race for each message: the receives that
// lose must not take a message.
func (p *joinPlay) raceReceives(task *edo.Task, rng *rand.Rand) error {
	q := &queuePlay{round: p.round, messages: p.messages, next: make([]int, 1+rng.IntN(4))}
	open := make([]*mpsc.Receiver[*message], len(q.next))
	sent := make([]int, len(open))
	for i := range open {
		tx, rx := mpsc.New[*message](1 + rng.IntN(4))
		defer rx.Drop()
		open[i] = rx
		sent[i] = rng.IntN(20)
		p.start(task, rng, func(task *edo.Task, rng *rand.Rand) error { return fill(q, task, rng, tx, i, sent[i]) }, tx)
	}
	for left := len(open); left > 0; {
		var all []edo.Future[*message]
		for i, rx := range open {
			if rx != nil {
				all = append(all, future.Of(rx.RecvFuture()).OrElse(func(error) edo.Future[*message] {
					return future.Lazy(func() (*message, error) {
						open[i] = nil // it has ended
						left--
						return nil, nil
					})
				}))
			}
		}
		race := future.Race(all...)
		m, err := edo.Await(task, race)
		race.Drop()
		if err != nil {
			return err
		}
		if m != nil {
			q.arrive(m)
		}
	}
	for i, n := range q.next {
		if n != sent[i] && !p.stopping.Load() {
			return fmt.Errorf("join: %d messages were received of %d", n, sent[i])
		}
	}
	return nil
}

// fill sends n messages, as sender id.
func fill(q *queuePlay, task *edo.Task, rng *rand.Rand, tx *mpsc.Sender[*message], id, n int) error {
	for i := range n {
		m := q.message(id, i)
		if err := tx.Send(task, m); err != nil {
			m.end()
			if errors.Is(err, edo.ErrClosed) {
				return nil // the receiver was aborted
			}
			return err
		}
		if oneIn(rng, 6) {
			if err := dawdle(task, rng); err != nil {
				return err
			}
		}
	}
	return nil
}
