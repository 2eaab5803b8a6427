package world_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
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

// talk makes a run with all kinds of faults, and returns what happened in it.
func talk(seed uint64) (string, error) {
	var log strings.Builder
	c := world.Config{Link: world.Link{Latency: time.Millisecond, Jitter: 20 * time.Millisecond, Loss: 0.1}, Pieces: true}
	err := in(seed, c, func(task *edo.Task, w *world.World) error {
		client := func(task *edo.Task) error {
			me := world.Here(task)
			for i := range 1000 {
				if err := timer.Sleep(task, 50*time.Millisecond); err != nil {
					return err
				}
				f, err := me.Disk().Create("file")
				if err == nil {
					_, err = f.Write([]byte(me.Name()))
				}
				if err != nil {
					return err
				}
				host := []string{"a", "b", "c"}[i%3]
				conn, err := socket.Dial(task, "tcp", host+":7")
				if err == nil {
					_, err = aio.WriteAll(task, conn, []byte("hello"))
					conn.Close()
				}
				fmt.Fprintln(&log, w.Now(), me.Name(), i, host, err, edo.Rand(task).IntN(100), timer.Now(task))
			}
			return nil
		}
		for _, name := range []string{"a", "b", "c"} {
			w.Host(name, func(task *edo.Task) error {
				edo.Go(task, client)
				err := echo(task)
				if errors.Is(err, edo.ErrCancelled) {
					return nil
				}
				return err
			})
		}
		w.Faults(world.Faults{
			Every: 200 * time.Millisecond, Lasts: 300 * time.Millisecond, For: 4 * time.Second, Down: 2,
			Crashes: 2, Kills: 1, Pauses: 2, Partitions: 2, Cuts: 2, Clocks: 1, Aborts: 1,
		})
		if err := timer.Sleep(task, 6*time.Second); err != nil {
			return err
		}
		for _, h := range w.Hosts() {
			p, err := h.Disk().ReadFile("file")
			fmt.Fprintf(&log, "%v %q %v %d\n", h, p, err, h.Disk().Crashes())
		}
		return nil
	})
	return log.String(), err
}

func TestTheSameSeedIsTheSameRun(t *testing.T) {
	different := map[string]bool{}
	sim.Explore(t, 60, func(seed uint64) error {
		one, err := talk(seed)
		if err != nil {
			return err
		}
		two, err := talk(seed)
		if err != nil {
			return err
		}
		if one != two {
			a, b := strings.Split(one, "\n"), strings.Split(two, "\n")
			for i := range a {
				if i >= len(b) || a[i] != b[i] {
					return fmt.Errorf("the runs part at line %d: %q", i, a[i:min(i+3, len(a))])
				}
			}
			return errors.New("the second run goes on")
		}
		different[one] = true
		return nil
	})
	if len(different) < 50 && !replays {
		t.Errorf("60 seeds make %d different runs", len(different))
	}
}

// datagrams sends n datagrams from one host to another, and returns the numbers of those that came.
func datagrams(seed uint64, l world.Link, n int, rule func(w *world.World)) (got []int, err error) {
	err = in(seed, world.Config{Link: l}, func(task *edo.Task, w *world.World) error {
		w.Host("a", func(task *edo.Task) error {
			c, err := socket.ListenPacket(task, "udp", ":9")
			if err != nil {
				return err
			}
			defer c.Close()
			p := make([]byte, 10)
			for {
				n, _, err := c.ReadFrom(task, p)
				if err != nil {
					return err
				}
				i := 0
				fmt.Sscan(string(p[:n]), &i)
				got = append(got, i)
			}
		})
		w.Host("b", func(task *edo.Task) error {
			c, err := socket.ListenPacket(task, "udp", ":0")
			if err != nil {
				return err
			}
			defer c.Close()
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			to := netip.MustParseAddrPort("10.0.0.1:9")
			for i := range n {
				if _, err := c.WriteTo(task, fmt.Append(nil, i), to); err != nil {
					return err
				}
				if err := timer.Sleep(task, time.Millisecond); err != nil {
					return err
				}
			}
			return nil
		})
		if rule != nil {
			rule(w)
		}
		return timer.Sleep(task, time.Minute)
	})
	return got, err
}

func TestWhatALinkDoesToDatagrams(t *testing.T) {
	const n = 500
	for _, c := range []struct {
		what                     string
		link                     world.Link
		rule                     func(w *world.World)
		least, most              int
		hasDoubles, isDisorderly bool
	}{
		{"nothing", world.Link{Latency: time.Millisecond}, nil, n, n, false, false},
		{"loses a fifth", world.Link{Loss: 0.2}, nil, 350, 450, false, false},
		{"loses all", world.Link{Loss: 1}, nil, 0, 0, false, false},
		{"doubles some", world.Link{Duplicate: 0.2}, nil, 550, 650, true, false},
		{"is overtaken", world.Link{Latency: 10 * time.Millisecond, Reorder: 0.2}, nil, n, n, false, true},
		{"has jitter", world.Link{Jitter: 10 * time.Millisecond}, nil, n, n, false, true},
		{"is cut", world.Link{}, func(w *world.World) { w.Cut(w.Hosts()[1], w.Hosts()[0]) }, 0, 0, false, false},
		{"is cut the other way", world.Link{}, func(w *world.World) { w.Cut(w.Hosts()[0], w.Hosts()[1]) }, n, n, false, false},
		{"has a rule", world.Link{}, func(w *world.World) {
			w.Filter(func(p world.Packet) bool {
				return p.Network != "udp" || p.From.Name() != "b" || p.Destination.Port() != 9 || p.Data[0] != '7'
			})
		}, n - 11, n - 11, false, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			got, err := datagrams(1, c.link, n, c.rule)
			if err != nil {
				t.Fatal(err)
			}
			seen, last, hasDoubles, isDisorderly := map[int]bool{}, -1, false, false
			for _, i := range got {
				hasDoubles = hasDoubles || seen[i]
				isDisorderly = isDisorderly || i < last
				seen[i], last = true, i
			}
			if len(got) < c.least || len(got) > c.most || hasDoubles != c.hasDoubles || isDisorderly != c.isDisorderly {
				t.Fatalf("%d have come, double ones: %t, out of order: %t", len(got), hasDoubles, isDisorderly)
			}
		})
	}
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

func TestADatagramToAHostWithoutASocketIsRefused(t *testing.T) {
	mustRun(t, world.Config{Link: world.Link{Latency: 5 * time.Millisecond}}, func(task *edo.Task, w *world.World) error {
		w.Host("a", func(task *edo.Task) error { return timer.Sleep(task, time.Hour) })
		var got error
		var took time.Duration
		w.Host("b", func(task *edo.Task) error {
			c, err := socket.DialPacket(task, "udp", "10.0.0.1:9")
			if err != nil {
				return err
			}
			defer c.Close()
			before := w.Now()
			if _, err := c.Write(task, []byte("x")); err != nil {
				return err
			}
			_, got = c.Read(task, make([]byte, 1))
			took = w.Now() - before
			return nil
		})
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		if got == nil || !strings.Contains(got.Error(), "refused") || took != 10*time.Millisecond {
			return fmt.Errorf("after %v: %v", took, got)
		}
		return nil
	})
}

// What is held arrives when it is released, in order, and nothing of it is lost.
func TestAHeldWayArrivesAtOnce(t *testing.T) {
	got, err := datagrams(1, world.Link{Latency: time.Millisecond}, 100, func(w *world.World) {
		a, b := w.Hosts()[0], w.Hosts()[1]
		w.At(time.Second, func() { w.Hold(b, a) })
		w.At(5*time.Second, func() { w.Release(b, a) })
	})
	if err != nil || len(got) != 100 || !slices.IsSorted(got) {
		t.Fatalf("%d have come, %v", len(got), err)
	}
	early, err := datagrams(1, world.Link{Latency: time.Millisecond}, 100, func(w *world.World) {
		w.At(time.Second, func() { w.Hold(w.Hosts()[1], w.Hosts()[0]) })
	})
	if err != nil || len(early) != 0 {
		t.Fatalf("%d have come through a way that is held, %v", len(early), err)
	}
	mustRun(t, world.Config{}, func(task *edo.Task, w *world.World) error {
		a := w.Host("a", echo)
		var text string
		b := w.Host("b", func(task *edo.Task) error {
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			var err error
			text, err = ask(task, "a", "hello")
			return err
		})
		w.Hold(a, b)
		if err := timer.Sleep(task, 10*time.Second); err != nil {
			return err
		}
		if text != "" {
			return errors.New("an answer came through a way that is held")
		}
		w.Release(a, b)
		if err := timer.Sleep(task, 10*time.Second); err != nil {
			return err
		}
		if text != "hello" {
			return fmt.Errorf("got %q", text)
		}
		return nil
	})
}
