package link

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/nats-io/nats.go"
)

const (
	// RetryWait is how long a question rests that no one has heard, before it is asked again.
	RetryWait = 250 * time.Millisecond
	maxDeaf   = 40              // how often it is, before its stream is looked for
	askAgain  = 5 * time.Second // before a question without an answer is asked again
)

// Asks gives each answer of the broker to the task that waits for it. nats.go has requests that
// block a goroutine each; here all share one subscription, and a waiting task is a map entry.
//
// A question is asked again when the connection was lost and is back, when the broker says that
// there is no one to answer, and after askAgain. So only what may come twice is asked here:
// a message with an id, an acknowledgement, a look. A question with Once ends instead.
//
// Rules:
//
//  1. An Ask is in waiting from its first poll until it has an answer, or is dropped.
//  2. mu is held for no call of nats.go, and no task is woken with mu held.
//  3. A question that was asked earlier is asked again earlier: order by key depends on it.
type Asks struct {
	nc     *nats.Conn
	prefix string // of the subjects of answers, with the last dot

	mu       sync.Mutex // guards the following, and the fields of each Ask
	last     uint64     // the token of the latest question
	waiting  map[uint64]*Ask
	patience *time.Timer         // runs while there are questions; nil: it was never needed
	isSet    bool                // patience runs
	end      error               // every question ends with it
	broken   map[string]error    // the streams that can store nothing, if the broker is in this process
	looks    map[string][]uint64 // the streams that are looked for, and the questions that wait for that
}

// open subscribes to the answers.
func (a *Asks) open(nc *nats.Conn) error {
	a.nc, a.prefix, a.waiting = nc, nc.NewInbox()+".", map[uint64]*Ask{}
	sub, err := nc.Subscribe(a.prefix+"*", a.take)
	if err != nil {
		return err
	}
	return sub.SetPendingLimits(-1, -1) // the number of questions is the limit
}

// Question is what is asked.
type Question struct {
	Subject string
	Header  nats.Header
	Data    []byte
	On      string // what its task waits for
	Stream  string // that is to store it; "": none
	From    string // the stream that has the answer, if none is to store it; "": none
	// Once has it end with ErrUnanswered where it would be asked again.
	Once bool
	// Deaf is how often it is asked while there is no one to answer. 0: for some ten seconds. Then it
	// ends; that of a stream ends if the stream is gone, and is asked on if servers are away.
	Deaf int
	// DeafNow returns what Deaf is by now, of a question that may have to end sooner. nil: it does not change. It is
	// called with a lock held.
	DeafNow func() int
}

// mostDeaf returns how often q is asked while there is no one to answer.
func (q *Question) mostDeaf() int {
	if q.DeafNow != nil {
		return q.DeafNow()
	}
	return cmp.Or(q.Deaf, maxDeaf)
}

// Ask is a question to the broker, as a future of the answer. It is polled by one task at a time.
// The zero Ask asks nothing: Asks.New makes one.
type Ask struct {
	Question
	to   *Asks
	then func(m *nats.Msg, err error) // is called with the answer; nil: a task waits

	token   uint64 // 0: it was not asked
	sent    time.Time
	deaf    int // how often there was no one to answer
	isOver  bool
	answer  *nats.Msg
	err     error
	waker   edo.Waker
	isTaken bool // its future was ready
}

// New returns the question as a future, which asks it at its first poll.
func (a *Asks) New(q Question) Ask { return Ask{to: a, Question: q} }

// Tell asks a question for which no task waits: then is called with the answer, on a goroutine that
// must not be blocked. It is asked again as others are, for as long as the connection is open.
func (a *Asks) Tell(q Question, then func(m *nats.Msg, err error)) {
	ask := &Ask{to: a, Question: q, then: then}
	a.mu.Lock()
	a.begin(ask)
	isRefused, m := ask.isOver, a.message(ask)
	a.mu.Unlock()
	if isRefused {
		then(nil, ask.err)
		return
	}
	a.send(m)
}

// IsZero reports whether q asks nothing.
func (q *Ask) IsZero() bool { return q.to == nil }

// Waits names the question.
func (q *Ask) Waits(*edo.Context) edo.Wait { return edo.Wait{On: q.On, Outside: true} }

// Poll asks, at first, and is ready when there is an answer.
func (q *Ask) Poll(cx *edo.Context) (m *nats.Msg, poll edo.Poll, err error) {
	if !cx.Proceed(q) {
		return nil, edo.Pending, nil
	}
	a := q.to
	for {
		me := cx.Waker()
		a.mu.Lock()
		other := q.waker
		switch {
		case q.isTaken:
			err = ErrPolledAgain
		case q.token == 0:
			a.begin(q)
			q.waker = me
			isRefused, m := q.isOver, a.message(q)
			a.mu.Unlock()
			if !isRefused {
				a.send(m)
				return nil, edo.Pending, nil
			}
			continue
		case q.isOver:
			m, err = q.answer, q.err
			q.isTaken, q.answer, q.err = true, nil, nil
		case other.IsZero() || other == me:
			q.waker = me
			a.mu.Unlock()
			return nil, edo.Pending, nil
		default:
			a.mu.Unlock()
			if err := cx.Sole(other, q, "each task has a future of its own"); err != nil {
				return nil, edo.Ready, err
			}
			a.mu.Lock()
			isMine := q.waker == other && !q.isOver
			if isMine {
				q.waker = me
			}
			a.mu.Unlock()
			if isMine {
				cx.Displace(other, q)
				return nil, edo.Pending, nil
			}
			continue
		}
		a.mu.Unlock()
		return m, edo.Ready, err
	}
}

// Drop forgets the question. It may have been answered by then.
func (q *Ask) Drop() {
	a := q.to
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.waiting, q.token)
	q.isOver, q.isTaken, q.waker = true, true, edo.Waker{}
}

// begin gives q a token. The caller holds mu.
func (a *Asks) begin(q *Ask) {
	a.last++
	q.token = a.last
	if err := cmp.Or(a.end, a.broken[q.Stream]); err != nil {
		q.isOver, q.err = true, err
		return
	}
	a.waiting[q.token] = q
	q.sent = time.Now()
	if !a.isSet {
		a.isSet = true
		if a.patience == nil {
			a.patience = time.AfterFunc(askAgain, a.lookAgain)
		} else {
			a.patience.Reset(askAgain)
		}
	}
}

// message is a question on its way. It does not need the Ask, which its owner may use for the next
// question as soon as it is answered.
type message struct {
	token uint64
	msg   *nats.Msg
}

// message returns the message of q. The caller holds mu.
func (a *Asks) message(q *Ask) message {
	return message{q.token, &nats.Msg{
		Subject: q.Subject, Header: q.Header, Data: q.Data,
		Reply: a.prefix + strconv.FormatUint(q.token, 36),
	}}
}

// send sends m. While the connection is lost nothing is sent: resend does it then.
func (a *Asks) send(m message) {
	err := a.nc.PublishMsg(m.msg)
	if err != nil && !errors.Is(err, nats.ErrReconnectBufExceeded) && !errors.Is(err, nats.ErrConnectionReconnecting) {
		a.finish(m.token, nil, fmt.Errorf("cluster: %w", err))
	}
}

// take is called with each answer.
func (a *Asks) take(m *nats.Msg) {
	token, err := strconv.ParseUint(strings.TrimPrefix(m.Subject, a.prefix), 36, 64)
	if err != nil {
		return
	}
	if IsUnheard(m) || hasPassingError(m) {
		a.unheard(token)
		return
	}
	a.finish(token, m, nil)
}

// IsUnheard reports whether m is the broker's word that no one has heard a message.
func IsUnheard(m *nats.Msg) bool { return len(m.Data) == 0 && m.Header.Get("Status") == "503" }

// unheard asks again, some time later, as there was no one to answer: a broker that has begun again
// looks for its streams.
func (a *Asks) unheard(token uint64) {
	a.mu.Lock()
	q := a.waiting[token]
	var err error
	var stream string // is to be looked for
	if q != nil {
		switch q.deaf++; {
		case q.Once:
			err = ErrUnanswered
		case q.deaf < q.mostDeaf():
			a.askSoon(q, token)
		case cmp.Or(q.Stream, q.From) != "":
			stream = cmp.Or(q.Stream, q.From)
		default:
			err = fmt.Errorf("cluster: %s: %w", strings.TrimPrefix(q.On, "cluster: "), nats.ErrNoResponders)
		}
	}
	a.mu.Unlock()
	switch {
	case err != nil:
		a.finish(token, nil, err)
	case stream != "":
		a.lookFor(stream, token)
	}
}

// askSoon asks q again after RetryWait.
func (a *Asks) askSoon(q *Ask, token uint64) {
	time.AfterFunc(RetryWait, func() { a.sendAgain(q, token) })
}

// sendAgain asks q again, if it still waits.
func (a *Asks) sendAgain(q *Ask, token uint64) {
	if !a.nc.IsConnected() {
		return // resend will
	}
	a.mu.Lock()
	var m message
	waits := a.waiting[token] == q
	if waits {
		q.sent = time.Now()
		m = a.message(q)
	}
	a.mu.Unlock()
	if waits {
		a.send(m)
	}
}

// finish ends the question with the token, if it waits.
func (a *Asks) finish(token uint64, m *nats.Msg, err error) {
	a.mu.Lock()
	q := a.waiting[token]
	if q == nil {
		a.mu.Unlock()
		return
	}
	delete(a.waiting, token)
	q.isOver, q.answer, q.err = true, m, err
	w, then := q.waker, q.then
	q.waker = edo.Waker{}
	a.mu.Unlock() // from here on the owner may have made q another question
	if then != nil {
		then(m, err)
	}
	w.Wake()
}

// resend asks those questions again that which chooses, in their order, and ends those that are
// asked once.
func (a *Asks) resend(which func(q *Ask) bool) {
	if !a.nc.IsConnected() {
		return
	}
	var again []message
	var over []uint64
	now := time.Now()
	a.mu.Lock()
	for _, q := range a.waiting {
		switch {
		case !which(q):
		case q.Once:
			over = append(over, q.token)
		default:
			q.sent = now
			again = append(again, a.message(q))
		}
	}
	a.mu.Unlock()
	for _, token := range over {
		a.finish(token, nil, ErrUnanswered)
	}
	slices.SortFunc(again, func(p, q message) int { return cmp.Compare(p.token, q.token) })
	for _, m := range again {
		a.send(m)
	}
}

// lookAgain asks again what has had no answer for long.
func (a *Asks) lookAgain() {
	now := time.Now()
	a.resend(func(q *Ask) bool { return now.Sub(q.sent) >= askAgain })
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.isSet = len(a.waiting) > 0 && a.end == nil; a.isSet {
		a.patience.Reset(askAgain / 2)
	}
}

// CannotStore ends the questions that a stream was to store, and those to come: a broker that cannot
// store a message says so in its log, and gives no answer.
func (a *Asks) CannotStore(stream string, why error) {
	err := fmt.Errorf("cluster: the broker cannot store, and must begin again when it can: %w", why)
	a.mu.Lock()
	if a.broken == nil {
		a.broken = map[string]error{}
	}
	a.broken[stream] = err
	var tokens []uint64
	for token, q := range a.waiting {
		if q.Stream == stream {
			tokens = append(tokens, token)
		}
	}
	a.mu.Unlock()
	for _, token := range tokens {
		a.finish(token, nil, err)
	}
}

// close ends all questions with err, and those to come.
func (a *Asks) close(err error) {
	a.mu.Lock()
	a.end = err
	if a.patience != nil {
		a.patience.Stop()
	}
	var tokens []uint64
	for token := range a.waiting {
		tokens = append(tokens, token)
	}
	a.mu.Unlock()
	for _, token := range tokens {
		a.finish(token, nil, err)
	}
}
