package stress

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/lock"
)

// onces spawns tasks that get a value, which one of them makes, while initialisers fail,
// panic and are aborted.
func onces(r *round) program {
	c := r.spawner("once")
	return func(task *edo.Task, rng *rand.Rand) error {
		p := &oncePlay{spawner: c, room: newRoom(&r.ledger, "once: the initialiser", 1)}
		return p.play(task, rng)
	}
}

// oncePlay is one value.
type oncePlay struct {
	*spawner
	once lock.Once[int64]
	room *room
	made atomic.Int64 // how often the value was made
}

var errMadeNone = errors.New("the initialiser has made nothing")

func (p *oncePlay) play(task *edo.Task, rng *rand.Rand) error {
	var handles []*edo.JoinHandle[edo.Unit]
	for i := range 2 + rng.IntN(8) {
		f := body(p.direct)
		if i == 0 {
			f = p.initialise
		}
		var h *edo.JoinHandle[edo.Unit]
		if i > 0 && oneIn(rng, 3) {
			h = p.drive(task, p.stackless(fork(rng)))
		} else {
			h = p.start(task, rng, f)
		}
		handles = append(handles, h)
		if i > 0 {
			p.abort(rng, 3, h)
		}
	}
	if err := joinAll(p.round, task, handles); err != nil {
		return err
	}
	v, ok := p.once.Get()
	return p.check(v, ok)
}

// check checks the value at the end.
func (p *oncePlay) check(v int64, ok bool) error {
	if n := p.made.Load(); !ok || v != n || n == 0 {
		return fmt.Errorf("once: the value is %d, %v, and it was made %d times", v, ok, n)
	}
	return nil
}

// initialise gets the value, with an initialiser that does not fail.
func (p *oncePlay) initialise(task *edo.Task, _ *rand.Rand) error {
	v, err := p.once.GetOrInit(task, func(task *edo.Task) (int64, error) {
		p.room.enter(1)
		defer p.room.leave(1)
		return p.made.Add(1), nil
	})
	return p.checkValue(v, err)
}

// direct gets the value, with an initialiser that waits and may fail.
func (p *oncePlay) direct(task *edo.Task, rng *rand.Rand) error {
	if err := dawdle(task, rng); err != nil {
		return err
	}
	v, err := p.once.GetOrInit(task, func(task *edo.Task) (int64, error) {
		p.room.enter(1)
		defer p.room.leave(1)
		if err := dawdle(task, rng); err != nil {
			return 0, err
		}
		switch rng.IntN(4) {
		case 0:
			return 0, errMadeNone
		case 1:
			return 0, p.misbehave(rng)
		}
		return p.made.Add(1), nil
	})
	return p.checkValue(v, err)
}

// stackless is direct without a stack.
func (p *oncePlay) stackless(rng *rand.Rand) edo.Future[edo.Unit] {
	f := p.once.GetOrInitFuture(func() edo.Future[int64] {
		p.room.enter(1)
		left := dropFunc(func() { p.room.leave(1) })
		fails := oneIn(rng, 3)
		return counted(p.spawner, edo.Future[int64](future.Owning(future.AndThen(edo.Future[edo.Unit](edo.YieldFuture()), func(edo.Unit) edo.Future[int64] {
			if fails {
				return future.Fail[int64](errMadeNone)
			}
			return future.Ready(p.made.Add(1))
		}), left)))
	})
	return future.Then(f, func(v int64, err error) edo.Future[edo.Unit] {
		if err := p.checkValue(v, err); err != nil {
			return future.Fail[edo.Unit](err)
		}
		return future.Ready(edo.Unit{})
	})
}

// checkValue checks a value that a task got.
func (p *oncePlay) checkValue(v int64, err error) error {
	switch {
	case errors.Is(err, errMadeNone):
		return nil
	case err != nil:
		return err
	case v != 1:
		return fmt.Errorf("once: a task got %d, and the value is 1", v)
	}
	return nil
}
