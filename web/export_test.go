package web

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
)

// CompressedServerOver and CompressedClientOver are the same, with compression.
func CompressedServerOver(inner aio.ReadWriter, limits Limits) *Conn {
	return newConn(codec.Parts{IO: inner}, false, &limits, terms{isCompressed: true})
}

func CompressedClientOver(inner aio.ReadWriter, limits Limits) *Conn {
	return newConn(codec.Parts{IO: inner}, true, &limits, terms{isCompressed: true})
}

// ServerOver and ClientOver return the sides of a connection after its handshake.
func ServerOver(inner aio.ReadWriter, limits Limits) *Conn {
	return newConn(codec.Parts{IO: inner}, false, &limits, terms{})
}

func ClientOver(inner aio.ReadWriter, limits Limits) *Conn {
	return newConn(codec.Parts{IO: inner}, true, &limits, terms{})
}

// Inflate decompresses.
func Inflate(data []byte, limit int) ([]byte, error) { return InflateBy(data, limit, inflatePiece) }

// InflateBy is Inflate in steps of about so much work.
func InflateBy(data []byte, limit, work int) ([]byte, error) {
	i := newInflater(data, limit)
	defer i.free()
	for {
		if _, isWhole, err := i.step(work); isWhole || err != nil {
			return i.out, err
		}
	}
}

// Decompresses gives c a compressed message of data, which r decompresses instead of package
// compress/flate. A byte of the other side makes a receiver go on with it.
func (c *Conn) Decompresses(r io.ReadCloser, data []byte) {
	c.wire.part = &part{isOpen: true, isCompressed: true, data: data}
	c.wire.part.inflates(c.wire.limits.maxMessage())
	c.wire.part.inflater.flate = r
}

// KeepsInflater reports whether one of the inflaters that are not used has r.
func KeepsInflater(r io.ReadCloser) bool {
	for range 8 {
		if inflaters.Get().(*inflater).flate == r {
			return true
		}
	}
	return false
}

// SetLingerTime sets how long a client that was refused is waited for, until the test ends.
func SetLingerTime(t *testing.T, d time.Duration) {
	before := lingerTime
	lingerTime = d
	t.Cleanup(func() { lingerTime = before })
}

// Deflate compresses: nil if that is not shorter.
func Deflate(data []byte) []byte {
	d := deflaters.Get().(*deflater)
	defer d.put()
	return bytes.Clone(d.deflate(data))
}

// Inflating returns how many coroutines decompress a message, in the whole process.
func Inflating() int { return inflateCoros.Out() }
