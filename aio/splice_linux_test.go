//go:build !portable

package aio_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/socket"
)

// watched counts the bytes that are spliced. It can make one side refuse to, and the writer
// wait as if it had no room.
type watched struct {
	driver.Splices
	in, out                    *atomic.Int64
	noRead, noWriting, hasRoom bool
}

func (w watched) ReadToPipe(cx *sched.Context, p *driver.Pipe) (int, driver.Poll, error) {
	if w.noRead {
		return 0, driver.Ready, driver.Unsupported("it is a test")
	}
	n, poll, err := w.Splices.ReadToPipe(cx, p)
	w.in.Add(int64(n))
	return n, poll, err
}

func (w watched) WriteFromPipe(cx *sched.Context, p *driver.Pipe) (int, driver.Poll, error) {
	if w.noWriting {
		return 0, driver.Ready, driver.Unsupported("it is a test")
	}
	if !w.hasRoom {
		return 0, driver.Pending, nil
	}
	n, poll, err := w.Splices.WriteFromPipe(cx, p)
	w.out.Add(int64(n))
	return n, poll, err
}

// watch has splices go through a watched one, for the time of a test.
func watch(t *testing.T) *watched {
	w := &watched{in: new(atomic.Int64), out: new(atomic.Int64), hasRoom: true}
	was := driver.SplicerOf
	driver.SplicerOf = func(v any) driver.Splices {
		s := was(v)
		if s == nil {
			return nil
		}
		of := *w
		of.Splices = s
		return of
	}
	t.Cleanup(func() {
		driver.SplicerOf = was
		if n := driver.PipesInUse(); n != 0 {
			t.Errorf("%d pipes are still in use", n)
		}
	})
	return w
}

// ends are the two ends of a connection.
func ends(task *edo.Task, network, address string) (a, b *socket.Conn, err error) {
	l, err := socket.Listen(task, network, address)
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	if a, err = socket.Dial(task, network, l.Addr().String()); err != nil {
		return nil, nil, err
	}
	if b, err = l.Accept(task); err != nil {
		a.Close()
	}
	return a, b, err
}

// between runs fn with a client and a server, and the two ends of a proxy between them.
func between(t *testing.T, networks [2]string, fn func(task *edo.Task, client, a, b, server *socket.Conn) error) {
	t.Helper()
	dir := t.TempDir()
	err := edo.Run(func(task *edo.Task) error {
		var conns []*socket.Conn
		defer func() {
			for _, c := range conns {
				c.Close()
			}
		}()
		for i, network := range networks {
			address := "127.0.0.1:0"
			if network != "tcp" {
				address = filepath.Join(dir, fmt.Sprint(i))
			}
			x, y, err := ends(task, network, address)
			if err != nil {
				return err
			}
			conns = append(conns, x, y)
		}
		return fn(task, conns[0], conns[1], conns[2], conns[3])
	}, edo.WithConfig(edo.Config{Workers: 2}))
	if err != nil {
		t.Fatal(err)
	}
}

func random(n int) []byte {
	p := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	r.Read(p)
	return p
}

// send writes p to one end, and ends it; receive reads the other one to its end.
func send(task *edo.Task, c *socket.Conn, p []byte) *edo.JoinHandle[edo.Unit] {
	return edo.Go(task, func(task *edo.Task) error {
		if _, err := c.Write(task, p); err != nil {
			return err
		}
		return c.CloseWrite()
	})
}

// fill waits until c has bytes to read for more than one buffer.
func fill(task *edo.Task, c *socket.Conn) error {
	f, err := c.File()
	if err != nil {
		return err
	}
	defer f.Close()
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	for n := int32(0); n < 48<<10; {
		raw.Control(func(fd uintptr) {
			syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCINQ, uintptr(unsafe.Pointer(&n)))
		})
		if err := edo.Yield(task); err != nil {
			return err
		}
	}
	return nil
}

func receive(task *edo.Task, c *socket.Conn) *edo.JoinHandle[[]byte] {
	return edo.GoValue(task, func(task *edo.Task) ([]byte, error) { return aio.ReadAll(task, c, nil) })
}

// both sends up from the client and down from the server at the same time, through
// CopyBidirectional, and checks what arrives.
func both(task *edo.Task, client *socket.Conn, a, b aio.ReadWriter, server *socket.Conn, up, down []byte) error {
	sends := []*edo.JoinHandle[edo.Unit]{send(task, client, up), send(task, server, down)}
	for _, c := range []aio.ReadWriter{a, b} {
		if c, ok := c.(*socket.Conn); ok {
			if err := fill(task, c); err != nil {
				return err
			}
		}
	}
	gotUp, gotDown := receive(task, server), receive(task, client)
	fromA, fromB, err := aio.CopyBidirectional(task, a, b)
	if err != nil || fromA != int64(len(up)) || fromB != int64(len(down)) {
		return fmt.Errorf("copied %d and %d, %w", fromA, fromB, err)
	}
	for _, s := range sends {
		if _, err := s.Await(task); err != nil {
			return err
		}
	}
	for _, of := range []struct {
		h    *edo.JoinHandle[[]byte]
		want []byte
	}{{gotUp, up}, {gotDown, down}} {
		if got, err := of.h.Await(task); err != nil || !bytes.Equal(got, of.want) {
			return fmt.Errorf("%d bytes arrived of %d, or others, %v", len(got), len(of.want), err)
		}
	}
	return nil
}

func TestManyBytesBetweenConnectionsGoThroughAPipeAndArriveWhole(t *testing.T) {
	for _, networks := range [][2]string{{"tcp", "tcp"}, {"unix", "unix"}, {"tcp", "unix"}} {
		t.Run(fmt.Sprint(networks), func(t *testing.T) {
			w := watch(t)
			up, down := random(5<<20), random(3<<20+1)
			between(t, networks, func(task *edo.Task, client, a, b, server *socket.Conn) error {
				return both(task, client, a, b, server, up, down)
			})
			if n := w.in.Load(); n == 0 || n != w.out.Load() {
				t.Errorf("%d bytes were spliced into pipes, and %d out of them", n, w.out.Load())
			}
		})
	}
}

func TestWhatSplicesNotGoesThroughTheBufferAndArrivesWhole(t *testing.T) {
	up, down := random(3<<20), random(2<<20)
	type wrapped struct{ *socket.Conn }
	for name, prepare := range map[string]func(w *watched, a *socket.Conn) aio.ReadWriter{
		"a type around a connection": func(w *watched, a *socket.Conn) aio.ReadWriter { return wrapped{a} },
		"a reader that does not":     func(w *watched, a *socket.Conn) aio.ReadWriter { w.noRead = true; return a },
	} {
		t.Run(name, func(t *testing.T) {
			w := watch(t)
			between(t, [2]string{"tcp", "tcp"}, func(task *edo.Task, client, a, b, server *socket.Conn) error {
				return both(task, client, prepare(w, a), b, server, up, down)
			})
			if n := w.in.Load(); n > 0 {
				t.Errorf("%d bytes were spliced", n)
			}
		})
	}
	t.Run("a writer that does not", func(t *testing.T) {
		w := watch(t)
		w.noWriting = true
		between(t, [2]string{"tcp", "tcp"}, func(task *edo.Task, client, a, b, server *socket.Conn) error {
			return both(task, client, a, b, server, up, down)
		})
		if in, out := w.in.Load(), w.out.Load(); in == 0 || out > 0 {
			t.Errorf("%d bytes were spliced into pipes, and %d out of them", in, out)
		}
	})
	t.Run("without pipes", func(t *testing.T) {
		w := watch(t)
		for p := driver.TakePipe(); p != nil; p = driver.TakePipe() {
			defer p.Release()
		}
		if driver.PipesInUse() < 16 {
			t.Fatalf("there are only %d pipes", driver.PipesInUse())
		}
		between(t, [2]string{"tcp", "tcp"}, func(task *edo.Task, client, a, b, server *socket.Conn) error {
			return both(task, client, a, b, server, up, down)
		})
		if n := w.in.Load(); n > 0 {
			t.Errorf("%d bytes were spliced", n)
		}
	})
}

func TestSmallMessagesAreNotSplicedAndACopyThatWaitsHasNoPipe(t *testing.T) {
	w := watch(t)
	between(t, [2]string{"tcp", "tcp"}, func(task *edo.Task, client, a, b, server *socket.Conn) error {
		copying := edo.Go(task, func(task *edo.Task) error {
			_, _, err := aio.CopyBidirectional(task, a, b)
			return err
		})
		through := func(p []byte) error {
			writing := edo.Go(task, func(task *edo.Task) error {
				_, err := client.Write(task, p)
				return err
			})
			got := make([]byte, len(p))
			if _, err := aio.ReadFull(task, server, got); err != nil || !bytes.Equal(got, p) {
				return fmt.Errorf("got others, or %w", err)
			}
			_, err := writing.Await(task)
			return err
		}
		for range 20 {
			if err := through(random(16 << 10)); err != nil {
				return err
			}
		}
		if n := w.in.Load(); n > 0 {
			return fmt.Errorf("%d bytes of small messages were spliced", n)
		}
		for w.in.Load() == 0 {
			if err := through(random(2 << 20)); err != nil {
				return err
			}
			// The last write of the proxy may still be on its way to the end of its poll.
			for driver.PipesInUse() > 0 {
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
		}
		client.CloseWrite()
		server.CloseWrite()
		_, err := copying.Await(task)
		return err
	})
}

// The pipe has bytes, for which there is no room, when the copy is cancelled.
func TestACancelledSpliceSaysHowFarItCameAndLosesNoMoreThanThePipe(t *testing.T) {
	w := watch(t)
	w.hasRoom = false
	const size = 1 << 20
	sent := random(size)
	between(t, [2]string{"tcp", "tcp"}, func(task *edo.Task, client, a, b, server *socket.Conn) error {
		writing := send(task, client, sent)
		if err := fill(task, a); err != nil {
			return err
		}
		var taken int64
		copying := edo.Go(task, func(task *edo.Task) (err error) {
			taken, err = aio.Copy(task, b, a)
			return err
		})
		for w.in.Load() == 0 {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		copying.Abort()
		if _, err := copying.Await(task); !errors.Is(err, edo.ErrCancelled) {
			return fmt.Errorf("the copy ended with %v", err)
		}
		if n := driver.PipesInUse(); n != 0 {
			return fmt.Errorf("%d pipes are in use", n)
		}
		b.CloseWrite()
		got := receive(task, server)
		rest, err := aio.ReadAll(task, a, nil)
		if err != nil {
			return err
		}
		if _, err := writing.Await(task); err != nil {
			return err
		}
		arrived, err := got.Await(task)
		if err != nil || int64(len(arrived)) != taken || !bytes.Equal(arrived, sent[:taken]) {
			return fmt.Errorf("the copy returned %d, and %d bytes arrived, or others, %v", taken, len(arrived), err)
		}
		lost := int64(size - len(rest) - len(arrived))
		if lost != w.in.Load() || lost > driver.PipeSize || !bytes.HasSuffix(sent, rest) {
			return fmt.Errorf("%d bytes are lost, and %d were in the pipe", lost, w.in.Load())
		}
		return nil
	})
}

func TestASpliceEndsWithTheErrorOfItsConnections(t *testing.T) {
	for name, of := range map[string]struct {
		do   func(a, b, server *socket.Conn)
		want error
	}{
		"reset by the reader":   {func(_, _, server *socket.Conn) { server.SetLinger(0); server.Close() }, syscall.ECONNRESET},
		"closed":                {func(_, b, _ *socket.Conn) { b.Close() }, edo.ErrClosed},
		"idle for too long":     {func(_, b, _ *socket.Conn) { b.SetIdleTimeout(time.Millisecond) }, os.ErrDeadlineExceeded},
		"a deadline has passed": {func(_, b, _ *socket.Conn) { b.SetWriteDeadline(time.Unix(1, 0)) }, os.ErrDeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			w := watch(t)
			between(t, [2]string{"tcp", "tcp"}, func(task *edo.Task, client, a, b, server *socket.Conn) error {
				writing := edo.Go(task, func(task *edo.Task) error {
					for {
						if _, err := client.Write(task, make([]byte, 1<<20)); err != nil {
							return nil
						}
					}
				})
				if err := fill(task, a); err != nil {
					return err
				}
				copying := edo.Go(task, func(task *edo.Task) error {
					_, err := aio.Copy(task, b, a)
					return err
				})
				for w.in.Load() == 0 {
					if err := edo.Yield(task); err != nil {
						return err
					}
				}
				of.do(a, b, server)
				if _, err := copying.Await(task); !errors.Is(err, of.want) {
					return fmt.Errorf("the copy ended with %v", err)
				}
				a.Close()
				_, err := writing.Await(task)
				return err
			})
		})
	}
}

// The reset of the sender comes while the copy waits for it.
func TestASpliceEndsWithTheResetOfTheSender(t *testing.T) {
	w := watch(t)
	between(t, [2]string{"tcp", "tcp"}, func(task *edo.Task, client, a, b, server *socket.Conn) error {
		writing := edo.Go(task, func(task *edo.Task) error {
			_, err := client.Write(task, make([]byte, 4<<20))
			return err
		})
		if err := fill(task, a); err != nil {
			return err
		}
		copying := edo.Go(task, func(task *edo.Task) error {
			_, err := aio.Copy(task, b, a)
			return err
		})
		reading := edo.Go(task, func(task *edo.Task) error {
			_, err := aio.ReadFull(task, server, make([]byte, 4<<20))
			return err
		})
		if _, err := writing.Await(task); err != nil {
			return err
		}
		if _, err := reading.Await(task); err != nil {
			return err
		}
		if w.in.Load() == 0 {
			return errors.New("nothing was spliced")
		}
		client.SetLinger(0)
		client.Close()
		if _, err := copying.Await(task); !errors.Is(err, syscall.ECONNRESET) || err == io.EOF {
			return fmt.Errorf("the copy ended with %v", err)
		}
		return nil
	})
}

// The kernel ends a splice at urgent data, and answers the next one as at the end.
func TestUrgentDataDoesNotEndASplice(t *testing.T) {
	w := watch(t)
	before, behind := random(52<<10), random(1<<10)
	between(t, [2]string{"tcp", "tcp"}, func(task *edo.Task, client, a, b, server *socket.Conn) error {
		if _, err := client.Write(task, before); err != nil {
			return err
		}
		if err := sendUrgent(client); err != nil {
			return err
		}
		if _, err := client.Write(task, behind); err != nil {
			return err
		}
		if err := errors.Join(client.CloseWrite(), fill(task, a)); err != nil {
			return err
		}
		got := receive(task, server)
		if _, err := aio.Copy(task, b, a); err != nil {
			return err
		}
		b.CloseWrite()
		arrived, err := got.Await(task)
		if want := append(before, behind...); err != nil || !bytes.Equal(arrived, want) {
			return fmt.Errorf("%d bytes arrived of %d, or others, %v", len(arrived), len(want), err)
		}
		return nil
	})
	if w.in.Load() == 0 {
		t.Error("nothing was spliced")
	}
}

// sendUrgent sends a byte of urgent data, which is no part of what a reader gets.
func sendUrgent(c *socket.Conn) error {
	f, err := c.File()
	if err != nil {
		return err
	}
	defer f.Close()
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	failed := raw.Control(func(fd uintptr) { err = syscall.Sendto(int(fd), []byte("!"), syscall.MSG_OOB, nil) })
	return errors.Join(failed, err)
}
