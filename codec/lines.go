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
// A line ends with "\n" or "\r\n", which is not part of it; the last line may end with the
// input. A line that is too long is one error, [ErrTooLong], regardless of its length and
// of the number of its pieces: the rest of it is discarded. A line that is not UTF-8 is an
// error that matches [ErrNotText]. After either error the stream can be polled again, and
// decodes the next line.
//
// A line that is received is one allocation. Encode adds "\n", and refuses a line that
// Decode would not return unchanged.
type Lines struct {
	// Max is the largest length of a line, in bytes, without its end. 0 or less stands for
	// 64 KiB. It must not be changed during a poll.
	Max int

	searched int  // the number of bytes at the front that are known to hold no "\n"
	skipping bool // the next bytes are the rest of a line that was too long
}

const defaultMaxLine = 64 << 10

// ErrNotText says that a line is not valid UTF-8, or has a line end inside.
var ErrNotText = errors.New("codec: not a line of UTF-8 text")

// maxLen returns Max, or its default.
func (l *Lines) maxLen() int {
	if l.Max <= 0 {
		return defaultMaxLine
	}
	return l.Max
}

// Decode removes the next line from buf.
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
			return l.takeLine(buf, at, at+1)
		case l.skipping:
			buf.Discard(len(b))
			return "", false, nil
		case end && len(b) > 0:
			return l.takeLine(buf, len(b), len(b))
		case len(b) > l.maxLen()+1: // one more may be a "\r"
			l.skipping = true
			buf.Discard(len(b))
			return "", false, l.tooLong()
		default:
			l.searched = len(b)
			return "", false, nil
		}
	}
}

// takeLine removes n bytes from buf. The first size of them are a line, with its "\r" if it
// has one.
func (l *Lines) takeLine(buf *Buffer, size, n int) (string, bool, error) {
	b := bytes.TrimSuffix(buf.Bytes()[:size], []byte("\r"))
	defer buf.Discard(n)
	switch {
	case len(b) > l.maxLen():
		return "", false, l.tooLong()
	case !utf8.Valid(b):
		return "", false, ErrNotText
	}
	return string(b), true, nil
}

func (l *Lines) tooLong() error {
	return fmt.Errorf("%w: a line of more than %d bytes", ErrTooLong, l.maxLen())
}

// Encode appends line and "\n" to buf.
func (l *Lines) Encode(line string, buf *Buffer) error {
	switch {
	case len(line) > l.maxLen():
		return l.tooLong()
	case strings.Contains(line, "\n") || strings.HasSuffix(line, "\r") || !utf8.ValidString(line):
		return ErrNotText
	}
	buf.Grow(len(line) + 1)
	buf.WriteString(line)
	return buf.WriteByte('\n')
}
