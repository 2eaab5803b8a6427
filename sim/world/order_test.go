package world_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// volley has three hosts send two datagrams, two and one to a fourth at the same instant, over links that
// are equally long, and returns them in the order in which they have come.
func volley(seed uint64, isQuiet bool) (order string, err error) {
	err = sim.Run(seed, func(task *edo.Task) error {
		w, err := world.New(task, world.Config{Link: world.Link{Latency: hop}})
		if err != nil {
			return err
		}
		w.Host("target", func(task *edo.Task) error {
			conn, err := socket.ListenPacket(task, "udp", ":9")
			if err != nil {
				return err
			}
			defer conn.Close()
			for {
				p := make([]byte, 2)
				if _, _, err := conn.ReadFrom(task, p); err != nil {
					return err
				}
				order += string(p) + " "
			}
		})
		for _, name := range []string{"a", "b", "c"} {
			w.Host(name, func(task *edo.Task) error {
				conn, err := socket.DialPacket(task, "udp", "10.0.0.1:9")
				if err != nil {
					return err
				}
				defer conn.Close()
				if err := timer.Sleep(task, time.Second); err != nil {
					return err
				}
				for i := range map[string]int{"a": 2, "b": 2, "c": 1}[name] {
					if _, err := conn.Write(task, []byte(fmt.Sprint(name, i))); err != nil {
						return err
					}
				}
				return nil
			})
		}
		return timer.Sleep(task, 2*time.Second)
	}, sim.WithConfig(sim.Config{Quiet: isQuiet}))
	return order, err
}

// The seed decides in which order packets of different links arrive that do so at the same instant. On
// one link none overtakes.
func TestEventsOfOneInstantComeInAnyOrder(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(800) {
		order, err := volley(seed, false)
		if err != nil {
			t.Fatal(err)
		}
		seen[order] = true
	}
	if want := 30; len(seen) != want { // 5! / 2^2
		t.Errorf("%d orders, of %d that there are", len(seen), want)
	}
	for order := range seen {
		if strings.Index(order, "a0") > strings.Index(order, "a1") || strings.Index(order, "b0") > strings.Index(order, "b1") {
			t.Errorf("on one link a datagram is overtaken: %s", order)
		}
	}
}

// A packet that arrives when a timer is due comes before what the timer does, or after it.
func TestAPacketRacesWithATimerOfItsInstant(t *testing.T) {
	seen := map[bool]int{}
	for seed := range uint64(200) {
		err := in(seed, world.Config{Link: world.Link{Latency: hop}}, func(task *edo.Task, w *world.World) error {
			w.Host("a", func(task *edo.Task) error {
				conn, err := socket.ListenPacket(task, "udp", ":9")
				if err != nil {
					return err
				}
				defer conn.Close()
				_, err = timer.Timeout(task, time.Second+hop, func(task *edo.Task) (edo.Unit, error) {
					_, _, err := conn.ReadFrom(task, make([]byte, 1))
					return edo.Unit{}, err
				})
				seen[err == nil]++
				return nil
			})
			w.Host("b", func(task *edo.Task) error {
				conn, err := socket.DialPacket(task, "udp", "10.0.0.1:9")
				if err != nil {
					return err
				}
				defer conn.Close()
				if err := timer.Sleep(task, time.Second); err != nil {
					return err
				}
				_, err = conn.Write(task, []byte("x"))
				return err
			})
			return timer.Sleep(task, 2*time.Second)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen[true] == 0 || seen[false] == 0 {
		t.Errorf("it came in time, or did not: %v", seen)
	}
}

// Functions of At are called in the order in which they were given.
func TestFunctionsOfOneInstantAreCalledInOrder(t *testing.T) {
	for seed := range uint64(50) {
		var got []int
		err := in(seed, world.Config{}, func(task *edo.Task, w *world.World) error {
			for i := range 5 {
				w.At(time.Second, func() { got = append(got, i) })
			}
			return timer.Sleep(task, 2*time.Second)
		})
		if err != nil || !slices.Equal(got, []int{0, 1, 2, 3, 4}) {
			t.Fatalf("seed %d: %v, %v", seed, got, err)
		}
	}
}

func TestTheQuietOrderIsThatInWhichPacketsWereSent(t *testing.T) {
	for seed := range uint64(100) {
		order, err := volley(seed, true)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(order, "a0 a1") || !strings.Contains(order, "b0 b1") { // each pair was sent without a wait
			t.Fatalf("seed %d: %s", seed, order)
		}
	}
}
