package codec_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
)

// pieces is a connection. Its input comes in pieces, and it keeps its output.
type pieces struct {
	in, out bytes.Buffer
	sizes   []byte // how many bytes each of the next reads and writes moves; 0: it is pending
}

// nextSize returns how many bytes the current read or write may move, or false when it is
// pending.
func (c *pieces) nextSize(cx *edo.Context) (int, bool) {
	if len(c.sizes) == 0 {
		return 1 << 20, true
	}
	n := int(c.sizes[0])
	c.sizes = c.sizes[1:]
	if n == 0 {
		cx.Waker().WakeBy(cx)
	}
	return n, n != 0
}

func (c *pieces) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	n, ok := c.nextSize(cx)
	if !ok {
		return 0, edo.Pending, nil
	}
	n, err := c.in.Read(p[:min(n, len(p))])
	return n, edo.Ready, err
}

func (c *pieces) PollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	n, ok := c.nextSize(cx)
	if !ok {
		return 0, edo.Pending, nil
	}
	n, err := c.out.Write(p[:min(n, len(p))])
	return n, edo.Ready, err
}

func (c *pieces) PollFlush(*edo.Context) (edo.Poll, error)    { return edo.Ready, nil }
func (c *pieces) PollShutdown(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }

// anyConfig returns a configuration made of arbitrary numbers, valid or not.
func anyConfig(size, flags byte, offset uint8, skip, adjustment int8, maxFrame uint16) codec.LengthConfig {
	return codec.LengthConfig{
		Size:         int(size % 9),
		LittleEndian: flags&1 != 0,
		Offset:       int(offset),
		Skip:         int(skip),
		Adjustment:   int(adjustment),
		MaxFrame:     int(maxFrame),
	}
}

// FuzzLengthDelimitedDecode checks the decoder with arbitrary input and an arbitrary
// configuration: it does not panic, reaches the end, returns no frame longer than the
// maximum and holds no more memory than that.
func FuzzLengthDelimitedDecode(f *testing.F) {
	f.Add(byte(4), byte(0), uint8(0), int8(0), int8(0), uint16(100), []byte("\x00\x00\x00\x03abc\x00\x00\x00\x02d"), []byte{1, 0, 7})
	f.Add(byte(2), byte(1), uint8(3), int8(-1), int8(5), uint16(9), []byte("xxx\x01\x00abcdef"), []byte{})
	f.Add(byte(1), byte(0), uint8(0), int8(-1), int8(0), uint16(9), []byte("\x00\x00\x00\x00"), []byte{})
	f.Add(byte(8), byte(0), uint8(0), int8(0), int8(-1), uint16(0), []byte("\xff\xff\xff\xff\xff\xff\xff\xff"), []byte{})
	f.Fuzz(func(t *testing.T, size, flags byte, offset uint8, skip, adjustment int8, maxFrame uint16, wire, sizes []byte) {
		config := anyConfig(size, flags, offset, skip, adjustment, maxFrame)
		d, err := codec.NewLengthDelimited(config)
		if err != nil {
			return
		}
		conn := &pieces{sizes: sizes}
		conn.in.Write(wire)
		head := max(int(offset)+8, int(skip))
		task, framed := edotest.NewTask(), codec.NewFramed(conn, d)
		frames, bytes := 0, 0
		for polls := 0; ; polls++ {
			frame, p, err := edotest.PollNext(task, framed)
			if err != nil || p == edo.End {
				break // after an error the decoder would return the same error again
			}
			if p == edo.Ready {
				frames++
				bytes += len(frame)
			}
			if len(frame) > d.MaxFrame() {
				t.Fatalf("%+v: a frame of %d bytes, the maximum is %d", config, len(frame), d.MaxFrame())
			}
			if held := framed.Held(); held > max(codec.ChunkSize, d.MaxFrame(), head) {
				t.Fatalf("%+v: holds %d bytes, the maximum is %d", config, held, d.MaxFrame())
			}
			if frames > len(wire) || bytes > len(wire) || polls > 2*len(wire)+len(sizes)+2 {
				t.Fatalf("%+v: %d frames with %d bytes in %d polls out of %d bytes", config, frames, bytes, polls, len(wire))
			}
		}
	})
}

// FuzzLengthDelimitedRoundTrip checks that frames that are sent in pieces are received
// unchanged, under every configuration.
func FuzzLengthDelimitedRoundTrip(f *testing.F) {
	f.Add(byte(4), byte(0), uint8(0), int8(0), int8(0), uint16(0), []byte("abc"), []byte(""), uint16(20_000), []byte{1, 0, 2, 200})
	f.Add(byte(2), byte(1), uint8(3), int8(-1), int8(5), uint16(90), []byte("xxx..abc"), []byte("yyy..yyyyyyy"), uint16(3), []byte{3})
	f.Add(byte(1), byte(0), uint8(1), int8(1), int8(1), uint16(0), []byte("."), []byte("??"), uint16(256), []byte{3})
	f.Fuzz(func(t *testing.T, size, flags byte, offset uint8, skip, adjustment int8, maxFrame uint16, first, second []byte, third uint16, sizes []byte) {
		config := anyConfig(size, flags, offset, skip, adjustment, maxFrame)
		d, err := codec.NewLengthDelimited(config)
		if err != nil {
			return
		}
		task, conn := edotest.NewTask(), &pieces{sizes: sizes}
		framed := codec.NewFramed(conn, d)
		var sent [][]byte
		for _, frame := range [][]byte{first, second, bytes.Repeat([]byte("z"), int(third)), first} {
			err := framed.StartSend(frame)
			if err == nil {
				sent = append(sent, frame)
			} else if !errors.Is(err, codec.ErrTooLong) && !errors.Is(err, codec.ErrBadLength) {
				t.Fatal(err)
			}
		}
		for {
			if _, p, err := edotest.Poll(task, framed.CloseFuture()); err != nil {
				t.Fatal(err)
			} else if p == edo.Ready {
				break
			}
		}
		io.Copy(&conn.in, &conn.out)

		// The part of the head that is kept contains the length: compare the rest.
		from := 0
		if config.Size == 0 {
			config.Size = 4
		}
		switch {
		case config.Skip == codec.KeepHead:
			from = config.Offset + config.Size
		case config.Skip > 0:
			from = max(0, config.Offset+config.Size-config.Skip)
		}
		for i := 0; ; {
			frame, p, err := edotest.PollNext(task, framed)
			switch {
			case err != nil:
				t.Fatalf("%+v: frame %d: %v", config, i, err)
			case p == edo.End && i == len(sent):
				return
			case p == edo.End:
				t.Fatalf("%+v: received %d frames, sent %d", config, i, len(sent))
			case p == edo.Pending:
				continue
			}
			if i == len(sent) || len(frame) != len(sent[i]) || !bytes.Equal(frame[from:], sent[i][from:]) {
				t.Fatalf("%+v: frame %d is %q", config, i, frame)
			}
			i++
		}
	})
}
