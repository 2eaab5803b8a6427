package aio

import (
	"encoding/binary"
	"io"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/reuse"
)

// An Integer is a type of integers with a fixed size.
type Integer interface {
	~int8 | ~uint8 | ~int16 | ~uint16 | ~int32 | ~uint32 | ~int64 | ~uint64
}

// ReadInt reads an integer of the size of T, in the order of bytes that the protocol has:
// [binary.BigEndian] or [binary.LittleEndian].
//
//	length, err := aio.ReadInt[uint32](task, r, binary.BigEndian)
//
// The error is [io.EOF] when the end comes before the first byte, and [io.ErrUnexpectedEOF]
// when it comes later. Cancelled in the middle of an integer, it loses the bytes that have
// come. From a connection each byte may be a system call: read through a [BufferedReader].
//
//edo:step ReadIntStep
func ReadInt[T Integer](task *edo.Task, r Reader, order binary.ByteOrder) (T, error) {
	v, err := await[uint64](task, &readInts, newReadInt[T](r, order))
	return T(v), err
}

// ReadIntStep is the step form of [ReadInt].
func ReadIntStep[T Integer](task *edo.Task, st *edo.Step, r Reader, order binary.ByteOrder) (done bool, v T, err error) {
	done, u, err := awaitStep[uint64](task, st, &readInts, newReadInt[T](r, order))
	return done, T(u), err
}

// ReadIntFuture is [ReadInt] as a future.
func ReadIntFuture[T Integer](r Reader, order binary.ByteOrder) edo.Future[T] {
	return &typedInt[T]{newReadInt[T](r, order)}
}

// WriteInt writes v in this order of bytes. It does not flush.
//
//edo:step WriteIntStep
func WriteInt[T Integer](task *edo.Task, w Writer, order binary.ByteOrder, v T) error {
	_, err := await[edo.Unit](task, &writeInts, newWriteInt(w, order, v))
	return err
}

// WriteIntStep is the step form of [WriteInt].
func WriteIntStep[T Integer](task *edo.Task, st *edo.Step, w Writer, order binary.ByteOrder, v T) (done bool, err error) {
	done, _, err = awaitStep[edo.Unit](task, st, &writeInts, newWriteInt(w, order, v))
	return done, err
}

// WriteIntFuture is [WriteInt] as a future.
func WriteIntFuture[T Integer](w Writer, order binary.ByteOrder, v T) edo.Future[edo.Unit] {
	o := newWriteInt(w, order, v)
	return &o
}

var (
	readInts  reuse.Pool[readInt, *readInt]
	writeInts reuse.Pool[writeInt, *writeInt]
)

// readInt reads an integer of any type.
type readInt struct {
	readFull
	buf   [8]byte
	size  int8
	order binary.ByteOrder
	value uint64
}

func newReadInt[T Integer](r Reader, order binary.ByteOrder) readInt {
	return readInt{readFull: readFull{r: r}, size: int8(unsafe.Sizeof(T(0))), order: order}
}

func (o *readInt) progress() uint64 { return o.value }

func (o *readInt) Poll(cx *edo.Context) (uint64, edo.Poll, error) {
	if o.r == nil {
		return polledAgain[uint64](cx)
	}
	o.p = o.buf[:o.size]
	n, poll, err := o.readFull.Poll(cx)
	switch {
	case poll == edo.Pending:
		return 0, edo.Pending, nil
	case o.atEOF && n == 0:
		return 0, edo.Ready, io.EOF
	case err != nil:
		return 0, edo.Ready, err
	}
	switch o.size {
	case 1:
		o.value = uint64(o.buf[0])
	case 2:
		o.value = uint64(o.order.Uint16(o.buf[:]))
	case 4:
		o.value = uint64(o.order.Uint32(o.buf[:]))
	default:
		o.value = o.order.Uint64(o.buf[:])
	}
	return o.value, edo.Ready, nil
}

// typedInt is a readInt as a future of the type that is read.
type typedInt[T Integer] struct{ readInt }

func (o *typedInt[T]) Poll(cx *edo.Context) (T, edo.Poll, error) {
	v, poll, err := o.readInt.Poll(cx)
	return T(v), poll, err
}

// writeInt writes an integer of any type.
type writeInt struct {
	writeAll
	buf  [8]byte
	size int8
}

func newWriteInt[T Integer](w Writer, order binary.ByteOrder, v T) writeInt {
	o := writeInt{writeAll: writeAll{w: w}, size: int8(unsafe.Sizeof(v))}
	switch o.size {
	case 1:
		o.buf[0] = byte(v)
	case 2:
		order.PutUint16(o.buf[:], uint16(v))
	case 4:
		order.PutUint32(o.buf[:], uint32(v))
	default:
		order.PutUint64(o.buf[:], uint64(v))
	}
	return o
}

func (o *writeInt) progress() edo.Unit { return edo.Unit{} }

func (o *writeInt) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if o.w == nil {
		return polledAgain[edo.Unit](cx)
	}
	o.p = o.buf[:o.size]
	_, poll, err := o.writeAll.Poll(cx)
	return edo.Unit{}, poll, err
}
