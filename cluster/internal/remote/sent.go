package remote

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/nats-io/nats.go"
)

// A member keeps an outcome until the caller has confirmed it, and sends it again. Small ones are
// confirmed together: a caller that gets one notes it, and tells the member of many, or of all once a
// second. So a call whose function does not wait costs two messages, as a request does.
//
//	sent → confirmed                 with others
//	     → asked → confirmed         it was not confirmed for confirmWait, the connection was lost, or the
//	                                 member stops: it is sent again, and again, until it is answered
//	             → given up          no caller has heard it for long
//
// A large outcome, and that of a call that is stored, is asked at once: served.deliver.
const (
	maxTogether    = 4 << 10                 // how large an outcome is at most that is confirmed with others
	maxUnconfirmed = 4 << 20                 // how many bytes of them a member keeps
	confirmAfter   = 64                      // how many a caller gets of a member before it confirms them
	confirmWait    = 1500 * time.Millisecond // how long a member waits for that
)

// stopWait is how long a member that stops sends what no caller hears. It is a variable for tests alone.
var stopWait = 5 * time.Second

// sent is an outcome that was sent, and is not confirmed. It is small, for the map of a member holds it itself.
type sent struct {
	head     nats.Header
	data     []byte
	offer    *Offer
	at       time.Duration // since epoch
	isAsking bool
}

// keepSent keeps an outcome that is confirmed with others. It reports false for one that is not. The caller
// holds mu, and sends it then: if the connection is lost it is asked.
func (m *Member) keepSent(s *served, head nats.Header, data []byte) bool {
	size := len(data)
	is := !s.isJob && s.caller.outcomes != "" && m.state == serving && size <= maxTogether && m.unconfirmed+size <= maxUnconfirmed
	if is {
		m.unconfirmed += size
		m.sent[s.reply] = sent{head: head, data: data, offer: s.offer, at: s.sentAt()}
	}
	return is
}

// sentAt returns when the outcome of s is sent. That of a function which does not wait is sent when the call has come, as
// far as it matters: to read the clock costs as much as the rest of the note.
func (s *served) sentAt() time.Duration {
	if s.isTold.Load() {
		return time.Since(epoch)
	}
	return s.since.Sub(epoch)
}

// confirmed is told of outcomes that a caller has: its prefix, and their tokens.
func (m *Member) confirmed(text []byte) {
	reply, tokens, _ := bytes.Cut(text, []byte(" "))
	reply = slices.Clone(reply)
	prefix := len(reply)
	m.mu.Lock()
	for token := range bytes.SplitSeq(tokens, []byte(" ")) {
		reply = append(reply[:prefix], token...)
		m.forget(reply)
	}
	wake := m.wakeIfNeeded()
	m.mu.Unlock()
	wake.Wake()
}

// forget forgets an outcome that is confirmed, or given up. The caller holds mu.
func (m *Member) forget(reply []byte) {
	if o, ok := m.sent[string(reply)]; ok {
		m.unconfirmed -= len(o.data)
		delete(m.sent, string(reply))
	}
}

// askSent sends those outcomes again that which chooses, and asks for an answer to each.
func (m *Member) askSent(which func(o sent) bool) {
	var questions []link.Question
	m.mu.Lock()
	for reply, o := range m.sent {
		if o.isAsking || !which(o) {
			continue
		}
		o.isAsking = true
		m.sent[reply] = o
		questions = append(questions, link.Question{
			Subject: reply, Header: o.head, Data: o.data, On: "an outcome", DeafNow: m.deafNow(o.offer),
		})
	}
	m.mu.Unlock()
	for _, q := range questions {
		m.conn.Asks().Tell(q, func(*nats.Msg, error) {
			m.mu.Lock()
			m.forget([]byte(q.Subject))
			wake := m.takeWaker()
			m.mu.Unlock()
			wake.Wake()
		})
	}
}

// deafNow returns how often an outcome is sent that no caller hears, as it is at that time: what was sent before the
// member stops holds it up no longer than the rest.
func (m *Member) deafNow(o *Offer) func() int {
	return func() int {
		wait := o.CallerPatience
		if m.stops.Load() {
			wait = min(wait, stopWait)
		}
		return deafFor(wait)
	}
}

// ended is told of an outcome that is confirmed with others: also one of a call that is forgotten here. The
// subject of its answer is that of the member, and the token of the call.
func (r *Caller) ended(m *nats.Msg) {
	dot := strings.LastIndexByte(m.Reply, '.')
	token, err := strconv.ParseUint(m.Reply[dot+1:], 36, 64)
	if err != nil || !strings.HasPrefix(m.Reply, memberPrefix) {
		return
	}
	member := m.Reply[:dot]
	var confirmation *nats.Msg
	r.mu.Lock()
	wake := r.note(token, outcome, m)
	all := r.confirms[member]
	if all == nil {
		all = new([]uint64)
		r.confirms[member] = all
	}
	if *all = append(*all, token); len(*all) >= confirmAfter {
		confirmation = r.confirmation(member, *all)
		*all = (*all)[:0]
	}
	if r.end == nil {
		r.beginWatch()
	}
	r.mu.Unlock()
	wake.Wake()
	if confirmation != nil {
		r.conn.NATS().PublishMsg(confirmation) // without it the member asks
	}
}

// confirmation returns the message that confirms outcomes.
func (r *Caller) confirmation(member string, tokens []uint64) *nats.Msg {
	data := append(make([]byte, 0, len(r.prefix)+8*len(tokens)), r.prefix...)
	for _, token := range tokens {
		data = strconv.AppendUint(append(data, ' '), token, 36)
	}
	return &nats.Msg{Subject: member, Header: nats.Header{headKind: {kindConfirm}}, Data: data}
}

// confirmations returns what confirms all outcomes that have come. The caller holds mu.
func (r *Caller) confirmations() (all []*nats.Msg) {
	for member, tokens := range r.confirms {
		if len(*tokens) > 0 {
			all = append(all, r.confirmation(member, *tokens))
		}
	}
	clear(r.confirms)
	return all
}
