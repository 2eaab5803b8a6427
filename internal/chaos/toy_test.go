package chaos_test

import (
	"slices"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chaos"
)

// toy is a channel with one slot, for tasks of a simulation. A slot that is freed is
// granted to the sender that has waited longest, which fills it when it runs. fault names
// what it does wrong.
type toy struct {
	fault string
	slot  *chaos.Value
	taken bool // filled or granted
	line  []*turn
	rx    edo.Waker
	open  int // senders
}

// turn waits for the slot. It owns its value until the value is in the slot.
type turn struct {
	c       *toy
	v       *chaos.Value
	waker   edo.Waker
	joined  bool
	granted bool
}

func (w *turn) Poll(cx *edo.Context) (u edo.Unit, p edo.Poll, err error) {
	if !cx.Proceed(nil) {
		return u, edo.Pending, nil
	}
	c := w.c
	switch {
	case w.granted:
		w.granted = false
	case !c.taken && len(c.line) == 0:
		c.taken = true
	default:
		if !w.joined {
			w.joined = true
			c.line = append(c.line, w)
		}
		w.waker = cx.Waker()
		return u, edo.Pending, nil
	}
	c.slot, w.v = w.v, nil
	c.rx.WakeBy(cx)
	return u, edo.Ready, nil
}

// leave leaves the line, and passes on the slot that was granted.
func (w *turn) leave() {
	c := w.c
	if i := slices.Index(c.line, w); i >= 0 {
		if c.fault != "stays in line" {
			c.line = slices.Delete(c.line, i, i+1)
		}
		return
	}
	if w.granted && c.fault != "forgets what it was granted" {
		c.freeSlot()
	}
}

// Drop is for a turn that a combinator or a task owns.
func (w *turn) Drop() {
	w.leave()
	if v := w.v; v != nil {
		w.v = nil
		if w.c.fault != "forgets its value" {
			v.Drop()
		}
	}
}

// freeSlot grants the slot to the first in line.
func (c *toy) freeSlot() {
	c.taken = false
	if len(c.line) > 0 {
		next := c.line[0]
		c.line = c.line[1:]
		c.taken, next.granted = true, true
		next.waker.Wake()
	}
}

// send sends v, which after an error is the caller's.
func (c *toy) send(task *edo.Task, v *chaos.Value) error {
	w := &turn{c: c, v: v}
	_, err := edo.Await(task, edo.Future[edo.Unit](w))
	if err != nil && c.fault == "sends what was taken back" && w.granted {
		c.slot = v
		c.rx.Wake()
		return err
	}
	if err != nil {
		w.leave()
	}
	return err
}

func (c *toy) close() {
	c.open--
	c.rx.Wake()
}

func (c *toy) Drop() { c.close() }

// PollNext makes the channel the stream of the values that it receives.
func (c *toy) PollNext(cx *edo.Context) (v *chaos.Value, p edo.Poll, err error) {
	if !cx.Proceed(nil) {
		return nil, edo.Pending, nil
	}
	if c.slot != nil {
		v, c.slot = c.slot, nil
		c.freeSlot()
		return v, edo.Ready, nil
	}
	if c.open == 0 {
		return nil, edo.End, nil
	}
	c.rx = cx.Waker()
	return nil, edo.Pending, nil
}
