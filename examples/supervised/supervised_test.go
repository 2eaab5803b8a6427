package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/supervise"
	"github.com/edo-go/edo/timer"
)

// output runs the program for so long, and returns what it prints and its error.
func output(seed uint64, d time.Duration, stuck bool) (string, error) {
	var out bytes.Buffer
	err := sim.Run(seed, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error { return run(task, &out, stuck) })
		timer.Sleep(task, d)
		h.Abort()
		_, err := h.Await(task)
		return err
	}, sim.WithConfig(sim.Config{Runtime: edo.Config{OnError: func(error) {}}}))
	return out.String(), err
}

func TestTheWorkerIsRestartedAndThePartsAreStoppedInOrder(t *testing.T) {
	want := `shop/database starting
shop/database started
shop/worker starting
shop/worker started
shop/report starting
shop/report started
supervisor shop started
shop/report ended
shop/worker failed: lost the connection
shop/worker restarting after 200ms
shop/worker starting
shop/worker started
supervisor shop ending: edo: task cancelled
shop/worker stopping
shop/worker stopped
shop/database stopping
shop/database stopped
supervisor shop ended: edo: task cancelled
`
	for seed := range uint64(20) {
		if got, err := output(seed, 1500*time.Millisecond, false); got != want || !errors.Is(err, edo.ErrCancelled) {
			t.Fatalf("seed %d: %v\n%s", seed, err, got)
		}
	}
}

func TestADatabaseThatIsStuckIsNamed(t *testing.T) {
	got, err := output(1, 500*time.Millisecond, true)
	var overdue *supervise.OverdueError
	if !errors.As(err, &overdue) || overdue.Child != "shop/database" || !strings.Contains(got, "shop/database overdue: ") ||
		!strings.Contains(err.Error(), "shop/database has not ended within 1s: it waits for timer: sleep, until 2000-01-01 00:00:03.") {
		t.Errorf("%v\n%s", err, got)
	}
}
