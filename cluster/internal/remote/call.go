package remote

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/waiters"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/timer"
	"github.com/nats-io/nats.go"
)

// Request is what is called.
type Request struct {
	*Function
	Data []byte
	// Until is when its time is over. Zero: never.
	Until time.Time
	ID    string // of the job, if the function is Stored
}

// event is what has become of a call.
type event uint8

const (
	none    event = iota
	unheard       // no member offers the function
	busy          // the member has no room
	outcome
	lost // the member has gone, or the connection was closed
)

// Call is a call as a future of its outcome, a message. It is polled by one task at a time. The zero Call
// calls nothing: Begin makes it a call.
type Call struct {
	waiters.Node[Call] // in the list of calls that no member has taken

	Request
	to *Caller

	// The following belong to the task that polls.
	phase   phase
	hasTurn bool
	again   int32 // how often it was refused
	turn    *lock.AcquireFuture
	rest    *timer.Sleeper
	taken   nats.Header // what the carrier takes along
	ask     *link.Ask   // which versions are offered; or its storing

	// The following are guarded by Caller.mu.
	token     uint64        // 0: it was not sent
	sent      time.Duration // when it was, since epoch
	peer      *peer         // the member that has it; nil: none yet
	event     event
	answer    *nats.Msg
	waker     edo.Waker
	isDropped bool
	isUntaken bool // it is in that list
	// isUnoffered is set when it is lost because no member is left that offers the function.
	isUnoffered bool
}

// epoch is what calls count the time from: a duration has a third of the size of a time.
var epoch = time.Now()

type phase uint8

const (
	begins phase = iota
	sends
	stores
	waits
	rests
	asks
	over
)

// Begin makes c, a zero Call, a call of q. It is sent at the first poll.
func (c *Call) Begin(r *Caller, q Request) { c.Request, c.to = q, r }

// Waits says what the call waits for.
func (c *Call) Waits(*edo.Context) edo.Wait {
	r := c.to
	r.mu.Lock()
	p := c.peer
	r.mu.Unlock()
	on := "cluster: a member that takes the call of " + c.Name
	switch {
	case c.phase == begins:
		on = fmt.Sprintf("cluster: a turn to call %s, behind %d calls that no member has taken", c.Name, maxUntaken)
	case c.phase == rests:
		on += ": those that offer it are busy"
	case p != nil:
		on = "cluster: the end of " + c.Name + " on " + p.name()
	}
	return edo.Wait{On: on, Outside: true}
}

func (p *peer) name() string { return "the member " + p.id + " (" + p.host + ")" }

// Poll sends the call, and is ready with its outcome. The error is a [*LostError], an
// [*UnknownError], or that of the connection.
func (c *Call) Poll(cx *edo.Context) (m *nats.Msg, poll edo.Poll, err error) {
	for {
		switch c.phase {
		case begins:
			if !c.pollTurn(cx) {
				return nil, edo.Pending, nil
			}
			c.phase = sends
			if c.Stored {
				c.phase = stores
			}
		case sends, stores:
			if !cx.Proceed(c) {
				return nil, edo.Pending, nil
			}
			if c.taken == nil {
				c.taken = c.to.conn.Inject(cx, nil)
			}
			isSent, err := c.send(cx)
			if err != nil {
				return c.end(nil, err)
			}
			if isSent {
				return nil, edo.Pending, nil
			}
		case waits:
			m, poll, err = c.pollEvent(cx)
			if poll == edo.Pending && c.phase == waits {
				return nil, edo.Pending, nil
			}
			if poll == edo.Ready {
				if _, isBusy := err.(*edo.BusyError); isBusy { // another task waits for it, and goes on to
					return nil, edo.Ready, err
				}
				if m == nil {
					return c.end(nil, err)
				}
				c.giveUpTurn()
				c.phase = over
				return m, edo.Ready, nil
			}
		case rests:
			if !cx.Proceed(c) {
				return nil, edo.Pending, nil
			}
			if _, poll, _ := c.rest.Poll(cx); poll == edo.Pending {
				return nil, edo.Pending, nil
			}
			c.rest, c.phase = nil, sends
			if c.Stored {
				c.phase = stores
			}
		case asks:
			m, poll, err := c.ask.Poll(cx)
			if poll == edo.Pending {
				return nil, edo.Pending, nil
			}
			if err != nil && !errors.Is(err, nats.ErrNoResponders) {
				return c.end(nil, err)
			}
			unknown := &UnknownError{Func: c.Name, Version: c.Version}
			if err == nil {
				unknown.Offered, unknown.Format = string(m.Data), formatOf(m)
			}
			if unknown.isOffered() && c.again < maxAgain { // it came just now
				c.wait(againWait)
				continue
			}
			return c.end(nil, unknown)
		case over:
			return nil, edo.Ready, link.ErrPolledAgain
		}
	}
}

// pollTurn waits for the turn of the call.
func (c *Call) pollTurn(cx *edo.Context) bool {
	if c.hasTurn {
		return true
	}
	if (*sched.Context)(cx).Inspecting() {
		cx.Proceed(c) // notes it
		return false
	}
	if c.turn == nil {
		if c.hasTurn = c.to.turns.TryAcquire(1) == nil; c.hasTurn {
			return true
		}
		c.turn = c.to.turns.AcquireFuture(1)
	}
	if _, poll, _ := c.turn.Poll(cx); poll == edo.Pending {
		return false
	}
	c.hasTurn, c.turn = true, nil // the permit is released as one that was acquired
	return true
}

// giveUpTurn lets another call go.
func (c *Call) giveUpTurn() {
	if c.turn != nil {
		c.turn.Drop()
		c.turn = nil
	}
	if c.hasTurn {
		c.to.turns.Release(1)
		c.hasTurn = false
	}
}

// send sends the call, and has it wait. If it reports true, the task will be woken, and need not look again.
func (c *Call) send(cx *edo.Context) (isSent bool, err error) {
	r, me := c.to, cx.Waker()
	r.mu.Lock()
	if err = r.enter(c); err == nil {
		c.event = none
		if c.waker.IsZero() { // otherwise pollEvent says what is wrong
			c.waker = me
		}
		isSent = c.waker == me
	}
	r.mu.Unlock()
	if err != nil {
		return false, err
	}
	if c.phase == stores {
		return false, c.store()
	}
	c.phase = waits
	switch err := publish(r.conn.NATS(), c.subject(), r.reply(c), c.header(), c.Data); {
	case err == nil:
	case errors.Is(err, nats.ErrReconnectBufExceeded), errors.Is(err, nats.ErrConnectionReconnecting):
		r.tell(c.token, unheard, nil) // it was not sent
	default:
		return false, link.ErrClosed
	}
	return isSent, nil
}

// header returns the head of the message.
func (c *Call) header() nats.Header {
	if c.Codec == usualCodec && c.Until.IsZero() {
		return c.taken
	}
	h := nats.Header{headCodec: {c.Codec}}
	maps.Copy(h, c.taken)
	if !c.Until.IsZero() {
		h[headLimit] = []string{strconv.FormatInt(int64(max(0, time.Until(c.Until))), 10)}
	}
	return h
}

// pollEvent waits until something has become of the call.
func (c *Call) pollEvent(cx *edo.Context) (m *nats.Msg, poll edo.Poll, err error) {
	if !cx.Proceed(c) {
		return nil, edo.Pending, nil
	}
	if c.Stored && c.ask != nil {
		if isPending, err := c.pollStored(cx); isPending || err != nil || c.phase != waits {
			if err != nil {
				return nil, edo.Ready, err
			}
			return nil, edo.Pending, nil
		}
	}
	r, me := c.to, cx.Waker()
	r.mu.Lock()
	if other := c.waker; !other.IsZero() && other != me {
		r.mu.Unlock()
		if err := cx.Sole(other, c, "each task has a call of its own"); err != nil {
			return nil, edo.Ready, err
		}
		cx.Displace(other, c)
		r.mu.Lock()
	}
	c.waker = me
	what, m, p := c.event, c.answer, c.peer
	if what == outcome { // it has left the Caller
		c.waker, c.answer = edo.Waker{}, nil
	}
	r.mu.Unlock()
	switch what {
	case none:
		if p != nil {
			c.giveUpTurn() // a member that stops may give the call back: it needs its argument still
		}
		return nil, edo.Pending, nil
	case outcome:
		return m, edo.Ready, nil
	case lost:
		r.mu.Lock()
		err = r.end
		r.mu.Unlock()
		if err == nil {
			err = c.lostError()
		}
		return nil, edo.Ready, err
	case unheard:
		if c.again++; c.mayBeHeard() {
			c.wait(againWait)
			return nil, edo.Pending, nil
		}
		c.askOffers()
	case busy:
		c.again++
		c.wait(min(time.Second, 10*time.Millisecond<<min(c.again, 7)))
	}
	return nil, edo.Pending, nil
}

// mayBeHeard reports whether a call that no member has heard may be heard by one soon: after a broker
// was away the members come back one by one.
func (c *Call) mayBeHeard() bool { return int(c.again) < deafLimit(c.to.conn) }

const (
	againWait = 250 * time.Millisecond // before a call that no member has heard is sent again
	maxAgain  = 20                     // how often it is
)

// wait has the call rest for about d, and send again.
func (c *Call) wait(d time.Duration) {
	c.phase = rests
	c.rest = timer.SleepFuture(d/2 + rand.N(d))
}

// askOffers asks which versions of the function are offered, as this one is not.
func (c *Call) askOffers() {
	c.phase = asks
	ask := c.to.conn.Asks().New(link.Question{
		Subject: offersSubject(c.Name), Header: ownFormat(), On: "cluster: which versions of " + c.Name + " are offered", Deaf: 1,
	})
	c.ask = &ask
}

// end ends the call.
func (c *Call) end(m *nats.Msg, err error) (*nats.Msg, edo.Poll, error) {
	c.giveUpTurn()
	c.phase = over
	r := c.to
	r.mu.Lock()
	if r.calls[c.token] == c {
		r.leave(c)
	}
	c.waker, c.answer = edo.Waker{}, nil
	r.mu.Unlock()
	return m, edo.Ready, err
}

// Drop gives the call up: the member aborts it.
func (c *Call) Drop() {
	if c.phase == over || c.to == nil {
		return
	}
	c.phase = over
	c.giveUpTurn()
	if c.rest != nil {
		c.rest.Drop()
		c.rest = nil
	}
	if c.ask != nil {
		c.ask.Drop()
	}
	r := c.to
	r.mu.Lock()
	c.waker = edo.Waker{}
	member, isKnown := "", r.calls[c.token] == c
	if isKnown {
		switch {
		case c.peer != nil:
			member = c.peer.id
			r.leave(c)
		case c.isUntaken:
			c.isDropped, c.Data = true, nil
		default: // it rests, or is stored: the member that begins it is told then
			r.leave(c)
		}
	}
	r.mu.Unlock()
	if member != "" {
		r.abort(member, r.reply(c))
	}
}
