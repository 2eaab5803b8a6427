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
	held, subs := m.held, m.subscriptions
	m.held = nil
	for _, s := range held {
		delete(m.all, s.reply)
	}
	m.mu.Unlock()
	for _, s := range held {
		m.say(s.reply, kindBusy, nil)
	}
	m.askSent(func(sent) bool { return true })
	if !m.conn.NATS().IsConnected() { // nothing is on the way
		m.mu.Lock()
		m.open = 0
		m.mu.Unlock()
		m.wake()
		return
	}
	for _, sub := range subs { // what is on the way to it is answered still
		sub.SetClosedHandler(func(string) { m.closed() })
		if sub.Drain() != nil {
			m.closed()
		}
	}
	m.wake()
}

// closed is told when a subscription has ended.
func (m *Member) closed() {
	m.mu.Lock()
	m.open = max(0, m.open-1)
	if !m.conn.NATS().IsConnected() {
		m.open = 0
	}
	m.mu.Unlock()
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

// finish leaves the connection.
func (m *Member) finish() {
	m.mu.Lock()
	m.state = ended
	if m.timer != nil {
		m.timer.Stop()
	}
	subs := append(m.subscriptions, m.orders)
	m.subscriptions, m.orders = nil, nil
	m.mu.Unlock()
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

// Drop ends the member at once: its calls are aborted, and their callers are told.
func (m *Member) Drop() {
	m.mu.Lock()
	if m.state == ended {
		m.mu.Unlock()
		return
	}
	m.mu.Unlock()
	m.drop()
}

func (m *Member) drop() {
	m.mu.Lock()
	held := m.held
	m.held = nil
	var running []*served
	for _, s := range m.all {
		running = append(running, s)
	}
	for _, s := range held {
		delete(m.all, s.reply)
	}
	clear(m.sent)
	m.unconfirmed = 0
	m.mu.Unlock()
	for _, s := range held {
		m.say(s.reply, kindBusy, nil)
	}
	for _, s := range running {
		m.mu.Lock()
		task := s.task
		m.mu.Unlock()
		task.Abort() // a job has none: its worker is dropped too
	}
	m.finish()
}
