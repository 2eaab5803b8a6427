package remote

import (
	"cmp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/edo-go/edo/internal/waiters"
	"github.com/edo-go/edo/lock"
	"github.com/nats-io/nats.go"
)

const (
	// tick is how often members are asked for a sign of life.
	tick = time.Second
	// maxUntaken is how many calls of a connection are on the way to a member: others wait in line. So
	// it is these alone that ask again while all members are busy.
	maxUntaken = 256
)

// Caller has the calls of a connection.
//
// Rules:
//
//  1. A Call is in calls from when it is sent until it has an outcome, or is dropped; one that is
//     dropped before a member has said that it has it stays until then, or until its patience is over.
//  2. mu is held for no call of nats.go, and no task is woken with mu held.
type Caller struct {
	conn   *link.Conn
	prefix string // of the subjects of what comes back, with the last dot
	turns  *lock.Semaphore

	mu         sync.Mutex // guards the following, and what a Call says is guarded
	last       uint64     // the token of the latest call
	calls      map[uint64]*Call
	untaken    waiters.List[Call] // those that no member has taken, as they were sent
	peers      map[string]*peer
	unoffered  map[string]time.Time // functions that no member offers, and since when the broker knows of none
	confirms   map[string]*[]uint64 // the tokens of outcomes that have come, by the subject of their member
	timer      *time.Timer
	isWatching bool
	ticked     time.Time
	end        error
}

// peer is a member that has calls of this caller.
type peer struct {
	id, host string
	calls    int
	seen     time.Time
	unheard  time.Time     // since when the broker knows of no such member; zero: it does
	patience time.Duration // the least one of its calls
}

type callerKey struct{}

// CallerOf returns the Caller of a connection.
func CallerOf(conn *link.Conn) *Caller {
	return conn.Part(callerKey{}, func() any {
		r := &Caller{
			conn: conn, prefix: conn.NATS().NewInbox() + ".", turns: lock.NewSemaphore(maxUntaken),
			calls: map[uint64]*Call{}, peers: map[string]*peer{}, confirms: map[string]*[]uint64{},
			unoffered: map[string]time.Time{},
		}
		sub, err := conn.NATS().Subscribe(r.prefix+"*", r.take)
		if err == nil {
			err = sub.SetPendingLimits(-1, -1) // the number of calls is the limit
		}
		if err != nil {
			r.end = link.ErrClosed
		}
		return r
	}).(*Caller)
}

// Calls returns how many calls have no outcome yet.
func (r *Caller) Calls() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.calls)
}

// CallsOf returns how many calls of a connection have no outcome yet.
func CallsOf(conn *link.Conn) int {
	r, ok := conn.PartIfMade(callerKey{}).(*Caller)
	if !ok {
		return 0
	}
	return r.Calls()
}

// enter gives c a token. The caller holds mu.
func (r *Caller) enter(c *Call) error {
	if r.end != nil {
		return r.end
	}
	if c.token == 0 {
		r.last++
		c.token = r.last
	}
	c.sent = time.Since(epoch)
	r.calls[c.token] = c
	r.removePeer(c) // one that stops may have given it back before it has said that it has it
	if !c.Stored {
		r.addUntaken(c)
	}
	r.beginWatch()
	return nil
}

// beginWatch has watch called, once a second. The caller holds mu.
func (r *Caller) beginWatch() {
	if r.isWatching {
		return
	}
	now := time.Now()
	r.isWatching, r.ticked = true, now
	if r.timer == nil {
		r.timer = time.AfterFunc(tick, r.watch)
	} else {
		r.timer.Reset(tick)
	}
}

// reply is the subject of what comes back for c.
func (r *Caller) reply(c *Call) string { return r.prefix + strconv.FormatUint(c.token, 36) }

// take is called with each message that comes back.
func (r *Caller) take(m *nats.Msg) {
	rest := strings.TrimPrefix(m.Subject, r.prefix)
	if rest == outcomesToken {
		r.ended(m)
		return
	}
	if id, isPong := strings.CutPrefix(rest, "m-"); isPong {
		if m.Reply != "" {
			r.asked(id, m)
			return
		}
		r.pong(id, !link.IsUnheard(m))
		return
	}
	if name, isOffer := strings.CutPrefix(rest, "o-"); isOffer {
		r.offered(name, !link.IsUnheard(m))
		return
	}
	token, err := strconv.ParseUint(rest, 36, 64)
	if err != nil {
		return
	}
	switch kind := m.Header.Get(headKind); {
	case link.IsUnheard(m):
		r.tell(token, unheard, nil)
	case kind == kindTaken:
		r.taken(token, m)
	case kind == kindBusy:
		r.tell(token, busy, nil)
	default:
		r.tell(token, outcome, m)
		if m.Reply != "" {
			m.Respond(nil)
		}
	}
}

// tell tells the call with the token what has become of it.
func (r *Caller) tell(token uint64, what event, m *nats.Msg) {
	r.mu.Lock()
	wake := r.note(token, what, m)
	r.mu.Unlock()
	wake.Wake()
}

// note notes what has become of the call with the token, and returns what wakes its task. The caller holds mu.
func (r *Caller) note(token uint64, what event, m *nats.Msg) edo.Waker {
	c := r.calls[token]
	if c == nil || c.event >= outcome {
		return edo.Waker{}
	}
	if what == outcome || what == lost || c.isDropped {
		r.leave(c)
	}
	r.removeUntaken(c)
	if what == busy { // it may have taken the call, and stops
		r.removePeer(c)
	}
	c.event, c.answer = what, m
	return c.waker
}

// removePeer notes that no member has c. The caller holds mu.
func (r *Caller) removePeer(c *Call) {
	if c.peer != nil {
		c.peer.calls--
		c.peer = nil
	}
}

// addUntaken puts c at the end of the calls that no member has taken, unless it is among them. The caller
// holds mu.
func (r *Caller) addUntaken(c *Call) {
	if !c.isUntaken {
		c.isUntaken = true
		r.untaken.PushBack(c)
	}
}

// removeUntaken takes c out of them, if it is among them. The caller holds mu.
func (r *Caller) removeUntaken(c *Call) {
	if c.isUntaken {
		c.isUntaken = false
		r.untaken.Remove(c)
	}
}

// leave takes c out of what the caller knows. The caller holds mu.
func (r *Caller) leave(c *Call) {
	delete(r.calls, c.token)
	r.removeUntaken(c)
	if c.peer != nil {
		c.peer.calls--
	}
}

// taken is told that a member has a call: also one that is forgotten here.
func (r *Caller) taken(token uint64, m *nats.Msg) {
	id := m.Header.Get(headMember)
	r.mu.Lock()
	c := r.calls[token]
	if c == nil || c.isDropped {
		if c != nil {
			r.leave(c)
		}
		r.mu.Unlock()
		r.abort(id, m.Subject)
		return
	}
	p := r.peers[id]
	if p == nil {
		p = &peer{id: id, host: m.Header.Get(headHost), patience: c.Patience}
		r.peers[id] = p
	}
	p.seen, p.patience = time.Now(), min(p.patience, c.Patience)
	if c.peer != nil {
		c.peer.calls--
	}
	p.calls++
	c.peer = p
	r.removeUntaken(c)
	wake := c.waker // it gives its turn to the next one
	r.mu.Unlock()
	wake.Wake()
}

// abort has a member abort a call.
func (r *Caller) abort(member, reply string) {
	m := abortOf(member, reply)
	r.conn.Asks().Tell(link.Question{Subject: m.Subject, Header: m.Header, Data: m.Data, On: "an abort", Deaf: 4}, func(*nats.Msg, error) {})
}

// abortOf returns the message that has a member abort a call.
func abortOf(member, reply string) *nats.Msg {
	return &nats.Msg{Subject: memberSubject(member), Header: nats.Header{headKind: {kindAbort}}, Data: []byte(reply)}
}

// pong is told that a member has given a sign of life, or that the broker does not know it.
func (r *Caller) pong(id string, isThere bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch p := r.peers[id]; {
	case p == nil:
	case isThere:
		p.seen, p.unheard = time.Now(), time.Time{}
	case p.unheard.IsZero():
		p.unheard = time.Now()
	}
}

// asked answers a member that asks for a sign of life, as it has heard nothing for long: a caller that
// knows of no call there says so.
func (r *Caller) asked(id string, m *nats.Msg) {
	r.mu.Lock()
	p := r.peers[id]
	answer := &nats.Msg{}
	if p == nil || p.calls == 0 {
		answer.Header = nats.Header{headKind: {kindNone}}
	} else {
		p.seen, p.unheard = time.Now(), time.Time{}
	}
	r.mu.Unlock()
	m.RespondMsg(answer)
}

// Reconnected asks members whether they still have the calls: an outcome may have found no caller.
func (r *Caller) Reconnected() {
	type has struct{ member, reply string }
	var ask []has
	var lostTokens []uint64
	away := r.conn.Away()
	r.mu.Lock()
	for token, c := range r.calls {
		switch {
		case c.Stored && away > c.CallerPatience*5/6: // its member may have given the outcome up
			lostTokens = append(lostTokens, token)
		case !c.Stored && c.peer != nil:
			ask = append(ask, has{c.peer.id, r.reply(c)})
		}
	}
	r.mu.Unlock()
	for _, token := range lostTokens {
		r.tell(token, lost, nil)
	}
	for _, q := range ask { // without a reply: that no member hears it must not be taken for the fate of the call
		r.conn.NATS().PublishMsg(&nats.Msg{Subject: memberSubject(q.member), Header: nats.Header{headKind: {kindHas}}, Data: []byte(q.reply)})
	}
}

// Close ends all calls, and has members abort them, but for those that are stored.
func (r *Caller) Close() {
	r.mu.Lock()
	r.end = cmp.Or(r.end, link.ErrClosed)
	if r.timer != nil {
		r.timer.Stop()
	}
	var tokens []uint64
	messages := r.confirmations()
	for token, c := range r.calls {
		tokens = append(tokens, token)
		if c.peer != nil && !c.Stored {
			messages = append(messages, abortOf(c.peer.id, r.reply(c)))
		}
	}
	r.mu.Unlock()
	for _, m := range messages {
		r.conn.NATS().PublishMsg(m)
	}
	for _, token := range tokens {
		r.tell(token, lost, nil)
	}
}
