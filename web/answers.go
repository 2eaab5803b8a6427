package web

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/gobwas/ws"
)

// The receiving side sends, too: pongs, and pings of its own. It flushes them itself, unless another task
// waits to send: then that one does. One that gives up wakes the one that receives.

// reply puts a control frame into the output, and reports whether there was room.
func (c *Conn) reply(cx *edo.Context, op ws.OpCode, data []byte) bool {
	poll, err := c.framed.PollReady(cx)
	if poll == edo.Pending || err != nil {
		return false
	}
	c.framed.StartSend(frame{op, data}) // fails after a close frame: then nothing is to be sent
	c.flags.owe()
	return true
}

// answer answers a ping, or keeps the answer.
func (c *Conn) answer(cx *edo.Context, data []byte) {
	isSent := c.reply(cx, ws.OpPong, data)
	if isSent && !c.flags.has(hasPong) {
		return
	}
	r := c.locked()
	defer r.mu.Unlock()
	if isSent {
		r.pong = nil
		c.flags.set(hasPong, false)
		return
	}
	r.pong = data
	c.flags.set(hasPong, true)
	c.flags.owe()
}

// flushAnswers flushes what the receiving side has sent, as far as there is room now. The task is
// woken when there is more room, unless another task waits to send: that one flushes then.
func (c *Conn) flushAnswers(cx *edo.Context) (poll edo.Poll) {
	if !c.flags.has(owes) {
		return edo.Ready
	}
	if poll, err := c.PollFlush(cx); poll == edo.Ready && err == nil {
		return edo.Ready
	}
	r := c.locked()
	r.debtor = cx.Waker()
	c.flags.set(hasDebtor, true)
	r.mu.Unlock()
	poll, _ = c.PollFlush(cx) // the task that sends may have given up meanwhile
	return poll
}

// recvGivenUp tells the connection below that the task which receives has given up, and with it what
// that task has waited to flush.
func (c *Conn) recvGivenUp() {
	edo.Drop(c.framed.RecvFuture())
	if c.flags.has(hasDebtor) {
		r := c.locked()
		debtor := r.debtor
		r.mu.Unlock()
		aio.AbandonWrite(c.inner, debtor)
	}
}

// endRecv ends a Recv with err. A BusyError says that another task waits, whose wait goes on.
func (c *Conn) endRecv(err error) {
	if _, isBusy := err.(*edo.BusyError); err != nil && !isBusy {
		c.recvGivenUp()
	}
}

// sendGivenUp has the task that receives flush what it owes: the one that would have done so, as it
// sends, has given up.
func (c *Conn) sendGivenUp() {
	if w := c.takeDebtor(); c.flags.has(owes) && !w.IsZero() {
		w.Wake()
	}
}

// takeDebtor returns the task that has left the flush to another one, and forgets it.
func (c *Conn) takeDebtor() (w edo.Waker) {
	if c.flags.has(hasDebtor) {
		r := c.locked()
		w, r.debtor = r.debtor, edo.Waker{}
		c.flags.set(hasDebtor, false)
		r.mu.Unlock()
	}
	return w
}

// takePong returns the answer that was kept. Without one nothing is left to flush, unless there was an
// answer since the flags were before.
func (c *Conn) takePong(before uint32) (data []byte, ok bool) {
	if !c.flags.has(hasPong) {
		if c.flags.settle(before) {
			c.takeDebtor()
		}
		return nil, false
	}
	r := c.locked()
	defer r.mu.Unlock()
	if ok = c.flags.has(hasPong); ok {
		data, r.pong = r.pong, nil
		c.flags.set(hasPong, false)
	}
	return data, ok
}
