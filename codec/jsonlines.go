package codec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// JSONLines is the codec of values of T, each as JSON on a line of its own (JSON Lines,
// NDJSON). The zero JSONLines is ready. It serves one connection, and may decode in one task
// while it encodes in another. When what is received is of another type than what is sent,
// [Pair] makes one codec of two.
//
// Values are converted as package encoding/json does. A line ends with "\n" or "\r\n"; the
// last line may end with the input. White space before a value is ignored, and so are lines of
// white space alone.
//
// A line that is not JSON, or whose JSON does not fit T, is an error that matches
// [ErrNotJSON] and the error of encoding/json, such as [*json.SyntaxError]. A line that is
// too long is one error, [ErrTooLong], and the rest of it is discarded. After either error
// decoding continues with the next line. A stream of values has one End between the two, as
// every stream of this package after an error: Recv returns the error, then [io.EOF] once,
// and then the next value.
//
// A value can take several times the memory of its line: a type T that is any, or has maps
// and slices, is as large as the line makes it.
type JSONLines[T any] struct {
	// Max is the largest length of a line, in bytes, without its end, in both directions. 0 or
	// less stands for 1 MiB. It must not be changed during a poll.
	Max int
	// DisallowUnknownFields makes a line with a key that T has no field for an error, as
	// [json.Decoder.DisallowUnknownFields] does.
	DisallowUnknownFields bool
	// UseNumber decodes a number into an any as a [json.Number], as
	// [json.Decoder.UseNumber] does.
	UseNumber bool

	lines splitter
}

// ErrNotJSON says that a line is not JSON, or that its JSON does not fit the type.
var ErrNotJSON = errors.New("codec: not a line of JSON")

const defaultMaxJSON = 1 << 20

func (j *JSONLines[T]) maxLen() int { return orDefault(j.Max, defaultMaxJSON) }

// whiteSpace is what JSON allows around a value.
const whiteSpace = " \t\r\n"

// Decode removes the next line that is not empty from buf, and returns its value.
func (j *JSONLines[T]) Decode(buf *Buffer, end bool) (v T, ok bool, err error) {
	if !j.lines.skip(buf, newline) {
		return v, false, nil
	}
	if j.lines.searched == 0 { // at the beginning of a line
		buf.Discard(buf.Len() - len(bytes.TrimLeft(buf.Bytes(), whiteSpace)))
	}
	size, n, found, refused := j.lines.next(buf, end, j.maxLen()+1, newline) // one more may be a "\r"
	if refused {
		return v, false, tooLong("a line", j.maxLen())
	}
	if !found {
		return v, false, nil
	}
	defer buf.Discard(n)
	line := bytes.TrimSuffix(buf.Bytes()[:size], []byte("\r"))
	if len(line) > j.maxLen() {
		return v, false, tooLong("a line", j.maxLen())
	}
	v, err = j.value(line)
	return v, err == nil, err
}

// value returns the value of a line.
func (j *JSONLines[T]) value(line []byte) (T, error) {
	var v, none T
	var err error
	if !j.DisallowUnknownFields && !j.UseNumber {
		err = json.Unmarshal(line, &v)
	} else {
		d := json.NewDecoder(bytes.NewReader(line))
		if j.DisallowUnknownFields {
			d.DisallowUnknownFields()
		}
		if j.UseNumber {
			d.UseNumber()
		}
		if err = d.Decode(&v); err == nil {
			if rest := bytes.TrimLeft(line[d.InputOffset():], whiteSpace); len(rest) > 0 {
				err = fmt.Errorf("%q follows the value", rest[0])
			}
		}
	}
	if err != nil {
		return none, fmt.Errorf("%w: %w", ErrNotJSON, err)
	}
	return v, nil
}

// Encode appends the JSON of v and "\n" to buf.
func (j *JSONLines[T]) Encode(v T, buf *Buffer) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(line) > j.maxLen() {
		return tooLong("a line", j.maxLen())
	}
	buf.Grow(len(line) + 1)
	buf.Write(line)
	return buf.WriteByte('\n')
}
