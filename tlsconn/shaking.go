package tlsconn

import (
	"crypto/tls"

	"github.com/edo-go/edo"
)

// shaking is a transport in a handshake, as the reader of that. The other side may write before it reads,
// and so may this one: a server sends its ticket while the client sends its last message. So a
// handshake never waits for room alone. What it writes goes into out, and goes on while it waits for what
// it reads.
type shaking transport

// PollRead gives inner what it takes of out, and reads.
func (s *shaking) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	t := (*transport)(s)
	if isAsked(cx) {
		t.inner.PollRead(cx, nil)
		return 0, edo.Pending, nil
	}
	if t.unflushed {
		if _, err := t.pollFlush(cx); err != nil {
			return 0, edo.Ready, err
		}
	}
	return t.inner.PollRead(cx, p)
}

// pollFlush is ready when inner has taken, and flushed, all records.
func (t *transport) pollFlush(cx *edo.Context) (edo.Poll, error) {
	poll, err := t.flush(cx)
	if poll == edo.Ready && err == nil {
		poll, err = t.inner.PollFlush(cx)
	}
	t.unflushed = poll == edo.Pending || err != nil
	return poll, err
}

// shake makes the handshake on task, and waits until the other side has what it needs of it.
func (c *Conn) shake(task *edo.Task) error {
	c.link.task = task
	defer func() { c.link.task = nil }()
	err := c.tls.Handshake() // HandshakeContext would start a goroutine
	if c.link.unflushed {
		_, err2 := edo.Await(task, edo.Future[edo.Unit](&farewell{c, err != nil}))
		if err == nil {
			err = err2
		}
	}
	return err
}

// farewell is the future of what a handshake has written last. With TLS 1.3 that of a server is a ticket,
// which the client may never read: it goes on with the next read or write. A failed handshake has an alert.
type farewell struct {
	conn   *Conn
	failed bool
}

func (f *farewell) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	c := f.conn
	if isAsked(cx) {
		poll, err := c.askWriter(cx)
		return edo.Unit{}, poll, err
	}
	poll, err := c.link.pollFlush(cx)
	if poll == edo.Pending && c.server && !f.failed && c.tls.ConnectionState().Version == tls.VersionTLS13 {
		poll = edo.Ready
	}
	return edo.Unit{}, poll, err
}
