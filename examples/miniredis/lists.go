package main

import "math"

const outOfRange = "ERR value is out of range, must be positive"

// push is LPUSH and RPUSH, and with mayMake false LPUSHX and RPUSHX.
func push(left, mayMake bool) func(c *client, args [][]byte) {
	return func(c *client, args [][]byte) {
		l, ok := get[list](c, args[1])
		switch {
		case !ok:
			return
		case l == nil && !mayMake:
			c.out.integer(0)
			return
		case l == nil:
			l, _ = getOrMake[list](c, args[1])
		}
		for _, v := range args[2:] {
			l.push(left, v)
		}
		c.db().changed(args[1])
		c.out.integer(l.len())
		c.signal(args[1])
	}
}

// pop is LPOP and RPOP.
func pop(left bool) func(c *client, args [][]byte) {
	return func(c *client, args [][]byte) {
		if len(args) > 3 {
			c.out.fail("ERR wrong number of arguments for '" + lookUp(args).name + "' command")
			return
		}
		count, hasCount := 1, len(args) == 3
		if hasCount {
			n, ok := parseInt(args[2])
			if !ok || n < 0 {
				c.out.fail(outOfRange)
				return
			}
			count = int(min(n, math.MaxInt32))
		}
		l, ok := get[list](c, args[1])
		switch {
		case !ok:
			return
		case l == nil && hasCount:
			c.out.nullArray()
			return
		case l == nil:
			c.out.null()
			return
		case hasCount:
			count = min(count, l.len())
			c.out.array(count)
		}
		for range count {
			c.out.text(l.pop(left))
		}
		if count > 0 {
			c.shrunk(args[1], l.len())
		}
	}
}

func listLen(c *client, args [][]byte) {
	switch l, ok := get[list](c, args[1]); {
	case !ok:
	case l == nil:
		c.out.integer(0)
	default:
		c.out.integer(l.len())
	}
}

func listRange(c *client, args [][]byte) {
	from, ok1 := parseInt(args[2])
	to, ok2 := parseInt(args[3])
	if !ok1 || !ok2 {
		c.out.fail(notInteger)
		return
	}
	l, ok := get[list](c, args[1])
	switch {
	case !ok:
	case l == nil:
		c.out.array(0)
	default:
		i, j := within(from, to, l.len())
		c.out.array(j - i)
		for ; i < j; i++ {
			c.out.text(*l.at(i))
		}
	}
}

// element returns the place of an element that counts from the end when it is negative, or nil.
func (l *list) element(i int64) *string {
	if i < 0 {
		i += int64(l.n)
	}
	if i < 0 || i >= int64(l.n) {
		return nil
	}
	return l.at(int(i))
}

func listIndex(c *client, args [][]byte) {
	l, ok := get[list](c, args[1])
	if !ok {
		return
	}
	if l == nil {
		c.out.null()
		return
	}
	i, ok := parseInt(args[2])
	if !ok {
		c.out.fail(notInteger)
		return
	}
	if e := l.element(i); e != nil {
		c.out.text(*e)
	} else {
		c.out.null()
	}
}

func listSet(c *client, args [][]byte) {
	l, ok := get[list](c, args[1])
	if !ok {
		return
	}
	if l == nil {
		c.out.fail("ERR no such key")
		return
	}
	i, ok := parseInt(args[2])
	if !ok {
		c.out.fail(notInteger)
		return
	}
	e := l.element(i)
	if e == nil {
		c.out.fail("ERR index out of range")
		return
	}
	*e = string(args[3])
	c.db().changed(args[1])
	c.out.ok()
}

func listTrim(c *client, args [][]byte) {
	from, ok1 := parseInt(args[2])
	to, ok2 := parseInt(args[3])
	if !ok1 || !ok2 {
		c.out.fail(notInteger)
		return
	}
	l, ok := get[list](c, args[1])
	if !ok {
		return
	}
	if l != nil {
		i, j := within(from, to, l.len())
		if i == j {
			i, j = l.len(), l.len()
		}
		l.keep(i, j)
		c.shrunk(args[1], l.len())
	}
	c.out.ok()
}

func listRemove(c *client, args [][]byte) {
	count, ok := parseInt(args[2])
	if !ok {
		c.out.fail(notInteger)
		return
	}
	l, ok := get[list](c, args[1])
	if !ok {
		return
	}
	removed := 0
	if l != nil {
		switch {
		case count == 0:
			removed = l.remove(true, args[3], l.len())
		case count > 0:
			removed = l.remove(true, args[3], int(min(count, math.MaxInt32)))
		default:
			removed = l.remove(false, args[3], int(min(-max(count, -math.MaxInt32), math.MaxInt32)))
		}
	}
	if removed > 0 {
		c.shrunk(args[1], l.len())
	}
	c.out.integer(removed)
}

func listInsert(c *client, args [][]byte) {
	isAfter := is(args[2], "AFTER")
	if !isAfter && !is(args[2], "BEFORE") {
		c.out.fail(syntaxError)
		return
	}
	l, ok := get[list](c, args[1])
	switch {
	case !ok:
		return
	case l == nil:
		c.out.integer(0)
		return
	}
	for i := range l.len() {
		if *l.at(i) == string(args[3]) {
			if isAfter {
				i++
			}
			l.insert(i, args[4])
			c.db().changed(args[1])
			c.out.integer(l.len())
			return
		}
	}
	c.out.integer(-1)
}

func rpopLPush(c *client, args [][]byte) { c.moveElement(args[1], args[2], false, true) }

func listMove(c *client, args [][]byte) {
	fromLeft, toLeft := is(args[3], "LEFT"), is(args[4], "LEFT")
	if !fromLeft && !is(args[3], "RIGHT") || !toLeft && !is(args[4], "RIGHT") {
		c.out.fail(syntaxError)
		return
	}
	c.moveElement(args[1], args[2], fromLeft, toLeft)
}

// moveElement moves an element from one list to another, or to the other end.
func (c *client) moveElement(from, to []byte, fromLeft, toLeft bool) {
	l, ok := get[list](c, from)
	switch {
	case !ok:
		return
	case l == nil:
		c.out.null()
		return
	}
	if _, ok := get[list](c, to); !ok {
		return
	}
	v := l.pop(fromLeft)
	if string(from) != string(to) {
		c.shrunk(from, l.len())
	}
	dst, _ := getOrMake[list](c, to)
	dst.push(toLeft, []byte(v))
	c.db().changed(to)
	c.out.text(v)
	c.signal(to)
}
