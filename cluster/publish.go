package cluster

import (
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/timer"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"
)

// The headers of a job. Header names are case-sensitive.
const (
	headID       = "Edo-Id"
	headCodec    = "Edo-Codec"
	headKey      = "Edo-Key"
	headSchedule = "Nats-Schedule"
	headTarget   = "Nats-Schedule-Target"
	headExpected = "Nats-Expected-Last-Subject-Sequence"
)

// A PublishOption changes what one publish does. The zero value changes nothing.
type PublishOption struct{ apply func(p *plan) error }

// plan is a publish with its options.
type plan struct {
	id, key  string
	priority int
	at       time.Time // zero: now
	isTry    bool      // ErrFull instead of a wait
}

// ID gives the job an id. While the broker remembers it (QueueConfig.Window), another job with the
// same id is not stored. Without an id the job gets a random one, so that a publish whose
// confirmation was lost can be repeated.
func ID(id string) PublishOption {
	return PublishOption{func(p *plan) error {
		p.id = id
		if id == "" {
			return fmt.Errorf("cluster: the id of a job is empty")
		}
		return checkID("id of a job", id)
	}}
}

// Key puts the job into the lane of the key: see QueueConfig.Lanes.
func Key(key string) PublishOption {
	return PublishOption{func(p *plan) error {
		p.key = key
		return checkID("key of a job", key)
	}}
}

// Priority is how urgent the job is, from 0 up to QueueConfig.Priorities-1.
func Priority(priority int) PublishOption {
	return PublishOption{func(p *plan) error { p.priority = priority; return nil }}
}

// At has the broker keep the job until t, by the broker's clock. With the same id as a job that is
// not due yet, and that the broker does not remember any more, it takes that job's place.
func At(t time.Time) PublishOption {
	return PublishOption{func(p *plan) error { p.at = t; return nil }}
}

// After is [At] the time that d has passed, from the call on.
func After(d time.Duration) PublishOption { return At(time.Now().Add(d)) }

// Full makes a publish to a queue that is full return [ErrFull], instead of waiting for room.
func Full() PublishOption {
	return PublishOption{func(p *plan) error { p.isTry = true; return nil }}
}

// Receipt is what a broker says of a job that it has stored.
type Receipt struct {
	ID        string // of the job
	Duplicate bool   // the broker remembers a job with the id, and has stored nothing: that one is, or was, in the queue
}

// Publish puts a job into the queue, and waits until the broker has stored it. A connection that
// breaks meanwhile is waited for, and the job is sent again: its id sees to it that it is stored
// once. When the task is cancelled the job may be in the queue or not; a publish with the same id
// is safe then.
//
// At most 1,024 messages of a [Conn] are on the way at a time; others wait for their turn.
//
//edo:step PublishStep
func (q *Queue[T]) Publish(task *edo.Task, job T, options ...PublishOption) (Receipt, error) {
	f := q.publishing(job, options)
	r, err := edo.Await(task, edo.Future[Receipt](f))
	f.Drop()
	return r, err
}

// PublishStep is the step form of [Queue.Publish].
func (q *Queue[T]) PublishStep(task *edo.Task, st *edo.Step, job T, options ...PublishOption) (done bool, r Receipt, err error) {
	f := edo.StepState[publishing](st)
	if f == nil {
		f = q.publishing(job, options)
		st.Set(f)
	}
	if done, r, err = edo.AwaitStep(task, edo.Future[Receipt](f)); done {
		st.Set(nil)
		f.Drop()
	}
	return done, r, err
}

// PublishFuture is [Queue.Publish] as a future. The job is encoded at once, and sent at the first
// poll. Dropped before it is ready, the job may be in the queue or not.
func (q *Queue[T]) PublishFuture(job T, options ...PublishOption) edo.Future[Receipt] {
	return q.publishing(job, options)
}

// publishing returns the message of a job, as a future.
func (q *Queue[T]) publishing(job T, options []PublishOption) *publishing {
	p := plan{}
	f := &publishing{conn: q.conn, on: "cluster: the confirmation of a job by the queue " + q.name}
	for _, o := range options {
		if o.apply == nil {
			continue
		}
		if f.err = o.apply(&p); f.err != nil {
			return f
		}
	}
	l, err := q.lineOf(&p)
	if err != nil {
		f.err = err
		return f
	}
	data, err := q.cfg.Codec.Marshal(job)
	if err != nil {
		f.err = fmt.Errorf("cluster: the queue %s: a job cannot be encoded: %w", q.name, err)
		return f
	}
	if p.id == "" {
		p.id = nuid.Next()
	}
	f.isTry, f.receipt.ID = p.isTry, p.id
	f.ask = q.conn.in().Asks().New(link.Question{Subject: l.subject, Data: data, On: f.on, Stream: q.stream(), Header: nats.Header{
		jetstream.MsgIDHeader: {p.id}, headCodec: {q.cfg.Codec.Name()}, // without headID the two are the same
	}})
	if p.key != "" {
		f.ask.Header.Set(headKey, p.key)
	}
	if !p.at.IsZero() && q.cfg.MaxJobs > 0 { // the broker refuses to schedule in a stream that refuses messages
		f.err = fmt.Errorf("cluster: the queue %s has MaxJobs, and so no scheduled jobs", q.name)
		return f
	}
	if !p.at.IsZero() { // by hand: the option of the client cuts to seconds
		f.ask.Header[headSchedule] = []string{"@at " + p.at.UTC().Format(time.RFC3339Nano)}
		f.ask.Header[headTarget] = []string{l.subject}
		f.ask.Header[headID] = []string{p.id}           // the broker takes the other one away
		f.ask.Subject = q.root() + "at." + digest(p.id) // no worker's filter matches it
	}
	f.err = q.conn.checkSize(&f.ask)
	return f
}

// lineOf returns the line of a job.
func (q *Queue[T]) lineOf(p *plan) (*line, error) {
	switch {
	case q.cfg.Lanes > 0:
		if p.priority != 0 {
			return nil, fmt.Errorf("cluster: the queue %s has lanes, and no priorities", q.name)
		}
		h := fnv.New32a()
		h.Write([]byte(p.key))
		return q.lines[h.Sum32()%uint32(q.cfg.Lanes)], nil
	case p.key != "":
		return nil, fmt.Errorf("cluster: the queue %s has no lanes: a key needs QueueConfig.Lanes", q.name)
	case p.priority < 0 || p.priority >= len(q.lines):
		return nil, fmt.Errorf("cluster: the queue %s has the priorities 0 to %d: %d is none of them", q.name, len(q.lines)-1, p.priority)
	}
	return q.lines[len(q.lines)-1-p.priority], nil
}

// reserved is how much of a message is left free: a dead letter has more headers than its job.
const reserved = 2 << 10

// checkSize requires that the broker takes q.
func (c *Conn) checkSize(q *link.Ask) error {
	m := nats.Msg{Header: q.Header, Data: q.Data, Subject: q.Subject}
	if size, most := m.Size()-len(m.Subject), c.MaxPayload()-reserved; size > most {
		return &SizeError{Size: size, Max: most}
	}
	return nil
}

// publishing is a message on its way into a stream, as a future.
type publishing struct {
	conn    *Conn
	on      string
	ask     link.Ask
	receipt Receipt
	err     error // it ends with, before it has begun
	isTry   bool
	isOver  bool
	isTaken bool // what the carrier takes along is in the head

	turn   *lock.AcquireFuture // nil: it has not asked for its turn
	permit *lock.Permit        // its turn
	rest   *timer.Sleeper      // until it asks for room again
}

// Waits names what waits for room.
func (p *publishing) Waits(*edo.Context) edo.Wait { return edo.Wait{On: p.on, Outside: true} }

// turn is the leaf of a publish that waits for its turn.
type turn publishing

// Waits says so.
func (p *turn) Waits(*edo.Context) edo.Wait {
	on := fmt.Sprintf("cluster: a turn to send, behind %d other messages: %s", p.conn.in().MaxSends(), strings.TrimPrefix(p.on, "cluster: "))
	return edo.Wait{On: on, Outside: true}
}

// full is the leaf of a publish to a full queue.
type full publishing

// Waits says so.
func (p *full) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: p.on + ", which is full", Outside: true}
}

// Poll waits for a turn, sends, and waits for the confirmation.
func (p *publishing) Poll(cx *edo.Context) (r Receipt, poll edo.Poll, err error) {
	if p.isOver || p.err != nil {
		if !cx.Proceed(p) {
			return r, edo.Pending, nil
		}
		if p.isOver {
			return r, edo.Ready, link.ErrPolledAgain
		}
		return p.end(p.err)
	}
	if !p.isTaken && !(*sched.Context)(cx).Inspecting() {
		p.isTaken = true
		p.ask.Header = p.conn.in().Inject(cx, p.ask.Header)
		if err := p.conn.checkSize(&p.ask); err != nil {
			return p.end(err)
		}
	}
	for {
		if p.rest != nil {
			if !cx.Proceed((*full)(p)) {
				return r, edo.Pending, nil
			}
			if _, poll, _ := p.rest.Poll(cx); poll == edo.Pending {
				return r, edo.Pending, nil
			}
			p.rest = nil
		}
		if p.permit == nil {
			if p.turn == nil && !(*sched.Context)(cx).Inspecting() {
				p.turn = p.conn.in().Sends().AcquireFuture(1)
			}
			if (*sched.Context)(cx).Inspecting() {
				cx.Proceed((*turn)(p)) // notes it
				return r, edo.Pending, nil
			}
			if p.permit, poll, err = p.turn.Poll(cx); poll == edo.Pending || err != nil {
				return r, poll, err
			}
		}
		m, poll, err := p.ask.Poll(cx)
		if poll == edo.Pending {
			return r, edo.Pending, nil
		}
		if busy, ok := err.(*edo.BusyError); ok { // another task waits for it, and goes on to
			return r, edo.Ready, busy
		}
		if err != nil {
			return p.end(err)
		}
		ack, err := link.Stored(m)
		switch {
		case err == nil:
			p.receipt.Duplicate = ack.Duplicate
			return p.end(nil)
		case !isFull(err):
			return p.end(fmt.Errorf("%s: %w", p.on, err))
		case p.isTry:
			return p.end(ErrFull)
		}
		p.giveUpTurn()
		p.ask = p.conn.in().Asks().New(p.ask.Question)
		p.rest = timer.SleepFuture(roomWait)
	}
}

// roomWait is how long a publish rests before it asks a full queue again.
const roomWait = 100 * time.Millisecond

// isFull reports whether err says that a stream has as many messages as it may, or that the broker
// has too many on their way. The broker has one code for everything that it cannot store.
func isFull(err error) bool {
	e, ok := errors.AsType[*jetstream.APIError](err)
	const notStored, tooMany = 10077, 10167
	return ok && (e.ErrorCode == notStored && e.Description == "maximum messages exceeded" || e.ErrorCode == tooMany)
}

// end ends p with err.
func (p *publishing) end(err error) (Receipt, edo.Poll, error) {
	r := p.receipt
	p.Drop()
	if err != nil {
		r = Receipt{}
	}
	return r, edo.Ready, err
}

// Drop gives up the turn, and forgets the question.
func (p *publishing) Drop() {
	p.isOver = true
	p.giveUpTurn()
	if p.rest != nil {
		p.rest.Drop()
		p.rest = nil
	}
	p.ask.Drop()
}

// giveUpTurn lets another message go.
func (p *publishing) giveUpTurn() {
	if p.turn != nil {
		p.turn.Drop()
		p.turn = nil
	}
	if p.permit != nil {
		p.permit.Release()
		p.permit = nil
	}
}
