package stress

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/timer"
)

// selects receives from several channels by one Select, among ticks and timers that are
// set again, in direct style and without a stack.
func selects(r *round) program {
	c := r.spawner("select")
	messages := r.account("select: messages")
	return func(task *edo.Task, rng *rand.Rand) error {
		var handles []*edo.JoinHandle[edo.Unit]
		for range 1 + rng.IntN(3) {
			p := &selectPlay{spawner: c, queue: &queuePlay{round: r, messages: messages}}
			more, err := p.play(task, rng)
			if err != nil {
				return err
			}
			handles = append(handles, more...)
		}
		return joinAll(r, task, handles)
	}
}

// selectPlay is one Select.
type selectPlay struct {
	*spawner
	queue *queuePlay
	rng   *rand.Rand // of the task of the Select
	sent  []int      // how many messages each channel is sent
	ends  int        // channels that have ended; the Select's own
	fewer atomic.Bool
	task  *edo.Task // of the handlers; nil without a stack
}

// play spawns the tasks that send, and the task that receives.
func (p *selectPlay) play(task *edo.Task, rng *rand.Rand) (handles []*edo.JoinHandle[edo.Unit], err error) {
	n := 1 + rng.IntN(5)
	p.queue.next, p.sent, p.rng = make([]int, n), make([]int, n), fork(rng)
	var owned []edo.Dropper
	var branches []selector.Branch
	for i := range n {
		tx, rx := mpsc.New[*message](1 + rng.IntN(8))
		p.sent[i] = rng.IntN(40)
		h := p.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
			return fill(p.queue, task, rng, tx, i, p.sent[i])
		}, tx)
		if oneIn(rng, 12) {
			p.fewer.Store(true)
			p.abort(rng, 1, h)
		}
		handles = append(handles, h)
		b := selector.On(rx, p.handleMessage)
		if oneIn(rng, 3) {
			b.If(func() bool { return oneIn(p.rng, 2) })
		}
		owned, branches = append(owned, rx), append(branches, b)
	}
	period := time.Duration(1+rng.IntN(3)) * time.Millisecond
	ticks := timer.NewInterval(period)
	branches = append(branches, selector.On(ticks, func(at time.Time, err error) error {
		if late := time.Since(at); err == nil && late < 0 {
			err = fmt.Errorf("select: a tick came %v early", -late)
		}
		return err
	}))
	nap, alarm := p.alarm()
	branches = append(branches, alarm)
	owned = append(owned, ticks, nap)

	rng.Shuffle(len(branches), func(i, j int) { branches[i], branches[j] = branches[j], branches[i] })
	sel := selector.New(branches...)
	if oneIn(rng, 4) {
		sel.Biased()
	}
	h := p.run(task, rng, sel, append(owned, sel))
	p.abort(rng, 6, h)
	return append(handles, h), nil
}

// alarm returns a timer, and a branch that sets it again whenever it has fired.
func (p *selectPlay) alarm() (*timer.Sleeper, selector.Branch) {
	draw := func() time.Duration { return time.Duration(p.rng.IntN(4000)) * time.Microsecond }
	set, d := time.Now(), draw()
	nap := timer.SleepFuture(d)
	var b *selector.FutureBranch[edo.Unit]
	b = selector.OnFuture(nap, func(_ edo.Unit, err error) error {
		if err != nil {
			return err
		}
		if err := early(set, d); err != nil {
			return err
		}
		set, d = time.Now(), draw()
		nap.Reset(d)
		b.Reset(nap)
		return nil
	})
	return nap, b
}

// run spawns the task that receives.
func (p *selectPlay) run(task *edo.Task, rng *rand.Rand, sel *selector.Select, owned []edo.Dropper) *edo.JoinHandle[edo.Unit] {
	kind := rng.IntN(3)
	if kind == 0 {
		return p.drive(task, &selecting{p, sel}, owned...)
	}
	return p.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
		p.task = task
		defer func() { p.task = nil }()
		if kind == 1 {
			if err := sel.Run(task); err != nil {
				return err
			}
			return p.check()
		}
		for {
			switch err := sel.Next(task); {
			case errors.Is(err, selector.Stop):
				return p.check()
			case err != nil:
				return err
			}
		}
	}, owned...)
}

// handleMessage is the handler of the channels.
func (p *selectPlay) handleMessage(m *message, err error) error {
	if errors.Is(err, edo.ErrClosed) {
		if p.ends++; p.ends == len(p.sent) {
			return selector.Stop
		}
		return nil
	}
	if err != nil {
		return err
	}
	p.queue.arrive(m)
	if p.task != nil && oneIn(p.rng, 10) {
		return dawdle(p.task, p.rng)
	}
	return nil
}

// check checks the numbers of received messages, after all channels have ended.
func (p *selectPlay) check() error {
	for i, n := range p.queue.next {
		if n > p.sent[i] || n < p.sent[i] && !p.fewer.Load() && !p.stopping.Load() {
			return fmt.Errorf("select: %d messages were received of %d", n, p.sent[i])
		}
	}
	return nil
}

// selecting receives without a stack.
type selecting struct {
	p   *selectPlay
	sel *selector.Select
}

func (f *selecting) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for {
		_, p, err := f.sel.PollNext(cx)
		switch {
		case p == edo.Pending:
			return edo.Unit{}, p, nil
		case p == edo.End:
			return edo.Unit{}, edo.Ready, f.p.check()
		case err != nil:
			return edo.Unit{}, edo.Ready, err
		}
	}
}
