package main

// del is DEL and UNLINK.
func del(c *client, args [][]byte) {
	n := 0
	for _, key := range args[1:] {
		if c.find(key) != nil {
			c.db().remove(key)
			n++
		}
	}
	c.out.integer(n)
}

// exists is EXISTS and TOUCH: a key that is named twice counts twice.
func exists(c *client, args [][]byte) {
	n := 0
	for _, key := range args[1:] {
		if c.find(key) != nil {
			n++
		}
	}
	c.out.integer(n)
}

func typeOf(c *client, args [][]byte) {
	if o := c.find(args[1]); o != nil {
		c.out.simple(o.typeName())
	} else {
		c.out.simple("none")
	}
}

func keys(c *client, args [][]byte) {
	var found []string
	pattern := string(args[1])
	for i := range c.db().keys.items {
		it := &c.db().keys.items[i]
		if it.value.isAlive(c.server.now) && match(pattern, it.key) {
			found = append(found, it.key)
		}
	}
	c.out.texts(found)
}

func (o *object) isAlive(now int64) bool { return o.expireAt == 0 || o.expireAt > now }

func randomKey(c *client, _ [][]byte) {
	for c.db().keys.len() > 0 {
		key := c.db().keys.items[c.server.rand.IntN(c.db().keys.len())].key
		if c.find([]byte(key)) != nil {
			c.out.text(key)
			return
		}
	}
	c.out.null()
}

func rename(c *client, args [][]byte) {
	if c.find(args[1]) == nil {
		c.out.fail("ERR no such key")
		return
	}
	c.move(args[1], args[2])
	c.out.ok()
}

func renameNX(c *client, args [][]byte) {
	if c.find(args[1]) == nil {
		c.out.fail("ERR no such key")
		return
	}
	isFree := c.find(args[2]) == nil
	if isFree {
		c.move(args[1], args[2])
	}
	c.out.flag(isFree)
}

// move renames a key, with its expiry.
func (c *client) move(from, to []byte) {
	if string(from) == string(to) {
		return
	}
	o := *c.find(from)
	c.db().remove(from)
	c.db().remove(to)
	moved := c.put(to)
	moved.str, moved.collection = o.str, o.collection
	c.setExpiry(to, moved, o.expireAt)
	c.db().changed(to)
	c.signal(to)
}

func dbSize(c *client, _ [][]byte) { c.out.integer(c.db().keys.len()) }

func flushDB(c *client, args [][]byte) {
	if c.flushOptions(args) {
		c.db().clear()
		c.out.ok()
	}
}

func flushAll(c *client, args [][]byte) {
	if c.flushOptions(args) {
		for i := range c.server.dbs {
			c.server.dbs[i].clear()
		}
		c.out.ok()
	}
}

func (c *client) flushOptions(args [][]byte) bool {
	ok := len(args) == 1 || len(args) == 2 && (is(args[1], "ASYNC") || is(args[1], "SYNC"))
	if !ok {
		c.out.fail(syntaxError)
	}
	return ok
}
