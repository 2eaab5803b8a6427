package driver

import (
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
)

// Pipe is a buffer in the kernel, of [PipeSize] bytes; of less when the user has so many pipes
// that the kernel gives no more. One goroutine at a time uses it.
type Pipe struct {
	*pipeEnds
	n int // bytes that are in it
}

// pipeEnds are the descriptors of a pipe.
//
//	used      a copy has the pipe          Release → unused
//	unused    the pipe waits for the next  TakePipe → used; ReleaseDescriptors and the collector → closed
//	closed    so are the descriptors
//
// Rule: the descriptors are closed by what changes the state to closed.
type pipeEnds struct {
	read, write int
	state       atomic.Int32
}

const (
	used int32 = iota
	unused
	closed
)

var (
	unusedPipes sync.Pool    // of empty ones; the collector closes them
	pipesInUse  atomic.Int32 // at most mostPipes

	allPipes struct { // that are not closed
		mu   sync.Mutex
		ends map[*pipeEnds]struct{}
	}
)

// TakePipe returns an empty pipe, or nil if too many are in use, or the process has no
// descriptors left.
func TakePipe() *Pipe {
	if pipesInUse.Add(1) > mostPipes {
		pipesInUse.Add(-1)
		return nil
	}
	for {
		p, ok := unusedPipes.Get().(*Pipe)
		if !ok {
			break
		}
		if p.state.CompareAndSwap(unused, used) {
			return p
		}
	}
	var fds [2]int
	err := WithDescriptors(func() error { return syscall.Pipe2(fds[:], syscall.O_NONBLOCK|syscall.O_CLOEXEC) })
	if err != nil {
		pipesInUse.Add(-1)
		return nil
	}
	p := &Pipe{pipeEnds: &pipeEnds{read: fds[0], write: fds[1]}}
	allPipes.mu.Lock()
	if allPipes.ends == nil {
		allPipes.ends = map[*pipeEnds]struct{}{}
	}
	allPipes.ends[p.pipeEnds] = struct{}{}
	allPipes.mu.Unlock()
	runtime.AddCleanup(p, func(e *pipeEnds) { e.close(e.state.Swap(closed) != closed) }, p.pipeEnds)
	return p
}

// PipesInUse returns how many pipes were taken and not released.
func PipesInUse() int { return int(pipesInUse.Load()) }

// close closes the descriptors, if the caller has changed the state.
func (e *pipeEnds) close(isFirst bool) {
	if !isFirst {
		return
	}
	syscall.Close(e.read)
	syscall.Close(e.write)
	allPipes.mu.Lock()
	delete(allPipes.ends, e)
	allPipes.mu.Unlock()
}

// releaseDescriptors closes the pipes that are kept for the next copy, and reports whether there
// were any.
func releaseDescriptors() (found bool) {
	allPipes.mu.Lock()
	all := slices.Collect(maps.Keys(allPipes.ends))
	allPipes.mu.Unlock()
	for _, e := range all {
		isFirst := e.state.CompareAndSwap(unused, closed)
		e.close(isFirst)
		found = found || isFirst
	}
	return found
}

// Release gives p back. The bytes that are left in it are lost.
func (p *Pipe) Release() {
	pipesInUse.Add(-1)
	if p.empty(); p.n == 0 {
		p.state.Store(unused)
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
