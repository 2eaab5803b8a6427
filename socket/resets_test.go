package socket

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/edo-go/edo"
)

// The answer was whole: that its sender resets the connection afterwards changes nothing for reads, in
// the simulator as in the kernel.
func TestResetBehindTheEndLeavesTheEnd(t *testing.T) {
	everywhere(t, withEnds(func(task *edo.Task, a, b *Conn) error {
		if _, err := b.Write(task, []byte("all")); err != nil {
			return err
		}
		if err := b.CloseWrite(); err != nil {
			return err
		}
		p := make([]byte, 9)
		if n, err := a.Read(task, p); string(p[:n]) != "all" || err != nil {
			return fmt.Errorf("read %q, %v", p[:n], err)
		}
		if _, err := a.Read(task, p); err != io.EOF {
			return fmt.Errorf("got %v, want io.EOF", err)
		}
		if err := errors.Join(b.SetLinger(0), b.Close()); err != nil {
			return err
		}
		for range 2 {
			for { // the first write may be on its way before the reset
				if _, err := a.Write(task, []byte("x")); err == nil {
					continue
				} else if !errors.Is(err, syscall.EPIPE) {
					return fmt.Errorf("write: got %v, want EPIPE", err)
				}
				break
			}
			if _, err := a.Read(task, p); err != io.EOF {
				return fmt.Errorf("read behind the reset: got %v, want io.EOF", err)
			}
		}
		return nil
	}))
}

// A Close with unread packets is no clean end, and takes no packet away that was sent before: the kernel
// tells of the reset ahead of these.
func TestUnixPacketCloseWithUnreadInputResetsAfterWhatWasWritten(t *testing.T) {
	plain := func(task *edo.Task, c *Conn, p []byte) (int, error) { return c.Read(task, p) }
	t.Run("Read", func(t *testing.T) { resetBehindPackets(t, everywhere, plain) })
	t.Run("Read after a write", func(t *testing.T) {
		resetBehindPackets(t, everywhere, func(task *edo.Task, c *Conn, p []byte) (int, error) {
			c.Write(task, []byte("too late")) // may be the one that is told of the reset
			return c.Read(task, p)
		})
	})
	t.Run("ReadFiles", func(t *testing.T) {
		resetBehindPackets(t, func(t *testing.T, main func(task *edo.Task) error) {
			if err := edo.Run(main); err != nil {
				t.Fatal(err)
			}
		}, func(task *edo.Task, c *Conn, p []byte) (int, error) {
			n, _, err := c.ReadFiles(task, p)
			return n, err
		})
	})
}

func resetBehindPackets(t *testing.T, run func(*testing.T, func(*edo.Task) error), read func(task *edo.Task, c *Conn, p []byte) (int, error)) {
	if runtime.GOOS != "linux" {
		t.Skip("the systems differ")
	}
	path := filepath.Join(t.TempDir(), "s")
	run(t, func(task *edo.Task) error {
		l, err := Listen(task, "unixpacket", path)
		if err != nil {
			return err
		}
		defer l.Close()
		a, err := Dial(task, "unixpacket", path)
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
		for _, packet := range []string{"answer", "another"} {
			if _, err := b.Write(task, []byte(packet)); err != nil {
				return err
			}
		}
		b.Close()
		p := make([]byte, 9)
		for _, packet := range []string{"answer", "another"} {
			if n, err := read(task, a, p); string(p[:n]) != packet || err != nil {
				return fmt.Errorf("read %q, %v, want %q", p[:n], err, packet)
			}
		}
		for range 2 {
			if _, err := read(task, a, p); !errors.Is(err, syscall.ECONNRESET) {
				return fmt.Errorf("got %v, want ECONNRESET", err)
			}
		}
		return nil
	})
}
