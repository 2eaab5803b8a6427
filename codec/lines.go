package codec

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Lines is the codec of lines of text. The zero Lines is ready. It serves one
// connection, and may decode in one task while it encodes in another.
//
// A line ends with "\n" or "\r\n", which is not part of it; the last one may end
// with the input. A line that is too long is one error, [ErrTooLong], however long
// it is and in however many pieces it comes: the rest of it is thrown away. A line
// that is not UTF-8 is an error that matches [ErrNotText]. Either way the next line
// is decoded when the stream is asked again.
//
// A line that is received is one allocation. Encode adds "\n", and refuses what
// Decode would not give back.
type Lines struct {
	// Max is how long a line may be, in bytes, without its end. 0 or less stands for 64 KiB.
	// It must not be changed during a poll.
	Max int

	searched int  // so many bytes at the front hold no "\n"
	skipping bool // what comes is the rest of a line that was too long
}

const defaultMaxLine = 64 << 10

// ErrNotText says that a line is not valid UTF-8, or has a line end inside.
var ErrNotText = errors.New("codec: not a line of UTF-8 text")

func (l *Lines) max() int {
	if l.Max <= 0 {
		return defaultMaxLine
	}
	return l.Max
}

// Decode takes the next line off buf.
func (l *Lines) Decode(buf *Buffer, end bool) (string, bool, error) {
	for {
		b := buf.Bytes()
		at := bytes.IndexByte(b[l.searched:], '\n')
		if at >= 0 {
			at += l.searched
		}
		l.searched = 0
		switch {
		case at >= 0 && l.skipping:
			l.skipping = false
			buf.Discard(at + 1)
		case at >= 0:
			return l.take(buf, at, at+1)
		case l.skipping:
			buf.Discard(len(b))
			return "", false, nil
		case end && len(b) > 0:
			return l.take(buf, len(b), len(b))
		case len(b) > l.max()+1: // one more may be a "\r"
			l.skipping = true
			buf.Discard(len(b))
			return "", false, l.tooLong()
		default:
			l.searched = len(b)
			return "", false, nil
		}
	}
}

// take takes n bytes off buf, of which the first are a line and its "\r".
func (l *Lines) take(buf *Buffer, line, n int) (string, bool, error) {
	b := bytes.TrimSuffix(buf.Bytes()[:line], []byte("\r"))
	defer buf.Discard(n)
	switch {
	case len(b) > l.max():
		return "", false, l.tooLong()
	case !utf8.Valid(b):
		return "", false, ErrNotText
	}
	return string(b), true, nil
}

func (l *Lines) tooLong() error {
	return fmt.Errorf("%w: a line of more than %d bytes", ErrTooLong, l.max())
}

// Encode appends line and "\n" to buf.
func (l *Lines) Encode(line string, buf *Buffer) error {
	switch {
	case len(line) > l.max():
		return l.tooLong()
	case strings.Contains(line, "\n") || strings.HasSuffix(line, "\r") || !utf8.ValidString(line):
		return ErrNotText
	}
	buf.Grow(len(line) + 1)
	buf.WriteString(line)
	return buf.WriteByte('\n')
}
