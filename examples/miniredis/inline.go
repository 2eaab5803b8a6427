package main

import (
	"bytes"
	"errors"
)

// inline reads a command that is a line of words, as people type it. The words are copied:
// they may have escapes. A line without words is ok, and has no arguments.
func (p *parser) inline() (args [][]byte, ok bool, err error) {
	line := p.data[p.pos:]
	end := bytes.IndexByte(line, '\n')
	if end < 0 {
		if len(line) > maxLine {
			return nil, false, errors.New("too big inline request")
		}
		return nil, false, nil
	}
	p.pos += end + 1
	p.start = p.pos
	line = bytes.TrimSuffix(line[:end], []byte("\r"))
	args, ok = splitWords(line)
	if !ok {
		return nil, false, errors.New("unbalanced quotes in request")
	}
	return args, true, nil
}

// splitWords splits a line at blanks. A word in double quotes may have the escapes
// \xHH \n \r \t \b \a and those of other characters for themselves, and one in single quotes
// \'. It returns false when a quote is not closed, or does not end the word.
func splitWords(line []byte) (words [][]byte, ok bool) {
	for {
		for len(line) > 0 && isBlank(line[0]) {
			line = line[1:]
		}
		if len(line) == 0 {
			return words, true
		}
		word := []byte{}
		for len(line) > 0 && !isBlank(line[0]) {
			c := line[0]
			line = line[1:]
			if c != '"' && c != '\'' {
				word = append(word, c)
				continue
			}
			if word, line, ok = quoted(word, line, c); !ok || len(line) > 0 && !isBlank(line[0]) {
				return nil, false
			}
		}
		words = append(words, word)
	}
}

// quoted appends to word what stands before the closing quote, and returns the rest of the line.
func quoted(word, line []byte, quote byte) (_, rest []byte, ok bool) {
	for len(line) > 0 {
		c := line[0]
		switch {
		case c == quote:
			return word, line[1:], true
		case c == '\\' && quote == '"' && len(line) >= 4 && line[1] == 'x' && isHex(line[2]) && isHex(line[3]):
			word = append(word, fromHex(line[2])<<4|fromHex(line[3]))
			line = line[4:]
		case c == '\\' && len(line) >= 2 && (quote == '"' || line[1] == '\''):
			word = append(word, unescape(line[1]))
			line = line[2:]
		default:
			word = append(word, c)
			line = line[1:]
		}
	}
	return nil, nil, false
}

func isBlank(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' || c == 0 }

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func fromHex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&^0x20 - 'A' + 10
}

func unescape(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'b':
		return '\b'
	case 'a':
		return '\a'
	}
	return c
}
