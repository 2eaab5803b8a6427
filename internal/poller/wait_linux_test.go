package poller

import (
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

func TestEveryWakeEndsAWait(t *testing.T) {
	everyWay(t, func(t *testing.T, p *Poller) {
		const n = 2000
		ended := make(chan struct{})
		go func() {
			cx := worker()
			for range n {
				p.Wait(cx, sched.Never)
				ended <- struct{}{}
			}
		}()
		for i := range n {
			if i%3 == 0 {
				runtime.Gosched() // sometimes the waiter waits already
			}
			p.Wake()
			select {
			case <-ended:
			case <-time.After(patience):
				t.Fatalf("wake %d was lost", i)
			}
		}
	})
}

// holdWake begins a Wait, and calls Wake, which stops after its swap until release is closed.
// It returns a channel for each, which is closed at its end; or nil when the Wait was not
// announced at that moment.
func holdWake(p *Poller, release chan struct{}) (waited, woken chan struct{}) {
	waited, woken = make(chan struct{}), make(chan struct{})
	waiting, held := make(chan struct{}), make(chan struct{})
	var once sync.Once
	invariant.SetStep(func(point string) {
		switch point {
		case "Wait: before it is announced":
			once.Do(func() { close(waiting) })
		case "Wake: called":
			close(held)
			<-release
		}
	})
	go func() {
		p.Wait(worker(), sched.Never)
		close(waited)
	}()
	<-waiting
	for p.signal.Load() != announced {
		runtime.Gosched()
	}
	go func() {
		p.Wake()
		close(woken)
	}()
	select {
	case <-held:
		return waited, woken
	case <-woken:
		<-waited
		return nil, nil
	}
}

func TestWakeThatIsLateForItsWaitDoesNotDisturbLaterOnes(t *testing.T) {
	bothWays(t, func(t *testing.T, p *Poller) {
		if !invariant.Enabled {
			t.Skip("needs -tags invariants or -race")
		}
		s, other := pair(t, p)
		defer syscall.Close(other)
		task := newMock()
		b := make([]byte, 8)
		_, poll, err := read(s, task, b)
		wantPending(t, poll, err)

		// The waker is delayed between its swap and its deadline. Meanwhile the wait ends
		// by an event.
		release := make(chan struct{})
		defer invariant.SetStep(nil)
		first, done := holdWake(p, release)
		for first == nil { // a signal of Go's runtime has ended the wait before
			first, done = holdWake(p, release)
		}
		syscall.Write(other, []byte("x"))
		<-first
		at := p.now() + int64(20*time.Millisecond)
		go close(release) // the wake hits the second wait, or comes just before it
		p.Wait(worker(), at)
		if p.now() < at {
			t.Fatal("the late wake ended a wait that it was not for")
		}
		<-done
		for range 3 {
			at := p.now() + int64(time.Millisecond)
			p.Wait(worker(), at)
			if p.now() < at {
				t.Fatal("the late wake ended a wait that it was not for")
			}
		}
	})
}

func TestLookTakesNoWakeFromTheWaiter(t *testing.T) {
	bothWays(t, func(t *testing.T, p *Poller) {
		_, other := pair(t, p)
		defer syscall.Close(other)
		var stop atomic.Bool
		var lookers sync.WaitGroup
		lookers.Go(func() {
			cx := worker()
			for !stop.Load() {
				p.Look(cx)
				runtime.Gosched()
			}
		})
		ended := make(chan struct{})
		go func() {
			cx := worker()
			for range 1000 {
				p.Wait(cx, sched.Never)
				ended <- struct{}{}
			}
		}()
		for i := range 1000 {
			for p.signal.Load() != announced {
				runtime.Gosched()
			}
			p.Wake()
			select {
			case <-ended:
			case <-time.After(patience):
				t.Fatalf("wake %d was lost", i)
			}
		}
		stop.Store(true)
		lookers.Wait()
	})
}

func TestWaitEndsAtItsDeadlineWithoutTheFineTimeout(t *testing.T) {
	coarse.Store(true)
	defer coarse.Store(false)
	p, err := newPoller(time.Now(), false)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, after := range []time.Duration{-time.Second, 0, 1, time.Microsecond, 1500 * time.Microsecond} {
		at := p.now() + int64(after)
		p.Wait(worker(), at)
		if p.now() < at {
			t.Fatalf("a wait for %v ended early", after)
		}
	}
}

// A waker that is delayed until the poller is closed must not touch the descriptors that
// have reused its numbers.
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
	syscall.Write(other, []byte("x")) // the wait ends by an event
	<-first
	number := p.event.fd
	p.Close()
	var fds [2]int
	if err := syscall.Pipe2(fds[:], syscall.O_NONBLOCK|syscall.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	if fds[1] != number { // the pipe gets the number
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

func BenchmarkWakeOfAWait(b *testing.B) {
	everyWay(b, func(b *testing.B, p *Poller) {
		ended := make(chan struct{})
		n := b.N
		go func() {
			cx := worker()
			for range n {
				p.Wait(cx, sched.Never)
				ended <- struct{}{}
			}
		}()
		for range n {
			p.Wake()
			<-ended
		}
	})
}
