package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

func ping(c *client, args [][]byte) {
	switch {
	case len(args) > 2:
		c.out.fail("ERR wrong number of arguments for 'ping' command")
	case c.isSubscriber() && c.out.proto < 3:
		c.out.array(2)
		c.out.text("pong")
		if len(args) == 2 {
			c.out.bulk(args[1])
		} else {
			c.out.text("")
		}
	case len(args) == 2:
		c.out.bulk(args[1])
	default:
		c.out.simple("PONG")
	}
}

func echo(c *client, args [][]byte) { c.out.bulk(args[1]) }

func quit(c *client, _ [][]byte) {
	c.out.ok()
	c.state = closing
}

func reset(c *client, _ [][]byte) {
	c.reset()
	c.database, c.name, c.out.proto = 0, "", 2
	c.out.simple("RESET")
}

// reset takes the client out of everything that it is in.
func (c *client) reset() {
	c.endTransaction()
	for name := range c.channels {
		forget(c.server.channels, name, c)
	}
	for name := range c.patterns {
		forget(c.server.patterns, name, c)
	}
	c.channels, c.patterns = nil, nil
	if c.waiter != nil {
		c.unblock()
	}
}

func selectDB(c *client, args [][]byte) {
	switch n, ok := parseInt(args[1]); {
	case !ok:
		c.out.fail(notInteger)
	case n < 0 || n >= databases:
		c.out.fail("ERR DB index is out of range")
	default:
		c.database = int(n)
		c.out.ok()
	}
}

// wrongPassword is the reply to a user who does not exist.
const wrongPassword = "WRONGPASS invalid username-password pair or user is disabled."

// auth accepts any password of the one user that there is.
func auth(c *client, args [][]byte) {
	switch {
	case len(args) > 3:
		c.out.fail(syntaxError)
	case len(args) == 2:
		c.out.fail("ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?")
	case string(args[1]) != "default":
		c.out.fail(wrongPassword)
	default:
		c.out.ok()
	}
}

// hello is HELLO [version [AUTH user password] [SETNAME name]].
func hello(c *client, args [][]byte) {
	proto := c.out.proto
	if len(args) > 1 {
		v, ok := parseInt(args[1])
		if !ok {
			c.out.fail("ERR Protocol version is not an integer or out of range")
			return
		}
		if v < 2 || v > 3 {
			c.out.fail("NOPROTO unsupported protocol version")
			return
		}
		proto = int(v)
	}
	name := c.name
	for i := 2; i < len(args); i++ {
		switch {
		case is(args[i], "AUTH") && i+2 < len(args):
			if string(args[i+1]) != "default" {
				c.out.fail(wrongPassword)
				return
			}
			i += 2
		case is(args[i], "SETNAME") && i+1 < len(args):
			if !isName(args[i+1]) {
				c.out.fail(badName)
				return
			}
			name = string(args[i+1])
			i++
		default:
			c.out.fail("ERR Syntax error in HELLO option '" + clip(args[i], 128) + "'")
			return
		}
	}
	c.out.proto, c.name = proto, name
	c.out.pairs(7)
	for _, p := range [][2]string{{"server", "redis"}, {"version", version}} {
		c.out.text(p[0])
		c.out.text(p[1])
	}
	c.out.text("proto")
	c.out.integer(proto)
	c.out.text("id")
	c.out.integer(int(c.id))
	for _, p := range [][2]string{{"mode", "standalone"}, {"role", "master"}} {
		c.out.text(p[0])
		c.out.text(p[1])
	}
	c.out.text("modules")
	c.out.array(0)
}

const badName = "ERR Client names cannot contain spaces, newlines or special characters."

// isName reports whether a client may have this name.
func isName(name []byte) bool {
	return bytes.IndexFunc(name, func(r rune) bool { return r < '!' || r > '~' }) < 0
}

func clientID(c *client, _ [][]byte) { c.out.integer(int(c.id)) }

func clientGetName(c *client, _ [][]byte) {
	if c.name == "" {
		c.out.null()
	} else {
		c.out.text(c.name)
	}
}

func clientSetName(c *client, args [][]byte) {
	if !isName(args[2]) {
		c.out.fail(badName)
		return
	}
	c.name = string(args[2])
	c.out.ok()
}

// clientSetInfo accepts what libraries newer than redis 7.0 say about themselves.
func clientSetInfo(c *client, _ [][]byte) { c.out.ok() }

func clientInfo(c *client, _ [][]byte) { c.out.verbatim(c.describe()) }

func clientList(c *client, args [][]byte) {
	if len(args) > 2 {
		c.out.fail(syntaxError)
		return
	}
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(c.server.clients)) {
		b.WriteString(c.server.clients[id].describe())
	}
	c.out.verbatim(b.String())
}

// describe is a line about the client.
func (c *client) describe() string {
	commands := -1
	if c.queue != nil {
		commands = len(c.queue.commands)
	}
	return fmt.Sprintf("id=%d addr=%v laddr=%v name=%s db=%d sub=%d psub=%d multi=%d resp=%d\n",
		c.id, c.conn.RemoteAddr(), c.conn.LocalAddr(), c.name, c.database, len(c.channels), len(c.patterns), commands, c.out.proto)
}
