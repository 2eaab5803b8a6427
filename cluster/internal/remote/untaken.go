package remote

// untaken is a list of the calls that are on the way to a member, in the order in which they were sent. A call
// has its place in itself, as each call comes and goes once or more: a map would cost three times as much.
type untaken struct{ oldest, newest *Call }

// add adds c, unless it is in the list.
func (l *untaken) add(c *Call) {
	if c.isUntaken {
		return
	}
	c.isUntaken, c.older = true, l.newest
	if l.newest != nil {
		l.newest.newer = c
	} else {
		l.oldest = c
	}
	l.newest = c
}

// remove removes c, if it is in the list.
func (l *untaken) remove(c *Call) {
	if !c.isUntaken {
		return
	}
	if c.older != nil {
		c.older.newer = c.newer
	} else {
		l.oldest = c.newer
	}
	if c.newer != nil {
		c.newer.older = c.older
	} else {
		l.newest = c.older
	}
	c.isUntaken, c.older, c.newer = false, nil, nil
}
