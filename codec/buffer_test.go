package codec

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestBufferBehavesLikeAQueueOfBytes(t *testing.T) {
	for seed := range uint64(40) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var b Buffer
		var model []byte
		var last byte
		largest := 1 << (4 + rnd.IntN(13))
		fill := func(p []byte) []byte {
			for i := range p {
				last = last*5 + 7
				p[i] = last
			}
			return p
		}
		for step := range 300 {
			some := rnd.IntN(len(model) + 1)
			switch rnd.IntN(9) {
			case 0, 1:
				p := fill(make([]byte, rnd.IntN(largest)))
				b.Write(p)
				model = append(model, p...)
			case 2:
				b.WriteString("abc")
				b.WriteByte('d')
				model = append(model, "abcd"...)
			case 3:
				p := b.Extend(rnd.IntN(100))
				if bytes.ContainsFunc(p, func(r rune) bool { return r != 0 }) {
					t.Fatalf("seed %d, step %d: Extend gave %x, not zeros", seed, step, p)
				}
				model = append(model, fill(p)...)
			case 4: // a read from a connection
				switch rnd.IntN(3) {
				case 0:
					b.Expect(rnd.IntN(2 * largest))
				case 1:
					b.limitTo(b.Len() + 1 + rnd.IntN(2*largest))
				}
				room := b.room()
				if len(room) == 0 {
					t.Fatalf("seed %d, step %d: no room to read into", seed, step)
				}
				p := fill(room[:rnd.IntN(len(room)+1)])
				b.commit(len(p))
				model = append(model, p...)
				b.expected, b.limit = 0, 0
			case 5:
				b.Discard(some)
				model = model[some:]
			case 6:
				p := b.Take(some)
				if !bytes.Equal(p, model[:some]) || cap(p) != len(p) {
					t.Fatalf("seed %d, step %d: took other bytes, or room for %d beside %d", seed, step, cap(p), len(p))
				}
				fill(p) // the caller of Take owns p: this must not change b
				model = model[some:]
			case 7:
				b.truncate(some)
				model = model[:some]
			case 8:
				if b.Len() == 0 {
					b.release()
				}
			}
			if !bytes.Equal(b.Bytes(), model) || b.Len() != len(model) {
				t.Fatalf("seed %d, step %d: the buffer differs from the model", seed, step)
			}
		}
	}
}

func TestBufferTakesAChunkFirstAndGivesItBack(t *testing.T) {
	var b Buffer
	b.WriteByte('a')
	if cap(b.b) != chunkSize {
		t.Fatalf("a capacity of %d bytes, want a chunk", cap(b.b))
	}
	b.release()
	if cap(b.b) != 0 || b.Len() != 0 {
		t.Fatal("not released")
	}
}

func TestBufferThatIsGivenBackKeepsNothingButItsChunk(t *testing.T) {
	for _, size := range []int{1, chunkSize, chunkSize + 1} {
		b := new(Buffer)
		b.Write(make([]byte, size))
		b.Discard(1)
		b.Expect(3)
		b.limitTo(3)
		b.giveBack()
		if cap(b.b) > chunkSize || b.Len() != 0 || b.off != 0 || b.expected != 0 || b.limit != 0 {
			t.Fatalf("after %d bytes: %d bytes in %d, at %d", size, b.Len(), cap(b.b), b.off)
		}
	}
}

func TestBufferOfALongFrameIsExactAndHandedOver(t *testing.T) {
	const n = 3*chunkSize + 5
	var b Buffer
	b.Expect(n)
	for b.Len() < n {
		room := b.room()
		for i := range room {
			room[i] = byte(b.Len() + i)
		}
		b.commit(len(room))
		if b.Cap() > n {
			t.Fatalf("grew to %d bytes for a frame of %d", b.Cap(), n)
		}
	}
	at := &b.Bytes()[0]
	frame := b.Take(n)
	if &frame[0] != at || b.Len() != 0 || b.Cap() != 0 {
		t.Fatalf("the frame was copied, or %d bytes are left in %d", b.Len(), b.Cap())
	}
}

func TestBufferKeepsWhatComesAfterAFrameThatIsHandedOver(t *testing.T) {
	var b Buffer
	b.Write([]byte(strings.Repeat("x", 2*chunkSize) + "rest"))
	b.Discard(3)
	frame := b.Take(2*chunkSize - 3)
	if len(frame) != 2*chunkSize-3 || string(b.Bytes()) != "rest" || b.Cap() != chunkSize {
		t.Fatalf("%d bytes taken, %q left in %d", len(frame), b.Bytes(), b.Cap())
	}
}

func TestBufferAppendsIntoWhatWasTakenBeforeItGrows(t *testing.T) {
	var b Buffer
	b.Write(bytes.Repeat([]byte("x"), chunkSize-100))
	b.Discard(chunkSize - 1000)
	b.Write(bytes.Repeat([]byte("y"), 5000))
	if b.Len() != 5900 || b.Cap() != chunkSize {
		t.Fatalf("%d bytes in %d, want 5900 in a chunk", b.Len(), b.Cap())
	}
}

func TestBufferWithALimitGrowsToItAndNoFurther(t *testing.T) {
	for _, limit := range []int{10, chunkSize, chunkSize + 1, 3*chunkSize + 100} {
		var b Buffer
		for b.Len() < limit {
			b.limitTo(limit)
			room := b.room()
			if len(room) == 0 {
				t.Fatalf("limit %d: no room behind %d bytes", limit, b.Len())
			}
			b.commit(min(len(room), 300))
			if b.Cap() > max(chunkSize, limit) {
				t.Fatalf("limit %d: grew to %d bytes", limit, b.Cap())
			}
		}
	}
}
