package simulated

import (
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// ReadBatch receives the datagrams of the queue.
func (c *packetConn) ReadBatch(cx *sched.Context, ms []driver.Message) (int, driver.Poll, error) {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	if poll, err := c.beginRead(cx); poll == driver.Pending || err != nil {
		return 0, poll, err
	}
	n := min(len(ms), len(c.queue), driver.MostMessages)
	for i := range ms[:n] {
		d := c.takeFirst()
		copy(ms[i].Buffer, d.data)
		ms[i].Receive(len(d.data), d.from)
	}
	return n, driver.Ready, nil
}

// WriteBatch sends datagrams one after the other.
func (c *packetConn) WriteBatch(cx *sched.Context, ms []driver.Message) (int, driver.Poll, error) {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	for n := range ms[:min(len(ms), driver.MostMessages)] {
		hasRoom, err := c.send(cx, ms[n].Buffer, ms[n].Peer())
		switch {
		case n > 0 && (!hasRoom || err != nil):
			return n, driver.Ready, nil
		case !hasRoom:
			c.waiters[driver.Writing].Add(cx.Task())
			return 0, driver.Pending, nil
		case err != nil:
			return 0, driver.Ready, err
		}
	}
	return min(len(ms), driver.MostMessages), driver.Ready, nil
}
