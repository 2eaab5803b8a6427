package main

import (
	"math"
	"slices"
)

const notANumber = "ERR resulting score is not a number (NaN)"

// addOptions are those of ZADD.
type addOptions struct{ nx, xx, gt, lt, ch, incr bool }

// parse reads the options, and returns the pairs of scores and members behind them.
func (o *addOptions) parse(args [][]byte) (pairs [][]byte) {
	for i, arg := range args {
		switch {
		case is(arg, "NX"):
			o.nx = true
		case is(arg, "XX"):
			o.xx = true
		case is(arg, "GT"):
			o.gt = true
		case is(arg, "LT"):
			o.lt = true
		case is(arg, "CH"):
			o.ch = true
		case is(arg, "INCR"):
			o.incr = true
		default:
			return args[i:]
		}
	}
	return nil
}

// problem says what is wrong with the options.
func (o *addOptions) problem(pairs [][]byte) string {
	switch {
	case len(pairs) == 0 || len(pairs)%2 != 0:
		return syntaxError
	case o.nx && o.xx:
		return "ERR XX and NX options at the same time are not compatible"
	case o.gt && o.nx || o.lt && o.nx || o.gt && o.lt:
		return "ERR GT, LT, and/or NX options at the same time are not compatible"
	case o.incr && len(pairs) > 2:
		return "ERR INCR option supports a single increment-element pair"
	}
	return ""
}

func zsetAdd(c *client, args [][]byte) {
	var o addOptions
	pairs := o.parse(args[2:])
	if problem := o.problem(pairs); problem != "" {
		c.out.fail(problem)
		return
	}
	c.addScores(args[1], pairs, o)
}

func zsetIncrBy(c *client, args [][]byte) {
	c.addScores(args[1], args[2:], addOptions{incr: true})
}

// addScores sets the scores of members, or adds to them.
func (c *client) addScores(key []byte, pairs [][]byte, o addOptions) {
	var few [16]float64
	scores := few[:0]
	for i := 0; i < len(pairs); i += 2 {
		score, ok := parseFloat(pairs[i])
		if !ok {
			c.out.fail(notFloat)
			return
		}
		scores = append(scores, score)
	}
	z, ok := get[sortedSet](c, key)
	switch {
	case !ok:
		return
	case z == nil && !o.xx:
		z, _ = getOrMake[sortedSet](c, key)
	}
	added, changed := 0, 0
	result, hasResult := 0.0, false
	for i, score := range scores {
		name := pairs[2*i+1]
		if z == nil {
			break
		}
		old, isOld := z.score(name)
		if isOld && o.incr {
			if score += old; math.IsNaN(score) {
				c.out.fail(notANumber)
				return
			}
		}
		switch {
		case isOld && (o.nx || o.gt && score <= old || o.lt && score >= old), !isOld && o.xx:
			continue
		}
		result, hasResult = score, true
		switch isNew := z.put(name, score); {
		case isNew:
			added++
		case score != old:
			changed++
		}
	}
	if added+changed > 0 {
		c.db().changed(key)
	}
	switch {
	case o.incr && hasResult:
		c.out.float(result)
	case o.incr:
		c.out.null()
	case o.ch:
		c.out.integer(added + changed)
	default:
		c.out.integer(added)
	}
}

// replyScore replies with the score of a member, or with null.
func (c *client) replyScore(z *sortedSet, name []byte) {
	if z != nil {
		if score, ok := z.score(name); ok {
			c.out.float(score)
			return
		}
	}
	c.out.null()
}

func zsetScore(c *client, args [][]byte) {
	if z, ok := get[sortedSet](c, args[1]); ok {
		c.replyScore(z, args[2])
	}
}

func zsetScores(c *client, args [][]byte) {
	z, ok := get[sortedSet](c, args[1])
	if !ok {
		return
	}
	c.out.array(len(args) - 2)
	for _, name := range args[2:] {
		c.replyScore(z, name)
	}
}

func zsetLen(c *client, args [][]byte) {
	switch z, ok := get[sortedSet](c, args[1]); {
	case !ok:
	case z == nil:
		c.out.integer(0)
	default:
		c.out.integer(z.len())
	}
}

// zsetRank is ZRANK and ZREVRANK.
func zsetRank(isReverse bool) func(c *client, args [][]byte) {
	return func(c *client, args [][]byte) {
		z, ok := get[sortedSet](c, args[1])
		if !ok {
			return
		}
		if z != nil {
			if score, ok := z.score(args[2]); ok {
				rank := z.rank(member{score, string(args[2])})
				if isReverse {
					rank = z.len() - 1 - rank
				}
				c.out.integer(rank)
				return
			}
		}
		c.out.null()
	}
}

func zsetRemove(c *client, args [][]byte) {
	z, ok := get[sortedSet](c, args[1])
	if !ok {
		return
	}
	removed := 0
	if z != nil {
		for _, name := range args[2:] {
			if z.remove(name) {
				removed++
			}
		}
	}
	if removed > 0 {
		c.shrunk(args[1], z.len())
	}
	c.out.integer(removed)
}

// zsetPop is ZPOPMIN and ZPOPMAX.
func zsetPop(first bool) func(c *client, args [][]byte) {
	return func(c *client, args [][]byte) {
		if len(args) > 3 {
			c.out.fail(syntaxError)
			return
		}
		count, hasCount := int64(1), len(args) == 3
		if hasCount {
			var ok bool
			if count, ok = parseInt(args[2]); !ok || count < 0 {
				c.out.fail(outOfRange)
				return
			}
		}
		z, ok := get[sortedSet](c, args[1])
		switch {
		case !ok:
			return
		case z == nil:
			c.out.array(0)
			return
		}
		n := int(min(count, int64(z.len())))
		switch {
		case hasCount:
			c.out.nested(n, true)
		case n > 0:
			c.out.array(2)
		}
		for range n {
			m := z.end(first)
			if hasCount {
				c.out.pair(true)
			}
			c.out.text(m.name)
			c.out.float(m.score)
			z.remove([]byte(m.name))
		}
		if n > 0 {
			c.shrunk(args[1], z.len())
		}
	}
}

// replyMembers replies with members, and with their scores.
func (c *client) replyMembers(members []member, isReverse, withScores bool) {
	if isReverse {
		slices.Reverse(members)
	}
	c.out.nested(len(members), withScores)
	for _, m := range members {
		c.out.pair(withScores)
		c.out.text(m.name)
		if withScores {
			c.out.float(m.score)
		}
	}
}
