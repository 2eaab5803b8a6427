package main

import (
	"strconv"
	"sync"
)

// output is the replies that a client gets, in RESP2 or RESP3. It is guarded by the lock of
// the server: other clients append what they publish.
type output struct {
	b     []byte
	proto int
}

const chunk = 16 << 10

// chunks has the storage of outputs that wait for nothing.
var chunks = sync.Pool{New: func() any { return new([chunk]byte) }}

// take returns the bytes, and leaves none.
func (o *output) take() []byte {
	b := o.b
	o.b = nil
	return b
}

// giveBack puts the storage of bytes that were written back into the pool.
func giveBack(b []byte) {
	if cap(b) == chunk {
		chunks.Put((*[chunk]byte)(b[:chunk]))
	}
}

// begin makes sure that there is storage.
func (o *output) begin() {
	if o.b == nil {
		o.b = chunks.Get().(*[chunk]byte)[:0]
	}
}

func (o *output) head(mark byte, n int) {
	o.begin()
	o.b = append(o.b, mark)
	o.b = strconv.AppendInt(o.b, int64(n), 10)
	o.b = append(o.b, '\r', '\n')
}

// simple appends a status.
func (o *output) simple(s string) {
	o.begin()
	o.b = append(o.b, '+')
	o.b = append(o.b, s...)
	o.b = append(o.b, '\r', '\n')
}

func (o *output) ok() { o.simple("OK") }

// fail appends an error. A line break in it becomes blanks.
func (o *output) fail(text string) {
	o.begin()
	o.b = append(o.b, '-')
	for i := range len(text) {
		c := text[i]
		if c == '\r' || c == '\n' {
			c = ' '
		}
		o.b = append(o.b, c)
	}
	o.b = append(o.b, '\r', '\n')
}

func (o *output) integer(n int) { o.head(':', n) }

// flag appends 1 or 0.
func (o *output) flag(b bool) {
	if b {
		o.integer(1)
	} else {
		o.integer(0)
	}
}

func (o *output) bulk(b []byte) {
	o.head('$', len(b))
	o.b = append(o.b, b...)
	o.b = append(o.b, '\r', '\n')
}

func (o *output) text(s string) {
	o.head('$', len(s))
	o.b = append(o.b, s...)
	o.b = append(o.b, '\r', '\n')
}

// verbatim appends a text for people.
func (o *output) verbatim(s string) {
	if o.proto < 3 {
		o.text(s)
		return
	}
	o.head('=', len(s)+4)
	o.b = append(o.b, "txt:"...)
	o.b = append(o.b, s...)
	o.b = append(o.b, '\r', '\n')
}

// float appends a score.
func (o *output) float(f float64) {
	var text [32]byte
	b := appendFloat(text[:0], f)
	if o.proto < 3 {
		o.bulk(b)
		return
	}
	o.begin()
	o.b = append(o.b, ',')
	o.b = append(o.b, b...)
	o.b = append(o.b, '\r', '\n')
}

// null appends that there is no value.
func (o *output) null() { o.none("$-1\r\n") }

// nullArray appends that there is no array.
func (o *output) nullArray() { o.none("*-1\r\n") }

func (o *output) none(resp2 string) {
	o.begin()
	if o.proto >= 3 {
		resp2 = "_\r\n"
	}
	o.b = append(o.b, resp2...)
}

// array begins an array of n values.
func (o *output) array(n int) { o.head('*', n) }

// pairs begins a map of n keys, each followed by its value. In RESP2 that is an array.
func (o *output) pairs(n int) {
	if o.proto >= 3 {
		o.head('%', n)
	} else {
		o.head('*', 2*n)
	}
}

// set begins a set of n values, in RESP2 an array.
func (o *output) set(n int) { o.marked('~', n) }

// push begins a message of n values that answers no command, in RESP2 an array.
func (o *output) push(n int) { o.marked('>', n) }

func (o *output) marked(mark byte, n int) {
	if o.proto < 3 {
		mark = '*'
	}
	o.head(mark, n)
}

// texts appends an array of texts.
func (o *output) texts(list []string) {
	o.array(len(list))
	for _, s := range list {
		o.text(s)
	}
}

// nested begins an array of n values. When they have a second part, RESP3 has an array of two
// for each, and RESP2 an array of all. pair must come before each value.
func (o *output) nested(n int, hasTwo bool) {
	if hasTwo && o.proto < 3 {
		n *= 2
	}
	o.array(n)
}

func (o *output) pair(hasTwo bool) {
	if hasTwo && o.proto >= 3 {
		o.array(2)
	}
}
