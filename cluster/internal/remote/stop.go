package remote

import (
	"github.com/edo-go/edo"
	"github.com/nats-io/nats.go"
)

// Stop has the member take no more calls. Those that have not begun go to other members, and those
// that run go on to their ends: until then it hears what is for it alone, so that they can be aborted.
func (m *Member) Stop() {
	m.mu.Lock()
	if m.state != serving {
		if m.state == fresh {
			m.state = stopping
		}
		m.mu.Unlock()
		return
	}
	m.state = stopping
	held := m.takeHeld()
	m.mu.Unlock()
	m.stops.Store(true)
	m.giveBack(held)
	m.askSent(func(sent) bool { return true })
	m.drain()
}

// takeHeld returns the calls that have not begun, and forgets them. The caller holds mu.
func (m *Member) takeHeld() (held []*served) {
	held, m.held = m.held, nil
	for _, s := range held {
		delete(m.all, s.reply)
	}
	return held
}

// giveBack has the callers send their calls again: others may have room.
func (m *Member) giveBack(held []*served) {
	for _, s := range held {
		m.say(s.reply, kindBusy, nil)
	}
}

// drain ends the subscriptions to calls. What is on the way to them is answered still: it would be lost otherwise,
// and its caller has no sign of that.
func (m *Member) drain() {
	isUp := m.conn.NATS().IsConnected()
	var subs []*nats.Subscription
	m.mu.Lock()
	if isUp {
		subs = m.subscriptions[m.drained:]
		m.drained = len(m.subscriptions)
	} else { // nothing is on the way; Reconnected drains them if calls still run then
		m.open = 0
	}
	m.mu.Unlock()
	for _, sub := range subs {
		sub.SetClosedHandler(func(string) { m.closed() })
		if sub.Drain() != nil {
			m.closed()
		}
	}
	m.leave()
	m.wake()
}

// closed is told when a subscription has ended.
func (m *Member) closed() {
	isUp := m.conn.NATS().IsConnected()
	m.mu.Lock()
	m.open = max(0, m.open-1)
	if !isUp {
		m.open = 0
	}
	m.mu.Unlock()
	m.leave()
	m.wake()
}

func (m *Member) wake() {
	m.mu.Lock()
	wake := m.takeWaker()
	m.mu.Unlock()
	wake.Wake()
}

// wakeIfNeeded returns the waker of the task that polls m, if there is something to do for it: a call to begin, or
// its end. The caller holds mu.
func (m *Member) wakeIfNeeded() (w edo.Waker) {
	if m.state == stopping || len(m.held) > 0 && m.busy < m.limit {
		w = m.takeWaker()
	}
	return w
}

// takeWaker returns the waker of the task that polls m. The caller holds mu.
func (m *Member) takeWaker() (w edo.Waker) {
	w, m.waker = m.waker, edo.Waker{}
	return w
}

// finish ends a member that has no call.
func (m *Member) finish() {
	m.mu.Lock()
	m.state = ended
	m.mu.Unlock()
	m.end()
}

// end ends what serves the calls that run.
func (m *Member) end() {
	m.mu.Lock()
	if m.timer != nil {
		m.timer.Stop()
	}
	orders := m.orders
	m.orders = nil
	m.mu.Unlock()
	unsubscribe(orders)
	m.leave()
}

// leave leaves the connection, if the member has ended and no call is on the way to it. It may be called twice.
func (m *Member) leave() {
	m.mu.Lock()
	isOver := m.state == ended && m.open == 0
	var subs []*nats.Subscription
	if isOver {
		subs, m.subscriptions, m.drained = m.subscriptions, nil, 0
	}
	m.mu.Unlock()
	if !isOver {
		return
	}
	for _, sub := range subs {
		unsubscribe(sub)
	}
	m.conn.Leave(m)
}

func unsubscribe(sub *nats.Subscription) {
	if sub != nil && sub.IsValid() {
		sub.Unsubscribe()
	}
}

// Drop ends the member at once: calls that run are aborted, and their callers are told; others go to other members.
func (m *Member) Drop() {
	m.mu.Lock()
	hasEnded := m.state == ended
	m.mu.Unlock()
	if !hasEnded {
		m.drop()
	}
}

func (m *Member) drop() {
	m.mu.Lock()
	m.state = ended
	held := m.takeHeld()
	var running []edo.AbortHandle
	for _, s := range m.all {
		running = append(running, s.task)
	}
	clear(m.sent)
	m.unconfirmed = 0
	m.mu.Unlock()
	m.stops.Store(true)
	m.giveBack(held)
	for _, task := range running {
		task.Abort() // a job has none: its worker is dropped too
	}
	m.end()
	m.drain()
}
