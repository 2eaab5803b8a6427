package remote

import (
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
	stopWait       = 5 * time.Second         // how long a member that stops sends what no caller hears
)

// sent is an outcome that was sent, and is not confirmed.
type sent struct {
	msg      *nats.Msg
	offer    *Offer
	at       time.Time
	isAsking bool
}

// sendTogether sends an outcome that is confirmed with others. It reports false for one that is not.
func (m *Member) sendTogether(s *served, msg *nats.Msg) bool {
	size := len(msg.Data)
	m.mu.Lock()
	is := !s.isJob && m.state == serving && size <= maxTogether && m.unconfirmed+size <= maxUnconfirmed
	if is {
		m.unconfirmed += size
		m.sent[s.reply] = &sent{msg: msg, offer: s.offer, at: time.Now()}
	}
	m.mu.Unlock()
	if !is {
		return false
	}
	msg.Reply = memberSubject(m.id) // where it is confirmed
	m.conn.NATS().PublishMsg(msg)   // a lost connection has it asked
	return true
}

// confirmed is told of outcomes that a caller has: its prefix, and their tokens.
func (m *Member) confirmed(text string) {
	prefix, tokens, _ := strings.Cut(text, " ")
	m.mu.Lock()
	for token := range strings.SplitSeq(tokens, " ") {
		m.forget(prefix + token)
	}
	wake := m.takeWaker()
	m.mu.Unlock()
	wake.Wake()
}

// forget forgets an outcome that is confirmed, or given up. The caller holds mu.
func (m *Member) forget(reply string) {
	if o := m.sent[reply]; o != nil {
		m.unconfirmed -= len(o.msg.Data)
		delete(m.sent, reply)
	}
}

// askSent sends those outcomes again that which chooses, and asks for an answer to each.
func (m *Member) askSent(which func(o *sent) bool) {
	var questions []link.Question
	m.mu.Lock()
	for reply, o := range m.sent {
		if o.isAsking || !which(o) {
			continue
		}
		o.isAsking = true
		wait := o.offer.CallerPatience
		if m.state != serving {
			wait = min(wait, stopWait)
		}
		questions = append(questions, link.Question{
			Subject: reply, Header: o.msg.Header, Data: o.msg.Data, On: "an outcome", Deaf: deafFor(wait),
		})
	}
	m.mu.Unlock()
	for _, q := range questions {
		m.conn.Asks().Tell(q, func(*nats.Msg, error) {
			m.mu.Lock()
			m.forget(q.Subject)
			wake := m.takeWaker()
			m.mu.Unlock()
			wake.Wake()
		})
	}
}

// confirm notes that the outcome with the token has come from the member at the subject.
func (r *Caller) confirm(member string, token uint64) {
	r.mu.Lock()
	all := append(r.confirms[member], token)
	var m *nats.Msg
	if len(all) >= confirmAfter {
		m = r.confirmation(member, all)
		all = all[:0]
	}
	r.confirms[member] = all
	if r.end == nil {
		r.beginWatch()
	}
	r.mu.Unlock()
	if m != nil {
		r.conn.NATS().PublishMsg(m) // without it the member asks
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
		if len(tokens) > 0 {
			all = append(all, r.confirmation(member, tokens))
		}
	}
	clear(r.confirms)
	return all
}
