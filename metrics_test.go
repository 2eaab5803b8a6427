package edo_test

import (
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestMetricsAreExactWhenNothingRuns(t *testing.T) {
	s := sim.New(sim.Config{Seed: 1, Runtime: edo.Config{OnError: func(error) {}}})
	var rt *edo.Runtime
	gates := make([]gate, 3)
	s.Start(func(task *edo.Task) error {
		rt = task.Runtime()
		for i := range gates {
			edo.Spawn(task, &gates[i])
		}
		edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Second) })
		edo.Go(task, func(task *edo.Task) error { return edo.Yield(task) })
		edo.Go(task, func(task *edo.Task) error { panic("nobody joins") })
		return nil
	})
	s.RunUntilIdle()
	m := rt.Metrics()
	want := edo.Metrics{
		Workers: 1, Idle: 1, Alive: 4, Waiting: 4, Timers: 1, Bodies: 1, Failures: 1,
		Spawned: 7, Polls: 8, Parks: m.Parks,
	}
	if m != want || m.Parks == 0 {
		t.Errorf("got  %+v\nwant %+v", m, want)
	}
	for i := range gates {
		gates[i].Open()
	}
	if err := s.Wait(); err == nil {
		t.Error("no error")
	}
	if m := rt.Metrics(); m.Alive != 0 || m.Waiting != 0 || m.Bodies != 0 || m.Polls != 12 {
		t.Errorf("got %+v", m)
	}
}
