package main

import (
	"bytes"
	"errors"
	"math"
)

const (
	maxLine = 64 << 10  // of a line whose end has not arrived
	maxBulk = 512 << 20 // of an argument
)

// A parser finds commands in the bytes of a client. The arguments of a command are parts of
// these bytes, and are not copied.
//
// The bytes are those of the latest feed. When they end inside of a command, keep puts its
// beginning aside, and the next feed appends to it. A length that the client claims
// allocates nothing: what is kept grows with the bytes.
type parser struct {
	data []byte // where commands are looked for
	kept []byte // the storage of data if it is the parser's own; otherwise nil
	pos  int    // data[:pos] has been looked at

	start   int       // of the command that is not complete, in data
	missing int       // arguments that the command lacks; 0: its head has not arrived
	bulk    int       // length of the argument that comes next; -1: not known
	args    []segment // arguments that are complete, relative to start

	result [][]byte // of next
}

// segment is a part of the data.
type segment struct{ from, to int }

// feed hands the parser more bytes, which stay the caller's, and must not change before keep.
func (p *parser) feed(b []byte) {
	if len(p.kept) == 0 {
		p.data, p.pos, p.start = b, 0, 0
		return
	}
	p.kept = append(p.kept, b...)
	p.data = p.kept
}

// keep copies what has not become a command, so that the bytes of feed are not needed any
// more. Arguments that next has returned are not valid any more.
func (p *parser) keep() {
	rest := p.data[p.start:]
	switch {
	case len(rest) == 0:
		p.kept, p.args, p.result = nil, nil, nil
	case len(p.kept) == 0 || len(rest) < cap(p.kept)/16: // a long argument has gone
		p.kept = append([]byte(nil), rest...)
	case p.start > 0:
		p.kept = append(p.kept[:0], rest...)
	}
	p.pos -= p.start
	p.data, p.start = p.kept, 0
}

// next returns the next command: its name and its arguments, valid until the next call, or
// false when no command is complete. After an error the stream makes no sense any more.
func (p *parser) next() (args [][]byte, ok bool, err error) {
	for p.pos < len(p.data) {
		if p.missing == 0 {
			p.start = p.pos
			if p.data[p.pos] != '*' {
				if args, ok, err = p.inline(); !ok || len(args) > 0 {
					return args, ok, err
				}
				continue // an empty line
			}
			n, ok, err := p.length("too big mbulk count string", "invalid multibulk length", math.MaxInt32)
			if !ok || err != nil {
				return nil, false, err
			}
			if n <= 0 {
				p.start = p.pos
				continue
			}
			p.missing, p.bulk, p.args = n, -1, p.args[:0]
		}
		if ok, err := p.arguments(); !ok || err != nil {
			return nil, false, err
		}
		p.result = p.result[:0]
		for _, a := range p.args {
			p.result = append(p.result, p.data[p.start+a.from:p.start+a.to:p.start+a.to])
		}
		p.start = p.pos
		return p.result, true, nil
	}
	return nil, false, nil
}

// arguments reads the arguments that are missing. It returns false when some have not arrived.
func (p *parser) arguments() (ok bool, err error) {
	for p.missing > 0 {
		if p.bulk < 0 {
			if p.pos == len(p.data) {
				return false, nil
			}
			line := p.data[p.pos:]
			if line[0] != '$' && bytes.IndexByte(line, '\r') >= 0 && bytes.IndexByte(line, '\r') < len(line)-1 {
				return false, errors.New("expected '$', got '" + string(line[:1]) + "'")
			}
			n, ok, err := p.length("too big bulk count string", "invalid bulk length", maxBulk)
			if !ok || err != nil {
				return false, err
			}
			if n < 0 {
				return false, errors.New("invalid bulk length")
			}
			p.bulk = n
		}
		end := p.pos + p.bulk
		if len(p.data) < end+2 {
			return false, nil
		}
		p.args = append(p.args, segment{p.pos - p.start, end - p.start})
		p.pos = end + 2 // what these two bytes are does not matter
		p.missing, p.bulk = p.missing-1, -1
	}
	return true, nil
}

// length reads a line of a mark and a number. It returns false when its end has not arrived.
func (p *parser) length(tooLong, invalid string, limit int) (n int, ok bool, err error) {
	line := p.data[p.pos:]
	end := bytes.IndexByte(line, '\r')
	switch {
	case end < 0 && len(line) > maxLine:
		return 0, false, errors.New(tooLong)
	case end < 0 || end+2 > len(line):
		return 0, false, nil
	}
	v, ok := parseInt(line[1:end])
	if !ok || v > int64(limit) {
		return 0, false, errors.New(invalid)
	}
	p.pos += end + 2
	return int(max(v, -1)), true, nil
}
