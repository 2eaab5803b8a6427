package world_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/disk"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// A rule may plan what happens next, and is told when it does it itself, which would wait for ever.
func TestARuleChangesTheWorldByAtAlone(t *testing.T) {
	pings := func(change func(w *world.World, a, b *world.Host)) (answers int, err error) {
		err = in(1, world.Config{Link: world.Link{Latency: hop}}, func(task *edo.Task, w *world.World) error {
			a := w.Host("a", echo)
			b := w.Host("b", func(task *edo.Task) error {
				for range 5 {
					if err := timer.Sleep(task, time.Second); err != nil {
						return err
					}
					if _, err := timer.Timeout(task, time.Second, func(task *edo.Task) (string, error) { return ask(task, "a", "x") }); err == nil {
						answers++
					}
				}
				return nil
			})
			n := 0
			w.Filter(func(p world.Packet) bool {
				if p.Data != nil {
					n++
				}
				if n == 4 { // the second answer
					change(w, a, b)
				}
				return true
			})
			return timer.Sleep(task, 20*time.Second)
		})
		return answers, err
	}
	answers, err := pings(func(w *world.World, a, b *world.Host) { w.At(w.Now(), func() { w.Cut(a, b) }) })
	if err != nil || answers < 1 || answers > 2 {
		t.Errorf("%d answers before the cut, %v", answers, err)
	}
	_, err = pings(func(w *world.World, a, b *world.Host) { w.Cut(a, b) })
	if err == nil || !strings.Contains(err.Error(), "must call World.At") {
		t.Errorf("a rule that cuts: %v", err)
	}
}

// shouting is a program that sends a datagram to each host, twice a second.
func shouting(task *edo.Task) error {
	conn, err := socket.ListenPacket(task, "udp4", ":9")
	if err != nil {
		return err
	}
	defer conn.Close()
	for {
		if err := timer.Sleep(task, time.Second/2); err != nil {
			return err
		}
		for i := range byte(3) {
			if _, err := conn.WriteTo(task, []byte("x"), netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, i + 1}), 9)); err != nil {
				return err
			}
		}
	}
}

// Faults of the seed end, and what the test has cut stays cut.
func TestFaultsLeaveWhatTheTestHasCut(t *testing.T) {
	sim.Explore(t, 30, func(seed uint64) error {
		return in(seed, world.Config{}, func(task *edo.Task, w *world.World) error {
			a, b, c := w.Host("a", shouting), w.Host("b", shouting), w.Host("c", shouting)
			w.Partition([]*world.Host{a}, []*world.Host{b})
			w.Cut(c, a)
			stop := w.Faults(world.Faults{Partitions: 1, Cuts: 1, Every: time.Second, Lasts: time.Second, For: 10 * time.Second})
			if err := timer.Sleep(task, 15*time.Second); err != nil {
				return err
			}
			stop()
			ways := map[string]bool{} // that are open
			w.Filter(func(p world.Packet) bool {
				ways[p.From.Name()+p.To.Name()] = true
				return true
			})
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			if got := fmt.Sprint(ways); got != "map[ac:true bc:true cb:true]" {
				return fmt.Errorf("these are open: %v", got)
			}
			return nil
		})
	})
}

// Faults are as rare as they are said to be, also when that is a matter of days.
func TestFaultsMayBeRare(t *testing.T) {
	for _, every := range []time.Duration{time.Second, 40 * time.Hour, 1000 * time.Hour} {
		mustRun(t, world.Config{}, func(task *edo.Task, w *world.World) error {
			starts := 0
			w.Host("a", func(task *edo.Task) error { starts++; return sleeper(task) })
			stop := w.Faults(world.Faults{Kills: 1, Every: every, Lasts: time.Millisecond, For: 200 * every})
			defer stop()
			if err := timer.Sleep(task, 200*every); err != nil {
				return err
			}
			if starts < 150 || starts > 250 {
				return fmt.Errorf("one in %v: %d in 200 times that", every, starts)
			}
			return nil
		})
	}
}

// A task with a goroutine of its own may use what the seed decides, at any time.
func TestABlockingTaskMayUseTheNetworkAndTheDisk(t *testing.T) {
	c := world.Config{Disk: disk.Config{SyncFails: 0.3}, Link: world.Link{Loss: 0.3}}
	mustRun(t, c, func(task *edo.Task, w *world.World) error {
		failed := 0
		h := w.Host("a", func(task *edo.Task) error {
			d := world.Here(task).Disk()
			for range 50 {
				_, err := edo.Blocking(task, func(task *edo.Task) (int, error) {
					timer.Now(task)
					conn, err := socket.DialPacket(task, "udp", "10.255.255.254:9")
					if err != nil {
						return 0, err
					}
					defer conn.Close()
					conn.Write(task, []byte("x"))
					f, err := d.Create("f")
					if err != nil {
						return 0, err
					}
					defer f.Close()
					if _, err := f.Write([]byte("x")); err != nil {
						return 0, err
					}
					return 0, f.Sync()
				}).Await(task)
				if err != nil {
					failed++
				}
			}
			return nil
		})
		for i := range 2 {
			edo.Go(task, func(task *edo.Task) error {
				for range 2000 {
					h.SetClock(time.Duration(i), 0)
					if err := edo.Yield(task); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		if failed == 0 || failed == 50 {
			return errors.New("either all syncs fail or none")
		}
		return nil
	})
}
