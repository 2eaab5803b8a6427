package codec

const (
	ChunkSize = chunkSize
	Boundary  = boundary
)

// Cap returns the size of b's storage.
func (b *Buffer) Cap() int { return cap(b.b) }

// held returns how much memory b holds.
func held(b *Buffer) int {
	if b == nil {
		return 0
	}
	return cap(b.b)
}

// Held returns how much memory the buffers of f hold.
func (f *Framed[In, Out]) Held() int { return held(f.rx.input) + held(f.tx.output) }

func (f *FramedRead[In]) Held() int   { return held(f.rx.input) }
func (f *FramedWrite[Out]) Held() int { return held(f.tx.output) }
