package stress

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
)

// permits sends numbered messages by permits, one or several at a time, by sends with a time
// limit, and through weak handles, to one receiver of batches; meanwhile either side leaves,
// and permits are passed to other tasks or given back.
func permits(r *round) program {
	c := r.spawner("permits")
	messages := r.account("permits: messages")
	handles := r.account("permits: senders")
	slots := r.account("permits: permits")
	return func(task *edo.Task, rng *rand.Rand) error {
		p := &permitPlay{spawner: c, slots: slots}
		p.queuePlay = &queuePlay{round: r, bodies: c.bodies, futures: c.futures, messages: messages, ends: handles}
		return p.play(task, rng)
	}
}

// permitPlay is one channel.
type permitPlay struct {
	*queuePlay
	spawner *spawner
	slots   *account

	held      *room        // messages in the channel and permits
	out       atomic.Int64 // permits that are not about to be used or given back
	dropped   atomic.Bool  // the receiver was dropped, or may have been, before the end
	lateTasks lateTasks    // tasks with a permit whose parents were cancelled
}

// maxBatch is the most messages that are received at a time.
const maxBatch = 16

func (p *permitPlay) play(task *edo.Task, rng *rand.Rand) error {
	capacity := 1 + rng.IntN(1<<rng.IntN(6))
	var tx *mpsc.Sender[*message]
	if oneIn(rng, 8) {
		tx, p.rx = mpsc.NewUnbounded[*message]()
		p.held = newRoom(&p.ledger, "permits: an unbounded channel", math.MaxInt)
		capacity = 8 // for tasks that reserve many
	} else {
		tx, p.rx = mpsc.New[*message](capacity)
		// A message that was received and is not noted yet has left the channel.
		p.held = newRoom(&p.ledger, "permits: a channel", capacity+maxBatch)
	}
	first := p.handle(tx)
	defer first.Drop()
	receiver := p.receiver(task, fork(rng))
	if oneIn(rng, 12) {
		p.left.Store(true)
		p.dropped.Store(true)
		p.spawner.abort(rng, 1, receiver)
	}
	var handles []*edo.JoinHandle[edo.Unit]
	p.next = make([]int, 1+rng.IntN(6))
	for id := range p.next {
		s := &sender{play: p.queuePlay, id: id, n: rng.IntN(50)}
		p.senders = append(p.senders, s)
		h := p.spawn(task, rng, s, p.clone(tx), capacity)
		handles = append(handles, h)
		p.spawner.abort(rng, 8, h)
	}
	handles = append(handles, p.weak(task, rng, tx.Downgrade()))
	first.Drop()
	err := joinAll(p.round, task, append(handles, receiver))
	if err == nil {
		err = p.lateTasks.join(p.round, task)
	}
	if err != nil {
		return err
	}
	return p.check(tx)
}

// check checks that nothing is left when all tasks have ended.
func (p *permitPlay) check(tx *mpsc.Sender[*message]) error {
	for _, s := range p.senders {
		accepted, received := int(s.accepted.Load()), p.next[s.id]
		if received > accepted {
			return fmt.Errorf("permits: sender %d: %d messages were received, and %d accepted", s.id, received, accepted)
		}
		if received < accepted && !p.dropped.Load() {
			return fmt.Errorf("permits: sender %d: %d messages were accepted, and %d received", s.id, accepted, received)
		}
	}
	switch {
	case p.out.Load() != 0:
		return fmt.Errorf("permits: %d are left over", p.out.Load())
	case tx.Cap() != tx.MaxCap():
		return fmt.Errorf("permits: the capacity is %d instead of %d: a slot was lost", tx.Cap(), tx.MaxCap())
	case tx.StrongCount() != 0 || tx.WeakCount() != 0:
		return fmt.Errorf("permits: %d handles and %d weak ones are left over", tx.StrongCount(), tx.WeakCount())
	}
	return nil
}

// slot is a permit that counts as handed out. It may be dropped twice.
type slot struct {
	play   *permitPlay
	permit *mpsc.Permit[*message]
	open   *token
	gone   atomic.Bool
}

func (p *permitPlay) slot(permit *mpsc.Permit[*message]) *slot {
	p.held.enter(1)
	p.out.Add(1)
	return &slot{play: p, permit: permit, open: p.slots.open()}
}

func (t *slot) Drop() {
	if t.gone.Swap(true) {
		return
	}
	t.play.out.Add(-1) // first: the receiver must not see the end earlier
	t.play.held.leave(1)
	t.permit.Drop()
	t.open.end()
}

// send sends the next message of s. Only a receiver that was dropped may refuse it.
func (t *slot) send(s *sender) error {
	p := t.play
	m := p.message(s.id, int(s.accepted.Load()))
	t.gone.Store(true)
	p.out.Add(-1)
	s.accepted.Add(1) // first: the message may be received, and the counts compared, before Send returns
	err := t.permit.Send(m)
	t.open.end()
	if err == nil {
		return nil
	}
	s.accepted.Add(-1)
	m.end()
	p.held.leave(1)
	t.permit.Drop()
	if errors.Is(err, edo.ErrClosed) && (p.dropped.Load() || p.stopping.Load()) {
		return edo.ErrClosed
	}
	return fmt.Errorf("permits: a permit was refused, and the receiver was not dropped: %w", err)
}

// ignoreClosed returns the error of a sender task that has got err.
func (p *permitPlay) ignoreClosed(err error) error {
	switch {
	case err == nil, errors.Is(err, edo.ErrCancelled):
		return err
	case errors.Is(err, edo.ErrClosed) && p.mayHaveLeft():
		return nil
	}
	return fmt.Errorf("permits: the channel is open: %w", err)
}
