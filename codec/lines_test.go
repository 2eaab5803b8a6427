package codec_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
)

// receiveLines receives to the end, and continues after errors. The result has an element
// for each line and each error.
func receiveLines(t *testing.T, conn *pieces, limit int) (got []string) {
	t.Helper()
	task, f := edotest.NewTask(), codec.NewFramed(conn, &codec.Lines{Max: limit})
	failed := false
	for {
		line, p, err := edotest.PollNext(task, f)
		switch {
		case errors.Is(err, codec.ErrTooLong):
			got = append(got, "too long")
		case errors.Is(err, codec.ErrNotText):
			got = append(got, "not text")
		case err != nil:
			t.Fatal(err)
		case p == edo.Ready:
			got = append(got, "<"+line+">")
		case p == edo.End && !failed:
			return got
		}
		if p != edo.Pending {
			failed = err != nil
		}
	}
}

func TestLines(t *testing.T) {
	for _, c := range []struct{ name, wire, want string }{
		{"no input, no line", "", ""},
		{"both ends are stripped", "line 1\nline 2\r\n", "<line 1> <line 2>"},
		{"an empty line is empty", "\n\r\na\n\n", "<> <> <a> <>"},
		{"a last line without an end is delivered", "a\nb", "<a> <b>"},
		{"its carriage return is stripped", "a\nb\r", "<a> <b>"},
		{"a carriage return inside stays", "a\rb\n\r\r\n", "<a\rb> <\r>"},
		{"as long as it may be", "0123456789\n0123456789\r\n0123456789", "<0123456789> <0123456789> <0123456789>"},
		{"one longer", "0123456789a\nb\n0123456789a\r\nc\n", "too long <b> too long <c>"},
		{"much longer is one error", strings.Repeat("0123456789", 30) + "\nb\n", "too long <b>"},
		{"too long at the end", "a\n" + strings.Repeat("0123456789", 3), "<a> too long"},
		{"an end right after it", "0123456789\n\n", "<0123456789> <>"},
		{"invalid UTF-8 is an error and decoding goes on", "a\xffb\nc\n\xc3\xa9\n\xff", "not text <c> <é> not text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for size := range 14 {
				conn := &pieces{}
				conn.in.WriteString(c.wire)
				for range c.wire {
					if size > 0 {
						conn.sizes = append(conn.sizes, byte(size), 0)
					}
				}
				if got := strings.Join(receiveLines(t, conn, 10), " "); got != c.want {
					t.Fatalf("in pieces of %d: got %q, want %q", size, got, c.want)
				}
			}
		})
	}
}

func TestLinesTooLongIsAnErrorBeforeItsEndAndHoldsNothing(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Read([]byte("0123456789ab")).Wait().Read([]byte("cdef")).Wait().Read([]byte("gh\nx\n")).EOF()
	f := codec.NewFramed(conn, &codec.Lines{Max: 10})
	edotest.RequireNextError(t, task, f, codec.ErrTooLong)
	edotest.RequireEnd(t, task, f)
	for range 2 {
		edotest.RequireNextPending(t, task, f)
		if n := f.Held(); n != 0 {
			t.Fatalf("holds %d bytes of a line that was refused", n)
		}
		conn.Wake()
		edotest.RequireWoken(t, task, 1)
	}
	requireFrames(t, task, f, "x")
	edotest.RequireEnd(t, task, f)
}

func TestLinesAreUpTo64KiBByDefault(t *testing.T) {
	var buf codec.Buffer
	l, long := &codec.Lines{}, strings.Repeat("x", 64<<10)
	if err := l.Encode(long, &buf); err != nil {
		t.Fatal(err)
	}
	if err := l.Encode(long+"x", &buf); !errors.Is(err, codec.ErrTooLong) {
		t.Fatalf("encode one more: %v", err)
	}
	if got, ok, err := l.Decode(&buf, false); got != long || !ok || err != nil {
		t.Fatalf("decoded %d bytes, %v, %v", len(got), ok, err)
	}
}

func TestLinesRefuseToEncodeWhatWouldNotBeTheSameLine(t *testing.T) {
	for _, line := range []string{"a\nb", "\n", "a\r", "a\xff"} {
		var buf codec.Buffer
		if err := new(codec.Lines).Encode(line, &buf); !errors.Is(err, codec.ErrNotText) || buf.Len() != 0 {
			t.Errorf("%q: got %v and %d bytes", line, err, buf.Len())
		}
	}
}

// FuzzLines compares the decoder, which gets the input in arbitrary pieces, with a model
// that gets the input whole.
func FuzzLines(f *testing.F) {
	f.Add("abc\r\n\ndef", []byte{1, 0, 2}, uint8(2))
	f.Add("\xff\n0123456789\r\n\r", []byte{}, uint8(10))
	f.Fuzz(func(t *testing.T, wire string, sizes []byte, limit uint8) {
		limit = max(limit, 1)
		var want []string
		lines := strings.Split(wire, "\n")
		if lines[len(lines)-1] == "" {
			lines = lines[:len(lines)-1]
		}
		for _, line := range lines {
			line = strings.TrimSuffix(line, "\r")
			switch {
			case len(line) > int(limit):
				want = append(want, "too long")
			case !utf8.ValidString(line):
				want = append(want, "not text")
			default:
				want = append(want, "<"+line+">")
			}
		}
		conn := &pieces{sizes: sizes}
		conn.in.WriteString(wire)
		if got := receiveLines(t, conn, int(limit)); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}
