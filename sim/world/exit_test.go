package world_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/disk"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// serveOnce accepts a connection, reads so many bytes of it, and leaves both sockets open.
func serveOnce(n int) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", ":80")
		if err != nil {
			return err
		}
		conn, err := l.Accept(task)
		if err != nil {
			return err
		}
		_, err = aio.ReadFull(task, conn, make([]byte, n))
		return err
	}
}

// A process that ends leaves nothing open, also if it has closed nothing.
func TestAProgramThatEndsClosesItsSockets(t *testing.T) {
	for _, c := range []struct {
		what string
		sent string
		want error
		main func(task *edo.Task) error
	}{
		{"it has read all", "hello", io.EOF, serveOnce(5)},
		{"it has left some unread", "hello, world", syscall.ECONNRESET, serveOnce(5)},
		{"its last task is another one", "hello", io.EOF, func(task *edo.Task) error {
			edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Minute) }, edo.Daemon())
			edo.Go(task, serveOnce(5))
			return nil
		}},
		{"its last task has a goroutine", "hello", io.EOF, func(task *edo.Task) error {
			main := serveOnce(5)
			edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, main(task) })
			return nil
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			sim.Explore(t, 40, func(seed uint64) error {
				return in(seed, world.Config{Link: world.Link{Latency: time.Millisecond}}, func(task *edo.Task, w *world.World) error {
					h := w.Host("a", c.main)
					if err := timer.Sleep(task, time.Second); err != nil {
						return err
					}
					for round := range 2 {
						conn, err := socket.Dial(task, "tcp", "a:80")
						if err != nil {
							return err
						}
						if _, err := aio.WriteAll(task, conn, []byte(c.sent)); err != nil {
							return err
						}
						if n, err := conn.Read(task, make([]byte, 10)); n != 0 || !errors.Is(err, c.want) {
							return fmt.Errorf("round %d: the other end reads %d bytes, %v; want %v", round, n, err, c.want)
						}
						conn.Close()
						if h.Running() {
							return errors.New("it runs")
						}
						if _, err := socket.Dial(task, "tcp", "a:80"); !errors.Is(err, syscall.ECONNREFUSED) {
							return fmt.Errorf("its listener: %v", err)
						}
						h.Restart()
						if err := timer.Sleep(task, time.Second); err != nil {
							return err
						}
					}
					return nil
				})
			})
		})
	}
}

// Main is one more task, as under edo.Run.
func TestAProgramHasItsSocketsUntilItsLastTaskEnds(t *testing.T) {
	mustRun(t, world.Config{}, func(task *edo.Task, w *world.World) error {
		h := w.Host("a", func(task *edo.Task) error {
			edo.Go(task, echo)
			return nil
		})
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		got, err := ask(task, "a", "hello")
		if err == nil && (got != "hello" || !h.Running()) {
			err = fmt.Errorf("got %q, runs: %t", got, h.Running())
		}
		return err
	})
}

func TestAProgramThatEndsClosesItsFilesAndDatagramSockets(t *testing.T) {
	mustRun(t, world.Config{}, func(task *edo.Task, w *world.World) error {
		var file disk.File
		var packets *socket.PacketConn
		h := w.Host("a", func(task *edo.Task) (err error) {
			if file, err = world.Here(task).Disk().OpenFile("x", os.O_RDWR|os.O_CREATE, 0o600); err != nil {
				return err
			}
			packets, err = socket.ListenPacket(task, "udp", ":53")
			return err
		})
		for range 3 {
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			if _, err := file.Write([]byte("x")); !errors.Is(err, fs.ErrClosed) {
				return fmt.Errorf("its file: %v", err)
			}
			if _, _, err := packets.ReadFrom(task, make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
				return fmt.Errorf("its socket: %v", err)
			}
			h.Restart() // the port is free
		}
		return nil
	})
}
