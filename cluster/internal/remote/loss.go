package remote

import (
	"time"

	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/edo-go/edo/internal/waiters"
	"github.com/nats-io/nats.go"
)

// goneAfter is how long the broker knows of no connection of a member, or of a caller, until it is gone:
// the broker sees at once that a process has ended. One whose connection was lost is back sooner.
const goneAfter = 2 * time.Second

// settle is how long after a connection was lost, and is back, others may still be on their way back.
const settle = 5 * time.Second

// deafLimit is how often a question is asked that no member has heard.
func deafLimit(conn *link.Conn) int {
	if since, remakes := conn.Up(); remakes > 0 && time.Since(since) < settle || !conn.NATS().IsConnected() {
		return maxAgain
	}
	return 1
}

// isGone reports whether a member, or a caller, that the broker has not known since then is gone. Those
// of a broker that was away come back one by one.
func isGone(conn *link.Conn, unheard, now time.Time) bool {
	since, remakes := conn.Up()
	return !unheard.IsZero() && now.Sub(unheard) >= goneAfter && (remakes == 0 || now.Sub(since) > settle)
}

// watch looks for members that give no sign of life, and asks all for one.
func (r *Caller) watch() {
	now := time.Now()
	up, _ := r.conn.Up()
	var lostTokens []uint64
	var members []string
	silent := map[string]bool{} // functions with calls of which nothing was heard for long
	r.mu.Lock()
	stood := now.Sub(r.ticked) > 3*tick // this process stood still: that says nothing of others
	r.ticked = now
	for c := r.untaken.First(); c != nil; c = waiters.Next(c) {
		since := epoch.Add(c.sent)
		if up.After(since) {
			since = up
		}
		switch silence := now.Sub(since); {
		case stood:
			c.sent = now.Sub(epoch)
		case silence > goneAfter && isGone(r.conn, r.unoffered[c.Name], now):
			c.isUnoffered = true
			lostTokens = append(lostTokens, c.token)
		case silence > c.Patience:
			lostTokens = append(lostTokens, c.token)
		case silence > 3*tick/2: // a member that has it says so by then
			silent[c.Name] = true
		}
	}
	for name := range r.unoffered {
		if !silent[name] {
			delete(r.unoffered, name)
		}
	}
	for id, p := range r.peers {
		switch {
		case p.calls == 0:
			delete(r.peers, id)
			continue
		case stood:
			p.seen, p.unheard = now, time.Time{}
		case now.Sub(p.seen) > p.patience, isGone(r.conn, p.unheard, now):
			lostTokens = append(lostTokens, r.lostAt(p, now)...)
		}
		members = append(members, id)
	}
	messages := r.confirmations()
	r.isWatching = len(r.calls) > 0 && r.end == nil
	if r.isWatching {
		r.timer.Reset(tick)
	}
	r.mu.Unlock()
	for _, m := range messages {
		r.conn.NATS().PublishMsg(m)
	}
	for _, token := range lostTokens {
		r.giveUp(token)
	}
	for name := range silent {
		r.conn.NATS().PublishMsg(&nats.Msg{Subject: offersSubject(name), Reply: r.prefix + "o-" + name, Header: ownFormat()})
	}
	for _, id := range members {
		r.conn.NATS().PublishMsg(&nats.Msg{
			Subject: memberSubject(id), Reply: r.prefix + "m-" + id, Header: nats.Header{headKind: {kindPing}},
		})
	}
}

// offered is told whether any member offers a function. If none does, none has a call of it either. If one
// does, the call may be with another, which stands still: there the patience of the call decides.
func (r *Caller) offered(name string, isOffered bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if isOffered {
		delete(r.unoffered, name)
	} else if r.unoffered[name].IsZero() {
		r.unoffered[name] = time.Now()
	}
}

// giveUp makes a call lost. A member that stands still is told to abort it, for when it goes on.
func (r *Caller) giveUp(token uint64) {
	r.mu.Lock()
	member, reply := "", ""
	if c := r.calls[token]; c != nil && c.peer != nil {
		member, reply = c.peer.id, r.reply(c)
	}
	r.mu.Unlock()
	r.tell(token, lost, nil)
	if member != "" {
		r.abort(member, reply)
	}
}

// lostAt returns the calls at p that have waited for a sign of life for too long. The caller holds mu.
func (r *Caller) lostAt(p *peer, now time.Time) (tokens []uint64) {
	p.patience = time.Duration(1<<63 - 1)
	for token, c := range r.calls {
		switch {
		case c.peer != p || c.Stored:
		case now.Sub(p.seen) > c.Patience, isGone(r.conn, p.unheard, now):
			tokens = append(tokens, token)
		default:
			p.patience = min(p.patience, c.Patience)
		}
	}
	return tokens
}
