package main

import (
	"bytes"
	"strings"
)

// A command is a function of a client and the arguments, of which the first is the name. It
// is called with the lock of the server, appends one reply, and does not wait.
type command struct {
	name  string
	arity int // number of arguments with the name; negative: at least so many
	do    func(c *client, args [][]byte)
	flags flags
}

type flags uint8

const (
	container  flags = 1 << iota // has subcommands
	immediate                    // is executed after MULTI too, and not queued
	subscriber                   // is allowed to a subscriber in RESP2
	hostOrPost                   // is a line of HTTP
)

// longest is the length of the longest name of a command.
const longest = 32

// lookUp returns the command of these arguments, or nil.
func lookUp(args [][]byte) *command {
	var name [2*longest + 1]byte
	if len(args[0]) > longest || bytes.IndexByte(args[0], '|') >= 0 {
		return nil
	}
	n := lower(name[:], args[0])
	cmd := commands[string(name[:n])]
	if cmd == nil || cmd.flags&container == 0 || len(args) == 1 || len(args[1]) > longest {
		return cmd
	}
	name[n] = '|'
	n += 1 + lower(name[n+1:], args[1])
	if sub := commands[string(name[:n])]; sub != nil {
		return sub
	}
	return cmd
}

// lower copies src to dst in lower case.
func lower(dst, src []byte) int {
	for i, c := range src {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst[i] = c
	}
	return len(src)
}

// is reports whether an argument is a word, in upper or lower case.
func is(arg []byte, word string) bool {
	if len(arg) != len(word) {
		return false
	}
	for i, c := range arg {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

// execute executes a command, or queues it.
func (c *client) execute(args [][]byte) {
	c.server.executed++
	cmd := lookUp(args)
	switch {
	case cmd == nil:
		c.refuse(unknown(args))
	case cmd.flags&hostOrPost != 0:
		c.state = dropped // a browser was made to send this
	case cmd.flags&container != 0 && len(args) > 1:
		c.refuse("ERR unknown subcommand '" + clip(args[1], 128) + "'. Try " + strings.ToUpper(cmd.name) + " HELP.")
	case cmd.arity > 0 && len(args) != cmd.arity || len(args) < -cmd.arity:
		problem := "wrong number of arguments for '" + cmd.name + "' command"
		if cmd.name == "exec" {
			c.endTransaction()
			c.out.fail("EXECABORT Transaction discarded because of: " + problem)
			return
		}
		c.refuse("ERR " + problem)
	case c.isSubscriber() && c.out.proto < 3 && cmd.flags&subscriber == 0:
		c.refuse("ERR Can't execute '" + cmd.name + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context")
	case c.queue != nil && cmd.flags&immediate == 0:
		c.queue.add(cmd, args)
		c.out.simple("QUEUED")
	default:
		cmd.do(c, args)
	}
}

// refuse replies that a command is not executed. A transaction with such a command fails.
func (c *client) refuse(text string) {
	if c.queue != nil {
		c.queue.isRefused = true
	}
	c.out.fail(text)
}

// unknown is the error of a command that does not exist. It names the first arguments.
func unknown(args [][]byte) string {
	const limit = 128
	var b strings.Builder
	for _, a := range args[1:] {
		if b.Len() >= limit {
			break
		}
		b.WriteString("'" + clip(a, limit-b.Len()) + "' ")
	}
	return "ERR unknown command '" + clip(args[0], limit) + "', with args beginning with: " + b.String()
}

// clip returns the first n bytes of an argument, up to a zero byte.
func clip(arg []byte, n int) string {
	text, _, _ := strings.Cut(string(arg[:min(n, len(arg))]), "\x00")
	return text
}
