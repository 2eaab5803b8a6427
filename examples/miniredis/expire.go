package main

import (
	"math"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/timer"
)

const (
	sweepEvery = 100 * time.Millisecond
	sweepAgain = time.Millisecond // when many keys of a sample were over
	sample     = 100              // keys of each database that a sweep draws
)

// expire is the task that removes keys whose time is over. A command removes those that it
// comes across, so this is for the memory of the others.
func (s *server) expire(task *edo.Task) error {
	for {
		var err error
		if next := s.sweep(timer.Now(task).UnixMilli()); next > 0 {
			err = timer.Sleep(task, next)
		} else {
			err = s.volatile.Wait(task)
		}
		if err != nil {
			return err
		}
	}
}

// sweep draws keys that have an expiry, and removes those whose time is over. It returns
// when to sweep again: soon if that was more than a quarter of them, and 0 if no key with an
// expiry is left.
func (s *server) sweep(now int64) (next time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.dbs {
		db := &s.dbs[i]
		drawn := min(sample, db.volatile.len())
		removed := 0
		for range drawn {
			key := []byte(db.volatile.items[s.rand.IntN(db.volatile.len())].key)
			if !db.keys.items[db.keys.find(key)].value.isAlive(now) {
				db.remove(key)
				removed++
			}
		}
		switch {
		case removed > drawn/4:
			next = sweepAgain
		case db.volatile.len() > 0 && next == 0:
			next = sweepEvery
		}
	}
	return next
}

// expireIn is EXPIRE and PEXPIRE: a time from now on, in a unit of so many milliseconds.
func expireIn(unit int64) func(c *client, args [][]byte) {
	return func(c *client, args [][]byte) { c.expireKey(args, unit, c.server.now) }
}

// expireAt is EXPIREAT and PEXPIREAT: a time since 1970.
func expireAt(unit int64) func(c *client, args [][]byte) {
	return func(c *client, args [][]byte) { c.expireKey(args, unit, 0) }
}

// expireKey sets when a key ends, unless an option is against it. A time that is over
// removes the key.
func (c *client) expireKey(args [][]byte, unit, base int64) {
	var nx, xx, gt, lt bool
	for _, option := range args[3:] {
		switch {
		case is(option, "NX"):
			nx = true
		case is(option, "XX"):
			xx = true
		case is(option, "GT"):
			gt = true
		case is(option, "LT"):
			lt = true
		default:
			c.out.fail("ERR Unsupported option " + clip(option, len(option)))
			return
		}
	}
	at, ok := parseInt(args[2])
	switch {
	case nx && (xx || gt || lt):
		c.out.fail("ERR NX and XX, GT or LT options at the same time are not compatible")
		return
	case gt && lt:
		c.out.fail("ERR GT and LT options at the same time are not compatible")
		return
	case !ok:
		c.out.fail(notInteger)
		return
	case at > math.MaxInt64/unit || at < math.MinInt64/unit || at*unit > math.MaxInt64-base:
		c.out.fail(c.badExpiry(args))
		return
	}
	at = at*unit + base

	o := c.find(args[1])
	switch {
	case o == nil,
		nx && o.expireAt != 0,
		xx && o.expireAt == 0,
		gt && (o.expireAt == 0 || at <= o.expireAt),
		lt && o.expireAt != 0 && at >= o.expireAt:
		c.out.integer(0)
		return
	case at <= c.server.now:
		c.db().remove(args[1])
	default:
		c.setExpiry(args[1], o, at)
		c.db().changed(args[1])
	}
	c.out.integer(1)
}

// badExpiry is the error of a time that makes no sense.
func (c *client) badExpiry(args [][]byte) string {
	return "ERR invalid expire time in '" + lookUp(args).name + "' command"
}

// Results in the place of a time.
const (
	noExpiry = -1
	noKey    = -2
)

// expiry returns when a key ends.
func (c *client) expiry(key []byte) int64 {
	switch o := c.find(key); {
	case o == nil:
		return noKey
	case o.expireAt == 0:
		return noExpiry
	default:
		return o.expireAt
	}
}

// left returns how long a key has to live.
func (c *client) left(key []byte) int64 {
	at := c.expiry(key)
	if at > 0 {
		at -= c.server.now
	}
	return at
}

func ttl(c *client, args [][]byte)         { c.out.integer(seconds(c.left(args[1]))) }
func pttl(c *client, args [][]byte)        { c.out.integer(int(c.left(args[1]))) }
func expireTime(c *client, args [][]byte)  { c.out.integer(seconds(c.expiry(args[1]))) }
func pexpireTime(c *client, args [][]byte) { c.out.integer(int(c.expiry(args[1]))) }

// seconds rounds to the nearest second.
func seconds(ms int64) int {
	if ms < 0 {
		return int(ms)
	}
	return int((ms + 500) / 1000)
}

func persist(c *client, args [][]byte) {
	o := c.find(args[1])
	had := o != nil && o.expireAt != 0
	if had {
		c.setExpiry(args[1], o, 0)
		c.db().changed(args[1])
	}
	c.out.flag(had)
}
