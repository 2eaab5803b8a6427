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
// maximum, holds no more memory than that, and gives the same in whatever pieces the input
// comes.
func FuzzLengthDelimitedDecode(f *testing.F) {
	f.Add(byte(4), byte(0), uint8(0), int8(0), int8(0), uint16(100), []byte("\x00\x00\x00\x03abc\x00\x00\x00\x02d"), uint8(0), []byte{1, 0, 7})
	f.Add(byte(2), byte(1), uint8(3), int8(-1), int8(5), uint16(9), []byte("xxx\x01\x00abcdef"), uint8(3), []byte{})
	f.Add(byte(1), byte(0), uint8(0), int8(-1), int8(0), uint16(9), []byte("\x00\x00\x00\x00"), uint8(0), []byte{})
	f.Add(byte(8), byte(0), uint8(0), int8(0), int8(-1), uint16(0), []byte("\xff\xff\xff\xff\xff\xff\xff\xff"), uint8(0), []byte{})
	f.Add(byte(2), byte(0), uint8(0), int8(0), int8(0), uint16(40_000), []byte("\x9c\x40abcdef"), uint8(250), []byte{9, 9, 0, 255})
	f.Fuzz(func(t *testing.T, size, flags byte, offset uint8, skip, adjustment int8, maxFrame uint16, wire []byte, again uint8, sizes []byte) {
		config := anyConfig(size, flags, offset, skip, adjustment, maxFrame)
		if _, err := codec.NewLengthDelimited(config); err != nil {
			return
		}
		sameInAnyPieces(t, repeated(wire, again), sizes, run[[]byte]{
			decoder: func() (codec.Decoder[[]byte], int) {
				d, _ := codec.NewLengthDelimited(config)
				return d, max(d.MaxFrame(), int(offset)+8, int(skip))
			},
			show: func(frame []byte) string {
				d, _ := codec.NewLengthDelimited(config)
				if len(frame) > d.MaxFrame() {
					t.Fatalf("%+v: a frame of %d bytes, the maximum is %d", config, len(frame), d.MaxFrame())
				}
				return string(frame)
			},
			stops: true, // after an error the decoder would return the same error again
		})
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
