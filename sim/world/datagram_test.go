package world_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

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

func TestAGroupHasSocketsOfAllHosts(t *testing.T) {
	group := netip.MustParseAddr("239.1.2.3")
	mustRun(t, world.Config{Link: world.Link{Latency: time.Millisecond}}, func(task *edo.Task, w *world.World) error {
		var got []string
		for _, name := range []string{"a", "b", "c"} {
			w.Host(name, func(task *edo.Task) error {
				c, err := socket.ListenPacket(task, "udp4", ":9")
				if err != nil {
					return err
				}
				defer c.Close()
				if err := c.JoinGroup(nil, group); err != nil {
					return err
				}
				if name == "c" {
					if err := timer.Sleep(task, time.Second); err != nil {
						return err
					}
					if _, err := c.WriteTo(task, []byte("x"), netip.AddrPortFrom(group, 9)); err != nil {
						return err
					}
				}
				_, from, err := c.ReadFrom(task, make([]byte, 1))
				got = append(got, fmt.Sprint(name, " from ", from.Addr()))
				return err
			})
		}
		w.At(900*time.Millisecond, func() { w.Cut(w.Hosts()[2], w.Hosts()[1]) })
		if err := timer.Sleep(task, 2*time.Second); err != nil {
			return err
		}
		if want := "[c from 10.0.0.3 a from 10.0.0.3]"; fmt.Sprint(got) != want {
			return fmt.Errorf("got %v, want %v", got, want)
		}
		return nil
	})
}
