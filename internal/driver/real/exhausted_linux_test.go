package real_test

import (
	"errors"
	"net"
	"sync"
	"syscall"
	"testing"

	"github.com/edo-go/edo/edotest"
)

// exhaust leaves the process no free descriptor, until the function that it returns is
// called.
func exhaust(t *testing.T) (restore func()) {
	t.Helper()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	lowest, err := syscall.Dup(0) // the number that the next descriptor would get
	if err != nil {
		t.Fatal(err)
	}
	syscall.Close(lowest)
	after := before
	after.Cur = uint64(lowest)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &after); err != nil {
		t.Fatal(err)
	}
	return sync.OnceFunc(func() { syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before) })
}

func TestNoDescriptorsLeftIsATemporaryError(t *testing.T) {
	b := newHarness(t)
	l := b.listen()
	defer l.Close()
	theirs, ours := b.pair()
	acceptor, reader := edotest.NewTask(), edotest.NewTask()
	pend(t, acceptor, l)
	client, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(client)
	restore := exhaust(t)
	defer restore()
	at := l.Addr().(*net.TCPAddr)
	if err := syscall.Connect(client, &syscall.SockaddrInet4{Port: at.Port, Addr: [4]byte(at.IP.To4())}); err != nil {
		t.Fatal(err)
	}
	b.wait(acceptor, 1)
	if _, err := b.tryAccept(acceptor, l); !errors.Is(err, syscall.EMFILE) {
		t.Fatalf("got %v, want EMFILE", err)
	}
	// Open connections go on.
	theirs.Write([]byte("x"))
	if n, err := b.read(reader, ours, make([]byte, 1)); n != 1 || err != nil {
		t.Fatalf("got %d, %v", n, err)
	}
	restore()
	b.accept(acceptor, l).Close()
}

func TestNoDescriptorsLeftIsNoErrorWhileNoClientConnects(t *testing.T) {
	b := newHarness(t)
	l := b.listen()
	defer l.Close()
	acceptor := edotest.NewTask()
	dialStd(t, l)
	b.accept(acceptor, l).Close() // leaves readiness
	client, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(client)
	restore := exhaust(t)
	defer restore()
	for range 3 {
		pend(t, acceptor, l)
		b.settle()
		if acceptor.TakeWakes() != 0 {
			t.Fatal("woken although no client connects")
		}
	}
	at := l.Addr().(*net.TCPAddr)
	if err := syscall.Connect(client, &syscall.SockaddrInet4{Port: at.Port, Addr: [4]byte(at.IP.To4())}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.tryAccept(acceptor, l); !errors.Is(err, syscall.EMFILE) {
		t.Fatalf("got %v, want EMFILE: a connection waits", err)
	}
	restore()
	b.accept(acceptor, l).Close()
}
