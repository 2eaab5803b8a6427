package codec

import (
	"errors"
	"fmt"
	"math"
)

// LengthConfig says where the length of a frame is written, and what it counts.
// The zero value is a head of four bytes, big-endian, that says how long the rest
// is, with frames of up to 8 MiB.
//
// On the wire a frame is: Offset bytes of something else, the length in Size
// bytes, and so on. The first Skip bytes are thrown away; the frame that is handed
// out follows, and is Adjustment bytes longer than the length says. For example
//
//	bytes on the wire        configuration                            frame
//	00 00 00 03 a b c                                                 a b c
//	00 05 a b c              Size: 2, Adjustment: -2                  a b c
//	x y 00 03 a b c          Size: 2, Offset: 2                       a b c
//	x y 00 03 a b c          Size: 2, Offset: 2, Adjustment: 4,       x y 00 03 a b c
//	                         Skip: KeepHead
type LengthConfig struct {
	// Size is how many bytes the length takes, from 1 to 8. 0 stands for 4.
	Size int
	// LittleEndian says that the least significant byte comes first.
	LittleEndian bool
	// Offset is how many bytes come before the length, up to 65,535.
	Offset int
	// Adjustment is what must be added to the length that is on the wire to get the
	// length of the frame that is handed out: -2 when it counts a head of two bytes
	// too. It is at most 1 GiB either way.
	Adjustment int
	// Skip is how many bytes are thrown away, up to 65,535. 0 stands for the head,
	// which is Offset + Size; [KeepHead] for none.
	Skip int
	// MaxFrame is how long a frame may be, in bytes, as it is handed out. 0 stands
	// for 8 MiB. What the length cannot express is not possible either: with a Size
	// of 1, 255 bytes and the Adjustment.
	MaxFrame int
}

// KeepHead is the [LengthConfig.Skip] that throws nothing away.
const KeepHead = -1

const (
	defaultSize     = 4
	defaultMaxFrame = 8 << 20
	maxHead         = 1<<16 - 1
	maxAdjustment   = 1 << 30
)

// LengthDelimited is the codec of frames that begin with their length. The zero
// LengthDelimited is that of the zero [LengthConfig]. It serves one connection,
// and may decode in one task while it encodes in another.
//
// Decoding copies each frame into memory of its own, which is the receiver's to
// keep: one allocation. A frame that is too long is an error as soon as its head
// has arrived, and nothing is allocated for it; one that is announced and does not
// come is given memory as it arrives.
//
// Encoding is the reverse of decoding under the same configuration: before the
// frame go Skip bytes, zero but for the length. With a Skip that keeps part of the
// head, the frame brings that part along, and the length in it is overwritten.
type LengthDelimited struct {
	size   uint8 // 0: nothing is set yet
	little bool
	inside bool // the head of a frame has been taken, and what follows is the frame
	offset int32
	skip   int32
	adjust int32
	max    int
	frame  int // its length, when inside
}

// NewLengthDelimited returns the codec of c, or an error that says which field
// cannot be.
func NewLengthDelimited(c LengthConfig) (*LengthDelimited, error) {
	if c.Size == 0 {
		c.Size = defaultSize
	}
	switch {
	case c.Size < 1 || c.Size > 8:
		return nil, fmt.Errorf("codec: LengthConfig.Size is %d; it must be 1 to 8, or 0 for 4", c.Size)
	case c.Offset < 0 || c.Offset > maxHead:
		return nil, fmt.Errorf("codec: LengthConfig.Offset is %d; it must be 0 to %d", c.Offset, maxHead)
	case c.Skip < KeepHead || c.Skip > maxHead:
		return nil, fmt.Errorf("codec: LengthConfig.Skip is %d; it must be 0 to %d, or KeepHead", c.Skip, maxHead)
	case c.Adjustment < -maxAdjustment || c.Adjustment > maxAdjustment:
		return nil, fmt.Errorf("codec: LengthConfig.Adjustment is %d; it must be at most %d either way", c.Adjustment, maxAdjustment)
	}
	switch c.Skip {
	case 0:
		c.Skip = c.Offset + c.Size
	case KeepHead:
		c.Skip = 0
	}
	d := &LengthDelimited{
		size:   uint8(c.Size),
		little: c.LittleEndian,
		offset: int32(c.Offset),
		skip:   int32(c.Skip),
		adjust: int32(c.Adjustment),
	}
	if d.longest() < 0 {
		return nil, fmt.Errorf("codec: LengthConfig.Adjustment is %d, and a length of %d bytes cannot make up for it",
			c.Adjustment, c.Size)
	}
	if err := d.SetMaxFrame(c.MaxFrame); err != nil {
		return nil, err
	}
	return d, nil
}

// init makes the zero LengthDelimited that of the zero LengthConfig.
func (d *LengthDelimited) init() {
	d.size, d.skip, d.max = defaultSize, defaultSize, defaultMaxFrame
}

// longest returns the longest frame whose length can be written.
func (d *LengthDelimited) longest() int64 {
	if d.size == 8 {
		return math.MaxInt64 / 2
	}
	return int64(1)<<(8*d.size) - 1 + int64(d.adjust)
}

// MaxFrame returns how long a frame may be.
func (d *LengthDelimited) MaxFrame() int {
	if d.size == 0 {
		d.init()
	}
	return d.max
}

// SetMaxFrame changes how long a frame may be, as [LengthConfig.MaxFrame] does,
// for both directions. It does not touch a frame whose head has been decoded. It
// must not be called during a poll.
func (d *LengthDelimited) SetMaxFrame(n int) error {
	if n < 0 {
		return errors.New("codec: MaxFrame must not be negative")
	}
	if d.size == 0 {
		d.init()
	}
	if n == 0 {
		n = defaultMaxFrame
	}
	d.max = int(min(int64(n), d.longest(), math.MaxInt/2))
	return nil
}

// Decode takes the next frame off buf.
func (d *LengthDelimited) Decode(buf *Buffer, end bool) ([]byte, bool, error) {
	if d.size == 0 {
		d.init()
	}
	if !d.inside {
		head := int(max(d.offset+int32(d.size), d.skip))
		if buf.Len() < head {
			buf.Expect(head)
			return nil, false, nil // what is left at the end is noticed by Framed
		}
		n, err := d.length(buf.Bytes()[d.offset:][:d.size])
		if err != nil {
			return nil, false, err
		}
		buf.Discard(int(d.skip))
		d.frame, d.inside = n, true
	}
	if buf.Len() < d.frame {
		if end {
			d.inside = false
			return nil, false, errCut
		}
		buf.Expect(d.frame)
		return nil, false, nil
	}
	d.inside = false
	return buf.Take(d.frame), true, nil
}

// length returns the length of the frame that field announces.
func (d *LengthDelimited) length(field []byte) (int, error) {
	var n uint64
	for i := range field {
		if d.little {
			n |= uint64(field[i]) << (8 * i)
		} else {
			n = n<<8 | uint64(field[i])
		}
	}
	limit := int64(d.max) - int64(d.adjust)
	switch {
	case limit < 0 || n > uint64(limit):
		return 0, fmt.Errorf("%w: the length says %d, the maximum is %d", ErrTooLong, n, d.max)
	case int64(n)+int64(d.adjust) < d.shortest():
		return 0, fmt.Errorf("%w: %d, adjusted by %d", ErrBadLength, n, d.adjust)
	}
	return int(int64(n) + int64(d.adjust)), nil
}

// shortest returns the length of a frame that ends with its own head.
func (d *LengthDelimited) shortest() int64 {
	return max(0, int64(d.offset)+int64(d.size)-int64(d.skip))
}

// Encode appends the head and frame to buf.
func (d *LengthDelimited) Encode(frame []byte, buf *Buffer) error {
	if d.size == 0 {
		d.init()
	}
	n := int64(len(frame)) - int64(d.adjust)
	switch {
	case len(frame) > d.max:
		return fmt.Errorf("%w: %d bytes, the maximum is %d", ErrTooLong, len(frame), d.max)
	case n < 0:
		return fmt.Errorf("%w: %d bytes, less than the adjustment of %d", ErrBadLength, len(frame), d.adjust)
	case int64(len(frame)) < d.shortest():
		return fmt.Errorf("%w: %d bytes, less than the head that is kept in it", ErrBadLength, len(frame))
	}
	start := buf.Len()
	buf.Grow(int(d.skip) + len(frame))
	buf.Extend(int(d.skip))
	buf.Write(frame)
	field := buf.Bytes()[start+int(d.offset):][:d.size]
	for i := range field {
		if d.little {
			field[i] = byte(n >> (8 * i))
		} else {
			field[len(field)-1-i] = byte(n >> (8 * i))
		}
	}
	return nil
}
