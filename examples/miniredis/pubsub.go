package main

import (
	"maps"
	"slices"
)

// A client that has subscribed gets messages between the replies to its commands. They are
// appended to its output by the client that publishes them.

func (c *client) isSubscriber() bool { return len(c.channels)+len(c.patterns) > 0 }

func publish(c *client, args [][]byte) {
	s, channel := c.server, string(args[1])
	n := 0
	for _, to := range s.channels[channel] {
		to.out.push(3)
		to.out.text("message")
		to.out.text(channel)
		to.out.bulk(args[2])
		to.push()
		n++
	}
	for _, pattern := range slices.Sorted(maps.Keys(s.patterns)) {
		if !match(pattern, channel) {
			continue
		}
		for _, to := range s.patterns[pattern] {
			to.out.push(4)
			to.out.text("pmessage")
			to.out.text(pattern)
			to.out.text(channel)
			to.out.bulk(args[2])
			to.push()
			n++
		}
	}
	c.out.integer(n)
}

// A subscription is what a client has subscribed to, channels or patterns.
type subscription struct {
	all map[string][]*client // of the server
	own *map[string]bool     // of the client
}

func (c *client) byChannel() subscription { return subscription{c.server.channels, &c.channels} }
func (c *client) byPattern() subscription { return subscription{c.server.patterns, &c.patterns} }

func subscribe(c *client, args [][]byte)    { c.enter(c.byChannel(), args) }
func psubscribe(c *client, args [][]byte)   { c.enter(c.byPattern(), args) }
func unsubscribe(c *client, args [][]byte)  { c.cancel(c.byChannel(), args) }
func punsubscribe(c *client, args [][]byte) { c.cancel(c.byPattern(), args) }

// enter adds to a subscription. Each name has a reply of its own.
func (c *client) enter(s subscription, args [][]byte) {
	for _, name := range args[1:] {
		if !(*s.own)[string(name)] {
			if *s.own == nil {
				*s.own = map[string]bool{}
			}
			(*s.own)[string(name)] = true
			s.all[string(name)] = append(s.all[string(name)], c)
		}
		c.confirm(args[0], name)
	}
}

// cancel removes names from a subscription, or all of them.
func (c *client) cancel(s subscription, args [][]byte) {
	names := args[1:]
	if len(names) == 0 {
		for _, name := range slices.Sorted(maps.Keys(*s.own)) {
			names = append(names, []byte(name))
		}
	}
	if len(names) == 0 {
		c.confirm(args[0], nil)
	}
	for _, name := range names {
		if (*s.own)[string(name)] {
			delete(*s.own, string(name))
			forget(s.all, string(name), c)
		}
		c.confirm(args[0], name)
	}
}

// confirm replies that a subscription has changed, and how many there are.
func (c *client) confirm(verb, name []byte) {
	c.out.push(3)
	c.out.text(lookUp([][]byte{verb}).name)
	if name == nil {
		c.out.null()
	} else {
		c.out.bulk(name)
	}
	c.out.integer(len(c.channels) + len(c.patterns))
}

func pubsubChannels(c *client, args [][]byte) {
	if len(args) > 3 {
		c.out.fail("ERR unknown subcommand or wrong number of arguments for '" + clip(args[1], 128) + "'. Try PUBSUB HELP.")
		return
	}
	pattern := "*"
	if len(args) == 3 {
		pattern = string(args[2])
	}
	found := slices.Sorted(maps.Keys(c.server.channels))
	c.out.texts(slices.DeleteFunc(found, func(name string) bool { return !match(pattern, name) }))
}

func pubsubNumSub(c *client, args [][]byte) {
	c.out.array(2 * (len(args) - 2))
	for _, name := range args[2:] {
		c.out.bulk(name)
		c.out.integer(len(c.server.channels[string(name)]))
	}
}

func pubsubNumPat(c *client, _ [][]byte) { c.out.integer(len(c.server.patterns)) }
