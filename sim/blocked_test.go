package sim_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// TestCallThatWaitsForTheClockIsReported has a call that ends at a time limit, which
// never comes: the clock stands still while the call runs.
func TestCallThatWaitsForTheClockIsReported(t *testing.T) {
	told := make(chan error, 1)
	c := sim.Config{Runtime: edo.Config{StallAfter: time.Millisecond, OnError: func(err error) { told <- err }}}
	err := sim.Run(1, func(task *edo.Task) error {
		_, err := timer.Timeout(task, time.Second, func(task *edo.Task) (int, error) {
			return edo.Call(task, func(ctx context.Context) (int, error) {
				select {
				case err := <-told:
					if !strings.Contains(err.Error(), "the clock of the simulation has stood for 1ms of real time") ||
						!strings.Contains(err.Error(), "waits for edo: a call of ") {
						t.Error(err)
					}
				case <-ctx.Done():
					t.Error("the time limit came")
				}
				return 1, nil
			})
		})
		return err
	}, sim.WithConfig(c))
	if err != nil || len(told) != 0 {
		t.Error(err, len(told))
	}
}
