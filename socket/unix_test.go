package socket

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// unixEnds runs fn with both ends of a connection on a network of Unix sockets, everywhere.
func unixEnds(t *testing.T, network string, fn func(task *edo.Task, a, b *Conn) error) {
	t.Helper()
	if network == "unixpacket" && runtime.GOOS != "linux" {
		t.Skip("not all systems have unixpacket")
	}
	path := filepath.Join(t.TempDir(), "s")
	everywhere(t, func(task *edo.Task) error {
		l, err := Listen(task, network, path)
		if err != nil {
			return err
		}
		defer l.Close()
		a, err := Dial(task, network, path)
		if err != nil {
			return err
		}
		defer a.Close()
		b, err := l.Accept(task)
		if err != nil {
			return err
		}
		defer b.Close()
		return fn(task, a, b)
	})
}

func TestUnixConnectionCarriesBytesBothWaysAndEndsByHalves(t *testing.T) {
	unixEnds(t, "unix", func(task *edo.Task, a, b *Conn) error {
		sent := bytes.Repeat([]byte("0123456789"), 40_000)
		h := edo.Go(task, func(task *edo.Task) error {
			if _, err := a.Write(task, sent); err != nil {
				return err
			}
			return a.CloseWrite()
		})
		var got []byte
		for p := make([]byte, 9999); ; {
			n, err := b.Read(task, p)
			if got = append(got, p[:n]...); err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
		}
		if _, err := h.Await(task); err != nil || !bytes.Equal(got, sent) {
			return fmt.Errorf("%d of %d bytes arrived, %v", len(got), len(sent), err)
		}
		if _, err := b.Write(task, []byte("back")); err != nil {
			return err
		}
		p := make([]byte, 9)
		if n, err := a.Read(task, p); err != nil || string(p[:n]) != "back" {
			return fmt.Errorf("read %q, %v", p[:n], err)
		}
		b.Close()
		if _, err := a.Read(task, p); err != io.EOF {
			return fmt.Errorf("got %v, want io.EOF", err)
		}
		return nil
	})
}

func TestUnixAddressesAreThePathAlsoAfterClose(t *testing.T) {
	unixEnds(t, "unix", func(task *edo.Task, a, b *Conn) error {
		path := a.RemoteAddr().String()
		for range 2 {
			for what, addr := range map[string]net.Addr{"remote": a.RemoteAddr(), "local": b.LocalAddr()} {
				if u, ok := addr.(*net.UnixAddr); !ok || u.Net != "unix" || filepath.Base(u.Name) != "s" || u.Name != path {
					return fmt.Errorf("%s: got %#v", what, addr)
				}
			}
			a.Close()
			b.Close()
		}
		_, err := a.Write(task, []byte("x"))
		var op *net.OpError
		if !errors.As(err, &op) || op.Net != "unix" || op.Addr.String() != path || !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("got %#v", err)
		}
		return nil
	})
}

func TestPacketsKeepTheirBoundsAndTheRestOfALongOneIsLost(t *testing.T) {
	unixEnds(t, "unixpacket", func(task *edo.Task, a, b *Conn) error {
		for _, p := range []string{"one", "", "three hundred", "four"} {
			if n, err := a.Write(task, []byte(p)); n != len(p) || err != nil {
				return fmt.Errorf("wrote %d, %v", n, err)
			}
		}
		a.Close()
		for _, want := range []string{"one", "three", "four"} { // a write of nothing sends nothing
			p := make([]byte, 5)
			n, err := b.Read(task, p)
			if err != nil || string(p[:n]) != want {
				return fmt.Errorf("read %q, %v, want %q", p[:n], err, want)
			}
		}
		if _, err := b.Read(task, make([]byte, 5)); err != io.EOF {
			return fmt.Errorf("got %v, want io.EOF", err)
		}
		return nil
	})
}

// The writer fills the connection, and a packet that comes when there is room is whole.
func TestPacketsPushBackWhole(t *testing.T) {
	const size, count = 1000, 2000
	unixEnds(t, "unixpacket", func(task *edo.Task, a, b *Conn) error {
		h := edo.Go(task, func(task *edo.Task) error {
			for i := range count {
				if _, err := a.Write(task, bytes.Repeat([]byte{byte(i)}, size)); err != nil {
					return err
				}
			}
			return nil
		})
		p := make([]byte, 2*size)
		for i := range count {
			n, err := b.Read(task, p)
			if n != size || err != nil || p[0] != byte(i) || p[size-1] != byte(i) {
				return fmt.Errorf("packet %d: %d bytes, %v", i, n, err)
			}
		}
		_, err := h.Await(task)
		return err
	})
}

func TestEmptyPacketIsNotTheEnd(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere package net cannot tell")
	}
	path := filepath.Join(t.TempDir(), "s")
	err := edo.Run(func(task *edo.Task) error {
		l, err := Listen(task, "unixpacket", path)
		if err != nil {
			return err
		}
		defer l.Close()
		theirs, err := net.Dial("unixpacket", path)
		if err != nil {
			return err
		}
		defer theirs.Close()
		ours, err := l.Accept(task)
		if err != nil {
			return err
		}
		defer ours.Close()
		for _, want := range []string{"a", "", "b", ""} {
			theirs.Write([]byte(want))
			p := make([]byte, 5)
			if n, err := ours.Read(task, p); err != nil || string(p[:n]) != want {
				return fmt.Errorf("got %q, %v, want %q", p[:n], err, want)
			}
		}
		theirs.Close()
		if _, err := ours.Read(task, make([]byte, 5)); err != io.EOF {
			return fmt.Errorf("got %v, want io.EOF", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The end of the other side, which comes at once, takes no packet away that was sent before.
func TestPacketsBehindAnEmptyOneComeBeforeTheEnd(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere package net cannot tell")
	}
	path := filepath.Join(t.TempDir(), "s")
	err := edo.Run(func(task *edo.Task) error {
		l, err := Listen(task, "unixpacket", path)
		if err != nil {
			return err
		}
		defer l.Close()
		theirs, err := net.Dial("unixpacket", path)
		if err != nil {
			return err
		}
		for _, packet := range []string{"a", "", "", "b"} {
			theirs.Write([]byte(packet))
		}
		theirs.Close()
		ours, err := l.Accept(task)
		if err != nil {
			return err
		}
		defer ours.Close()
		for _, want := range []string{"a", "", "", "b"} {
			p := make([]byte, 5)
			if n, err := ours.Read(task, p); err != nil || string(p[:n]) != want {
				return fmt.Errorf("got %q, %v, want %q", p[:n], err, want)
			}
		}
		if _, err := ours.Read(task, make([]byte, 5)); err != io.EOF {
			return fmt.Errorf("got %v, want io.EOF", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A Read that was given up has taken nothing: its buffer does not bound the packet of the next.
func TestCancelledReadCutsNoPacket(t *testing.T) {
	unixEnds(t, "unixpacket", func(task *edo.Task, a, b *Conn) error {
		_, err := timer.Timeout(task, time.Millisecond, func(task *edo.Task) (int, error) {
			return b.Read(task, make([]byte, 2))
		})
		if !errors.As(err, new(*timer.TimeoutError)) {
			return fmt.Errorf("got %v", err)
		}
		if _, err := a.Write(task, []byte("a packet")); err != nil {
			return err
		}
		p := make([]byte, 20)
		if n, err := b.Read(task, p); err != nil || string(p[:n]) != "a packet" {
			return fmt.Errorf("read %q, %v", p[:n], err)
		}
		return nil
	})
}

func TestListenerRemovesItsFileAndNoOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	exists := func() bool { _, err := os.Lstat(path); return err == nil }
	err := edo.Run(func(task *edo.Task) error {
		first, err := Listen(task, "unix", path)
		if err != nil {
			return err
		}
		if _, err := Listen(task, "unix", path); !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("got %v, want that the path is in use", err)
		}
		if err := os.Remove(path); err != nil {
			return err
		}
		second, err := Listen(task, "unix", path)
		if err != nil {
			return err
		}
		first.Close()
		if !exists() {
			t.Error("the first listener has removed the file of the second")
		}
		second.Close()
		if exists() {
			t.Error("the file is left")
		}
		_, err = Listen(task, "unix", path) // the end of the runtime closes it
		return err
	})
	if err != nil || exists() {
		t.Errorf("%v; the file is there after Run: %v", err, exists())
	}
}

func TestNobodyAtAPathIsAnErrorThatNamesIt(t *testing.T) {
	everywhere(t, func(task *edo.Task) error {
		_, err := Dial(task, "unix", "no/such/path")
		var op *net.OpError
		if !errors.As(err, &op) || !errors.Is(err, syscall.ENOENT) || op.Addr.String() != "no/such/path" {
			return fmt.Errorf("got %v", err)
		}
		return nil
	})
}

func TestAbstractAndChosenNamesHaveNoFile(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("abstract names are Linux's")
	}
	t.Chdir(t.TempDir())
	everywhere(t, func(task *edo.Task) error {
		for _, name := range []string{"", fmt.Sprintf("@edo-test-%d", os.Getpid())} {
			l, err := Listen(task, "unix", name)
			if err != nil {
				return err
			}
			defer l.Close()
			c, err := Dial(task, "unix", l.Addr().String())
			if err != nil {
				return err
			}
			c.Close()
			if at := l.Addr().String(); at[0] != '@' || name != "" && at != name {
				return fmt.Errorf("it listens at %q", at)
			}
		}
		if files, err := os.ReadDir("."); len(files) != 0 {
			return fmt.Errorf("there are files %v, %v", files, err)
		}
		return nil
	})
}

// The system has no way to wait for room in the queue of a Unix listener.
func TestDialWaitsWhileTheQueueOfAUnixListenerIsFull(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere the dial is refused")
	}
	path := filepath.Join(t.TempDir(), "s")
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	if err := errors.Join(syscall.Bind(fd, &syscall.SockaddrUnix{Name: path}), syscall.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	err = edo.Run(func(task *edo.Task) error {
		first, err := Dial(task, "unix", path)
		if err != nil {
			return err
		}
		defer first.Close()
		h := edo.Spawn(task, DialFuture(task, "unix", path))
		for i := 0; i < 20 && !h.Finished(); i++ {
			if err := timer.Sleep(task, time.Millisecond); err != nil {
				return err
			}
		}
		if h.Finished() {
			_, err := h.Await(task)
			return fmt.Errorf("the dial has ended with %v, and the queue is full", err)
		}
		accepted, _, err := syscall.Accept(fd)
		if err != nil {
			return err
		}
		defer syscall.Close(accepted)
		second, err := h.Await(task)
		if err == nil {
			second.Close()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOptionsOfTCPAreNotThereForUnixSockets(t *testing.T) {
	unixEnds(t, "unix", func(task *edo.Task, a, b *Conn) error {
		if err := errors.Join(a.SetReadBuffer(9000), a.SetWriteBuffer(9000)); err != nil {
			return err
		}
		for _, err := range []error{a.SetNoDelay(true), a.SetLinger(0), a.SetUserTimeout(time.Second), a.SetKeepAlive(net.KeepAliveConfig{})} {
			if !errors.Is(err, errors.ErrUnsupported) {
				return fmt.Errorf("got %v", err)
			}
		}
		if _, err := Listen(task, "unix", "", NoDelay(true)); !errors.Is(err, errors.ErrUnsupported) {
			return fmt.Errorf("listen: got %v", err)
		}
		return nil
	})
}

func TestSimulatedPathIsOneOfItsOwn(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		l, err := Listen(task, "unixpacket", "s")
		if err != nil {
			return err
		}
		defer l.Close()
		if _, err := Listen(task, "unix", "s"); !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("got %v, want EADDRINUSE", err)
		}
		if _, err := Dial(task, "unix", "s"); !errors.Is(err, syscall.EPROTOTYPE) {
			t.Errorf("got %v, want EPROTOTYPE", err)
		}
		if _, err := os.Lstat("s"); err == nil {
			t.Error("a simulation has made a file")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A Close with unread input loses nothing that was written, and is no clean end.
func TestUnixCloseWithUnreadInputResetsAfterWhatWasWritten(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the systems differ")
	}
	path := filepath.Join(t.TempDir(), "s")
	main := func(task *edo.Task) error {
		l, err := Listen(task, "unix", path)
		if err != nil {
			return err
		}
		defer l.Close()
		a, err := Dial(task, "unix", path)
		if err != nil {
			return err
		}
		defer a.Close()
		b, err := l.Accept(task)
		if err != nil {
			return err
		}
		if _, err := a.Write(task, []byte("unread")); err != nil {
			return err
		}
		if _, err := b.Write(task, []byte("answer")); err != nil {
			return err
		}
		b.Close()
		p := make([]byte, 9)
		if n, err := a.Read(task, p); string(p[:n]) != "answer" || err != nil {
			return fmt.Errorf("read %q, %v", p[:n], err)
		}
		for range 2 {
			if _, err := a.Read(task, p); !errors.Is(err, syscall.ECONNRESET) {
				return fmt.Errorf("got %v, want ECONNRESET", err)
			}
		}
		return nil
	}
	everywhere(t, main)
}
