package codec

const (
	ChunkSize = chunkSize
	Boundary  = boundary
)

// Cap returns the size of b's storage.
func (b *Buffer) Cap() int { return cap(b.b) }

// Held returns how much memory the buffers of f hold.
func (f *Framed[In, Out]) Held() int { return cap(f.input.b) + cap(f.output.b) }
