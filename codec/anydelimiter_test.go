package codec_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
)

func TestAnyDelimiter(t *testing.T) {
	for _, c := range []struct{ name, delimiters, wire, want string }{
		{"no input, no frame", "", "", ""},
		{"the default set", "", "chunk 1,chunk 2;chunk 3\n\r", "<chunk 1> <chunk 2> <chunk 3> <>"},
		{"a set of its own", ";", "a,b;c\n;", "<a,b> <c\n>"},
		{"two delimiters make an empty frame", "", ",,a;;", "<> <> <a> <>"},
		{"the last frame may end with the input", "", "a,b", "<a> <b>"},
		{"any byte is a delimiter", "\x00\xff", "a\x00b\xff\xfe\x00", "<a> <b> <\xfe>"},
		{"as long as it may be", ";", "0123456789;0123456789", "<0123456789> <0123456789>"},
		{"one longer", ";", "0123456789a;b;0123456789a", "too long <b> too long"},
		{"much longer is one error", ";", strings.Repeat("0123456789", 30) + ";b;", "too long <b>"},
		{"a delimiter right after the longest", ";", "0123456789;;", "<0123456789> <>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for size := range 14 {
				d := &codec.AnyDelimiter{Delimiters: c.delimiters, Max: 10}
				if got := strings.Join(items(t, inPieces(c.wire, size), d, asString), " "); got != c.want {
					t.Fatalf("in pieces of %d: got %q, want %q", size, got, c.want)
				}
			}
		})
	}
}

func TestAnyDelimiterWritesItsSequence(t *testing.T) {
	for _, c := range []struct {
		codec codec.AnyDelimiter
		want  string
	}{
		{codec.AnyDelimiter{}, "a,,b,"},
		{codec.AnyDelimiter{Delimiters: ";,"}, "a;;b;"},
		{codec.AnyDelimiter{Delimiters: "\r\n", Sequence: "\r\n"}, "a\r\n\r\nb\r\n"},
		{codec.AnyDelimiter{Delimiters: "|", Sequence: "--"}, "a----b--"},
	} {
		task, conn := edotest.NewTask(), edotest.NewScript(t)
		f := codec.NewFramed(conn, &c.codec)
		for _, frame := range []string{"a", "", "b"} {
			feed(t, task, edo.Sink[[]byte](f), []byte(frame))
		}
		conn.Write([]byte(c.want))
		edotest.RequireReady(t, task, f.FlushFuture())
	}
}

func TestAnyDelimiterRefusesToEncodeWhatWouldNotBeOneFrame(t *testing.T) {
	for _, c := range []struct {
		frame string
		want  error
	}{
		{"a;b", codec.ErrDelimiter}, {"\n", codec.ErrDelimiter}, {"0123456789a", codec.ErrTooLong},
	} {
		var buf codec.Buffer
		if err := (&codec.AnyDelimiter{Max: 10}).Encode([]byte(c.frame), &buf); !errors.Is(err, c.want) || buf.Len() != 0 {
			t.Errorf("%q: got %v and %d bytes", c.frame, err, buf.Len())
		}
	}
}

func TestAnyDelimiterIsUpTo64KiBByDefault(t *testing.T) {
	var buf codec.Buffer
	d, long := &codec.AnyDelimiter{}, []byte(strings.Repeat("x", 64<<10))
	if err := d.Encode(long, &buf); err != nil {
		t.Fatal(err)
	}
	if err := d.Encode(append(long, 'x'), &buf); !errors.Is(err, codec.ErrTooLong) {
		t.Fatalf("encode one more: %v", err)
	}
	if got, ok, err := d.Decode(&buf, false); len(got) != 64<<10 || !ok || err != nil || buf.Len() != 0 {
		t.Fatalf("decoded %d bytes, %v, %v; %d are left", len(got), ok, err, buf.Len())
	}
}

func TestAnyDelimiterFrameIsTheReceivers(t *testing.T) {
	task := edotest.NewTask()
	f := codec.NewFramed(edotest.NewScript(t).Read([]byte("abc,def,")), &codec.AnyDelimiter{})
	first := edotest.RequireNext(t, task, f)
	_ = append(first, "xxxxxxxxxx"...)
	copy(edotest.RequireNext(t, task, f), "---")
	if string(first) != "abc" {
		t.Fatalf("the first frame has become %q", first)
	}
}

// The largest limit that can be written is no limit, and does not overflow.
func TestALimitMayBeTheLargestInt(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	l, d, j := &codec.Lines{Max: math.MaxInt}, &codec.AnyDelimiter{Max: math.MaxInt}, &codec.JSONLines[string]{Max: math.MaxInt}
	if got := items(t, inPieces(long, 250), l, asIs); len(got) != 1 || len(got[0]) != 100_002 {
		t.Errorf("Lines: %d lines", len(got))
	}
	if got := items(t, inPieces(long, 250), d, asString); len(got) != 1 || len(got[0]) != 100_002 {
		t.Errorf("AnyDelimiter: %d frames", len(got))
	}
	if got := items(t, inPieces(`"`+long+`"`, 250), j, asIs); len(got) != 1 || len(got[0]) != 100_002 {
		t.Errorf("JSONLines: %d values", len(got))
	}
}

// A connection with a piece that does not end holds at most the limit, and two bytes for the
// end of a line.
func TestPieceWithoutAnEndHoldsNoMoreThanTheLimit(t *testing.T) {
	const limit = 100_000
	for name, run := range map[string]func(conn *pieces) int{
		"Lines":        func(conn *pieces) int { return mostHeld(t, conn, &codec.Lines{Max: limit}) },
		"AnyDelimiter": func(conn *pieces) int { return mostHeld(t, conn, &codec.AnyDelimiter{Max: limit}) },
		"JSONLines":    func(conn *pieces) int { return mostHeld(t, conn, &codec.JSONLines[string]{Max: limit}) },
	} {
		t.Run(name, func(t *testing.T) {
			conn := &pieces{}
			conn.in.WriteString(strings.Repeat("x", 3*limit))
			for range 3 * limit / 100 {
				conn.sizes = append(conn.sizes, 100, 0)
			}
			if held := run(conn); held < limit || held > limit+2 {
				t.Errorf("holds %d bytes, want the limit of %d", held, limit)
			}
		})
	}
}

// mostHeld receives to the end, and returns how much memory the input held at most. Only
// ErrTooLong is expected.
func mostHeld[T any](t *testing.T, conn *pieces, d codec.Decoder[T]) (most int) {
	task, f := edotest.NewTask(), codec.NewFramedRead(conn, d)
	for ends := 0; ends < 2; {
		_, p, err := edotest.PollNext(task, f)
		if err != nil && !errors.Is(err, codec.ErrTooLong) {
			t.Fatal(err)
		}
		if p == edo.End {
			ends++
		}
		most = max(most, f.Held())
	}
	return most
}
