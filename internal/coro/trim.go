package coro

// A pool ends coroutines that are too many, and keeps no more than max. By rule 3 of
// slot.go it can end a goroutine only when it also has the coroutine that is parked in
// that goroutine's slot: this one is moved to where the other one was parked.

// addTo adds c to a list of the pool. Locked.
func (p *Pool) addTo(list *[]*Coro, c *Coro) {
	*list = append(*list, c)
	c.index = int32(len(*list))
	c.parkedIn.occupant = c
}

// remove removes c from the list that it is in. Locked.
func (p *Pool) remove(c *Coro) {
	list := &p.idle
	if c.phase == dead {
		list = &p.dead
	}
	last := len(*list) - 1
	moved := (*list)[last]
	(*list)[c.index-1] = moved
	moved.index = c.index
	(*list)[last] = nil
	*list = (*list)[:last]
	c.index = 0
	c.parkedIn.occupant = nil
}

// keepDead keeps a coroutine that has died while another goroutine was parked in its slot,
// or that is to have a successor and is parked in its own slot.
func (p *Pool) keepDead(c *Coro) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.addTo(&p.dead, c)
	switch {
	case p.closed:
		p.endAll()
	case c.parkedIn == c:
		p.end(c)
	}
}

// trim ends coroutines that are too many, after c has been put. Coroutines that are parked
// in each other's slots form circles: from c it follows the circle in both directions, and
// ends those that it has, until it comes to one that is handed out. Locked.
func (p *Pool) trim(c *Coro) {
	if p.closed || len(p.dead) != 0 {
		p.endAll()
		return
	}
	for len(p.idle) > p.max {
		if y := c.occupant; p.end(c) {
			c = y
		} else if !p.end(c.parkedIn) {
			return
		}
	}
}

// endAll ends all that are dead, and all that are idle and too many, as far as possible.
// Locked.
func (p *Pool) endAll() {
	for i := len(p.dead) - 1; i >= 0; i-- {
		p.end(p.dead[i])
	}
	for i := len(p.idle) - 1; i >= 0 && len(p.idle) > p.max; i-- {
		p.end(p.idle[i])
	}
}

// end ends the goroutine of c, or puts c on the shelf. It reports false, and does nothing,
// unless p has both c and the coroutine that is parked in the slot of c. Locked.
func (p *Pool) end(c *Coro) bool {
	y := c.occupant
	if c.index == 0 || y == nil {
		return false
	}
	p.remove(c)
	// The occupant of the slot of c runs when c exits or moves. It then parks where c was.
	if y != c {
		y.moveTo, c.parkedIn.occupant = c.parkedIn, y
	}
	// On the shelf a coroutine is parked in its own slot.
	if p.shelf.reserve(c) {
		if y != c {
			c.moveTo, c.occupant = c, nil
			c.swapUnchecked()
		}
		if c.phase == dead {
			c.successor = c.newSuccessor()
			c = c.successor
		}
		p.shelf.add(c)
		return true
	}
	// Rule 3 of slot.go: the caller swaps with the occupant of the slot of c, which moves,
	// and so is parked there itself until c has exited.
	c.mustExit = true
	if c.phase == dead || c.exits != 0 { // its exit may end the waiting goroutine too
		exited := make(chan struct{})
		go func() {
			defer close(exited)
			c.swap()
		}()
		<-exited
	} else {
		c.swapUnchecked()
	}
	return true
}
