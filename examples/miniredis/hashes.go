package main

import (
	"math"
	"strconv"
)

// hashSet is HSET and HMSET.
func hashSet(c *client, args [][]byte) {
	if len(args)%2 != 0 {
		c.out.fail("ERR wrong number of arguments for '" + lookUp(args).name + "' command")
		return
	}
	h, ok := getOrMake[hash](c, args[1])
	if !ok {
		return
	}
	added := 0
	for i := 2; i < len(args); i += 2 {
		if h.store(args[i], args[i+1]) {
			added++
		}
	}
	c.db().changed(args[1])
	if is(args[0], "HMSET") {
		c.out.ok()
	} else {
		c.out.integer(added)
	}
}

// store sets a field, and reports whether it is new.
func (h *hash) store(field, value []byte) (isNew bool) {
	i, isNew := h.put(field)
	h.items[i].value = append(h.items[i].value[:0], value...)
	return isNew
}

func hashSetNX(c *client, args [][]byte) {
	h, ok := getOrMake[hash](c, args[1])
	if !ok {
		return
	}
	isNew := !h.has(args[2])
	if isNew {
		h.store(args[2], args[3])
		c.db().changed(args[1])
	}
	c.out.flag(isNew)
}

// replyField replies with the value of a field, or with null.
func (c *client) replyField(h *hash, field []byte) {
	if h != nil {
		if i := h.find(field); i >= 0 {
			c.out.bulk(h.items[i].value)
			return
		}
	}
	c.out.null()
}

func hashGet(c *client, args [][]byte) {
	if h, ok := get[hash](c, args[1]); ok {
		c.replyField(h, args[2])
	}
}

func hashGetMany(c *client, args [][]byte) {
	h, ok := get[hash](c, args[1])
	if !ok {
		return
	}
	c.out.array(len(args) - 2)
	for _, field := range args[2:] {
		c.replyField(h, field)
	}
}

// fields returns the fields of a hash, none if there is no hash, or replies with an error.
func fields(c *client, key []byte) (items []item[[]byte], ok bool) {
	h, ok := get[hash](c, key)
	if h != nil {
		items = h.items
	}
	return items, ok
}

func hashAll(c *client, args [][]byte) {
	items, ok := fields(c, args[1])
	if !ok {
		return
	}
	c.out.pairs(len(items))
	for i := range items {
		c.out.text(items[i].key)
		c.out.bulk(items[i].value)
	}
}

func hashKeys(c *client, args [][]byte) {
	items, ok := fields(c, args[1])
	if !ok {
		return
	}
	c.out.array(len(items))
	for i := range items {
		c.out.text(items[i].key)
	}
}

func hashValues(c *client, args [][]byte) {
	items, ok := fields(c, args[1])
	if !ok {
		return
	}
	c.out.array(len(items))
	for i := range items {
		c.out.bulk(items[i].value)
	}
}

func hashDelete(c *client, args [][]byte) {
	h, ok := get[hash](c, args[1])
	if !ok {
		return
	}
	removed := 0
	if h != nil {
		for _, field := range args[2:] {
			if h.remove(field) {
				removed++
			}
		}
	}
	if removed > 0 {
		c.shrunk(args[1], h.len())
	}
	c.out.integer(removed)
}

func hashHas(c *client, args [][]byte) {
	if h, ok := get[hash](c, args[1]); ok {
		c.out.flag(h != nil && h.has(args[2]))
	}
}

func hashLen(c *client, args [][]byte) {
	if items, ok := fields(c, args[1]); ok {
		c.out.integer(len(items))
	}
}

func hashStrLen(c *client, args [][]byte) {
	h, ok := get[hash](c, args[1])
	if !ok {
		return
	}
	n := 0
	if h != nil {
		if i := h.find(args[2]); i >= 0 {
			n = len(h.items[i].value)
		}
	}
	c.out.integer(n)
}

func hashIncrBy(c *client, args [][]byte) {
	n, ok := parseInt(args[3])
	if !ok {
		c.out.fail(notInteger)
		return
	}
	h, ok := get[hash](c, args[1])
	if !ok {
		return
	}
	var old int64
	if h != nil {
		if i := h.find(args[2]); i >= 0 {
			if old, ok = parseInt(h.items[i].value); !ok {
				c.out.fail("ERR hash value is not an integer")
				return
			}
		}
	}
	sum := old + n
	if n > 0 && sum < old || n < 0 && sum > old {
		c.out.fail("ERR increment or decrement would overflow")
		return
	}
	h, _ = getOrMake[hash](c, args[1])
	h.store(args[2], strconv.AppendInt(nil, sum, 10))
	c.db().changed(args[1])
	c.out.integer(int(sum))
}

// hashRandom is HRANDFIELD.
func hashRandom(c *client, args [][]byte) {
	withValues := len(args) == 4 && is(args[3], "WITHVALUES")
	count := int64(1)
	if len(args) >= 3 {
		var ok bool
		if count, ok = parseInt(args[2]); !ok || count < -math.MaxInt64/2 || count > math.MaxInt64/2 {
			c.out.fail(notInteger)
			return
		}
	}
	if len(args) > 3 && !withValues {
		c.out.fail(syntaxError)
		return
	}
	items, ok := fields(c, args[1])
	switch {
	case !ok:
		return
	case len(items) == 0 && len(args) == 2:
		c.out.null()
		return
	case len(items) == 0:
		c.out.array(0)
		return
	case len(args) == 2:
		c.out.text(items[c.server.rand.IntN(len(items))].key)
		return
	}
	chosen := draw(c, len(items), count)
	c.out.nested(len(chosen), withValues)
	for _, i := range chosen {
		c.out.pair(withValues)
		c.out.text(items[i].key)
		if withValues {
			c.out.bulk(items[i].value)
		}
	}
}
