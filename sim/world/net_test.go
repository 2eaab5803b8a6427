package world_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// Whatever the links do, a connection brings all bytes, in order, and then the end.
func TestAConnectionBringsEveryByteInOrder(t *testing.T) {
	sim.Explore(t, 400, func(seed uint64) error {
		r := rand.New(rand.NewPCG(seed, 1))
		c := world.Config{
			Link: world.Link{
				Latency: time.Duration(r.IntN(20)) * time.Millisecond, Jitter: time.Duration(r.IntN(50)) * time.Millisecond,
				Loss: r.Float64() / 4, Bandwidth: r.IntN(3) * 20_000,
			},
			Window: 1 + r.IntN(5000), Pieces: r.IntN(2) == 0, Accept: time.Duration(r.IntN(100)) * time.Millisecond,
		}
		data := make([]byte, r.IntN(8000))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		return in(seed, c, func(task *edo.Task, w *world.World) error {
			var got []byte
			done := false
			a := w.Host("a", func(task *edo.Task) error {
				l, err := socket.Listen(task, "tcp", ":80")
				if err != nil {
					return err
				}
				defer l.Close()
				conn, err := l.Accept(task)
				if err != nil {
					return err
				}
				defer conn.Close()
				got, err = aio.ReadAll(task, conn, nil)
				done = true
				return err
			})
			b := w.Host("b", func(task *edo.Task) error {
				if err := timer.Sleep(task, time.Millisecond); err != nil {
					return err
				}
				conn, err := socket.Dial(task, "tcp", "a:80")
				for errors.Is(err, syscall.ETIMEDOUT) { // each packet of a handshake was lost or cut, for two minutes
					conn, err = socket.Dial(task, "tcp", "a:80")
				}
				if err != nil {
					return err
				}
				defer conn.Close()
				_, err = aio.WriteAll(task, conn, data)
				return err
			})
			for range r.IntN(4) {
				from, to := a, b
				if r.IntN(2) == 0 {
					from, to = b, a
				}
				at := time.Duration(r.IntN(2000)) * time.Millisecond
				w.At(at, func() { w.Cut(from, to) })
				w.At(at+time.Duration(r.IntN(5000))*time.Millisecond, func() { w.Join(from, to) })
			}
			w.At(8*time.Second, w.Heal)
			for i := 0; !done && i < 3000; i++ {
				if err := timer.Sleep(task, time.Second); err != nil {
					return err
				}
			}
			if !bytes.Equal(got, data) || !done {
				return fmt.Errorf("%d of %d bytes have come, the end: %t", len(got), len(data), done)
			}
			return nil
		})
	})
}

func TestABandwidthIsShared(t *testing.T) {
	mustRun(t, world.Config{Window: 1 << 20, Link: world.Link{Bandwidth: 100_000}}, func(task *edo.Task, w *world.World) error {
		var took time.Duration
		w.Host("a", echo)
		w.Host("b", func(task *edo.Task) error {
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			before := w.Now()
			_, err := ask(task, "a", string(make([]byte, 200_000)))
			took = w.Now() - before
			return err
		})
		if err := timer.Sleep(task, time.Minute); err != nil {
			return err
		}
		if took < 2*time.Second || took > 5*time.Second {
			return fmt.Errorf("200 kB there and back took %v", took)
		}
		return nil
	})
}

// dialError is the error of a dial from a host, and how long it took.
func dialError(t *testing.T, before func(w *world.World), address string) (took time.Duration, err error) {
	t.Helper()
	mustRun(t, world.Config{}, func(task *edo.Task, w *world.World) error {
		w.Host("a", func(task *edo.Task) error { return timer.Sleep(task, time.Hour) })
		w.Host("b", func(task *edo.Task) error {
			if e := timer.Sleep(task, time.Second); e != nil {
				return e
			}
			start := w.Now()
			_, err = socket.Dial(task, "tcp", address)
			took = w.Now() - start
			return nil
		})
		before(w)
		return timer.Sleep(task, 10*time.Minute)
	})
	return took, err
}

func TestWhatADialToNobodySays(t *testing.T) {
	for _, c := range []struct {
		what    string
		before  func(w *world.World)
		address string
		want    string
		took    time.Duration
	}{
		{"no listener", func(*world.World) {}, "a:80", "connection refused", 0},
		{"no host", func(*world.World) {}, "10.0.9.9:80", "no route to host", 0},
		{"no name", func(*world.World) {}, "nowhere.example:80", "no such host", 0},
		{"a host without power", func(w *world.World) { w.Hosts()[0].Crash(world.Silent) }, "a:80", "timed out", 127 * time.Second},
		{"a way that is cut", func(w *world.World) { w.Cut(w.Hosts()[1], w.Hosts()[0]) }, "a:80", "timed out", 127 * time.Second},
		{"another name", func(w *world.World) { w.Name("db", w.Hosts()[0]) }, "db:80", "connection refused", 0},
		{"a name that is gone", func(w *world.World) { w.Name("a") }, "a:80", "no such host", 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			took, err := dialError(t, c.before, c.address)
			if err == nil || !strings.Contains(err.Error(), c.want) || took != c.took {
				t.Fatalf("after %v: %v", took, err)
			}
		})
	}
}

func TestAHostHasItsOwnAddressesAndPorts(t *testing.T) {
	mustRun(t, world.Config{}, func(task *edo.Task, w *world.World) error {
		var errs []error
		check := func(ok bool, format string, args ...any) {
			if !ok {
				errs = append(errs, fmt.Errorf(format, args...))
			}
		}
		for _, name := range []string{"a", "b"} {
			w.Host(name, func(task *edo.Task) error {
				for _, address := range []string{":80", "127.0.0.1:81", world.Here(task).Addr().String() + ":82"} {
					l, err := socket.Listen(task, "tcp", address)
					check(err == nil, "%s: %v", address, err)
					if err == nil {
						defer l.Close()
					}
				}
				for _, network := range []string{"tcp", "udp"} {
					var err error
					if network == "tcp" {
						_, err = socket.Listen(task, "tcp", "10.0.0.77:80")
					} else {
						_, err = socket.ListenPacket(task, "udp", "10.0.0.77:80")
					}
					check(err != nil && strings.Contains(err.Error(), "cannot assign"), "an address of no host: %v", err)
				}
				u, err := socket.Listen(task, "unix", "/run/name")
				check(err == nil, "unix: %v", err)
				if err == nil {
					defer u.Close()
				}
				return timer.Sleep(task, time.Hour)
			})
		}
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		for _, address := range []string{"a:80", "b:80", "a:82"} {
			conn, err := socket.Dial(task, "tcp", address)
			check(err == nil, "dial %s: %v", address, err)
			if err == nil {
				check(strings.HasPrefix(conn.LocalAddr().String(), "10.255.255.254:"), "from %v", conn.LocalAddr())
				conn.Close()
			}
		}
		_, err := socket.Dial(task, "tcp", "a:81")
		check(err != nil, "a listener of the loopback was reached")
		_, err = socket.Dial(task, "unix", "/run/name")
		check(err != nil, "a Unix socket of another host was reached")
		for _, h := range w.Hosts() {
			h.Restart()
		}
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		return errors.Join(errs...)
	})
}

func TestARestartedHostResetsTheConnectionsOfBefore(t *testing.T) {
	mustRun(t, world.Config{Link: world.Link{Latency: time.Millisecond}}, func(task *edo.Task, w *world.World) error {
		a := w.Host("a", echo)
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		conn, err := socket.Dial(task, "tcp", "a:7")
		if err != nil {
			return err
		}
		defer conn.Close()
		a.Restart()
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		if _, err := aio.WriteAll(task, conn, []byte("x")); err != nil {
			return fmt.Errorf("the write: %w", err)
		}
		if _, err := conn.Read(task, make([]byte, 1)); err == nil || !strings.Contains(err.Error(), "reset") {
			return fmt.Errorf("the read: %v", err)
		}
		return nil
	})
}

func TestAKilledProgramClosesAndKeepsItsDisk(t *testing.T) {
	mustRun(t, world.Config{}, func(task *edo.Task, w *world.World) error {
		a := w.Host("a", func(task *edo.Task) error {
			if err := world.Here(task).Disk().WriteFile("f", []byte("text"), 0o644); err != nil {
				return err
			}
			return echo(task)
		})
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		conn, err := socket.Dial(task, "tcp", "a:7")
		if err != nil {
			return err
		}
		defer conn.Close()
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		a.Kill()
		if _, err := conn.Read(task, make([]byte, 1)); err != io.EOF {
			return fmt.Errorf("the read: %v", err)
		}
		if p, err := a.Disk().ReadFile("f"); string(p) != "text" {
			return fmt.Errorf("the file: %q, %v", p, err)
		}
		if _, err := socket.Dial(task, "tcp", "a:7"); err == nil || !strings.Contains(err.Error(), "refused") {
			return fmt.Errorf("a dial to a host without a program: %v", err)
		}
		a.Restart()
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		_, err = ask(task, "a", "hello")
		return err
	})
}

func TestClocksDiffer(t *testing.T) {
	mustRun(t, world.Config{}, func(task *edo.Task, w *world.World) error {
		var began, ended time.Time
		h := w.Host("a", func(task *edo.Task) error {
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			began = timer.Now(task)
			if err := timer.Sleep(task, 1000*time.Second); err != nil {
				return err
			}
			ended = timer.Now(task)
			return nil
		})
		before := timer.Now(task)
		h.SetClock(time.Hour, -0.01)
		if err := timer.Sleep(task, 1002*time.Second); err != nil {
			return err
		}
		if got, want := began.Sub(before), time.Hour+990*time.Millisecond; got != want {
			return fmt.Errorf("it is ahead by %v, want %v", got, want)
		}
		if got := ended.Sub(began); got != 990*time.Second {
			return fmt.Errorf("1000 s took %v", got)
		}
		if got := timer.Now(task).Sub(before); got != 1002*time.Second {
			return fmt.Errorf("outside of the host %v have passed", got)
		}
		return nil
	})
}
