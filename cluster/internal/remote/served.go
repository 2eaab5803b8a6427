package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/core"
	"github.com/nats-io/nats.go"
)

// served is a call that a member runs, as the future of its task: first the function, and then the
// delivery of what has become of it.
type served struct {
	m      *Member
	offer  *Offer
	reply  string
	caller *silence // that waits for it, once it is a call of the member
	codec  string
	data   []byte
	head   nats.Header // of the message, until it begins
	until  time.Time
	since  time.Time // when it has come
	isJob  bool      // its queue gives it out again, if it has no outcome

	// Guarded by Member.mu.
	task      edo.AbortHandle // zero: it is a job
	waker     edo.Waker
	isAborted bool // by the caller

	fn       edo.Future[[]byte]
	hasBegun bool
	isTold   atomic.Bool // the caller knows that the member has the call
	hasEnded bool        // the function
	own      error       // of the function; nil: the time limit has ended it, or it has none
	ask      *link.Ask
	isOver   bool
}

// Waits names the delivery.
func (s *served) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: "cluster: the call of " + s.offer.Func, Outside: true}
}

// Poll runs the function, and delivers.
func (s *served) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if s.takeAborted(cx) {
		return edo.Unit{}, edo.Ready, nil
	}
	if !s.hasBegun {
		s.hasBegun = true
		s.begin(cx)
	}
	if !s.hasEnded && s.run(cx) {
		if !s.isTold.Swap(true) {
			s.m.say(s.reply, kindTaken, nil)
		}
		return edo.Unit{}, edo.Pending, nil
	}
	if s.isOver {
		return edo.Unit{}, edo.Ready, nil
	}
	_, poll, err := s.ask.Poll(cx) // without an answer the caller has gone
	if poll == edo.Pending {
		return edo.Unit{}, edo.Pending, nil
	}
	s.isOver = true
	if s.isJob && errors.Is(err, link.ErrClosed) { // another member makes the call
		return edo.Unit{}, edo.Ready, err
	}
	return edo.Unit{}, edo.Ready, nil
}

// takeAborted reports whether the caller has aborted the call, and ends it then. Otherwise an abort will
// wake the task.
func (s *served) takeAborted(cx *edo.Context) bool {
	m, isFirst := s.m, false
	m.mu.Lock()
	isAborted := s.isAborted && !s.hasEnded
	s.waker = cx.Waker()
	if s.isJob && !s.hasBegun && !isAborted {
		isFirst = true
		m.enter(s, time.Now())
	}
	m.mu.Unlock()
	if isFirst {
		s.isTold.Store(true)
		m.say(s.reply, kindTaken, nil)
	}
	if isAborted {
		s.Drop()
		m.mu.Lock()
		s.functionEnded()
		wake := m.wakeIfNeeded()
		m.mu.Unlock()
		wake.Wake()
	}
	return isAborted
}

// begin makes the future of the function.
func (s *served) begin(cx *edo.Context) {
	s.guard(cx, func() error {
		fn, err := s.offer.Run(s.codec, s.data, s.until)
		s.data = nil
		if err == nil && !s.until.IsZero() {
			fn = future.Timeout(time.Until(s.until), edo.Future[[]byte](&inTime{Future: fn, s: s}))
		}
		s.fn = fn
		return err
	})
}

// guard calls fn, and makes its error and its panic the outcome.
func (s *served) guard(cx *edo.Context, fn func() error) {
	hasReturned := false
	defer func() {
		if !hasReturned {
			s.fail(cx, core.PanicOrGoexit(s.title(), recover(), debug.Stack()))
		}
	}()
	err := fn()
	hasReturned = true
	if err != nil {
		s.fail(cx, link.NamePanic(err, offerName, s.title()))
	}
}

// title names the call, and so its task.
func (s *served) title() string { return "call of " + s.offer.Func }

// offerName begins the name of the function in which a function in direct style runs.
const offerName = "github.com/edo-go/edo/cluster.Offer"

// run polls the function, and reports whether it is pending.
func (s *served) run(cx *edo.Context) (isPending bool) {
	s.guard(cx, func() error {
		v, poll, err := s.fn.Poll(cx)
		if isPending = poll == edo.Pending; isPending {
			return nil
		}
		fn := s.fn
		s.fn = nil
		edo.Drop(fn)
		if err == nil {
			s.deliver(KindValue, v)
		}
		return err
	})
	return isPending && !s.hasEnded
}

// fail makes err the outcome. A panic is a fault of this program, whose runtime is told of it too.
func (s *served) fail(cx *edo.Context, err error) {
	defer link.TellOfPanic(cx, "a function has panicked, and its caller is told", err)
	if fn := s.fn; fn != nil {
		s.fn = nil
		defer func() { recover() }() // it has failed already
		defer edo.Drop(fn)
	}
	if s.hasEnded {
		return
	}
	switch p, isPanic := errors.AsType[*edo.PanicError](err); {
	case isPanic:
		stack := p.Stack[:min(len(p.Stack), maxText)]
		text, _ := json.Marshal(PanicText{Value: cut(fmt.Sprint(p.Value)), Stack: string(stack)})
		s.deliver(KindPanic, text)
	case errors.Is(err, context.DeadlineExceeded) && !s.until.IsZero() && !time.Now().Before(s.until):
		s.deliver(KindLate, []byte(cut(s.late(err))))
	default:
		s.deliver(KindError, []byte(cut(err.Error())))
	}
}

// deafFor is how often a question is asked in that time while it is not heard.
func deafFor(d time.Duration) int { return max(1, int(d/link.RetryWait)) }

// maxText is how much of the text of an error is sent.
const maxText = 16 << 10

func cut(text string) string { return text[:min(len(text), maxText)] }

// deliver begins to deliver the outcome. It is repeated until the caller has confirmed it, or is gone.
func (s *served) deliver(kind string, data []byte) {
	m := s.m
	if size, most := len(data), m.conn.MaxPayload()-1024; size > most {
		kind, data = KindError, fmt.Appendf(nil, "the result is of %d bytes, above the limit of the broker, %d", size, most)
	}
	var head nats.Header
	if kind != KindValue {
		head = nats.Header{headKind: {kind}, headMember: {m.id}, headHost: {m.host}}
	}
	m.mu.Lock()
	isKept := m.keepSent(s, head, data)
	s.functionEnded()
	wake := m.wakeIfNeeded()
	m.mu.Unlock()
	if isKept {
		token := s.reply[len(s.caller.outcomes)-len(outcomesToken)-1:]     // with the dot before it
		publish(m.conn.NATS(), s.caller.outcomes, m.own+token, head, data) // a lost connection has it asked
		s.isOver = true
	} else {
		q := link.Question{
			Subject: s.reply, Data: data, Header: head, Deaf: deafFor(s.offer.CallerPatience),
			On: "cluster: the caller of " + s.offer.Func + ", which takes the outcome",
		}
		if !s.isJob { // the caller of a stored one would wait for ever
			q.DeafNow = m.deafNow(s.offer)
		}
		ask := m.conn.Asks().New(q)
		s.ask = &ask
	}
	wake.Wake()
}

// functionEnded notes that the function has ended, so that another one may begin. The caller holds Member.mu.
func (s *served) functionEnded() {
	if !s.hasEnded && !s.isJob {
		s.m.busy--
	}
	s.hasEnded = true
}

// Drop aborts the function, and forgets the delivery.
func (s *served) Drop() {
	s.isOver = true
	if fn := s.fn; fn != nil {
		s.fn = nil
		edo.Drop(fn)
	}
	if s.ask != nil {
		s.ask.Drop()
	}
	if s.isJob {
		s.ended()
	}
}

// Job returns a call that is stored, as a future that is ready when its outcome is delivered. An error
// says that another member must make the call.
func (m *Member) Job(o *Offer, j *Job) edo.Future[edo.Unit] {
	return &served{m: m, offer: o, since: time.Now(), reply: j.Reply, codec: j.Codec, data: j.Data, until: j.Until, isJob: true}
}

// Buried tells the caller of a job that no member will make the call.
func (m *Member) Buried(data []byte, reason error) {
	var j Job
	if json.Unmarshal(data, &j) == nil {
		m.say(j.Reply, KindGone, []byte(cut(reason.Error())))
	}
}

// ended is called when the task has ended, and with it the function.
func (s *served) ended() {
	m := s.m
	m.mu.Lock()
	if m.all[s.reply] == s {
		delete(m.all, s.reply)
	}
	isGone := !s.hasEnded && !s.isAborted && !s.isJob
	s.functionEnded()
	wake := m.wakeIfNeeded()
	m.mu.Unlock()
	if isGone {
		m.say(s.reply, KindGone, []byte("the member was cancelled"))
	}
	wake.Wake()
}
