package codec

import (
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
	head   *head // nil: four bytes, big-endian
	max    int   // 0: defaultMaxFrame
	inside bool  // the head of a frame has been decoded, and what follows is the frame
	frame  int   // its length, when inside
}

// head is what a LengthConfig says about the head of a frame.
type head struct {
	size   int // of the length
	little bool
	offset int // of the length
	skip   int
	adjust int64
}

var defaultHead = head{size: 4, skip: 4}

// NewLengthDelimited returns the codec of c, or an error that says which field
// cannot be.
func NewLengthDelimited(c LengthConfig) (*LengthDelimited, error) {
	if c.Size == 0 {
		c.Size = defaultHead.size
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
	h := &head{size: c.Size, little: c.LittleEndian, offset: c.Offset, skip: c.Skip, adjust: int64(c.Adjustment)}
	switch c.Skip {
	case 0:
		h.skip = c.Offset + c.Size
	case KeepHead:
		h.skip = 0
	}
	if h.longest() < 1 {
		return nil, fmt.Errorf("codec: LengthConfig.Adjustment is %d, so that a length of %d bytes leaves nothing for the frame",
			c.Adjustment, c.Size)
	}
	d := &LengthDelimited{head: h}
	if err := d.SetMaxFrame(c.MaxFrame); err != nil {
		return nil, err
	}
	return d, nil
}

// layout returns the head of d's frames. The zero LengthDelimited is not changed
// by use, so that one task may decode and another encode.
func (d *LengthDelimited) layout() *head {
	if d.head == nil {
		return &defaultHead
	}
	return d.head
}

// MaxFrame returns how long a frame may be.
func (d *LengthDelimited) MaxFrame() int {
	if d.max == 0 {
		return defaultMaxFrame
	}
	return d.max
}

// SetMaxFrame changes how long a frame may be, as [LengthConfig.MaxFrame] does,
// for both directions. It does not touch a frame whose head has been decoded. It
// must not be called during a poll.
func (d *LengthDelimited) SetMaxFrame(n int) error {
	if n < 0 {
		return fmt.Errorf("codec: MaxFrame is %d; it must be positive, or 0 for 8 MiB", n)
	}
	if n == 0 {
		n = defaultMaxFrame
	}
	d.max = int(min(int64(n), d.layout().longest(), math.MaxInt/2))
	return nil
}

// longest returns the longest frame whose length can be written.
func (h *head) longest() int64 {
	if h.size == 8 {
		return math.MaxInt64 / 2
	}
	return int64(1)<<(8*h.size) - 1 + h.adjust
}

// shortest returns the length of a frame that ends where its head does.
func (h *head) shortest() int64 { return int64(max(0, h.offset+h.size-h.skip)) }

// field returns the place of the length in b, which begins with the head.
func (h *head) field(b []byte) []byte { return b[h.offset:][:h.size] }

// Decode takes the next frame off buf.
func (d *LengthDelimited) Decode(buf *Buffer, end bool) ([]byte, bool, error) {
	if !d.inside {
		h := d.layout()
		if need := max(h.offset+h.size, h.skip); buf.Len() < need {
			buf.Expect(need)
			return nil, false, nil // Framed reports what is left at the end
		}
		n, err := h.decode(buf.Bytes(), d.MaxFrame())
		if err != nil {
			return nil, false, err
		}
		buf.Discard(h.skip)
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

// decode returns the length of the frame whose head is at the front of b.
func (h *head) decode(b []byte, longest int) (int, error) {
	var n uint64
	field := h.field(b)
	for i := range field {
		if h.little {
			n |= uint64(field[i]) << (8 * i)
		} else {
			n = n<<8 | uint64(field[i])
		}
	}
	limit := int64(longest) - h.adjust
	if limit < 0 || n > uint64(limit) {
		return 0, fmt.Errorf("%w: the length says %d, the maximum is %d", ErrTooLong, n, longest)
	}
	frame := int64(n) + h.adjust
	if frame < h.shortest() {
		return 0, fmt.Errorf("%w: the length says %d, which makes a frame of %d bytes", ErrBadLength, n, frame)
	}
	return int(frame), nil
}

// Encode appends the head and frame to buf.
func (d *LengthDelimited) Encode(frame []byte, buf *Buffer) error {
	h := d.layout()
	n := int64(len(frame)) - h.adjust
	switch {
	case len(frame) > d.MaxFrame():
		return fmt.Errorf("%w: %d bytes, the maximum is %d", ErrTooLong, len(frame), d.MaxFrame())
	case n < 0:
		return fmt.Errorf("%w: %d bytes, less than the adjustment of %d", ErrBadLength, len(frame), h.adjust)
	case int64(len(frame)) < h.shortest():
		return fmt.Errorf("%w: %d bytes, less than the head that is kept in it", ErrBadLength, len(frame))
	}
	start := buf.Len()
	buf.Grow(h.skip + len(frame))
	buf.Extend(h.skip)
	buf.Write(frame)
	field := h.field(buf.Bytes()[start:])
	for i := range field {
		if h.little {
			field[i] = byte(n >> (8 * i))
		} else {
			field[len(field)-1-i] = byte(n >> (8 * i))
		}
	}
	return nil
}
