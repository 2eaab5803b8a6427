package main

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// sleepers is the common part of the timers of all variants.
type sleepers struct {
	m      *meter
	late   []int32 // lateness of each sleeper, in microseconds
	random *rand.Rand
	before int64 // resident memory before the sleepers
	began  time.Time
	group  *group // of the futures
}

func newSleepers(m *meter) *sleepers {
	s := &sleepers{m: m, late: make([]int32, m.n), random: rand.New(rand.NewPCG(1, 2))}
	for i := range s.late {
		s.late[i] = 1 // makes the page resident, so that it does not count as the sleepers'
	}
	runtime.GC()
	s.before = resident()
	s.began = time.Now()
	m.start()
	return s
}

// pause returns the duration of the next sleep.
func (s *sleepers) pause() time.Duration {
	return time.Duration(s.m.ahead+1+s.random.IntN(s.m.spread)) * time.Millisecond
}

// recordWake records the lateness of sleeper i. It began to sleep for pause at start, which
// counts from s.began.
func (s *sleepers) recordWake(i int, start, pause time.Duration) {
	s.late[i] = int32((time.Since(s.began) - start - pause).Microseconds())
	counter.Add(1)
}

// finish ends the measurement: all sleepers are awake.
func (s *sleepers) finish() {
	s.m.stop()
	s.m.Bytes = float64(peak()-s.before) / float64(s.m.n)
	checkCount(s.m.n)
	slices.Sort(s.late)
	n := len(s.late)
	s.m.setExtra("late_p50_us", float64(s.late[n/2]))
	s.m.setExtra("late_p99_us", float64(s.late[(n-1)*99/100]))
	s.m.setExtra("late_max_us", float64(s.late[n-1]))
}

func goTimers(m *meter) {
	s := newSleepers(m)
	var wg sync.WaitGroup
	for i := range m.n {
		pause := s.pause()
		wg.Go(func() {
			start := time.Since(s.began)
			time.Sleep(pause)
			s.recordWake(i, start, pause)
		})
	}
	wg.Wait()
	s.finish()
}

// sleeper is a future that sleeps once.
type sleeper struct {
	all   *sleepers
	i     int32
	begun bool
	pause time.Duration
	start time.Duration // since all.began
	timer timer.Sleeper
}

func (f *sleeper) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !f.begun {
		f.begun = true
		f.start = time.Since(f.all.began)
		f.timer.Reset(f.pause)
	}
	_, state, err := f.timer.Poll(cx)
	if state == edo.Pending {
		return edo.Unit{}, edo.Pending, nil
	}
	f.all.recordWake(int(f.i), f.start, f.pause)
	f.all.group.leave(cx)
	return edo.Unit{}, edo.Ready, err
}

func (f *sleeper) Drop() { f.timer.Drop() }

// slept is startAll that ends the measurement when all sleepers are awake.
type slept struct {
	all *sleepers
	startAll
}

func futureTimers(m *meter) edo.Future[edo.Unit] {
	f := &slept{}
	f.startAll = startAll{members: m.n, start: func(cx *edo.Context, g *group) {
		f.all = newSleepers(m)
		f.all.group = g
		for i := range m.n {
			edo.SpawnInline[edo.Unit](cx, sleeper{all: f.all, i: int32(i), pause: f.all.pause()})
		}
	}}
	return f
}

func (f *slept) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	unit, state, err := f.startAll.Poll(cx)
	if state == edo.Ready {
		f.all.finish()
	}
	return unit, state, err
}

func directTimers(task *edo.Task, m *meter) error {
	s := newSleepers(m)
	g := newGroup(m.n)
	for i := range m.n {
		pause := s.pause()
		edo.Go(task, func(task *edo.Task) error {
			defer g.done()
			start := time.Since(s.began)
			err := timer.Sleep(task, pause)
			s.recordWake(i, start, pause)
			return err
		})
	}
	_, err := edo.Await(task, g)
	s.finish()
	return err
}

// queueTimers has all sleepers in a DelayQueue, and one task that takes them.
func queueTimers(task *edo.Task, m *meter) error {
	type sleep struct {
		i            int
		start, pause time.Duration
	}
	s := newSleepers(m)
	q := timer.NewDelayQueue[sleep](task)
	for i := range m.n {
		pause := s.pause()
		q.Insert(sleep{i, time.Since(s.began), pause}, pause)
	}
	for v, err := range stream.All(task, q) {
		if err != nil {
			return err
		}
		s.recordWake(v.Value.i, v.Value.start, v.Value.pause)
	}
	s.finish()
	return task.Err()
}
