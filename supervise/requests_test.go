package supervise

import (
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// A program may ask again and again, each time with a time-out, for what does not come for a long time.
func TestCallsThatGiveUpLeaveNothingBehind(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		sup, err := New(Config{})
		if err != nil {
			return err
		}
		tries := func(call func(task *edo.Task) error) {
			for range 100 {
				timer.Timeout(task, time.Second, func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, call(task) })
			}
		}
		tries(sup.Started)
		h := sup.Go(task)
		slow := FuncReady(func(task *edo.Task, ready func()) error {
			return edo.Shielded(task, func(task *edo.Task) error { return timer.Sleep(task, time.Hour) })
		})
		tries(func(task *edo.Task) error { return sup.Add(task, Spec{Name: "a", Start: slow, Shutdown: Infinity}) })
		tries(func(task *edo.Task) error { return sup.Stop(task, "a") })
		tries(func(task *edo.Task) error { return sup.Restart(task, "a") })
		sup.mu.Lock()
		a := sup.m.first
		if !sup.m.booted.Empty() || !a.starts.Empty() || !a.stops.Empty() {
			t.Errorf("calls are kept: %+v", a)
		}
		sup.mu.Unlock()
		h.Abort()
		h.Await(task)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
