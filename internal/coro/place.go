package coro

import "github.com/edo-go/edo/internal/carried"

// A place is what [iter.Pull] makes: somewhere one goroutine stands while it does not
// run. Whoever calls next or yield changes places with it: that one runs, and the
// caller stands there now. Each coroutine brings a place along, and its goroutine
// stands there at first.
//
// Resume and Yield use one place, and in the end the coroutine is back where it was.
// But a coroutine that goes to another one directly ([Coro.SwitchTo]) stands at the
// other's place then; with that it saves one of two switches. So coroutines stand at
// each other's places, and each knows where (Coro.at).
//
//	field   written by
//	next    newCoro
//	yield   the goroutine, before it leaves the place for the first time
//	left    whoever changes places
//	who     whoever changes places with a resumer, to say who came back; nil: nobody
//	        did, but the goroutine has exited
//	apart   whoever is about to change places, and is perhaps locked to its thread; Turn's
//	        result takes it back
//
// Rules:
//
//  1. Each place has one goroutine. At that of a coroutine which runs for the first
//     time it is the resumer's.
//  2. next and yield of a place are called by turns, whoever calls them: left says
//     that it is yield's turn.
//  3. A goroutine that ends wakes who stands at its own place. So it may only end when
//     that is the one who wants its end: [Pool.end] sees to it.
type place struct {
	next  func() (struct{}, bool)
	yield func(struct{}) bool
	who   *Coro
	left  bool
	apart bool
}

// SwitchTo suspends c, on whose goroutine it is called, as Yield does, and resumes d,
// which is suspended, in its stead: d comes back to the resumer of c. Others may
// resume c from when d runs.
func (c *Coro) SwitchTo(d *Coro) { c.LeaveTo(d).swap() }

// LeaveTo is SwitchTo as Leave is Yield.
func (c *Coro) LeaveTo(d *Coro) *Coro {
	if c.phase != running {
		panic(errYield)
	}
	if d.phase != suspended {
		panic(errResume)
	}
	c.phase, d.phase = suspended, running
	p := d.at
	c.at, d.back = p, c.back
	if c.self.maybeLocked() {
		p.apart = true
	}
	return p
}

// Turn returns which of the two changes places with who stands at p.
func (p *place) Turn() (next func() (struct{}, bool), yield func(struct{}) bool) {
	p.left = !p.left
	if p.apart {
		return p.aside, nil
	}
	if p.left {
		return p.next, nil
	}
	return nil, p.yield
}

// stand lets the resumer of c run until c is wanted for something.
func (c *Coro) stand() {
	for p := c.back; p != nil; p, c.relay = c.relay, nil {
		c.at, p.who = p, c
		p.swap()
	}
}

// swap changes places with who stands at p.
func (p *place) swap() {
	if next, yield := p.Turn(); next != nil {
		next()
	} else {
		yield(struct{}{})
	}
}

// add puts c into one of the lists of p.
func (p *Pool) add(list *[]*Coro, c *Coro) {
	*list = append(*list, c)
	c.index = int32(len(*list))
	c.at.visitor = c
}

// remove takes c out.
func (p *Pool) remove(c *Coro) {
	list := &p.idle
	if c.phase == dead {
		list = &p.graves
	}
	last := len(*list) - 1
	moved := (*list)[last]
	(*list)[c.index-1] = moved
	moved.index = c.index
	(*list)[last] = nil
	*list = (*list)[:last]
	c.index = 0
	c.at.visitor = nil
}

// bury keeps a coroutine that has died while another one stood at its place; or is to have
// an heir, and stands there itself.
func (p *Pool) bury(c *Coro) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.add(&p.graves, c)
	switch {
	case p.closed:
		p.sweep()
	case c.at == c:
		p.end(c)
	}
}

// trim ends coroutines that are too many, after c has been put. Those who stand at
// each other's places form circles: it ends whom it has on both sides of c until it
// comes to one that is out.
func (p *Pool) trim(c *Coro) {
	if p.closed || len(p.graves) != 0 {
		p.sweep()
		return
	}
	for len(p.idle) > p.max {
		if y := c.visitor; p.end(c) {
			c = y
		} else if !p.end(c.at) {
			return
		}
	}
}

// sweep ends all that died, and all that are idle and too many, as far as it can.
func (p *Pool) sweep() {
	for i := len(p.graves) - 1; i >= 0; i-- {
		p.end(p.graves[i])
	}
	for i := len(p.idle) - 1; i >= 0 && len(p.idle) > p.max; i-- {
		p.end(p.idle[i])
	}
}

// end ends the goroutine of c, if p has both c and who stands at its place: that one
// goes to where c stood, and the caller takes its place until c has ended. Or c goes there
// itself, and is kept on the shelf. Locked.
func (p *Pool) end(c *Coro) bool {
	y := c.visitor
	if c.index == 0 || y == nil {
		return false
	}
	p.remove(c)
	if y != c {
		y.relay, c.at.visitor = c.at, y
	}
	if p.shelf.keeps(c) {
		if y != c {
			c.relay, c.visitor = c, nil
			c.changeWith()
		}
		if c.phase == dead {
			c.heir = c.inherit()
			c = c.heir
		}
		p.shelf.put(c)
		return true
	}
	c.ends = true
	if c.phase == dead || c.exits != 0 { // who waits for its end exits as well, perhaps
		over := make(chan struct{})
		go func() {
			defer close(over)
			c.swap()
		}()
		<-over
	} else {
		c.changeWith()
	}
	return true
}

// changeWith changes places with who stands at p, from a goroutine that may be locked to
// its thread.
func (p *place) changeWith() {
	p.apart = carried.MaybeLocked()
	p.swap()
}
