//go:build linux && !portable

package socket

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/tasktest"
)

// makeBlocking does what another process does that has the socket too, and wants it to block.
func makeBlocking(f *os.File) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	failed := raw.Control(func(fd uintptr) { err = syscall.SetNonblock(int(fd), false) })
	return errors.Join(failed, err)
}

// onOneWorker runs main with a single worker: an operation that held it up would end the test.
func onOneWorker(t *testing.T, main func(task *edo.Task) error) {
	t.Helper()
	if err := edo.Run(main, edo.WithConfig(edo.Config{CurrentThread: true})); err != nil {
		t.Fatal(err)
	}
}

func TestAListenerThatAnotherProcessHasSwitchedToBlockingHoldsUpNoWorker(t *testing.T) {
	onOneWorker(t, func(task *edo.Task) error {
		l, err := Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		f, err := l.File()
		if err != nil {
			return err
		}
		defer f.Close()
		adopted, err := ListenerFromFile(task, f)
		if err != nil {
			return err
		}
		defer adopted.Close()
		for _, l := range []*Listener{l, adopted} {
			for range 3 { // the first finds a listener of which nothing is known, the others have accepted
				if err := makeBlocking(f); err != nil {
					return err
				}
				h := edo.Go(task, func(task *edo.Task) error {
					c, err := l.Accept(task)
					if err == nil {
						c.Close()
					}
					return err
				})
				tasktest.YieldTimes(task, 5)
				if err := makeBlocking(f); err != nil {
					return err
				}
				c, err := Dial(task, "tcp", l.Addr().String())
				if err != nil {
					return err
				}
				defer c.Close()
				if _, err := h.Await(task); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func TestAConnectionThatAnotherProcessHasSwitchedToBlockingHoldsUpNoWorker(t *testing.T) {
	regular, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer regular.Close()
	if err := regular.Truncate(64 << 20); err != nil {
		t.Fatal(err)
	}
	for name, fill := range map[string]func(task *edo.Task, a *Conn) error{
		"Write": func(task *edo.Task, a *Conn) error { _, err := a.Write(task, make([]byte, 64<<20)); return err },
		"SendFile": func(task *edo.Task, a *Conn) error {
			_, err := aio.SendFile(task, a, regular, 0, -1)
			return err
		},
		"splice": func(task *edo.Task, a *Conn) error {
			l, err := Listen(task, "tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			defer l.Close()
			from, err := Dial(task, "tcp", l.Addr().String())
			if err != nil {
				return err
			}
			defer from.Close()
			to, err := l.Accept(task)
			if err != nil {
				return err
			}
			f, err := to.File()
			if err != nil {
				return err
			}
			defer f.Close()
			if err := makeBlocking(f); err != nil {
				return err
			}
			edo.Go(task, func(task *edo.Task) error {
				defer to.Close()
				_, err := from.Write(task, make([]byte, 64<<20))
				if errors.Is(err, net.ErrClosed) {
					return nil
				}
				return err
			})
			defer from.Close()
			_, err = aio.Copy(task, a, to)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			onOneWorker(t, withEnds(func(task *edo.Task, a, b *Conn) error {
				f, err := a.File()
				if err != nil {
					return err
				}
				defer f.Close()
				if err := makeBlocking(f); err != nil {
					return err
				}
				h := edo.Go(task, func(task *edo.Task) error { return fill(task, a) })
				reads := edo.Go(task, func(task *edo.Task) error {
					for range 2 { // exactly what comes: so the second asks the kernel, and finds nothing
						if _, err := a.Read(task, make([]byte, 1)); err != nil {
							return err
						}
					}
					return nil
				})
				for range 2 {
					tasktest.YieldTimes(task, 3)
					if _, err := b.Write(task, []byte("x")); err != nil {
						return err
					}
				}
				if _, err := reads.Await(task); err != nil {
					return err
				}
				if err := makeBlocking(f); err != nil {
					return err
				}
				tasktest.YieldTimes(task, 50) // the room is used up meanwhile
				h.Abort()
				if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
					return fmt.Errorf("it has not waited for room: %v", err)
				}
				return nil
			}))
		})
	}
}
