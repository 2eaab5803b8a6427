package driver

import (
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
)

// Pipe is a buffer in the kernel, of [PipeSize] bytes; of less when the user has so many pipes
// that the kernel gives no more. One goroutine at a time uses it.
type Pipe struct {
	read, write int // descriptors
	n           int // bytes that are in it
}

var (
	unusedPipes sync.Pool    // of empty ones; the collector closes them
	pipesInUse  atomic.Int32 // at most mostPipes
)

// TakePipe returns an empty pipe, or nil if too many are in use, or the process has no
// descriptors left.
func TakePipe() *Pipe {
	if pipesInUse.Add(1) > mostPipes {
		pipesInUse.Add(-1)
		return nil
	}
	if p, ok := unusedPipes.Get().(*Pipe); ok {
		return p
	}
	var fds [2]int
	if err := syscall.Pipe2(fds[:], syscall.O_NONBLOCK|syscall.O_CLOEXEC); err != nil {
		pipesInUse.Add(-1)
		return nil
	}
	p := &Pipe{read: fds[0], write: fds[1]}
	runtime.AddCleanup(p, closePipe, fds)
	return p
}

// PipesInUse returns how many pipes were taken and not released.
func PipesInUse() int { return int(pipesInUse.Load()) }

func closePipe(fds [2]int) {
	syscall.Close(fds[0])
	syscall.Close(fds[1])
}

// Release gives p back. The bytes that are left in it are lost.
func (p *Pipe) Release() {
	pipesInUse.Add(-1)
	if p.empty(); p.n == 0 {
		unusedPipes.Put(p)
	}
}

// empty reads what is left.
func (p *Pipe) empty() {
	var b [4 << 10]byte
	for p.n > 0 && p.Take(b[:]) > 0 {
	}
}

// Len returns how many bytes are in p.
func (p *Pipe) Len() int { return p.n }

// Fill moves bytes from a descriptor that does not block to p.
func (p *Pipe) Fill(fd int) (int, error) {
	n, err := syscall.Splice(fd, nil, p.write, nil, PipeSize, spliceNonBlock)
	if err != nil {
		return 0, err
	}
	p.n += int(n)
	return int(n), nil
}

// Drain moves bytes of p to a descriptor that does not block.
func (p *Pipe) Drain(fd int) (int, error) {
	n, err := syscall.Splice(p.read, nil, fd, nil, p.n, spliceNonBlock)
	if err != nil {
		return 0, err
	}
	p.n -= int(n)
	return int(n), nil
}

// Take reads bytes of p, for a writer that does not splice.
func (p *Pipe) Take(b []byte) int {
	n, err := syscall.Read(p.read, b[:min(len(b), p.n)])
	if err != nil {
		return 0
	}
	p.n -= n
	return n
}

const spliceNonBlock = 2 // SPLICE_F_NONBLOCK
