package stress

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
)

// broadcasts sends numbered values from several senders to several receivers, which
// subscribe, lag behind, subscribe anew, and leave.
func broadcasts(r *round) program {
	c := r.spawner("broadcast")
	senders := r.account("broadcast: senders")
	return func(task *edo.Task, rng *rand.Rand) error {
		p := &broadcastPlay{spawner: c, senders: senders, inOrder: oneIn(rng, 2), stays: oneIn(rng, 3)}
		return p.play(task, rng)
	}
}

// broadcastPlay is one channel.
type broadcastPlay struct {
	*spawner
	senders   *account
	capacity  int
	inOrder   bool         // senders send with the lock order, so that the order is known
	stays     bool         // one of the receivers stays, and receives nothing
	sent      atomic.Int64 // values that were accepted
	open      atomic.Int64 // senders that are not about to be closed
	leaving   atomic.Bool  // a receiver may leave before the end
	order     sync.Mutex   // held to send and to subscribe, with inOrder
	lateTasks lateTasks    // receivers that subscribed late
}

// call is the nth value of one sender. With inOrder seq is its number among all values.
type call struct{ sender, n, seq int }

func (p *broadcastPlay) play(task *edo.Task, rng *rand.Rand) error {
	p.capacity = 1 + rng.IntN(1<<rng.IntN(6))
	tx, rx := broadcast.New[call](p.capacity)
	defer tx.Close()
	if p.stays {
		defer rx.Drop()
	}
	// 1. Spawn the receivers that subscribe before the first value, the senders, and the receivers
	//    that subscribe late.
	var handles, speakers []*edo.JoinHandle[edo.Unit]
	var listeners []*listener
	count := 1 + rng.IntN(4)
	for i := range 1 + rng.IntN(5) {
		own := rx
		if i > 0 || p.stays {
			own = tx.Subscribe()
		}
		l := p.listener(own, count, 0)
		listeners = append(listeners, l)
		handles = append(handles, p.listen(task, rng, l))
	}
	for id := range count {
		speakers = append(speakers, p.speak(task, rng, p.own(tx.Clone()), id))
	}
	for n := rng.IntN(3); n > 0; n-- { // receivers that subscribe late
		if err := dawdle(task, rng); err != nil {
			return err
		}
		handles = append(handles, p.listen(task, rng, p.subscribe(tx.Subscribe, count)))
	}
	// 2. Join the senders, wait for the receivers, end the channel, and join them.
	if err := joinAll(p.round, task, speakers); err != nil {
		return err
	}
	for _, l := range listeners { // before the end, which would also wake tasks whose wake was lost
		if err := l.awaitCaughtUp(task); err != nil {
			return err
		}
	}
	tx.Close()
	err := joinAll(p.round, task, handles)
	if err == nil {
		err = p.lateTasks.join(p.round, task)
	}
	if err != nil {
		return err
	}
	// 3. Check the counts of the channel itself.
	if n := tx.Len(); p.stays && n != min(p.capacity, int(p.sent.Load())) {
		return fmt.Errorf("broadcast: %d values are retained of %d, where the capacity is %d", n, p.sent.Load(), p.capacity)
	}
	if n := tx.SenderCount(); n != 0 {
		return fmt.Errorf("broadcast: %d senders are left over", n)
	}
	return nil
}

// speaker is a sender that counts as open until it is dropped.
type speaker struct {
	*broadcast.Sender[call]
	play *broadcastPlay
	once *token
}

func (p *broadcastPlay) own(tx *broadcast.Sender[call]) *speaker {
	p.open.Add(1)
	return &speaker{Sender: tx, play: p, once: p.senders.open()}
}

func (s *speaker) Drop() {
	s.play.open.Add(-1) // first: no receiver must see the end earlier
	s.Sender.Drop()
	s.once.end()
}

// speak spawns a task that sends.
func (p *broadcastPlay) speak(task *edo.Task, rng *rand.Rand, tx *speaker, id int) *edo.JoinHandle[edo.Unit] {
	total := rng.IntN(80)
	h := p.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
		for n := range total {
			if err := p.send(tx, id, n); err != nil {
				return err
			}
			if oneIn(rng, 10) {
				if err := dawdle(task, rng); err != nil {
					return err
				}
			}
		}
		if oneIn(rng, 12) {
			return p.misbehave(rng)
		}
		return nil
	}, tx)
	if oneIn(rng, 6) { // a wait that must not disturb the other users of the handle
		p.lateTasks.add(p.drive(task, tx.ClosedFuture()))
	}
	p.abort(rng, 10, h)
	return h
}

// send sends the nth value of a sender.
func (p *broadcastPlay) send(tx *speaker, id, n int) error {
	if p.inOrder {
		p.order.Lock()
		defer p.order.Unlock()
	}
	got, err := tx.Send(call{id, n, int(p.sent.Load())})
	switch {
	case err == nil && got > 0:
		p.sent.Add(1)
		return nil
	case errors.Is(err, edo.ErrClosed) && (p.stopping.Load() || !p.stays && p.leaving.Load()):
		return nil // no receiver is left: when all is cancelled, play drops the one that stays
	}
	return fmt.Errorf("broadcast: Send returned %d, %v, and there are receivers", got, err)
}
