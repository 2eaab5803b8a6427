package world_test

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// An end that waits for the other one learns what became of it, whatever is lost on the way.
func TestAnEndThatWaitsLearnsThatTheOtherOneHasGone(t *testing.T) {
	for _, c := range []struct {
		what     string
		server   func(task *edo.Task, conn *socket.Conn) error
		then     func(w *world.World, a, b *world.Host)
		want     string
		took     time.Duration // from the second second on
		keepsOld bool          // the connection lives on
	}{
		{
			what: "the host crashes, and the reset is lost",
			then: func(w *world.World, a, b *world.Host) {
				w.Cut(a, b)
				a.Crash(world.Reset)
				w.At(w.Now()+time.Second, func() { w.Heal(); a.Restart() })
			},
			want: "reset", took: 15 * time.Second,
		},
		{
			what: "the host crashes in silence, and does not come back",
			then: func(w *world.World, a, b *world.Host) { a.Crash(world.Silent) },
			want: "timed out", took: 150 * time.Second,
		},
		{
			what: "a way is cut",
			then: func(w *world.World, a, b *world.Host) { w.Cut(b, a) },
			want: "timed out", took: 150 * time.Second,
		},
		{
			what: "a partition",
			then: func(w *world.World, a, b *world.Host) { w.Partition([]*world.Host{a}, []*world.Host{b}) },
			want: "timed out", took: 150 * time.Second,
		},
		{
			what: "a partition that ends",
			then: func(w *world.World, a, b *world.Host) {
				w.Partition([]*world.Host{a}, []*world.Host{b})
				w.At(w.Now()+time.Minute, w.Heal)
			},
			keepsOld: true,
		},
		{
			what: "the program closes, and the reset for what it has not read is lost",
			server: func(task *edo.Task, conn *socket.Conn) error {
				return timer.Sleep(task, 2500*time.Millisecond) // until after the cut
			},
			then: func(w *world.World, a, b *world.Host) {
				w.Cut(a, b)
				w.At(w.Now()+5*time.Second, w.Heal)
			},
			want: "reset", took: 15 * time.Second,
		},
		{
			what: "the program is killed, and its end comes when it can",
			then: func(w *world.World, a, b *world.Host) {
				w.Cut(a, b)
				a.Kill()
				w.At(w.Now()+5*time.Second, w.Heal)
			},
			want: "reset", took: 15 * time.Second, // it had bytes that were not read
		},
	} {
		t.Run(c.what, func(t *testing.T) {
			server := c.server
			if server == nil {
				server = func(task *edo.Task, conn *socket.Conn) error { return sleeper(task) }
			}
			mustRun(t, world.Config{Link: world.Link{Latency: time.Millisecond}}, func(task *edo.Task, w *world.World) error {
				a := w.Host("a", serving(server))
				got := errors.New("it waits")
				var at time.Duration
				b := w.Host("b", after(func(task *edo.Task, conn *socket.Conn) error {
					if _, err := conn.Write(task, []byte("x")); err != nil {
						return err
					}
					got = readOne(task, conn)
					at = w.Now()
					return nil
				}))
				w.At(2*time.Second, func() { c.then(w, a, b) })
				if err := timer.Sleep(task, 2*time.Hour); err != nil {
					return err
				}
				if c.keepsOld {
					if got == nil || got.Error() != "it waits" {
						return fmt.Errorf("after %v: %v", at, got)
					}
					return nil
				}
				if late := at - 2*time.Second - c.took; got == nil || !strings.Contains(got.Error(), c.want) || late < 0 || late > 2*time.Second {
					return fmt.Errorf("after %v: %v", at, got)
				}
				return nil
			})
		})
	}
}

// The options of the socket say when.
func TestKeepAliveAndUserTimeoutAreHeeded(t *testing.T) {
	silence := func(options []socket.Option, writes bool) (took time.Duration, got error) {
		mustRun(t, world.Config{Link: world.Link{Latency: time.Millisecond}}, func(task *edo.Task, w *world.World) error {
			a := w.Host("a", serving(func(task *edo.Task, conn *socket.Conn) error { return sleeper(task) }))
			w.Host("b", func(task *edo.Task) error {
				d := socket.Dialer{Options: options}
				conn, err := d.Dial(task, "tcp", "a:80")
				if err != nil {
					return err
				}
				defer conn.Close()
				if err := timer.Sleep(task, time.Second); err != nil {
					return err
				}
				a.Crash(world.Silent)
				if writes {
					if _, err := conn.Write(task, []byte("x")); err != nil {
						return err
					}
				}
				got = readOne(task, conn)
				took = w.Now() - time.Second
				return nil
			})
			return timer.Sleep(task, time.Hour)
		})
		return took, got
	}
	probes := socket.KeepAlive(net.KeepAliveConfig{Enable: true, Idle: time.Second, Interval: 100 * time.Millisecond, Count: 3})
	if took, got := silence([]socket.Option{probes}, false); got == nil || took < 1300*time.Millisecond || took > 1400*time.Millisecond {
		t.Errorf("with probes of its own: after %v: %v", took, got)
	}
	if took, got := silence([]socket.Option{socket.KeepAlive(net.KeepAliveConfig{})}, false); took > 0 {
		t.Errorf("without probes: after %v: %v", took, got)
	}
	if took, got := silence([]socket.Option{socket.UserTimeout(3 * time.Second)}, true); got == nil || took < 3*time.Second || took > 4*time.Second {
		t.Errorf("with a time-out for what is under way: after %v: %v", took, got)
	}
}

// An end that has failed says so from then on: what was under way to it does not come up.
func TestAnEndThatHasFailedReadsNothingMore(t *testing.T) {
	failed := 0
	for seed := range uint64(60) {
		err := in(seed, world.Config{Link: world.Link{Latency: hop, Jitter: 20 * hop}}, func(task *edo.Task, w *world.World) error {
			w.Host("a", serving(func(task *edo.Task, conn *socket.Conn) error {
				for range 30 {
					if err := timer.Sleep(task, hop); err != nil {
						return err
					}
					if _, err := conn.Write(task, []byte("y")); err != nil {
						return err
					}
				}
				return nil
			}))
			var wrong error
			w.Host("b", after(func(task *edo.Task, conn *socket.Conn) error {
				edo.Go(task, func(task *edo.Task) error {
					for range 60 {
						if err := timer.Sleep(task, hop); err != nil {
							return err
						}
						conn.Write(task, []byte("x"))
					}
					return nil
				})
				var first error
				for range 200 {
					n, err := conn.Read(task, make([]byte, 1))
					if first != nil && (n != 0 || err == nil || err.Error() != first.Error()) {
						wrong = fmt.Errorf("after %w: %d bytes, %v", first, n, err)
					}
					if err != nil && first == nil {
						first = err
						failed++
					}
					if err := timer.Sleep(task, hop/2); err != nil {
						return err
					}
				}
				return nil
			}))
			if err := timer.Sleep(task, 10*time.Second); err != nil {
				return err
			}
			return wrong
		})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	if failed == 0 {
		t.Error("no end has failed")
	}
}
