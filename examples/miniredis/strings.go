package main

import (
	"bytes"
	"math"
	"strconv"
)

const (
	notInteger  = "ERR value is not an integer or out of range"
	notFloat    = "ERR value is not a valid float"
	syntaxError = "ERR syntax error"
)

// replyString replies with a string, or with null.
func (c *client) replyString(o *object) {
	if o == nil {
		c.out.null()
	} else {
		c.out.bulk(o.str)
	}
}

func getString(c *client, args [][]byte) {
	if o, ok := c.str(args[1]); ok {
		c.replyString(o)
	}
}

// store sets a key to a string. The old value may be of any type.
func (c *client) store(key, value []byte) *object {
	o := c.put(key)
	o.collection = nil
	o.str = append(o.str[:0], value...)
	if cap(o.str) > 64 && len(o.str) < cap(o.str)/4 {
		o.str = append([]byte(nil), o.str...)
	}
	c.db().changed(key)
	return o
}

// setString is SET with its options.
func setString(c *client, args [][]byte) {
	if len(args) == 3 {
		c.setExpiry(args[1], c.store(args[1], args[2]), 0)
		c.out.ok()
		return
	}
	var o setOptions
	if !o.parse(c, args) {
		return
	}
	old := c.find(args[1])
	if o.get {
		if old != nil && old.collection != nil {
			c.out.fail(wrongType)
			return
		}
		c.replyString(old)
	}
	if o.nx && old != nil || o.xx && old == nil {
		if !o.get {
			c.out.null()
		}
		return
	}
	if !o.get {
		c.out.ok()
	}
	v := c.store(args[1], args[2])
	if !o.keepTTL {
		c.setExpiry(args[1], v, o.at)
	}
}

// setOptions are those of SET.
type setOptions struct {
	nx, xx, get, keepTTL bool
	at                   int64 // 0: no expiry
}

// parse reads the options. When they make no sense it replies with an error.
func (o *setOptions) parse(c *client, args [][]byte) bool {
	var expiry, kind []byte // the latest, if there are several of one kind
	var unit, base int64
	for i := 3; i < len(args); i++ {
		arg := args[i]
		hasValue := i+1 < len(args) && (kind == nil || bytes.EqualFold(kind, arg)) && !o.keepTTL
		switch {
		case is(arg, "NX") && !o.xx:
			o.nx = true
			continue
		case is(arg, "XX") && !o.nx:
			o.xx = true
			continue
		case is(arg, "GET"):
			o.get = true
			continue
		case is(arg, "KEEPTTL") && expiry == nil:
			o.keepTTL = true
			continue
		case is(arg, "EX") && hasValue:
			unit, base = 1000, c.server.now
		case is(arg, "PX") && hasValue:
			unit, base = 1, c.server.now
		case is(arg, "EXAT") && hasValue:
			unit = 1000
		case is(arg, "PXAT") && hasValue:
			unit = 1
		default:
			c.out.fail(syntaxError)
			return false
		}
		i++
		kind, expiry = arg, args[i]
	}
	if expiry == nil {
		return true
	}
	var ok bool
	o.at, ok = c.parseExpiry(args, expiry, unit, base)
	return ok
}

// parseExpiry parses the time after which a string ends. When it makes no sense it replies
// with an error.
func (c *client) parseExpiry(args [][]byte, text []byte, unit, base int64) (at int64, ok bool) {
	at, ok = parseInt(text)
	switch {
	case !ok:
		c.out.fail(notInteger)
		return 0, false
	case at <= 0 || at > math.MaxInt64/unit || at*unit > math.MaxInt64-base:
		c.out.fail(c.badExpiry(args))
		return 0, false
	}
	return at*unit + base, true
}

// setEX is SETEX and PSETEX.
func setEX(unit int64) func(c *client, args [][]byte) {
	return func(c *client, args [][]byte) {
		if at, ok := c.parseExpiry(args, args[2], unit, c.server.now); ok {
			c.setExpiry(args[1], c.store(args[1], args[3]), at)
			c.out.ok()
		}
	}
}

func setNX(c *client, args [][]byte) {
	isNew := c.find(args[1]) == nil
	if isNew {
		c.store(args[1], args[2])
	}
	c.out.flag(isNew)
}

func getSet(c *client, args [][]byte) {
	if o, ok := c.str(args[1]); ok {
		c.replyString(o)
		c.setExpiry(args[1], c.store(args[1], args[2]), 0)
	}
}

func getDel(c *client, args [][]byte) {
	if o, ok := c.str(args[1]); ok {
		c.replyString(o)
		c.db().remove(args[1])
	}
}

func mget(c *client, args [][]byte) {
	c.out.array(len(args) - 1)
	for _, key := range args[1:] {
		if o := c.find(key); o != nil && o.collection == nil {
			c.out.bulk(o.str)
		} else {
			c.out.null()
		}
	}
}

func mset(c *client, args [][]byte) {
	if !c.isPaired(args) {
		return
	}
	c.storeAll(args)
	c.out.ok()
}

func msetNX(c *client, args [][]byte) {
	if !c.isPaired(args) {
		return
	}
	for i := 1; i < len(args); i += 2 {
		if c.find(args[i]) != nil {
			c.out.integer(0)
			return
		}
	}
	c.storeAll(args)
	c.out.integer(1)
}

func (c *client) storeAll(args [][]byte) {
	for i := 1; i < len(args); i += 2 {
		c.setExpiry(args[i], c.store(args[i], args[i+1]), 0)
	}
}

// isPaired reports whether each key has a value, or else replies with an error.
func (c *client) isPaired(args [][]byte) bool {
	if len(args)%2 == 0 {
		c.out.fail("ERR wrong number of arguments for '" + lookUp(args).name + "' command")
		return false
	}
	return true
}

func incr(c *client, args [][]byte) { c.add(args[1], 1) }
func decr(c *client, args [][]byte) { c.add(args[1], -1) }

func incrBy(c *client, args [][]byte) {
	n, ok := parseInt(args[2])
	if !ok {
		c.out.fail(notInteger)
		return
	}
	c.add(args[1], n)
}

func decrBy(c *client, args [][]byte) {
	n, ok := parseInt(args[2])
	switch {
	case !ok:
		c.out.fail(notInteger)
	case n == math.MinInt64:
		c.out.fail("ERR decrement would overflow")
	default:
		c.add(args[1], -n)
	}
}

// add adds n to the number that a string is. The expiry stays.
func (c *client) add(key []byte, n int64) {
	o, ok := c.str(key)
	if !ok {
		return
	}
	var old int64
	if o != nil {
		if old, ok = parseInt(o.str); !ok {
			c.out.fail(notInteger)
			return
		}
	}
	sum := old + n
	if n > 0 && sum < old || n < 0 && sum > old {
		c.out.fail("ERR increment or decrement would overflow")
		return
	}
	if o == nil {
		o = c.put(key)
	}
	o.str = strconv.AppendInt(o.str[:0], sum, 10)
	c.db().changed(key)
	c.out.integer(int(sum))
}

func incrByFloat(c *client, args [][]byte) {
	o, ok := c.str(args[1])
	if !ok {
		return
	}
	old := []byte("0")
	if o != nil {
		old = o.str
	}
	x, ok1 := parseDecimal(old)
	y, ok2 := parseDecimal(args[2])
	switch {
	case !ok1 || !ok2:
		c.out.fail(notFloat)
		return
	case x.IsInf() || y.IsInf():
		c.out.fail("ERR increment would produce NaN or Infinity")
		return
	}
	sum := appendDecimal(nil, x.Add(x, y))
	c.store(args[1], sum)
	c.out.bulk(sum)
}

func appendString(c *client, args [][]byte) {
	o, ok := c.str(args[1])
	switch {
	case !ok:
		return
	case o != nil && len(o.str)+len(args[2]) > maxBulk:
		c.out.fail("ERR string exceeds maximum allowed size (proto-max-bulk-len)")
		return
	case o == nil:
		o = c.put(args[1])
	}
	o.str = append(o.str, args[2]...)
	c.db().changed(args[1])
	c.out.integer(len(o.str))
}

func strLen(c *client, args [][]byte) {
	switch o, ok := c.str(args[1]); {
	case !ok:
	case o == nil:
		c.out.integer(0)
	default:
		c.out.integer(len(o.str))
	}
}

func getRange(c *client, args [][]byte) {
	from, ok1 := parseInt(args[2])
	to, ok2 := parseInt(args[3])
	if !ok1 || !ok2 {
		c.out.fail(notInteger)
		return
	}
	o, ok := c.str(args[1])
	switch {
	case !ok:
	case o == nil:
		c.out.text("")
	case from < 0 && to < 0 && from > to:
		c.out.text("")
	default:
		if to < 0 { // the end of the range is no smaller than the first byte
			to = max(to+int64(len(o.str)), 0)
		}
		i, j := within(from, to, len(o.str))
		c.out.bulk(o.str[i:j])
	}
}

// within makes a range of n elements, with i <= j, of one that counts from the end when it is
// negative, and includes its last element.
func within(from, to int64, n int) (i, j int) {
	if from < 0 {
		from = max(from+int64(n), 0)
	}
	if to < 0 {
		to += int64(n)
	}
	to = min(to, int64(n)-1)
	if from > to {
		return 0, 0
	}
	return int(from), int(to) + 1
}
