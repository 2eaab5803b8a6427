package socket

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/timer"
)

// unixgram runs fn with a socket at a path, and the path of another, everywhere.
func unixgram(t *testing.T, fn func(task *edo.Task, c *PacketConn, other string) error) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the errors and limits of the systems differ")
	}
	dir := t.TempDir()
	everywhere(t, func(task *edo.Task) error {
		c, err := ListenPacket(task, "unixgram", filepath.Join(dir, "s"))
		if err != nil {
			return err
		}
		defer c.Close()
		return fn(task, c, filepath.Join(dir, "t"))
	})
}

func TestUnixDatagramsGoFromPathToPath(t *testing.T) {
	unixgram(t, func(task *edo.Task, c *PacketConn, other string) error {
		o, err := ListenPacket(task, "unixgram", other)
		if err != nil {
			return err
		}
		defer o.Close()
		here := c.LocalAddr().String()
		for _, text := range []string{"one", "", "three"} {
			if _, err := c.WriteToPath(task, []byte(text), other); err != nil {
				return err
			}
			p := make([]byte, 9)
			n, from, err := o.ReadFromPath(task, p)
			if err != nil || string(p[:n]) != text || from != here {
				return fmt.Errorf("got %q from %q, %v", p[:n], from, err)
			}
		}
		unnamed, err := DialPacket(task, "unixgram", other)
		if err != nil {
			return err
		}
		defer unnamed.Close()
		if _, err := unnamed.Write(task, []byte("x")); err != nil {
			return err
		}
		if n, from, err := o.ReadFromPath(task, make([]byte, 9)); n != 1 || from != "" || err != nil {
			return fmt.Errorf("got %d from %q, %v", n, from, err)
		}
		return nil
	})
}

func TestUnixDatagramToNobodyIsAnErrorAndThePathIsFreeAfterClose(t *testing.T) {
	unixgram(t, func(task *edo.Task, c *PacketConn, other string) error {
		if _, err := c.WriteToPath(task, []byte("x"), other); !errors.Is(err, syscall.ENOENT) {
			return fmt.Errorf("a path that is not there: %v", err)
		}
		if _, err := DialPacket(task, "unixgram", "@edo-no-such-name"); !errors.Is(err, syscall.ECONNREFUSED) {
			return fmt.Errorf("a name that is not there: %v", err)
		}
		l, err := Listen(task, "unix", other)
		if err != nil {
			return err
		}
		if _, err := c.WriteToPath(task, []byte("x"), other); !errors.Is(err, syscall.EPROTOTYPE) {
			return fmt.Errorf("a path of a listener: %v", err)
		}
		if _, err := ListenPacket(task, "unixgram", other); !errors.Is(err, syscall.EADDRINUSE) {
			return fmt.Errorf("the path of a listener: %v", err)
		}
		l.Close()
		for range 3 {
			o, err := ListenPacket(task, "unixgram", other)
			if err != nil {
				return err
			}
			o.Close()
			if _, err := os.Lstat(other); err == nil {
				return errors.New("the file stays after Close")
			}
		}
		any, err := ListenPacket(task, "unixgram", "")
		if err != nil {
			return err
		}
		defer any.Close()
		name := any.LocalAddr().String()
		if len(name) < 2 || name[0] != '@' {
			return fmt.Errorf("the system has chosen %q", name)
		}
		if _, err := c.WriteToPath(task, []byte("x"), name); err != nil {
			return err
		}
		if n, err := any.Read(task, make([]byte, 2)); n != 1 || err != nil {
			return fmt.Errorf("%d, %v", n, err)
		}
		if err := c.SetTTL(4); !errors.Is(err, errors.ErrUnsupported) {
			return fmt.Errorf("an option of UDP: %v", err)
		}
		return nil
	})
}

// fillQueue sends until the queue is full, and returns how many datagrams it holds. A write that
// takes long may have been held up by other programs: the queue is full when several do.
func fillQueue(task *edo.Task, write func(task *edo.Task) (int, error), setDeadline func(time.Time) error) (n int, err error) {
	for late := 0; late < 5 && n < 2000; {
		if err := setDeadline(in(task, 10*time.Millisecond)); err != nil {
			return 0, err
		}
		switch _, err := write(task); {
		case err == nil:
			n, late = n+1, 0
		case errors.Is(err, os.ErrDeadlineExceeded):
			late++
		default:
			return n, fmt.Errorf("datagram %d: %w", n, err)
		}
	}
	if n == 2000 {
		return n, errors.New("the queue has no end")
	}
	return n, setDeadline(time.Time{})
}

// Both ways to send wait for room, and lose nothing: a connected socket is woken, and one that is
// not tries again.
func TestUnixDatagramWaitsForRoom(t *testing.T) {
	for _, connected := range []bool{true, false} {
		t.Run(fmt.Sprintf("connected %v", connected), func(t *testing.T) {
			unixgram(t, func(task *edo.Task, c *PacketConn, other string) error {
				path := c.LocalAddr().String()
				var sender *PacketConn
				var err error
				write := func(task *edo.Task) (int, error) { return sender.Write(task, []byte("x")) }
				if connected {
					sender, err = DialPacket(task, "unixgram", path)
				} else {
					sender, err = ListenPacket(task, "unixgram", other)
					write = func(task *edo.Task) (int, error) { return sender.WriteToPath(task, []byte("x"), path) }
				}
				if err != nil {
					return err
				}
				defer sender.Close()
				held, err := fillQueue(task, write, sender.SetWriteDeadline)
				if err != nil {
					return err
				}
				const more = 5
				senders := edo.Go(task, func(task *edo.Task) error {
					for range more {
						if _, err := write(task); err != nil {
							return err
						}
					}
					return nil
				})
				if err := timer.Sleep(task, 5*time.Millisecond); err != nil {
					return err
				}
				for i := range held + more {
					if n, err := c.Read(task, make([]byte, 2)); n != 1 || err != nil {
						return fmt.Errorf("datagram %d of %d: %d, %v", i, held+more, n, err)
					}
				}
				_, err = senders.Await(task)
				return err
			})
		})
	}
}

func TestCloseAndCancellationEndASendThatWaitsForRoom(t *testing.T) {
	unixgram(t, func(task *edo.Task, c *PacketConn, other string) error {
		sender, err := ListenPacket(task, "unixgram", other)
		if err != nil {
			return err
		}
		defer sender.Close()
		write := func(task *edo.Task) (int, error) {
			return sender.WriteToPath(task, []byte("x"), c.LocalAddr().String())
		}
		if _, err := fillQueue(task, write, sender.SetWriteDeadline); err != nil {
			return err
		}
		waiting := func(task *edo.Task) error {
			_, err := write(task)
			return err
		}
		aborted, closed := edo.Go(task, waiting), edo.Go(task, waiting)
		if err := timer.Sleep(task, 30*time.Millisecond); err != nil {
			return err
		}
		aborted.Abort()
		if _, err := aborted.Await(task); !errors.Is(err, edo.ErrCancelled) {
			return fmt.Errorf("aborted: %v", err)
		}
		sender.Close()
		if _, err := closed.Await(task); !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("closed: %v", err)
		}
		return nil
	})
}

func TestConnectedUnixSenderHearsThatItsReceiverIsGone(t *testing.T) {
	unixgram(t, func(task *edo.Task, c *PacketConn, _ string) error {
		sender, err := DialPacket(task, "unixgram", c.LocalAddr().String())
		if err != nil {
			return err
		}
		defer sender.Close()
		write := func(task *edo.Task) (int, error) { return sender.Write(task, []byte("x")) }
		if _, err := fillQueue(task, write, sender.SetWriteDeadline); err != nil {
			return err
		}
		waiting := edo.Go(task, func(task *edo.Task) error {
			_, err := write(task)
			return err
		})
		if err := timer.Sleep(task, 5*time.Millisecond); err != nil {
			return err
		}
		c.Close()
		if _, err := waiting.Await(task); !errors.Is(err, syscall.ECONNREFUSED) {
			return fmt.Errorf("the one that waited: %v", err)
		}
		if _, err := write(task); !errors.Is(err, syscall.ENOTCONN) {
			return fmt.Errorf("the next: %v", err)
		}
		return nil
	})
}

// What is cut off of a datagram is what the buffer of the task that receives it has no room for,
// also when a task with a smaller one has waited before.
func TestALargeDatagramIsWholeForATaskThatHasRoom(t *testing.T) {
	large := bytes.Repeat([]byte("0123456789"), 15_000)
	unixgram(t, func(task *edo.Task, c *PacketConn, other string) error {
		if isSimulated(task) {
			return nil // its datagrams are smaller
		}
		o, err := ListenPacket(task, "unixgram", other)
		if err != nil {
			return err
		}
		defer o.Close()
		for _, small := range []int{0, 1, 70_000} {
			small := o.ReadFromFuture(make([]byte, small))
			edo.Await(task, edo.Future[edo.Unit](polledOnce{small}))
			edo.Drop(small)
			if _, err := c.WriteToPath(task, large, other); err != nil {
				return err
			}
			p := make([]byte, 200_000)
			if n, _, err := o.ReadFromPath(task, p); err != nil || !bytes.Equal(p[:n], large) {
				return fmt.Errorf("%d of %d bytes, %v", n, len(large), err)
			}
		}
		return nil
	})
}

// The same of a packet of a connection.
func TestALargePacketIsWholeForATaskThatHasRoom(t *testing.T) {
	large := bytes.Repeat([]byte("0123456789"), 15_000)
	unixEnds(t, "unixpacket", func(task *edo.Task, a, b *Conn) error {
		if isSimulated(task) {
			return nil
		}
		for _, size := range []int{1, 70_000} {
			small := a.ReadFuture(make([]byte, size))
			edo.Await(task, edo.Future[edo.Unit](once{small}))
			edo.Drop(small)
			p := make([]byte, 200_000)
			whole := a.ReadFuture(p)
			edo.Await(task, edo.Future[edo.Unit](once{whole}))
			if _, err := b.Write(task, large); err != nil {
				return err
			}
			if n, err := edo.Await(task, whole); err != nil || !bytes.Equal(p[:n], large) {
				return fmt.Errorf("%d of %d bytes, %v", n, len(large), err)
			}
		}
		return nil
	})
}

func isSimulated(task *edo.Task) bool {
	d, err := inside.Driver(task)
	return err == nil && d.Seeded()
}

// polledOnce polls a future, and leaves it pending.
type polledOnce struct{ f edo.Future[Received] }

func (o polledOnce) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	o.f.Poll(cx)
	return edo.Unit{}, edo.Ready, nil
}
