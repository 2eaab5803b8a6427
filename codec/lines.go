package codec

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"
)

// Lines is the codec of lines of text. The zero Lines is ready. It serves one
// connection, and may decode in one task while it encodes in another.
//
// A line ends with "\n" or "\r\n", which is not part of it; the last line may end with the
// input. A line that is too long is one error, [ErrTooLong], regardless of its length and
// of the number of its pieces: the rest of it is discarded. A line that is not UTF-8 is an
// error that matches [ErrNotText].
//
// After either error decoding continues with the next line. A stream of lines has one End
// between the two, as every stream of this package after an error: Recv returns the error,
// then [io.EOF] once, and then the next line. So a server that answers a bad line and
// continues must not take that io.EOF for the end of the connection: see the example.
//
// A line that is received is one allocation. Encode adds "\n", and refuses a line that
// Decode would not return unchanged.
type Lines struct {
	// Max is the largest length of a line, in bytes, without its end, in both directions: a
	// longer one is [ErrTooLong] when it comes, and when it is sent. 0 or less stands for
	// 64 KiB. It must not be changed during a poll. For another limit in each direction put
	// two together by [Pair].
	Max int

	lines splitter
}

// ErrNotText says that a line is not valid UTF-8, or has a line end inside.
var ErrNotText = errors.New("codec: not a line of UTF-8 text")

func (l *Lines) maxLen() int { return orDefault(l.Max, defaultMaxLine) }

// Decode removes the next line from buf.
func (l *Lines) Decode(buf *Buffer, end bool) (string, bool, error) {
	size, n, found, refused := l.lines.next(buf, end, l.maxLen()+1, newline) // one more may be a "\r"
	if refused {
		return "", false, tooLong("a line", l.maxLen())
	}
	if !found {
		return "", false, nil
	}
	line := bytes.TrimSuffix(buf.Bytes()[:size], []byte("\r"))
	defer buf.Discard(n)
	switch {
	case len(line) > l.maxLen():
		return "", false, tooLong("a line", l.maxLen())
	case !utf8.Valid(line):
		return "", false, ErrNotText
	}
	return string(line), true, nil
}

// Encode appends line and "\n" to buf.
func (l *Lines) Encode(line string, buf *Buffer) error {
	switch {
	case len(line) > l.maxLen():
		return tooLong("a line", l.maxLen())
	case strings.Contains(line, "\n") || strings.HasSuffix(line, "\r") || !utf8.ValidString(line):
		return ErrNotText
	}
	buf.Grow(len(line) + 1)
	buf.WriteString(line)
	return buf.WriteByte('\n')
}
