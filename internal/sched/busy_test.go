package sched

import (
	"runtime"
	"testing"
	"time"
)

// A worker is busy while a poll goes on, and not while it is parked. What was read never becomes less.
func TestAWorkerIsBusyWhileItIsNotIdle(t *testing.T) {
	rt := New(Config{Workers: 1, Driver: newClockDriver(), Stalled: func(bool) { t.Error("stalled") }})
	rt.Start()
	var looks []WorkerLook
	busy := func() time.Duration {
		looks = rt.WorkersEver(looks[:0])
		return looks[0].Busy
	}
	goes, release := make(chan struct{}), make(chan struct{})
	for range 2 {
		for !rt.monitor.asleep.Load() {
			runtime.Gosched()
		}
		before := busy()
		for range 1000 {
			if now := busy(); now != before {
				t.Fatalf("parked: %v and then %v", before, now)
			}
		}
		gate := newTask(func(*Context) bool { goes <- struct{}{}; <-release; return true })
		if err := rt.Spawn(&gate.Task); err != nil {
			t.Fatal(err)
		}
		<-goes
		for last := before; last < before+3*monitorPeriod; {
			now := busy()
			if now < last {
				t.Fatalf("%v, and then %v", last, now)
			}
			last = now
			runtime.Gosched()
		}
		release <- struct{}{}
	}
	rt.Detach()
	rt.Wait()
}

// Over many sleeps of the monitor, looks of a worker that is busy for a part of the first period add up to
// that part.
func TestTheFirstLookAfterASleepIsUnbiased(t *testing.T) {
	const rounds, part = 100_000, 0.1
	var s sampler
	seen := time.Duration(0)
	for range rounds {
		first := s.begin()
		if span := s.look(int64(time.Second + first)); float64(first) <= part*float64(monitorPeriod) {
			seen += span
		}
		if span := s.look(int64(time.Second + first + monitorPeriod)); span != monitorPeriod {
			t.Fatalf("the second look counts for %v", span)
		}
	}
	want := time.Duration(part * rounds * float64(monitorPeriod))
	if seen < want*9/10 || seen > want*11/10 { // ten standard deviations
		t.Errorf("%v of %v", seen, want)
	}
}

func TestALookCountsForALimitedTime(t *testing.T) {
	var s sampler
	s.look(5)
	if span := s.look(5 + int64(time.Hour)); span != maxSample {
		t.Errorf("%v", span)
	}
	if span := s.look(5); span != 0 {
		t.Errorf("a clock that goes back: %v", span)
	}
}
