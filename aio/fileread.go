package aio

import (
	"io"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
)

// fileRead is a read of a file into a buffer, on a goroutine that is lent for it.
type fileRead struct {
	mu        sync.Mutex // guards the following; chunk is the goroutine's until isDone
	isDone    bool
	isDropped bool
	chunk     *chunk
	from, to  int // chunk[from:to] was read and not taken
	err       error
	waker     edo.Waker
}

// beginFileRead begins to read up to n bytes. In the simulator it has read them when it
// returns.
func beginFileRead(cx *edo.Context, f io.ReaderAt, offset, n int64) *fileRead {
	r := &fileRead{chunk: chunks.Get().(*chunk)}
	p := r.chunk[:min(int64(len(r.chunk)), n)]
	if isSeeded(cx) {
		r.to, r.err = f.ReadAt(p, offset)
		r.isDone = true
		return r
	}
	go func() {
		n, err := f.ReadAt(p, offset)
		r.end(n, err)
	}()
	return r
}

// isSeeded reports whether the task of cx is one of the simulator.
func isSeeded(cx *edo.Context) bool {
	rt := (*sched.Context)(cx).Runtime()
	if rt == nil {
		return false
	}
	owner, ok := rt.Owner().(*core.Runtime)
	return ok && owner.Driver.Seeded()
}

// end is the end of the goroutine.
func (r *fileRead) end(n int, err error) {
	r.mu.Lock()
	r.isDone, r.to, r.err = true, n, err
	if r.isDropped {
		chunks.Put(r.chunk)
	}
	waker := r.waker
	r.waker = edo.Waker{}
	r.mu.Unlock()
	waker.Wake()
}

// poll returns the bytes that were read and not taken. Without any it returns the error.
func (r *fileRead) poll(cx *edo.Context) ([]byte, edo.Poll, error) {
	if !cx.Proceed(fileReading{}) {
		return nil, edo.Pending, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !r.isDone:
		r.waker = cx.Waker()
		return nil, edo.Pending, nil
	case r.from < r.to:
		return r.chunk[r.from:r.to], edo.Ready, nil
	}
	return nil, edo.Ready, r.err
}

// take takes the first n bytes.
func (r *fileRead) take(n int) { r.from += n }

// drop gives the buffer back, once the goroutine has ended.
func (r *fileRead) drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waker = edo.Waker{}
	if r.isDropped = true; r.isDone {
		chunks.Put(r.chunk)
	}
}

// fileReading is the leaf of a task that waits for a read of a file.
type fileReading struct{}

// Waits says what the task waits for.
func (fileReading) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: "aio: read from a file", Outside: true}
}
