package world_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim/disk"
	"github.com/edo-go/edo/sim/world"
)

func TestNumbersThatMakeNoSenseAreToldByName(t *testing.T) {
	links := map[string]world.Link{
		"Latency is -1s":   {Latency: -time.Second},
		"Jitter is -1ns":   {Jitter: -1},
		"Loss is 2":        {Loss: 2},
		"Reorder is -0.5":  {Reorder: -0.5},
		"Duplicate is NaN": {Duplicate: math.NaN()},
		"Bandwidth is -1":  {Bandwidth: -1},
	}
	configs := map[string]world.Config{"Window is -1": {Window: -1}, "Accept is -1ms": {Accept: -time.Millisecond}}
	for want, l := range links {
		configs["Config.Link: "+want] = world.Config{Link: l}
	}
	for want, c := range configs {
		err := in(1, c, func(*edo.Task, *world.World) error { return nil })
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New: %v, want %q", err, want)
		}
	}
	err := in(1, world.Config{}, func(task *edo.Task, w *world.World) error {
		a, b := w.Host("a", echo), w.Host("b", echo)
		for want, l := range links {
			wantPanic(t, "the way from a to b: "+want, func() { w.OneWay(a, b, l) })
		}
		wantPanic(t, `the host "c" has no program`, func() { w.Host("c", nil) })
		wantPanic(t, "Aborts of 1.5", func() { w.Aborts(1.5) })
		wantPanic(t, "Faults.Crashes is -1", func() { w.Faults(world.Faults{Crashes: -1}) })
		wantPanic(t, "Faults.Aborts is -2", func() { w.Faults(world.Faults{Kills: 1, Aborts: -2}) })
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	wantPanic(t, "disk: Config.SyncFails is 1.1", func() { disk.New(disk.Config{SyncFails: 1.1}) })
	wantPanic(t, "disk: Config.Size is -1", func() { disk.New(disk.Config{Size: -1}) })
}

// wantPanic fails the test unless f panics with an error that has the words of want.
func wantPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if text := fmt.Sprint(recover()); !strings.Contains(text, want) {
			t.Errorf("the panic is %q, want %q", text, want)
		}
	}()
	f()
}
