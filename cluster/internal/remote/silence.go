package remote

import (
	"errors"
	"strings"
	"time"

	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/nats-io/nats.go"
)

// silence is how long nothing was heard of a caller.
type silence struct {
	outcomes string // where it takes outcomes that are confirmed together; "": nowhere
	heard    time.Time
	unheard  time.Time // since when the broker knows of no such caller; zero: it does
	isAsking bool      // for a sign of life
}

// callerOf returns the part of a reply subject that all calls of a caller share.
func callerOf(reply string) string { return reply[:strings.LastIndexByte(reply, '.')+1] }

// heardOf returns a caller of which something was heard now.
func heardOf(caller string, now time.Time) *silence {
	c := &silence{heard: now}
	if caller != "" {
		c.outcomes = caller + outcomesToken
	}
	return c
}

// watch aborts the calls of callers that are gone, and asks what has not been confirmed.
func (m *Member) watch() {
	now := time.Now()
	isUp := m.conn.NATS().IsConnected()
	var gone []*served
	var silent, untold []string
	m.mu.Lock()
	has := map[string]bool{}
	for reply, s := range m.all {
		caller := callerOf(reply)
		has[caller] = true
		c := m.callers[caller]
		if now.Sub(s.since) > tick/2 && !s.isTold.Swap(true) { // its function keeps the processor
			untold = append(untold, reply)
		}
		if isUp && !s.isJob && (now.Sub(c.heard) > s.offer.CallerPatience || isGone(m.conn, c.unheard, now)) {
			gone = append(gone, s)
		}
	}
	for caller, c := range m.callers {
		switch {
		case !has[caller]:
			delete(m.callers, caller)
		case !isUp:
			c.heard, c.unheard = now, time.Time{}
		case now.Sub(c.heard) > 2*tick && !c.isAsking: // a living one has asked by now
			c.isAsking = true
			silent = append(silent, caller)
		}
	}
	if m.state != ended {
		m.timer.Reset(tick)
	}
	m.mu.Unlock()
	for _, s := range gone {
		m.abort(s)
		m.say(s.reply, KindGone, []byte("nothing was heard of the caller"))
	}
	for _, reply := range untold {
		m.say(reply, kindTaken, nil)
	}
	for _, caller := range silent {
		m.askCaller(caller)
	}
	if isUp {
		m.askSent(func(o sent) bool { return now.Sub(epoch)-o.at > confirmWait })
	}
}

// askCaller asks a caller for a sign of life: the broker says at once when its connection is gone.
func (m *Member) askCaller(caller string) {
	q := link.Question{Subject: caller + "m-" + m.id, On: "a sign of life", Deaf: 1}
	m.conn.Asks().Tell(q, func(answer *nats.Msg, err error) {
		m.mu.Lock()
		defer m.mu.Unlock()
		c := m.callers[caller]
		if c == nil {
			return
		}
		c.isAsking = false
		switch isThere := err == nil && answer.Header.Get(headKind) != kindNone; {
		case isThere:
			c.heard, c.unheard = time.Now(), time.Time{}
		case (err == nil || errors.Is(err, nats.ErrNoResponders)) && c.unheard.IsZero():
			c.unheard = time.Now()
		}
	})
}
