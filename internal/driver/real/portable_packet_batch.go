//go:build !linux || portable

package real

import (
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// A batch is a loop over single datagrams here.

func (c *portablePacketConn) ReadBatch(cx *sched.Context, ms []driver.Message) (int, driver.Poll, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if poll, err := c.receive(cx, &ms[0]); poll == driver.Pending || err != nil {
		return 0, poll, err
	}
	n := 1
	for !receivesBlock && n < min(len(ms), driver.MostMessages) {
		if err := c.receiveNow(&ms[n]); err != nil {
			if err != syscall.EAGAIN { // the system reports it once: the next operation is told
				c.arrived = &arrived{err: c.readError(err)}
				c.driver.wakeAtLook(c.waiters[driver.Reading].RemoveAll())
			}
			break
		}
		n++
	}
	return n, driver.Ready, nil
}

func (c *portablePacketConn) WriteBatch(cx *sched.Context, ms []driver.Message) (int, driver.Poll, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for n := range ms[:min(len(ms), driver.MostMessages)] {
		hasRoom, err := c.send(ms[n].Buffer, ms[n].Peer())
		switch {
		case n > 0 && (!hasRoom || err != nil):
			return n, driver.Ready, nil
		case !hasRoom:
			poll, err := c.awaitRoom(cx)
			return 0, poll, err
		case err != nil:
			return 0, driver.Ready, err
		}
	}
	return min(len(ms), driver.MostMessages), driver.Ready, nil
}
