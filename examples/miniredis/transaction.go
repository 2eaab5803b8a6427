package main

import "slices"

// A transaction is the commands after MULTI. EXEC executes them together, with the lock.
type transaction struct {
	commands  []queued
	isRefused bool // one of them makes no sense
}

type queued struct {
	cmd  *command
	args [][]byte
}

// add queues a command, with a copy of its arguments.
func (t *transaction) add(cmd *command, args [][]byte) {
	own := make([][]byte, len(args))
	for i, a := range args {
		own[i] = slices.Clone(a)
	}
	t.commands = append(t.commands, queued{cmd, own})
}

func multi(c *client, _ [][]byte) {
	if c.queue != nil {
		c.out.fail("ERR MULTI calls can not be nested")
		return
	}
	c.queue = new(transaction)
	c.out.ok()
}

func discard(c *client, _ [][]byte) {
	if c.queue == nil {
		c.out.fail("ERR DISCARD without MULTI")
		return
	}
	c.endTransaction()
	c.out.ok()
}

func (c *client) endTransaction() {
	c.queue = nil
	c.unwatch()
}

// execMulti is EXEC: it executes a transaction. A command that fails does not stop those behind it.
func execMulti(c *client, _ [][]byte) {
	t := c.queue
	if t == nil {
		c.out.fail("ERR EXEC without MULTI")
		return
	}
	for _, at := range c.watched { // those that are over
		c.findIn(at.db, []byte(at.key))
	}
	isDirty := c.isDirty
	c.unwatch()
	switch {
	case t.isRefused:
		c.out.fail("EXECABORT Transaction discarded because of previous errors.")
	case isDirty:
		c.out.nullArray()
	default:
		c.out.array(len(t.commands))
		for _, q := range t.commands {
			q.cmd.do(c, q.args)
		}
	}
	c.queue = nil
}

// watch makes the next transaction fail if one of these keys changes before it.
func watch(c *client, args [][]byte) {
	if c.queue != nil {
		c.out.fail("ERR WATCH inside MULTI is not allowed")
		return
	}
	db := c.db()
	if db.watchers == nil {
		db.watchers = map[string][]*client{}
	}
	for _, key := range args[1:] {
		at := place{c.database, string(key)}
		c.find(key) // one that is over does not count as a change
		if !slices.Contains(c.watched, at) {
			c.watched = append(c.watched, at)
			db.watchers[at.key] = append(db.watchers[at.key], c)
		}
	}
	c.out.ok()
}

func unwatch(c *client, _ [][]byte) {
	c.unwatch()
	c.out.ok()
}

func (c *client) unwatch() {
	for _, at := range c.watched {
		forget(c.server.dbs[at.db].watchers, at.key, c)
	}
	c.watched, c.isDirty = nil, false
}
