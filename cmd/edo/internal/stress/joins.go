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

// joins waits for several futures, or functions, at the same time: for all of them, for
// all but the first that fails, and for the first.
func joins(r *round) program {
	c := r.crew("join")
	values := r.account("join: values")
	messages := r.account("join: messages")
	return func(task *edo.Task, rng *rand.Rand) error {
		var handles []*edo.JoinHandle[edo.Unit]
		for range 1 + rng.IntN(6) {
			p := &joinPlay{crew: c, values: values, messages: messages}
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
	*crew
	values, messages *account
	children         []*contender
	within           atomic.Int64 // functions that have started and not ended
}

// contender is one of several. Its value is its number.
type contender struct {
	value
	fails  bool
	future *countedFuture[*value] // nil: a function
}

// value is what one comes to.
type value struct {
	token
	n int
}

var errFails = errors.New("one that fails")

// draw draws children.
func (p *joinPlay) draw(rng *rand.Rand, fails bool) {
	for n := range 1 + rng.IntN(8) {
		p.children = append(p.children, &contender{fails: fails && oneIn(rng, 8), value: value{n: n, token: token{account: p.values}}})
	}
}

// begin makes the children futures, of any kind.
func (p *joinPlay) begin(task *edo.Task, rng *rand.Rand, fails bool) (all []edo.Future[*value]) {
	p.draw(rng, fails)
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
		c.future = counted(p.crew, edo.Future[*value](f))
		all = append(all, c.future)
	}
	return all
}

// wait returns a future that waits for something.
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
			return future.Ready(edo.Unit{}) // it ends when all is cancelled
		})
	}
	return edo.YieldFuture()
}

// ended says what is wrong with a join or a race whose result has come, or that was
// dropped: the children must have been dropped before.
func (p *joinPlay) ended() error {
	for _, c := range p.children {
		if c.future != nil && !c.future.open.hasEnded() {
			return fmt.Errorf("join: it is over, and child %d was not dropped", c.n)
		}
	}
	if n := p.within.Load(); n != 0 {
		return fmt.Errorf("join: it is over, and %d functions go on", n)
	}
	return nil
}

// result checks what child n came to.
func (p *joinPlay) result(n int, v *value, err error) error {
	switch c := p.children[n]; {
	case c.fails && errors.Is(err, errFails):
		return nil
	case c.fails || err != nil:
		return fmt.Errorf("join: child %d came to %v, and fails: %v", n, err, c.fails)
	case v != &c.value:
		return fmt.Errorf("join: child %d came to what is not its value", n)
	}
	v.end()
	return nil
}

func (p *joinPlay) join(task *edo.Task, rng *rand.Rand) error {
	f := future.Join(p.begin(task, rng, true)...)
	all, err := edo.Await(task, f)
	f.Drop()
	return p.all(task, all, err)
}

func (p *joinPlay) joinTask(task *edo.Task, rng *rand.Rand) error {
	all, err := future.JoinTask(task, p.functions(rng, true)...)
	return p.all(task, all, err)
}

// all checks the results of all.
func (p *joinPlay) all(task *edo.Task, all []future.Result[*value], err error) error {
	if err := errors.Join(err, p.ended()); err != nil {
		return err
	}
	if len(all) != len(p.children) {
		return fmt.Errorf("join: %d results of %d children", len(all), len(p.children))
	}
	var bad []error
	for n, r := range all {
		// A result that came before the task was cancelled is there.
		bad = append(bad, p.result(n, r.Value, r.Err))
	}
	if task.Err() != nil {
		return task.Err()
	}
	return errors.Join(bad...)
}

func (p *joinPlay) tryJoin(task *edo.Task, rng *rand.Rand) error {
	f := future.TryJoin(p.begin(task, rng, oneIn(rng, 2))...)
	all, err := edo.Await(task, f)
	f.Drop()
	return p.tried(all, err)
}

func (p *joinPlay) tryJoinTask(task *edo.Task, rng *rand.Rand) error {
	all, err := future.TryJoinTask(task, p.functions(rng, oneIn(rng, 2))...)
	return p.tried(all, err)
}

// tried checks the values of all, or the error of one.
func (p *joinPlay) tried(all []*value, err error) error {
	if bad := p.ended(); bad != nil {
		return bad
	}
	if err != nil {
		return p.failed(err)
	}
	if len(all) != len(p.children) {
		return fmt.Errorf("join: %d values of %d children", len(all), len(p.children))
	}
	for n, v := range all {
		if err := p.result(n, v, nil); err != nil {
			return err
		}
	}
	return nil
}

// failed checks that err is one of the children's.
func (p *joinPlay) failed(err error) error {
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
	f := future.Race(p.begin(task, rng, true)...)
	v, err := edo.Await(task, f)
	f.Drop()
	return p.won(v, err)
}

func (p *joinPlay) raceTask(task *edo.Task, rng *rand.Rand) error {
	v, err := future.RaceTask(task, p.functions(rng, true)...)
	return p.won(v, err)
}

// won checks what the first came to. The values of others were dropped.
func (p *joinPlay) won(v *value, err error) error {
	if bad := p.ended(); bad != nil {
		return bad
	}
	if err != nil {
		return p.failed(err)
	}
	if v == nil {
		return errors.New("join: a race was won, and there is no value")
	}
	return p.result(v.n, v, nil)
}

// functions makes the children functions in direct style.
func (p *joinPlay) functions(rng *rand.Rand, fails bool) (all []func(*edo.Task) (*value, error)) {
	p.draw(rng, fails)
	shared := 0 // they take turns: no lock
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

// raceReceives receives from several channels, by a race for each message: those that
// lose must not take any.
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
