package main

import (
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// receiveKinds runs a sender that always has another count, and returns the kinds of the
// items that arrive. To handle an item takes as long as each says.
func receiveKinds(t *testing.T, seed uint64, counts int, period, each time.Duration) (kinds []kind) {
	t.Helper()
	err := sim.Run(seed, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](8)
		edo.Go(task, func(task *edo.Task) error {
			for range counts {
				if err := tx.Send(task, 1); err != nil {
					return err
				}
			}
			return nil
		}, edo.Owns(tx))
		for it, err := range stream.All(task, items(rx, period)) {
			if err != nil {
				return err
			}
			kinds = append(kinds, it.kind)
			if err := timer.Sleep(task, each); err != nil {
				return err
			}
		}
		return nil
	}, sim.WithConfig(sim.Config{Quiet: true}))
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}

// longest returns how many items of a kind there are, and the longest run of them.
func longest(kinds []kind, of kind) (all, run int) {
	now := 0
	for _, k := range kinds {
		if k != of {
			now = 0
			continue
		}
		all, now = all+1, now+1
		run = max(run, now)
	}
	return all, run
}

// There is always something in the channel, and each item takes a millisecond: in
// ten of them there is a tick.
func TestABusyChannelDoesNotStarveTheTicks(t *testing.T) {
	for seed := range uint64(20) {
		kinds := receiveKinds(t, seed, 1000, 10*time.Millisecond, time.Millisecond)
		all, run := longest(kinds, count)
		if all != 1000 || run > 10 {
			t.Fatalf("seed %d: of %d counts %d came in a row", seed, all, run)
		}
	}
}

// Ten ticks become due while one item is handled: there is always one that is late.
func TestBusyTicksDoNotStarveTheChannel(t *testing.T) {
	for seed := range uint64(20) {
		kinds := receiveKinds(t, seed, 100, time.Millisecond, 10*time.Millisecond)
		all, _ := longest(kinds, count)
		_, run := longest(kinds, tick)
		if all != 100 || run > 1 {
			t.Fatalf("seed %d: %d counts of 100 came, and %d ticks in a row", seed, all, run)
		}
	}
}

func TestTheEndOfTheChannelEndsTheInterval(t *testing.T) {
	if kinds := receiveKinds(t, 0, 0, time.Hour, 0); len(kinds) != 0 {
		t.Errorf("got %v", kinds)
	}
}
