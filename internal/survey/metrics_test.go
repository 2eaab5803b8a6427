package survey_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/report"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestMetricsAreExactWhenNothingRuns(t *testing.T) {
	s := sim.New(sim.Config{Seed: 1, Quiet: true, Runtime: edo.Config{OnError: func(error) {}}})
	var rt *edo.Runtime
	gates := make([]tasktest.Gate, 3)
	s.Start(func(task *edo.Task) error {
		rt = task.Runtime()
		for i := range gates {
			edo.Spawn(task, &gates[i])
		}
		edo.Go(task, tasktest.OnACoroutine(func(task *edo.Task) error { return timer.Sleep(task, time.Second) }))
		edo.Go(task, func(task *edo.Task) error { return edo.Yield(task) })
		edo.Go(task, func(task *edo.Task) error { panic("no task joins") })
		return nil
	})
	s.RunUntilIdle()
	m := rt.Metrics()
	want := report.Metrics{
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

func TestMetricsAliveIsNeverTooSmallAndNeverMuchTooLarge(t *testing.T) {
	for _, workers := range []int{1, 3} {
		var alive atomic.Int64 // without main
		most := 0
		err := edo.Run(func(task *edo.Task) error {
			rt := task.Runtime()
			for range 20 {
				for range 500 {
					alive.Add(1)
					edo.Go(task, func(task *edo.Task) error {
						err := edo.Yield(task)
						alive.Add(-1) // the task ends a little later
						return err
					})
				}
				for alive.Load() > 0 {
					before := alive.Load() // no task is spawned now
					m := rt.Metrics()
					after := alive.Load()
					if busy := m.Workers + m.Spares; m.Alive < int(after)+1 || m.Alive > int(before)+1+busy*(sched.MaxCredits+1) {
						t.Errorf("%d alive of %d to %d, and %d workers", m.Alive, after+1, before+1, busy)
					}
					most = max(most, m.Alive-int(before)-1)
					edo.Yield(task)
				}
			}
			return nil
		}, edo.WithConfig(edo.Config{Workers: workers}))
		if err != nil {
			t.Error(err)
		}
		t.Logf("%d workers: %d too many at most", workers, most)
	}
}
