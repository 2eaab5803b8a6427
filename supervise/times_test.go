package supervise

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/sim"
)

// An alarm that is taken off leaves nothing behind: a supervisor whose children come and go for
// years does not grow.
func TestChildrenThatAreGoneHaveNoAlarms(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		s, err := New(Config{Strategy: Dynamic})
		if err != nil {
			return err
		}
		s.Go(task)
		for range 100 {
			if err := s.Add(task, Spec{Name: "x", Shutdown: time.Hour, Start: Func(func(task *edo.Task) error { return task.Cancelled() })}); err != nil {
				return err
			}
			if err := s.Stop(task, "x"); err != nil {
				return err
			}
		}
		s.mu.Lock()
		if len(s.m.alarms) != 0 || cap(s.m.alarms) > 8 || len(s.m.byName) != 0 || s.m.length != 0 || s.m.count != 0 {
			t.Errorf("%d alarms, %d names, %d children, %d run", len(s.m.alarms), len(s.m.byName), s.m.length, s.m.count)
		}
		s.mu.Unlock()
		s.Shutdown()
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// Alarms that are set, moved and taken off at random come in their order.
func TestAlarmsComeInTheirOrder(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		m := &machine{config: &Config{}, phase: up}
		want := map[*child]int64{}
		var all []*child
		for range 20 {
			all = append(all, &child{})
		}
		for range 300 {
			c := all[r.IntN(len(all))]
			switch r.IntN(3) {
			case 0, 1:
				want[c] = 1 + int64(r.IntN(1000))
				m.setAlarm(c, want[c])
			case 2:
				delete(want, c)
				m.clearAlarm(c)
			}
			first := sched.Never
			for _, at := range want {
				first = min(first, at)
			}
			if at, ok := m.nextAlarm(); ok != (len(want) > 0) || ok && at != first {
				t.Fatalf("seed %d: the next one is %d, %v, want %d", seed, at, ok, first)
			}
		}
		for before := int64(0); len(want) > 0; {
			c := m.takeDue(sched.Never)
			if c == nil || want[c] < before {
				t.Fatalf("seed %d: %v after %d", seed, c, before)
			}
			before = want[c]
			delete(want, c)
		}
		if m.takeDue(sched.Never) != nil {
			t.Fatalf("seed %d: one too many", seed)
		}
	}
}

// The window admits what counting all restarts would, and keeps no more than twice what it needs.
func TestTheWindowCountsTheRestartsOfTheLastPeriod(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		w := window{limit: 1 + r.IntN(20), period: int64(1 + r.IntN(50))}
		var all []int64
		for now := int64(0); now < 300; now += int64(r.IntN(4)) {
			within := 0
			for _, at := range all {
				if now-at <= w.period {
					within++
				}
			}
			is := w.admit(now)
			if is != (within < w.limit) {
				t.Fatalf("admit at %d = %v, with %d restarts of %d within %d", now, is, within, w.limit, w.period)
			}
			if is {
				all = append(all, now)
			}
			if len(w.times) > 2*w.limit+1 {
				t.Fatalf("it keeps %d times for the limit %d", len(w.times), w.limit)
			}
		}
	}
}
