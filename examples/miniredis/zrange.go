package main

import "math"

// rangeOptions are those of ZRANGE and its relatives.
type rangeOptions struct {
	byScore, isReverse, withScores, hasLimit bool
	offset, count                            int64
}

func zsetRange(c *client, args [][]byte) {
	var o rangeOptions
	if o.parse(c, args[4:], true) {
		c.rangeOf(args[1], args[2], args[3], o)
	}
}

func zsetRevRange(c *client, args [][]byte) {
	o := rangeOptions{isReverse: true}
	if o.parse(c, args[4:], false) {
		c.rangeOf(args[1], args[2], args[3], o)
	}
}

// zsetRangeByScore is ZRANGEBYSCORE and ZREVRANGEBYSCORE.
func zsetRangeByScore(isReverse bool) func(c *client, args [][]byte) {
	return func(c *client, args [][]byte) {
		o := rangeOptions{byScore: true, isReverse: isReverse}
		if o.parse(c, args[4:], false) {
			c.rangeOf(args[1], args[2], args[3], o)
		}
	}
}

// parse reads the options. When they make no sense it replies with an error.
func (o *rangeOptions) parse(c *client, args [][]byte, isZRange bool) bool {
	for i := 0; i < len(args); i++ {
		switch {
		case is(args[i], "WITHSCORES"):
			o.withScores = true
		case isZRange && is(args[i], "REV"):
			o.isReverse = true
		case isZRange && is(args[i], "BYSCORE"):
			o.byScore = true
		case is(args[i], "LIMIT") && i+2 < len(args):
			var ok1, ok2 bool
			o.offset, ok1 = parseInt(args[i+1])
			o.count, ok2 = parseInt(args[i+2])
			if !ok1 || !ok2 {
				c.out.fail(notInteger)
				return false
			}
			o.hasLimit = true
			i += 2
		default:
			c.out.fail(syntaxError)
			return false
		}
	}
	if o.hasLimit && o.count != -1 && !o.byScore {
		c.out.fail("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX")
		return false
	}
	return true
}

// rangeOf replies with the members between two ranks or two scores.
func (c *client) rangeOf(key, from, to []byte, o rangeOptions) {
	var low, high bound
	var first, last int64
	var ok bool
	if o.byScore {
		if o.isReverse {
			from, to = to, from
		}
		if low, high, ok = parseBounds(from, to); !ok {
			c.out.fail("ERR min or max is not a float")
			return
		}
	} else {
		var ok2 bool
		first, ok = parseInt(from)
		if last, ok2 = parseInt(to); !ok || !ok2 {
			c.out.fail(notInteger)
			return
		}
	}
	z, ok := get[sortedSet](c, key)
	if !ok {
		return
	}
	if z == nil {
		c.out.array(0)
		return
	}
	if !o.byScore {
		i, j := within(first, last, z.len())
		if o.isReverse {
			i, j = z.len()-j, z.len()-i
		}
		c.replyMembers(z.at(i, j), o.isReverse, o.withScores)
		return
	}
	i, j := z.between(low, high)
	if o.hasLimit {
		i, j = limit(i, j, o)
	}
	c.replyMembers(z.at(i, j), o.isReverse, o.withScores)
}

// limit returns the part of a range that the options ask for.
func limit(i, j int, o rangeOptions) (int, int) {
	n := int64(j - i)
	if o.offset < 0 || o.offset >= n {
		return 0, 0
	}
	count := n - o.offset
	if o.count >= 0 {
		count = min(count, o.count)
	}
	if o.isReverse {
		return j - int(o.offset+count), j - int(o.offset)
	}
	return i + int(o.offset), i + int(o.offset+count)
}

// A bound is a score that belongs to a range, or with isOpen does not.
type bound struct {
	score  float64
	isOpen bool
}

func parseBounds(from, to []byte) (low, high bound, ok bool) {
	low, ok1 := parseBound(from)
	high, ok2 := parseBound(to)
	return low, high, ok1 && ok2
}

func parseBound(text []byte) (b bound, ok bool) {
	if len(text) > 0 && text[0] == '(' {
		b.isOpen = true
		text = text[1:]
	}
	if len(text) == 0 { // is zero for redis too
		return b, true
	}
	b.score, ok = parseFloat(text)
	return b, ok
}

// between returns the ranks of the members between two bounds.
func (z *sortedSet) between(low, high bound) (i, j int) {
	i = z.below(low.score, low.isOpen)
	j = z.below(high.score, !high.isOpen)
	return i, max(i, j)
}

// below returns how many members have a lower score, or with orEqual one that is not higher.
func (z *sortedSet) below(score float64, orEqual bool) int {
	switch {
	case !orEqual:
		return z.rank(member{score: score})
	case math.IsInf(score, 1):
		return z.len()
	}
	return z.rank(member{score: math.Nextafter(score, math.Inf(1))})
}

func zsetCount(c *client, args [][]byte) {
	low, high, ok := parseBounds(args[2], args[3])
	if !ok {
		c.out.fail("ERR min or max is not a float")
		return
	}
	z, ok := get[sortedSet](c, args[1])
	switch {
	case !ok:
	case z == nil:
		c.out.integer(0)
	default:
		i, j := z.between(low, high)
		c.out.integer(j - i)
	}
}
