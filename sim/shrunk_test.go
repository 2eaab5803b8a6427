package sim_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// beats has a host send twenty beats to another over a bad link, and fails when the one with number 7 is lost.
func beats(seed uint64) error {
	var came [20]bool
	err := sim.Run(seed, func(task *edo.Task) error {
		w, err := world.New(task, world.Config{Link: world.Link{
			Loss: 0.2, Duplicate: 0.1, Reorder: 0.1, Latency: 3 * time.Millisecond, Jitter: 5 * time.Millisecond,
		}})
		if err != nil {
			return err
		}
		w.Host("a", func(task *edo.Task) error {
			c, err := socket.ListenPacket(task, "udp", ":9")
			if err != nil {
				return err
			}
			defer c.Close()
			for p := make([]byte, 1); ; {
				_, from, err := c.ReadFrom(task, p)
				if err != nil {
					return err
				}
				came[p[0]] = true
				if _, err := c.WriteTo(task, p, from); err != nil { // has troubles of its own
					return err
				}
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
			for i := range came {
				if _, err := c.WriteTo(task, []byte{byte(i)}, netip.MustParseAddrPort("10.0.0.1:9")); err != nil {
					return err
				}
				if err := timer.Sleep(task, time.Millisecond); err != nil {
					return err
				}
			}
			return nil
		})
		return timer.Sleep(task, time.Minute)
	})
	if err == nil && !came[7] {
		err = errors.New("beat 7 has not come")
	}
	return err
}

// troubledBank has the bank of withdrawals beside hosts that have faults.
func troubledBank(seed uint64) error {
	balance := 100
	err := sim.Run(seed, func(task *edo.Task) error {
		w, err := world.New(task, world.Config{})
		if err != nil {
			return err
		}
		sleeps := func(task *edo.Task) error { return timer.Sleep(task, time.Minute) }
		w.Host("a", sleeps)
		w.Host("b", sleeps)
		w.Faults(world.Faults{Crashes: 2, Kills: 1, Pauses: 1, Partitions: 1, Cuts: 1, Clocks: 1, For: 20 * time.Second})
		for range 2 {
			edo.Go(task, func(task *edo.Task) error {
				if err := timer.Sleep(task, 10*time.Second); err != nil {
					return err
				}
				was := balance
				if err := task.Proceed(nil); err != nil {
					return err
				}
				balance = was - 10
				return nil
			})
		}
		return sleeps(task)
	})
	if err == nil && balance != 80 {
		err = errors.New("the balance is wrong")
	}
	return err
}

func TestFaultsThatDoNotMatterAreNotPartOfTheShortestSchedule(t *testing.T) {
	clearEnvironment(t)
	defer sim.SetShrinkFor(time.Hour)() // no machine is so slow
	for name, fn := range map[string]func(seed uint64) error{"beats": beats, "bank": troubledBank} {
		for from := range uint64(5) {
			s := &spy{name: name}
			sim.Explore(s, 300, func(seed uint64) error { return fn(seed + 1000*from) })
			m := replayed.FindStringSubmatch(s.failed)
			if m == nil {
				t.Fatalf("%s: no schedule in %q", name, s.failed)
			}
			if m[1] != "1" || strings.Contains(s.failed, "host a: crashes") {
				t.Errorf("%s: %s choices are left of %s:\n%s", name, m[1], m[2], s.failed)
			}
		}
	}
}
