package codec

import (
	"fmt"
	"math"
)

// LengthConfig says where the length of a frame is written, and which bytes it counts.
// The zero value is a head of four bytes, big-endian, that holds the length of the rest,
// with frames of up to 8 MiB.
//
// On the wire a frame is: Offset bytes of other data, the length in Size bytes, and the
// rest. Decode discards the first Skip bytes. The frame that it returns follows, and is
// Adjustment bytes longer than the length on the wire. For example
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
	// Adjustment is added to the length on the wire to get the length of the frame that
	// Decode returns: -2 when the length on the wire includes a head of two bytes. It is
	// from -1 GiB to 1 GiB.
	Adjustment int
	// Skip is the number of bytes that Decode discards, up to 65,535. 0 stands for the
	// head, which is Offset + Size; [KeepHead] for none.
	Skip int
	// MaxFrame is the largest length of a frame, in bytes, as Decode returns it. 0 stands
	// for 8 MiB. A frame is never longer than its length field can say: with a Size of 1,
	// 255 bytes and the Adjustment.
	MaxFrame int
}

// KeepHead is the [LengthConfig.Skip] that discards nothing.
const KeepHead = -1

const (
	defaultMaxFrame = 8 << 20
	maxHead         = 1<<16 - 1
	maxAdjustment   = 1 << 30
)

// LengthDelimited is the codec of frames that begin with their length. The zero
// LengthDelimited is the codec of the zero [LengthConfig]. It serves one connection,
// and may decode in one task while it encodes in another.
//
// Decoding copies each frame into memory of its own, which the receiver may keep: one
// allocation. A frame that is too long is an error as soon as its head has arrived, and
// nothing is allocated for it. A frame that is announced gets memory only as its bytes
// arrive.
//
// Encoding is the reverse of decoding under the same configuration: Skip bytes, all zero
// except the length, precede the frame. With a Skip that keeps a part of the head, the
// frame contains that part, and the length in it is overwritten.
type LengthDelimited struct {
	head     *headLayout // nil: defaultHead
	max      int         // 0: defaultMaxFrame
	inFrame  bool        // the head was removed from the buffer; the frame comes next
	frameLen int         // length of that frame
}

// headLayout describes the head of a frame, as a LengthConfig does.
type headLayout struct {
	size   int // of the length
	little bool
	offset int // of the length
	skip   int
	adjust int64
}

var defaultHead = headLayout{size: 4, skip: 4}

// NewLengthDelimited returns the codec of c, or an error that names the invalid field.
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
	h := &headLayout{size: c.Size, little: c.LittleEndian, offset: c.Offset, skip: c.Skip, adjust: int64(c.Adjustment)}
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

// layout returns the layout of d's heads. It does not set d.head, so that one task may
// decode while another encodes.
func (d *LengthDelimited) layout() *headLayout {
	if d.head == nil {
		return &defaultHead
	}
	return d.head
}

// MaxFrame returns the largest length of a frame.
func (d *LengthDelimited) MaxFrame() int {
	if d.max == 0 {
		return defaultMaxFrame
	}
	return d.max
}

// SetMaxFrame changes the largest length of a frame, as [LengthConfig.MaxFrame] does, for
// both directions. It does not affect a frame whose head was decoded already. It must not
// be called during a poll.
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

// longest returns the length of the longest frame whose length can be written.
func (h *headLayout) longest() int64 {
	if h.size == 8 {
		return math.MaxInt64 / 2
	}
	return int64(1)<<(8*h.size) - 1 + h.adjust
}

// shortest returns the length of a frame that ends where its head does.
func (h *headLayout) shortest() int64 { return int64(max(0, h.offset+h.size-h.skip)) }

// lengthField returns the bytes of the length in b, which begins with the head.
func (h *headLayout) lengthField(b []byte) []byte { return b[h.offset:][:h.size] }

// Decode removes the next frame from buf.
func (d *LengthDelimited) Decode(buf *Buffer, end bool) ([]byte, bool, error) {
	if !d.inFrame {
		h := d.layout()
		if need := max(h.offset+h.size, h.skip); buf.Len() < need {
			buf.Expect(need)
			return nil, false, nil // at the end Framed reports the bytes that are left
		}
		n, err := h.frameLength(buf.Bytes(), d.MaxFrame())
		if err != nil {
			return nil, false, err
		}
		buf.Discard(h.skip)
		d.frameLen, d.inFrame = n, true
	}
	if buf.Len() < d.frameLen {
		if end {
			d.inFrame = false
			return nil, false, errCut
		}
		buf.Expect(d.frameLen)
		return nil, false, nil
	}
	d.inFrame = false
	return buf.Take(d.frameLen), true, nil
}

// frameLength returns the length of the frame whose head is at the front of b.
func (h *headLayout) frameLength(b []byte, longest int) (int, error) {
	var n uint64
	field := h.lengthField(b)
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
	field := h.lengthField(buf.Bytes()[start:])
	for i := range field {
		if h.little {
			field[i] = byte(n >> (8 * i))
		} else {
			field[len(field)-1-i] = byte(n >> (8 * i))
		}
	}
	return nil
}
