package codec_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
)

// newLength returns the codec of c.
func newLength(t testing.TB, c codec.LengthConfig) *codec.LengthDelimited {
	t.Helper()
	d, err := codec.NewLengthDelimited(c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// texts is a connection of frames as a stream of strings, which are comparable.
type texts struct {
	*codec.Framed[[]byte, []byte]
}

func (s texts) PollNext(cx *edo.Context) (string, edo.Poll, error) {
	frame, p, err := s.Framed.PollNext(cx)
	return string(frame), p, err
}

// newTexts returns conn as a connection of the frames of c.
func newTexts(t testing.TB, conn aio.ReadWriter, c codec.LengthConfig) texts {
	return texts{codec.NewFramed(conn, newLength(t, c))}
}

func TestLengthDelimitedDefaults(t *testing.T) {
	for name, d := range map[string]*codec.LengthDelimited{
		"zero value":  {},
		"zero config": newLength(t, codec.LengthConfig{}),
	} {
		t.Run(name, func(t *testing.T) {
			if d.MaxFrame() != 8<<20 {
				t.Fatalf("frames up to %d, want 8 MiB", d.MaxFrame())
			}
			conn := edotest.NewScript(t).Read([]byte("\x00\x00\x00\x09abcdefghi")).Write([]byte("\x00\x00\x00\x03xyz")).EOF()
			task, f := edotest.NewTask(), texts{codec.NewFramed(conn, d)}
			requireFrames(t, task, f, "abcdefghi")
			edotest.RequireReady(t, task, f.SendFuture([]byte("xyz")))
			edotest.RequireEnd(t, task, f)
		})
	}
}

func TestLengthDelimitedNoInputNoFrame(t *testing.T) {
	task := edotest.NewTask()
	f := newTexts(t, edotest.NewScript(t).EOF(), codec.LengthConfig{})
	edotest.RequireEnd(t, task, f)
	edotest.RequireEnd(t, task, f)
}

func TestLengthDelimitedFramesOnTheWire(t *testing.T) {
	for _, c := range []struct {
		name   string
		config codec.LengthConfig
		wire   string
		frames []string
		oneWay bool // the wire has bytes before the length that Decode discards
	}{
		{name: "several in one packet",
			wire:   "\x00\x00\x00\x09abcdefghi\x00\x00\x00\x03123\x00\x00\x00\x0bhello world",
			frames: []string{"abcdefghi", "123", "hello world"}},
		{name: "empty frames",
			wire: "\x00\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x00\x00", frames: []string{"", "a", ""}},
		{name: "little-endian", config: codec.LengthConfig{LittleEndian: true},
			wire: "\x09\x00\x00\x00abcdefghi", frames: []string{"abcdefghi"}},
		{name: "length of one byte", config: codec.LengthConfig{Size: 1},
			wire: "\x09abcdefghi\x00", frames: []string{"abcdefghi", ""}},
		{name: "length of three bytes, little-endian", config: codec.LengthConfig{Size: 3, LittleEndian: true},
			wire: "\x01\x01\x00" + strings.Repeat("a", 257), frames: []string{strings.Repeat("a", 257)}},
		{name: "length of eight bytes", config: codec.LengthConfig{Size: 8},
			wire: "\x00\x00\x00\x00\x00\x00\x00\x02ab", frames: []string{"ab"}},
		{name: "bytes before the length go with the head", config: codec.LengthConfig{Size: 2, Offset: 4}, oneWay: true,
			wire: "zzzz\x00\x09abcdefghi", frames: []string{"abcdefghi"}},
		{name: "zeros before the length", config: codec.LengthConfig{Size: 2, Offset: 4},
			wire: "\x00\x00\x00\x00\x00\x09abcdefghi", frames: []string{"abcdefghi"}},
		{name: "head kept", config: codec.LengthConfig{Size: 2, Offset: 2, Adjustment: 4, Skip: codec.KeepHead},
			wire:   "xx\x00\x09abcdefghiyy\x00\x03123zz\x00\x0bhello world",
			frames: []string{"xx\x00\x09abcdefghi", "yy\x00\x03123", "zz\x00\x0bhello world"}},
		{name: "part of the head kept", config: codec.LengthConfig{Size: 2, Offset: 1, Adjustment: 1, Skip: 2}, oneWay: true,
			wire: "x\x00\x02aby\x00\x00", frames: []string{"\x02ab", "\x00"}},
		{name: "more than the head skipped", config: codec.LengthConfig{Size: 3, Skip: 4},
			wire: "\x00\x00\x0b\x00Hello world", frames: []string{"Hello world"}},
		{name: "adjustment -2: the length includes the head", config: codec.LengthConfig{Size: 2, Adjustment: -2},
			wire:   "\x00\x0babcdefghi\x00\x05123\x00\x0dhello world",
			frames: []string{"abcdefghi", "123", "hello world"}},
		{name: "adjustment +2: the length leaves a trailer out", config: codec.LengthConfig{Size: 2, Adjustment: 2},
			wire: "\x00\x03abc\r\n", frames: []string{"abc\r\n"}},
		{name: "adjustment -2 beside a head of four", config: codec.LengthConfig{Adjustment: -2},
			wire: "\x00\x00\x00\x0babcdefghi", frames: []string{"abcdefghi"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, size := range []int{1, 2, 3, 7, len(c.wire)} {
				conn := edotest.NewScript(t)
				for p := []byte(c.wire); len(p) > 0; p = p[min(size, len(p)):] {
					conn.Read(p[:min(size, len(p))]).Pending()
				}
				task, f := edotest.NewTask(), newTexts(t, conn.EOF(), c.config)
				var got []string
				for {
					frame, p, err := edotest.PollNext(task, f)
					if p == edo.End {
						break
					}
					if err != nil {
						t.Fatal(err)
					}
					if p == edo.Ready {
						got = append(got, frame)
					}
				}
				if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", c.frames) {
					t.Fatalf("in pieces of %d: got %q, want %q", size, got, c.frames)
				}
			}
			if c.oneWay {
				return
			}
			task, conn := edotest.NewTask(), edotest.NewScript(t).Write([]byte(c.wire))
			f := newTexts(t, conn, c.config)
			for _, frame := range c.frames {
				feed(t, task, edo.Sink[[]byte](f.Framed), []byte(frame))
			}
			edotest.RequireReady(t, task, f.FlushFuture())
		})
	}
}

func TestLengthDelimitedFrameOverManyPacketsWaitsInBetween(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Read([]byte("\x00\x00")).Wait().Read([]byte("\x00\x09abc")).Wait().Read([]byte("defghi")).Wait()
	f := newTexts(t, conn, codec.LengthConfig{})
	for range 2 {
		edotest.RequireNextPending(t, task, f)
		edotest.RequireWoken(t, task, 0)
		conn.Wake()
		edotest.RequireWoken(t, task, 1)
	}
	requireFrames(t, task, f, "abcdefghi")
	edotest.RequireNextPending(t, task, f)
}

func TestLengthDelimitedCutByTheEndIsAnError(t *testing.T) {
	for _, wire := range []string{"\x00", "\x00\x00\x00", "\x00\x00\x00\x09", "\x00\x00\x00\x09a", "\x00\x00\x00\x09abcdefgh"} {
		for _, c := range []codec.LengthConfig{{}, {Skip: codec.KeepHead, Adjustment: 4}} {
			task := edotest.NewTask()
			conn := edotest.NewScript(t).Read([]byte(wire)).Pending().EOF()
			f := newTexts(t, conn, c)
			edotest.RequireNextPending(t, task, f)
			edotest.RequireNextError(t, task, f, io.ErrUnexpectedEOF)
			for range 3 {
				edotest.RequireEnd(t, task, f)
			}
		}
	}
}

func TestLengthDelimitedTooLongIsAnErrorBeforeThePayload(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Read([]byte("\x00\x00\x00\x05abcde")).Read([]byte("\x00\x00\x00\x06"))
	f := newTexts(t, conn, codec.LengthConfig{MaxFrame: 5})
	requireFrames(t, task, f, "abcde")
	edotest.RequireNextError(t, task, f, codec.ErrTooLong)
	edotest.RequireEnd(t, task, f)
	edotest.RequireNextError(t, task, f, codec.ErrTooLong)
	if n := f.Held(); n > codec.ChunkSize {
		t.Fatalf("holds %d bytes", n)
	}
}

func TestLengthDelimitedTooLongAllocatesNothingForThePayload(t *testing.T) {
	var d codec.LengthDelimited
	var buf codec.Buffer
	buf.WriteString("\x7f\xff\xff\xff")
	before := buf.Cap()
	if _, _, err := d.Decode(&buf, false); !errors.Is(err, codec.ErrTooLong) || buf.Cap() != before {
		t.Fatalf("got %v, and the buffer went from %d to %d bytes", err, before, buf.Cap())
	}
}

func TestLengthDelimitedAnnouncedFrameGetsMemoryAsItArrives(t *testing.T) {
	task := edotest.NewTask()
	const size = 1 << 20
	conn, wire := edotest.NewScript(t), append([]byte("\x00\x10\x00\x00"), bytes.Repeat([]byte("x"), size)...)
	for p := wire; len(p) > 0; p = p[min(3000, len(p)):] {
		conn.Read(p[:min(3000, len(p))]).Pending()
	}
	f := newTexts(t, conn.EOF(), codec.LengthConfig{})
	for arrived := 0; arrived < len(wire)-3000; arrived += 3000 {
		edotest.RequireNextPending(t, task, f)
		if n := f.Held(); n > max(codec.ChunkSize, 4*(arrived+3000)) {
			t.Fatalf("holds %d bytes after %d have arrived", n, arrived+3000)
		}
	}
	requireFrames(t, task, f, string(wire[4:]))
	edotest.RequireNextPending(t, task, f)
	edotest.RequireEnd(t, task, f)
}

func TestLengthDelimitedChangingTheMaximumAtRest(t *testing.T) {
	task, d := edotest.NewTask(), &codec.LengthDelimited{}
	conn := edotest.NewScript(t).Read([]byte("\x00\x00\x00\x09abcdefghi")).Read([]byte("\x00\x00\x00\x09abcdefghi"))
	f := texts{codec.NewFramed(conn, d)}
	requireFrames(t, task, f, "abcdefghi")
	d.SetMaxFrame(5)
	edotest.RequireNextError(t, task, f, codec.ErrTooLong)
	edotest.RequireEnd(t, task, f)
	d.SetMaxFrame(0) // the default again: the frame is still there
	requireFrames(t, task, f, "abcdefghi")
}

func TestLengthDelimitedChangingTheMaximumDoesNotTouchTheFrameWhoseHeadWasRead(t *testing.T) {
	task, d := edotest.NewTask(), &codec.LengthDelimited{}
	conn := edotest.NewScript(t).Read([]byte("\x00\x00\x00\x09abcd")).Pending().
		Read([]byte("efghi")).Read([]byte("\x00\x00\x00\x09abcdefghi"))
	f := texts{codec.NewFramed(conn, d)}
	edotest.RequireNextPending(t, task, f)
	d.SetMaxFrame(5)
	requireFrames(t, task, f, "abcdefghi")
	edotest.RequireNextError(t, task, f, codec.ErrTooLong)
}

func TestLengthDelimitedMaximumClampsToWhatTheLengthCanSay(t *testing.T) {
	for _, c := range []struct {
		config codec.LengthConfig
		want   int
	}{
		{codec.LengthConfig{Size: 1}, 255},
		{codec.LengthConfig{Size: 1, Adjustment: -1}, 254},
		{codec.LengthConfig{Size: 1, Adjustment: 1}, 256},
		{codec.LengthConfig{Size: 1, MaxFrame: 1000}, 255},
		{codec.LengthConfig{Size: 1, MaxFrame: 10}, 10},
		{codec.LengthConfig{Size: 2}, 65535},
		{codec.LengthConfig{Size: 3}, 8 << 20},
		{codec.LengthConfig{Size: 3, MaxFrame: 1 << 30}, 1<<24 - 1},
		{codec.LengthConfig{Size: 8, MaxFrame: 1 << 30}, 1 << 30},
	} {
		d := newLength(t, c.config)
		if d.MaxFrame() != c.want {
			t.Errorf("%+v: frames up to %d, want %d", c.config, d.MaxFrame(), c.want)
		}
		if c.want > 1<<16 {
			continue
		}
		var buf codec.Buffer
		longest := bytes.Repeat([]byte("x"), c.want)
		if err := d.Encode(longest, &buf); err != nil {
			t.Errorf("%+v: encode the longest: %v", c.config, err)
		}
		if err := d.Encode(append(longest, 'x'), &buf); !errors.Is(err, codec.ErrTooLong) {
			t.Errorf("%+v: encode one more: %v", c.config, err)
		}
		if frame, ok, err := d.Decode(&buf, false); !ok || err != nil || !bytes.Equal(frame, longest) {
			t.Errorf("%+v: decode the longest: %d bytes, %v, %v", c.config, len(frame), ok, err)
		}
	}
}

func TestLengthDelimitedImpossibleLengthsAreErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		config codec.LengthConfig
		wire   string
		want   error
	}{
		{"less than the head it includes", codec.LengthConfig{Size: 2, Adjustment: -2}, "\x00\x01", codec.ErrBadLength},
		{"a frame that ends inside the head it keeps", codec.LengthConfig{Size: 2, Skip: codec.KeepHead}, "\x00\x01abc", codec.ErrBadLength},
		{"an empty frame that keeps its head", codec.LengthConfig{Size: 2, Skip: codec.KeepHead}, "\x00\x00", codec.ErrBadLength},
		{"more than an int can say", codec.LengthConfig{Size: 8}, "\xff\xff\xff\xff\xff\xff\xff\xff", codec.ErrTooLong},
		{"the same, adjusted", codec.LengthConfig{Size: 8, Adjustment: 1 << 30}, "\xff\xff\xff\xff\xff\xff\xff\xff", codec.ErrTooLong},
		{"the adjustment alone too long", codec.LengthConfig{Size: 2, Adjustment: 10, MaxFrame: 5}, "\x00\x00", codec.ErrTooLong},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := edotest.NewScript(t).Read([]byte(c.wire))
			edotest.RequireNextError(t, edotest.NewTask(), newTexts(t, conn, c.config), c.want)
		})
	}
}

func TestLengthDelimitedWritesNothingBeforeAFlushNorWhenNothingWasSent(t *testing.T) {
	task, conn := edotest.NewTask(), edotest.NewScript(t)
	f := newTexts(t, conn, codec.LengthConfig{})
	edotest.RequireReady(t, task, f.FlushFuture())
	feed(t, task, edo.Sink[[]byte](f.Framed), []byte("abc"))
	if conn.Flushes() != 0 {
		t.Fatal("flushed")
	}
	conn.Write([]byte("\x00\x00\x00\x03abc"))
	edotest.RequireReady(t, task, f.FlushFuture())
}

func TestLengthDelimitedWouldBlockInTheHeadResumesWithoutRepeating(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Pending().Write([]byte("\x00\x00")).Pending().Write([]byte("\x00\x09")).Write([]byte("abcdefghi"))
	f := newTexts(t, conn, codec.LengthConfig{})
	send := f.SendFuture([]byte("abcdefghi"))
	edotest.RequirePending(t, task, send)
	edotest.RequirePending(t, task, send)
	edotest.RequireReady(t, task, send)
}

func TestLengthDelimitedTooLongIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	task, conn := edotest.NewTask(), edotest.NewScript(t)
	d := newLength(t, codec.LengthConfig{MaxFrame: 5})
	f := codec.NewFramed(conn, d)
	edotest.RequireError(t, task, f.SendFuture([]byte("abcdef")), codec.ErrTooLong)
	edotest.RequireReady(t, task, f.FlushFuture())
	if conn.Flushes() != 0 || f.Held() != 0 {
		t.Fatalf("flushed %d times and holds %d bytes", conn.Flushes(), f.Held())
	}

	feed(t, task, edo.Sink[[]byte](f), []byte("abcde"))
	d.SetMaxFrame(4) // does not touch what was sent
	edotest.RequireError(t, task, f.SendFuture([]byte("abcde")), codec.ErrTooLong)
	conn.Write([]byte("\x00\x00\x00\x05abcde"))
	edotest.RequireReady(t, task, f.FlushFuture())
}

func TestLengthDelimitedRefusesFramesWhoseLengthCannotBeWritten(t *testing.T) {
	for name, c := range map[string]codec.LengthConfig{
		"shorter than the adjustment":      {Adjustment: 3},
		"shorter than the head that is in": {Skip: codec.KeepHead, Adjustment: 0},
	} {
		t.Run(name, func(t *testing.T) {
			var buf codec.Buffer
			if err := newLength(t, c).Encode([]byte("ab"), &buf); !errors.Is(err, codec.ErrBadLength) || buf.Len() != 0 {
				t.Fatalf("got %v and %d bytes", err, buf.Len())
			}
		})
	}
}

func TestLengthDelimitedOverwritesTheLengthInAKeptHead(t *testing.T) {
	var buf codec.Buffer
	d := newLength(t, codec.LengthConfig{Size: 2, Offset: 2, Adjustment: 4, Skip: codec.KeepHead})
	if err := d.Encode([]byte("xx??abc"), &buf); err != nil || string(buf.Bytes()) != "xx\x00\x03abc" {
		t.Fatalf("got %q, %v", buf.Bytes(), err)
	}
}

func TestLengthDelimitedFrameIsTheReceivers(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Read([]byte("\x00\x00\x00\x03abc\x00\x00\x00\x03def")).EOF()
	f := codec.NewFramed(conn, &codec.LengthDelimited{})
	first := edotest.RequireNext(t, task, f)
	_ = append(first, "xxxxxxxxxx"...)
	second := edotest.RequireNext(t, task, f)
	copy(second, "---")
	if string(first) != "abc" {
		t.Fatalf("the first frame has become %q", first)
	}
	edotest.RequireEnd(t, task, f)
}

func TestLengthDelimitedBadConfigurationIsAnErrorThatNamesTheField(t *testing.T) {
	for _, c := range []struct {
		config codec.LengthConfig
		field  string
	}{
		{codec.LengthConfig{Size: 9}, "Size"},
		{codec.LengthConfig{Size: -1}, "Size"},
		{codec.LengthConfig{Offset: -1}, "Offset"},
		{codec.LengthConfig{Offset: 1 << 16}, "Offset"},
		{codec.LengthConfig{Skip: -2}, "Skip"},
		{codec.LengthConfig{Skip: 1 << 16}, "Skip"},
		{codec.LengthConfig{Adjustment: 1<<30 + 1}, "Adjustment"},
		{codec.LengthConfig{Adjustment: -1<<30 - 1}, "Adjustment"},
		{codec.LengthConfig{Size: 1, Adjustment: -255}, "Adjustment"},
		{codec.LengthConfig{MaxFrame: -1}, "MaxFrame"},
	} {
		d, err := codec.NewLengthDelimited(c.config)
		if d != nil || err == nil || !strings.HasPrefix(err.Error(), "codec: ") || !strings.Contains(err.Error(), c.field) {
			t.Errorf("%+v: got %v, %v", c.config, d, err)
		}
	}
	if err := new(codec.LengthDelimited).SetMaxFrame(-1); err == nil {
		t.Error("SetMaxFrame(-1) is no error")
	}
}
