//go:build !linux

package driver

// Pipe is a buffer in the kernel. This system has none that connections splice with.
type Pipe struct{}

// TakePipe returns nil: there is none.
func TakePipe() *Pipe { return nil }

// releaseDescriptors reports that none were kept.
func releaseDescriptors() bool { return false }

// Release gives p back.
func (p *Pipe) Release() {}

// Len returns how many bytes are in p.
func (p *Pipe) Len() int { return 0 }

// Take reads bytes of p.
func (p *Pipe) Take(b []byte) int { return 0 }
