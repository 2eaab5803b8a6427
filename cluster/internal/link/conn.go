// Package link is what the packages of module cluster share of a connection to a broker. A
// cluster.Conn is defined over a [Conn]: (*link.Conn)(conn) leads to it.
//
// A task that asks the broker waits for an [Ask], a future; no goroutine waits with it. What sets
// up streams and buckets goes through [Conn.Manage], in a call that may block. Workers and whatever
// else must stop when the connection closes, or act when it is back, enter as a [Member].
package link

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/lock"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// ErrClosed says that the connection was closed.
var ErrClosed = edo.NewError(edo.ErrClosed, "cluster: the connection is closed")

// ErrPolledAgain says that a future was polled after its end.
var ErrPolledAgain = edo.NewError(own.ErrPolledAgain, "cluster: a future was polled after its end")

// ErrUnanswered ends a question that is asked once: there was no answer, or the connection was lost.
var ErrUnanswered = errors.New("cluster: a question had no answer")

// Conn is a connection to a broker. When it breaks it is made again, for as long as the Conn is open.
type Conn struct {
	nc    *nats.Conn
	js    jetstream.JetStream
	home  Home
	asks  Asks
	sends *lock.Semaphore

	carrier atomic.Pointer[Carrier] // nil: none
	payload atomic.Int64            // the largest message, as the broker has said when the connection was made
	made    sync.Map                // parts

	mu       sync.Mutex // guards the following
	members  map[Member]struct{}
	parts    map[any]any // a part is also in made, where it is found without the lock
	closing  bool
	isClosed bool
	closers  []edo.Waker   // tasks that wait until there are no members
	link     chan struct{} // closed when the connection is another one: then what was asked is lost
	since    time.Time     // when the connection was made, or made again
	remakes  int           // how often it was made again
	lost     time.Time     // when it was lost
	away     time.Duration // for how long, the last time
	absence  absence
}

// Home is a broker that lives with a Conn.
type Home interface {
	// Address returns where it listens; "": nowhere.
	Address() string
	// Close ends it. It may be called twice.
	Close()
}

// Member is something that lives on a Conn, and holds up its Close.
type Member interface {
	// Stop has it end in order. It does not wait.
	Stop()
	// Reconnected is told when a connection that was lost is there again.
	Reconnected()
	// Name is that in reports.
	Name() string
}

// maxSends is how many messages a Conn sends before the first of them is confirmed: the broker
// refuses more than 10,000 at a time.
const maxSends = 1024

// PingInterval is how often each side of a connection on which nothing comes asks the other for a sign of
// life. After two that have no answer it is lost.
const PingInterval = 10 * time.Second

// Open connects, and asks whether there is JetStream.
func Open(ctx context.Context, urls string, options []nats.Option) (*Conn, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	c := &Conn{
		members: map[Member]struct{}{}, parts: map[any]any{}, sends: lock.NewSemaphore(maxSends),
		link: make(chan struct{}), since: time.Now(),
	}
	options = append(options,
		nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond), nats.ReconnectJitter(50*time.Millisecond, 50*time.Millisecond),
		nats.IgnoreAuthErrorAbort(), // a server that refuses it twice may only know of the new password a little later
		dialsByItself(),
		nats.PingInterval(PingInterval), nats.MaxPingsOutstanding(2),
		nats.ReconnectBufSize(-1), // what waits for an answer is sent again
		nats.DisconnectErrHandler(func(*nats.Conn, error) { c.disconnected() }),
		nats.ReconnectHandler(func(*nats.Conn) { c.reconnected() }),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // nats.go would print
	)
	nc, err := nats.Connect(urls, options...)
	if err != nil {
		return nil, fmt.Errorf("cluster: connect to %s: %w", redacted(urls), err)
	}
	c.nc = nc
	nc.SetClosedHandler(c.abandoned)
	c.payload.Store(nc.MaxPayload())
	if c.js, err = jetstream.New(nc); err == nil {
		err = c.asks.open(nc)
	}
	if err == nil {
		err = c.awaitJetStream(ctx)
	}
	if err != nil {
		c.Drop()
		return nil, fmt.Errorf("cluster: connect to %s: %w", redacted(urls), err)
	}
	return c, nil
}

// awaitJetStream asks whether there is JetStream, for some ten seconds while the broker cannot say: the
// servers of a cluster that has just begun have no leader yet.
func (c *Conn) awaitJetStream(ctx context.Context) error {
	for begin := time.Now(); ; {
		_, err := c.js.AccountInfo(ctx)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrJetStreamNotEnabled):
			return errors.New("the server at " + c.nc.ConnectedUrlRedacted() + " has no JetStream, which queues need")
		case !isAway(err):
			return err
		case time.Since(begin) > maxDeaf*RetryWait:
			return fmt.Errorf("JetStream is not ready: in a cluster of servers, more than half of them must run: %w", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(RetryWait):
		}
	}
}

// redacted returns where the servers are, without what is secret in the URLs.
func redacted(urls string) string {
	all := strings.Split(urls, ",")
	for i, text := range all {
		if text = strings.TrimSpace(text); !strings.Contains(text, "://") {
			text = "nats://" + text
		}
		if u, err := url.Parse(text); err == nil && u.Host != "" {
			all[i] = u.Scheme + "://" + u.Host
		} else {
			all[i] = "a URL that cannot be read"
		}
	}
	return strings.Join(all, ",")
}

// SetHome makes h the broker that lives with c. It is called before c is shared.
func (c *Conn) SetHome(h Home) { c.home = h }

// Home returns the broker that lives with c; nil: none.
func (c *Conn) Home() Home { return c.home }

// NATS returns the connection of the client.
func (c *Conn) NATS() *nats.Conn { return c.nc }

// MaxPayload returns how large a message may be, with its headers, in bytes. The client itself would take its
// lock for the answer, which it holds while it writes.
func (c *Conn) MaxPayload() int { return int(c.payload.Load()) }

// JetStream returns the client's JetStream.
func (c *Conn) JetStream() jetstream.JetStream { return c.js }

// Asks returns the questions of c.
func (c *Conn) Asks() *Asks { return &c.asks }

// Sends returns the turns to send a message that the broker is to confirm, [maxSends] of them.
func (c *Conn) Sends() *lock.Semaphore { return c.sends }

// MaxSends returns how many turns there are.
func (*Conn) MaxSends() int { return maxSends }

// Up returns since when the connection is up, and how often it was made again.
func (c *Conn) Up() (since time.Time, remakes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.since, c.remakes
}

// Away returns for how long the connection was lost before it was made again the last time.
func (c *Conn) Away() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.away
}

// Part returns what a package keeps with c under the key, and makes it by fn at first. fn is called
// with the lock of c held. If the part has a method Close, it is called when c ends, and Reconnected when
// the connection is there again.
func (c *Conn) Part(key any, fn func() any) any {
	if p, ok := c.made.Load(key); ok {
		return p
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.parts[key]
	if !ok {
		p = fn()
		c.parts[key] = p
		c.made.Store(key, p)
	}
	return p
}

// disconnected is called when the connection is lost.
func (c *Conn) disconnected() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost = time.Now()
	c.awaitReturn()
}

// reconnected is called when a lost connection is there again.
func (c *Conn) reconnected() {
	c.payload.Store(c.nc.MaxPayload())
	c.mu.Lock()
	c.since = time.Now()
	c.away = c.since.Sub(c.lost)
	c.remakes++
	tellBack := c.endAbsence()
	c.mu.Unlock()
	tellBack()
	c.asks.resend(func(*Ask) bool { return true })
	c.mu.Lock()
	close(c.link)
	c.link = make(chan struct{})
	members := c.membersLocked()
	var parts []any
	for _, p := range c.parts {
		parts = append(parts, p)
	}
	c.mu.Unlock()
	for _, p := range parts {
		if p, ok := p.(interface{ Reconnected() }); ok {
			p.Reconnected()
		}
	}
	for _, m := range members {
		m.Reconnected()
	}
}

// Members returns the members of c.
func (c *Conn) Members() []Member {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.membersLocked()
}

// PartIfMade returns what [Conn.Part] has made for the key, or nil.
func (c *Conn) PartIfMade(key any) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.parts[key]
}

// membersLocked returns the members; mu is locked.
func (c *Conn) membersLocked() (all []Member) {
	for m := range c.members {
		all = append(all, m)
	}
	return all
}

// Enter makes m a member of c.
func (c *Conn) Enter(m Member) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return ErrClosed
	}
	c.members[m] = struct{}{}
	return nil
}

// Leave is for a member that has ended.
func (c *Conn) Leave(m Member) {
	c.mu.Lock()
	delete(c.members, m)
	var closers []edo.Waker
	if len(c.members) == 0 {
		closers, c.closers = c.closers, nil
	}
	c.mu.Unlock()
	for _, w := range closers {
		w.Wake()
	}
}
