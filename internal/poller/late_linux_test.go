package poller

import (
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// A waker that is held up until the poller is closed must not touch what has the numbers
// of its descriptors by then.
func TestWakeThatIsLateForCloseTouchesNoOtherDescriptor(t *testing.T) {
	if !invariant.Enabled {
		t.Skip("needs -tags invariants or -race")
	}
	p, err := newPoller(time.Now(), false)
	if err != nil {
		t.Fatal(err)
	}
	s, other := pair(t, p)
	defer syscall.Close(other)
	task := newMock()
	_, poll, err := read(s, task, make([]byte, 8))
	wantPending(t, poll, err)
	held, release, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var once sync.Once
	invariant.SetStep(func(point string) {
		if point == "Wake: called" {
			once.Do(func() { close(held) })
			<-release
		}
	})
	defer invariant.SetStep(nil)
	first := make(chan struct{})
	go func() {
		p.Wait(worker(), sched.Never)
		close(first)
	}()
	for p.signal.Load() != announced {
		runtime.Gosched()
	}
	go func() {
		p.Wake()
		close(done)
	}()
	<-held
	syscall.Write(other, []byte("x")) // the wait ends by itself
	<-first
	number := p.event.fd
	p.Close()
	var fds [2]int
	if err := syscall.Pipe2(fds[:], syscall.O_NONBLOCK|syscall.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	if fds[1] != number { // now the pipe has the number
		if err := syscall.Dup3(fds[1], number, syscall.O_CLOEXEC); err != nil {
			t.Fatal(err)
		}
		defer syscall.Close(number)
	}
	defer syscall.Close(fds[0])
	defer syscall.Close(fds[1])
	close(release)
	<-done
	if n, _ := syscall.Read(fds[0], make([]byte, 8)); n > 0 {
		t.Fatalf("%d bytes were written into another descriptor", n)
	}
}
