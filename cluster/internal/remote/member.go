package remote

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"
)

// Offer is a function that a member offers.
type Offer struct {
	Func    string
	Version int
	// CallerPatience is how long a caller may give no sign of life, before its calls are aborted, and
	// before an outcome is given up.
	CallerPatience time.Duration
	// Run returns the call with the argument, as a future of its encoded result, that has until then; zero: for ever.
	Run func(codec string, data []byte, until time.Time) (edo.Future[[]byte], error)

	name edo.SpawnOption // of the task of each call
}

// Member serves calls, as a future that is ready when it has stopped. It is polled by one task.
type Member struct {
	conn   *link.Conn
	id     string
	own    string // the subject of what is for this member alone
	host   string
	limit  int
	stops  atomic.Bool       // it takes no more calls
	offers map[string]*Offer // by the subject of calls
	names  []string          // of the functions

	mu            sync.Mutex // guards the following; held for no call of nats.go, and no task is woken with it
	state         state
	held          []*served // that are taken, and do not run
	all           map[string]*served
	busy          int             // functions that run
	sent          map[string]sent // outcomes that are not confirmed
	unconfirmed   int             // the bytes of these
	callers       map[string]*silence
	foreign       int // the format of a program that has asked for offers, if that is another one
	orders        *nats.Subscription
	subscriptions []*nats.Subscription // to calls, and to questions about offers
	drained       int                  // how many of them are drained, from the first
	open          int                  // how many have not ended
	queues        int                  // of stored calls, whose workers have not ended
	timer         *time.Timer
	waker         edo.Waker
}

// state is how far a member is.
type state uint8

const (
	fresh state = iota
	serving
	stopping
	ended
)

// NewMember returns a member that runs at most limit calls at a time, and has as many more wait.
func NewMember(conn *link.Conn, limit int, offers []*Offer) (*Member, error) {
	host, _ := os.Hostname()
	id := nuid.Next()
	m := &Member{
		conn: conn, id: id, own: memberSubject(id), host: fmt.Sprintf("%s, process %d", cmp.Or(host, "?"), os.Getpid()), limit: limit,
		offers: map[string]*Offer{}, all: map[string]*served{}, sent: map[string]sent{}, callers: map[string]*silence{},
	}
	for _, o := range offers {
		subject := CallSubject(o.Func, o.Version)
		if m.offers[subject] != nil {
			return m, fmt.Errorf("cluster: version %d of the function %s is offered twice", o.Version, o.Func)
		}
		m.offers[subject] = o
		o.name = edo.Name("call of " + o.Func)
		if !slices.Contains(m.names, o.Func) {
			m.names = append(m.names, o.Func)
		}
	}
	if limit < 1 {
		return m, fmt.Errorf("cluster: a member has the limit %d: want at least 1", limit)
	}
	return m, nil
}

// ID returns the id of the member, which is random.
func (m *Member) ID() string { return m.id }

// Load returns how many calls run at a time at the most, how many do, and how many are taken and wait.
func (m *Member) Load() (limit, running, held int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.limit, m.busy, len(m.held)
}

// Poll begins calls, and is ready when the member has stopped.
func (m *Member) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(m) {
		return edo.Unit{}, edo.Pending, nil
	}
	m.mu.Lock()
	if other := m.waker; !other.IsZero() && other != cx.Waker() {
		m.mu.Unlock()
		if err := cx.Sole(other, m, "each task has a member of its own"); err != nil {
			return edo.Unit{}, edo.Ready, err
		}
		cx.Displace(other, m)
		m.mu.Lock()
	}
	defer m.mu.Unlock()
	for m.state == serving && m.busy < m.limit && len(m.held) > 0 {
		s := m.held[0]
		m.held = slices.Delete(m.held, 0, 1) // it keeps its place in memory, and is short
		m.busy++
		m.mu.Unlock()
		h := m.spawn(cx, s)
		m.mu.Lock()
		s.task = h.AbortHandle()
	}
	switch {
	case m.state == ended:
		return edo.Unit{}, edo.Ready, link.ErrPolledAgain
	case m.state == stopping && len(m.all) == 0 && len(m.sent) == 0 && m.open == 0 && m.queues == 0:
		m.mu.Unlock()
		m.finish()
		m.mu.Lock()
		return edo.Unit{}, edo.Ready, nil
	}
	m.waker = cx.Waker()
	return edo.Unit{}, edo.Pending, nil
}

// spawn makes the task of a call.
func (m *Member) spawn(cx *edo.Context, s *served) *edo.JoinHandle[edo.Unit] {
	options := m.conn.Extract(s.head)
	s.head = nil
	if options == nil { // most connections take nothing along: these options lie on the stack
		return edo.Spawn(cx, edo.Future[edo.Unit](s), s.offer.name, edo.OnEnd(s.ended), daemon)
	}
	return edo.Spawn(cx, edo.Future[edo.Unit](s), append(options, s.offer.name, edo.OnEnd(s.ended), daemon)...)
}

var daemon = edo.Daemon()

// AddQueue notes a worker that will take stored calls: its jobs have the member hear their callers. It is called
// before Begin.
func (m *Member) AddQueue() { m.queues++ }

// QueueEnded notes that such a worker has ended, with its jobs.
func (m *Member) QueueEnded() {
	m.mu.Lock()
	m.queues--
	wake := m.wakeIfNeeded()
	m.mu.Unlock()
	wake.Wake()
}

// Begin subscribes, and returns when the broker knows of it. Calls wait from then on. If m is stopped meanwhile, as the
// connection closes, the error is [link.ErrClosed].
func (m *Member) Begin(ctx context.Context) error {
	if err := m.conn.Enter(m); err != nil {
		return err
	}
	m.mu.Lock()
	if m.state == fresh {
		m.state = serving
	}
	m.mu.Unlock()
	nc := m.conn.NATS()
	subscribe := func(subject, group string, fn nats.MsgHandler, note func(sub *nats.Subscription)) error {
		sub, err := nc.QueueSubscribe(subject, group, fn)
		if err == nil {
			err = sub.SetPendingLimits(-1, -1)
		}
		if err != nil {
			return fmt.Errorf("cluster: %w", err)
		}
		m.mu.Lock()
		note(sub)
		m.mu.Unlock()
		return nil
	}
	add := func(sub *nats.Subscription) {
		m.open++
		m.subscriptions = append(m.subscriptions, sub)
	}
	err := subscribe(m.own, "", m.order, func(sub *nats.Subscription) { m.orders = sub })
	for subject, o := range m.offers {
		err = cmp.Or(err, subscribe(subject, "edo", func(msg *nats.Msg) { m.accept(o, msg) }, add))
	}
	for _, name := range m.names {
		err = cmp.Or(err, subscribe(offersSubject(name), "edo", func(msg *nats.Msg) { m.tellOffers(name, msg) }, add))
	}
	m.mu.Lock()
	switch {
	case err != nil:
	case m.state == serving:
		m.timer = time.AfterFunc(tick, m.watch)
	default: // Stop has drained those of the subscriptions that were there
		err = link.ErrClosed
	}
	m.mu.Unlock()
	if err != nil {
		m.drop()
		return err
	}
	err = m.conn.Manage(ctx, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		return nc.FlushWithContext(ctx)
	})
	if err != nil {
		m.drop()
	}
	return err
}

// tellOffers answers which versions of a function are offered. To a program whose messages have another
// format it says of each version that it is in this one: also one that does not know of formats shows that.
func (m *Member) tellOffers(name string, msg *nats.Msg) {
	suffix := ""
	if asked := formatOf(msg); asked != Format {
		suffix = " (format " + strconv.Itoa(Format) + ")"
		m.mu.Lock()
		m.foreign = asked
		m.mu.Unlock()
	}
	var all []string
	for _, o := range m.offers {
		if o.Func == name {
			all = append(all, strconv.Itoa(o.Version)+suffix)
		}
	}
	slices.Sort(all)
	msg.RespondMsg(&nats.Msg{Header: ownFormat(), Data: []byte(strings.Join(all, ", "))})
}

// accept is told of a call.
func (m *Member) accept(o *Offer, msg *nats.Msg) {
	now := time.Now()
	s := &served{m: m, offer: o, since: now, reply: msg.Reply, codec: cmp.Or(msg.Header.Get(headCodec), usualCodec), data: msg.Data, head: msg.Header}
	if text := msg.Header.Get(headLimit); text != "" {
		if limit, err := strconv.ParseInt(text, 10, 64); err == nil {
			s.until = now.Add(time.Duration(limit))
		}
	}
	m.mu.Lock()
	isRefused := m.state != serving || len(m.held) >= m.limit || msg.Reply == ""
	var wake edo.Waker
	waits := false
	if !isRefused {
		waits = m.busy+len(m.held) >= m.limit // otherwise its outcome may say it all
		s.isTold.Store(waits)
		m.held = append(m.held, s)
		m.enter(s, now)
		if m.busy < m.limit { // otherwise the end of a function wakes it
			wake = m.takeWaker()
		}
	}
	m.mu.Unlock()
	if isRefused {
		m.say(msg.Reply, kindBusy, nil)
		return
	}
	if waits {
		m.say(msg.Reply, kindTaken, nil)
	}
	wake.Wake()
}

// enter makes s a call of m. The caller holds mu.
func (m *Member) enter(s *served, now time.Time) {
	m.all[s.reply] = s
	caller := callerOf(s.reply)
	if s.caller = m.callers[caller]; s.caller != nil {
		s.caller.heard, s.caller.unheard = now, time.Time{}
	} else {
		s.caller = heardOf(caller, now)
		m.callers[caller] = s.caller
	}
}

// say sends a message for which no answer is awaited.
func (m *Member) say(to, kind string, data []byte) {
	if to != "" {
		m.conn.NATS().PublishMsg(&nats.Msg{
			Subject: to, Data: data, Header: nats.Header{headKind: {kind}, headMember: {m.id}, headHost: {m.host}},
		})
	}
}

// order is told of what is for this member alone.
func (m *Member) order(msg *nats.Msg) {
	switch msg.Header.Get(headKind) {
	case kindPing:
		m.mu.Lock()
		if c := m.callers[callerOf(msg.Reply)]; c != nil {
			c.heard, c.unheard = time.Now(), time.Time{}
		}
		m.mu.Unlock()
	case kindHas:
		m.mu.Lock()
		_, isThere := m.sent[string(msg.Data)]
		isThere = isThere || m.all[string(msg.Data)] != nil
		m.mu.Unlock()
		if !isThere {
			m.say(string(msg.Data), KindGone, []byte("its outcome could not be delivered while the connection was lost"))
		}
		return
	case kindConfirm:
		m.confirmed(msg.Data)
		return
	case kindAbort:
		m.mu.Lock()
		m.forget(msg.Data)
		s := m.all[string(msg.Data)]
		wake := m.wakeIfNeeded()
		m.mu.Unlock()
		wake.Wake()
		if s != nil {
			m.abort(s)
		}
	}
	msg.Respond(nil)
}

// abort ends s without an outcome.
func (m *Member) abort(s *served) {
	m.mu.Lock()
	s.isAborted = true
	task := s.waker
	if i := slices.Index(m.held, s); i >= 0 { // it has not begun
		m.held = slices.Delete(m.held, i, i+1)
		delete(m.all, s.reply)
	}
	wake := m.waker
	m.waker = edo.Waker{}
	m.mu.Unlock()
	task.Wake()
	wake.Wake()
}

// Name is that of the member in reports.
func (m *Member) Name() string { return "a member that offers " + strings.Join(m.names, ", ") }

// Reconnected says again which calls the member has: the caller may not have heard it.
func (m *Member) Reconnected() {
	m.mu.Lock()
	var replies []string
	if m.state != ended {
		for reply := range m.all {
			replies = append(replies, reply)
		}
	}
	hasStopped := m.state >= stopping
	if hasStopped { // what was on the way to those that are drained is lost
		m.open = len(m.subscriptions) - m.drained
	}
	wake := m.takeWaker()
	m.mu.Unlock()
	if hasStopped {
		m.drain()
	}
	for _, reply := range replies {
		m.say(reply, kindTaken, nil)
	}
	m.askSent(func(sent) bool { return true })
	wake.Wake()
}
