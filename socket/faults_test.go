package socket

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/timer"
)

// fill writes to c until there is no room.
func fill(task *edo.Task, c *Conn) (n int, err error) {
	for {
		var poll edo.Poll
		wrote, err := edo.Await(task, tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
			n, p, err := c.PollWrite(cx, make([]byte, 1<<16))
			if poll = p; p == edo.Pending {
				c.forget(writing, (*sched.Context)(cx).Task())
			}
			return n, edo.Ready, err
		}))
		if n += wrote; poll == edo.Pending || err != nil {
			return n, err
		}
	}
}

func TestResetEndsAReadAndAWriteThatWait(t *testing.T) {
	everywhere(t, withEnds(func(task *edo.Task, a, b *Conn) error {
		if _, err := fill(task, a); err != nil {
			return err
		}
		read := edo.Spawn(task, a.ReadFuture(make([]byte, 1)))
		write := edo.Spawn(task, a.WriteFuture(make([]byte, 1<<24)))
		for range 10 {
			edo.Yield(task) // both have begun
		}
		b.SetLinger(0)
		b.Close()
		for name, h := range map[string]*edo.JoinHandle[int]{"read": read, "write": write} {
			if n, err := h.Await(task); !errors.Is(err, syscall.ECONNRESET) {
				return fmt.Errorf("the %s ended with %d, %v, want ECONNRESET", name, n, err)
			}
		}
		return nil
	}))
}

func TestEachDirectionEndsByItself(t *testing.T) {
	everywhere(t, withEnds(func(task *edo.Task, a, b *Conn) error {
		p := make([]byte, 8)
		for _, ends := range [][2]*Conn{{a, b}, {b, a}} {
			if err := ends[0].CloseWrite(); err != nil {
				return err
			}
			for range 2 {
				if _, err := ends[1].Read(task, p); err != io.EOF {
					return fmt.Errorf("got %v, want io.EOF", err)
				}
			}
			if ends[0] == b {
				break
			}
			if _, err := b.Write(task, []byte("more")); err != nil {
				return err
			}
			if n, err := a.Read(task, p); string(p[:n]) != "more" || err != nil {
				return fmt.Errorf("read %q, %v", p[:n], err)
			}
		}
		if _, err := a.Write(task, p); !errors.Is(err, syscall.EPIPE) {
			return fmt.Errorf("got %v, want EPIPE", err)
		}
		return nil
	}))
}

// The writer waits as long as the reader takes, and no other task does.
func TestPeerThatReadsAByteASecondHoldsUpItsWriterAlone(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, now func() time.Duration) error {
		const rest = 30
		window, err := fill(task, a)
		if err != nil {
			return err
		}
		write := edo.Spawn(task, a.WriteFuture(make([]byte, rest)))
		read := edo.Go(task, func(task *edo.Task) error {
			for range rest {
				if err := timer.Sleep(task, time.Second); err != nil {
					return err
				}
				if _, err := b.Read(task, make([]byte, 1)); err != nil {
					return err
				}
			}
			return nil
		})
		edo.Yield(task)
		err = withEnds(func(task *edo.Task, a, b *Conn) error { return exchange(task, a, b) })(task)
		if err != nil || now() != 0 {
			return fmt.Errorf("another connection took %v, %v", now(), err)
		}
		if n, err := write.Await(task); n != rest || err != nil {
			return fmt.Errorf("wrote %d after the first %d, %v", n, window, err)
		}
		if now() != rest*time.Second {
			return fmt.Errorf("the write took %v", now())
		}
		_, err = read.Await(task)
		return err
	})
}

func exchange(task *edo.Task, a, b *Conn) error {
	p := make([]byte, 9)
	if _, err := a.Write(task, []byte("word")); err != nil {
		return err
	}
	n, err := b.Read(task, p)
	if err == nil && string(p[:n]) != "word" {
		err = fmt.Errorf("read %q", p[:n])
	}
	return err
}

// Silent clients take every place. The idle time-out of the server gives them back, and the
// client that has waited in the queue is served.
func TestSilentClientsThatFillTheLimitGiveWayAfterTheIdleTimeout(t *testing.T) {
	const most, silent = 10, 35
	virtual(t, func(task *edo.Task, now func() time.Duration) error {
		l, err := Listen(task, "tcp", "127.0.0.1:80", Limit(most))
		if err != nil {
			return err
		}
		server := edo.Go(task, func(task *edo.Task) error {
			for {
				conn, err := l.Accept(task)
				if errors.Is(err, net.ErrClosed) {
					return nil
				}
				if err != nil {
					return err
				}
				edo.Go(task, func(task *edo.Task) error {
					defer conn.Close()
					conn.SetIdleTimeout(5 * time.Second)
					p := make([]byte, 1)
					if _, err := conn.Read(task, p); err != nil {
						return nil
					}
					_, err := conn.Write(task, p)
					return err
				})
			}
		})
		for range silent {
			c, err := Dial(task, "tcp", "127.0.0.1:80")
			if err != nil {
				return err
			}
			defer c.Close()
		}
		good, err := Dial(task, "tcp", "127.0.0.1:80")
		if err != nil {
			return err
		}
		defer good.Close()
		if _, err := good.Write(task, []byte("x")); err != nil {
			return err
		}
		if _, err := good.Read(task, make([]byte, 1)); err != nil {
			return err
		}
		if want := silent / most * 5 * time.Second; now() != want {
			t.Errorf("it was served after %v, want %v", now(), want)
		}
		l.Close()
		_, err = server.Await(task)
		return err
	})
}

// The kernel refuses to watch one socket more (ENOSPC), or has no descriptor: others may end.
func TestIncomingGoesOnWhenTheKernelWatchesNoMore(t *testing.T) {
	reports := virtual(t, func(task *edo.Task, now func() time.Duration) error {
		s := &script{accepts: []error{acceptError(syscall.ENOSPC), nil}}
		in := (&Listener{inner: scriptListener{s}}).Incoming()
		defer in.Drop()
		conn, ok, err := edo.Next(task, in)
		if !ok || err != nil {
			return fmt.Errorf("got %v, %v", ok, err)
		}
		return conn.Close()
	})
	if len(reports) != 1 || !errors.Is(reports[0], syscall.ENOSPC) {
		t.Errorf("reports: %v", reports)
	}
}
