package stress

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/edo-go/edo"
)

// receiver spawns the task that receives: to the end, or until it closes or leaves.
func (p *permitPlay) receiver(task *edo.Task, rng *rand.Rand) *edo.JoinHandle[edo.Unit] {
	n := -1 // how many batches; -1: all
	if oneIn(rng, 4) {
		n = rng.IntN(12)
		p.left.Store(true)
	}
	drop := oneIn(rng, 2)
	if n >= 0 && drop {
		p.dropped.Store(true)
	}
	if oneIn(rng, 5) {
		return p.spawner.drive(task, &batches{p: p, rng: fork(rng), closeAfter: n}, p.rx)
	}
	return p.spawner.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
		var buf []*message
		for ; ; n-- {
			if n == 0 && drop {
				if oneIn(rng, 4) {
					return p.misbehave(rng)
				}
				return nil
			}
			if n == 0 {
				p.rx.Close() // then it receives the rest, and the messages of permits
			}
			limit := 1 + rng.IntN(maxBatch)
			var err error
			if oneIn(rng, 3) {
				buf, err = edo.Await(task, p.rx.RecvManyFuture(buf[:0], limit))
			} else {
				buf, err = p.rx.RecvMany(task, buf[:0], limit)
			}
			if err != nil {
				return p.checkPermitsEnd(err)
			}
			if err := p.batch(buf, limit); err != nil {
				return err
			}
			if oneIn(rng, 6) {
				if err := dawdle(task, rng); err != nil {
					return err
				}
			}
		}
	}, p.rx)
}

// batch notes messages that were received at a time.
func (p *permitPlay) batch(all []*message, limit int) error {
	if len(all) == 0 || len(all) > limit {
		return fmt.Errorf("permits: a batch of %d messages, where the limit is %d", len(all), limit)
	}
	p.held.leave(len(all)) // possibly before their senders enter
	for _, m := range all {
		p.arrive(m)
	}
	return nil
}

// checkPermitsEnd checks err, with which the channel has ended.
func (p *permitPlay) checkPermitsEnd(err error) error {
	if n := p.out.Load(); n != 0 && errors.Is(err, edo.ErrClosed) {
		return fmt.Errorf("permits: the channel has ended with %d permits out", n)
	}
	return p.checkEnd(err)
}

// batches receives without a stack.
type batches struct {
	p          *permitPlay
	rng        *rand.Rand
	closeAfter int
	limit      int // of the batch that it waits for
	buf        []*message
}

func (f *batches) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for {
		if f.closeAfter == 0 {
			f.p.rx.Close()
		}
		if f.limit == 0 {
			f.limit = 1 + f.rng.IntN(maxBatch)
		}
		all, poll, err := f.p.rx.PollRecvMany(cx, f.buf[:0], f.limit)
		if poll == edo.Pending {
			return edo.Unit{}, poll, nil
		}
		if err != nil {
			return edo.Unit{}, edo.Ready, f.p.checkPermitsEnd(err)
		}
		if err := f.p.batch(all, f.limit); err != nil {
			return edo.Unit{}, edo.Ready, err
		}
		f.buf, f.limit = all, 0
		f.closeAfter--
	}
}
