package codec_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
)

// asIs shows a line.
func asIs(line string) string { return line }

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
				if got := strings.Join(items(t, inPieces(c.wire, size), &codec.Lines{Max: 10}, asIs), " "); got != c.want {
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
