package main

import (
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

// offline returns a client without a connection.
func offline(t *testing.T) *client {
	var c *client
	if err := sim.Run(1, func(task *edo.Task) error {
		c = newServer(task).join(nil)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return c
}

// reply executes commands, and returns the replies.
func (c *client) reply(input []byte) string {
	c.parser.feed(input)
	out, _ := c.run(1)
	text := string(out)
	giveBack(out)
	return text
}

func TestCommonCommandsAllocateNothing(t *testing.T) {
	c := offline(t)
	c.reply([]byte("SET k value\r\nSET n 1000\r\nHSET h f v\r\nRPUSH l a b c\r\nZADD z 1 a\r\nSADD s a\r\n"))
	for _, args := range []string{
		"PING", "GET k", "SET k other", "INCR n", "HSET h f v", "HGET h f", "LRANGE l 0 -1", "SADD s a", "ZADD z 1 a",
		"MSET k value n 1000", "MGET k n", "EXISTS k", "TTL k",
	} {
		batch := []byte(strings.Repeat(string(encode(strings.Fields(args)...)), 100))
		if n := testing.AllocsPerRun(20, func() {
			c.parser.feed(batch)
			out, _ := c.run(1)
			giveBack(out)
		}); n >= 10 { // of a hundred commands; a pool may have been emptied
			t.Errorf("%s: %v allocations", args, n/100)
		}
	}
}

// The client has sent a half of a command before; now it waits without any.
func TestAnIdleClientHoldsNoBuffers(t *testing.T) {
	c := offline(t)
	input := string(encode("SET", "k", strings.Repeat("v", 100_000)))
	c.reply([]byte(input[:50_000]))
	c.parser.keep()
	if len(c.parser.kept) == 0 {
		t.Error("a half of a command is not kept")
	}
	if got := c.reply([]byte(input[50_000:])); got != "+OK\r\n" {
		t.Errorf("got %q", got)
	}
	c.parser.keep()
	if p := &c.parser; p.kept != nil || p.data != nil || p.args != nil || p.result != nil || c.out.b != nil {
		t.Errorf("it holds %+v and %d bytes of output", p, cap(c.out.b))
	}
}
