package mpmc

import "github.com/edo-go/edo"

// RecvFuture receives one message: it is the future of [Receiver.RecvFuture]. One
// goroutine at a time uses it. It has a place in line of its own, from its first pending poll
// until it is ready or dropped: so its owner drops it. A future that is neither polled nor
// dropped holds back a message from the other receivers when its turn has come.
//
// A future that is written by hand keeps a RecvFuture, whose zero value is good for that,
// and calls [RecvFuture.Reset] and [RecvFuture.Poll], which allocate nothing.
type RecvFuture[T any] struct{ w turn[T] }

// RecvFuture returns [Receiver.Recv] as a future. Nothing happens before it is polled. It
// borrows the receiver, and takes the message when it is Ready and not before.
//
// In direct style use [Receiver.Recv]: an [edo.Await] that is cancelled leaves the future
// in line until it is dropped.
func (rx *Receiver[T]) RecvFuture() *RecvFuture[T] {
	f := &RecvFuture[T]{}
	f.Reset(rx)
	return f
}

// Reset makes f receive by rx, from the beginning. It leaves the line that f was in.
func (f *RecvFuture[T]) Reset(rx *Receiver[T]) {
	f.Drop()
	f.w.rx, f.w.seat, f.w.phase = rx, rx.seat, holding
}

// Poll is Ready with the message, or with an error as that of [Receiver.Recv].
func (f *RecvFuture[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	if !cx.Proceed((*recvLeaf[T])(f)) {
		return v, edo.Pending, nil
	}
	p, err = f.w.pollTurn(cx)
	if p == edo.Ready && err == nil {
		v = f.w.rx.ch.queue.Take()
		f.w.rx.ch.settle(cx)
	}
	return v, p, err
}

// Drop leaves the line. A message that was promised to f goes to the next.
func (f *RecvFuture[T]) Drop() { f.w.dropTurn() }

// pollTurn is the poll of a future with w inside. It is Ready, with the lock, when the caller
// may take a message. Otherwise it returns without the lock: Pending, or with an error.
func (w *turn[T]) pollTurn(cx *edo.Context) (edo.Poll, error) {
	switch w.phase {
	case holding:
		c := w.rx.ch
		c.mu.Lock()
		switch c.pollMessage(w.rx) {
		case edo.Ready:
			w.phase = empty
			return edo.Ready, nil
		case edo.End:
			err := w.seat.endError()
			c.mu.Unlock()
			w.phase = empty
			return edo.Ready, err
		}
		c.turns.push(w, cx.Waker())
		c.mu.Unlock()
		w.phase = inLine
		return edo.Pending, nil
	case inLine:
		if w.pollOut(cx.Waker()) == edo.Pending {
			return edo.Pending, nil
		}
		w.phase = empty
		c := w.rx.ch
		c.mu.Lock()
		err := c.redeemPromise(w)
		if err != nil {
			c.mu.Unlock()
		}
		return edo.Ready, err
	}
	return edo.Ready, errReceived
}

// dropTurn ends the wait of a future with w inside.
func (w *turn[T]) dropTurn() {
	before := w.phase
	w.phase = empty
	if before != inLine {
		return
	}
	c := w.rx.ch
	c.mu.Lock()
	c.abandonTurn(w)
	c.settle(nil)
}
