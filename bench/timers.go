package main

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/timer"
)

// sleepers is what the timers of all kinds share.
type sleepers struct {
	m      *meter
	late   []int32 // by how many microseconds each woke up late
	random *rand.Rand
	before int64
	began  time.Time
	group  *group // of the futures
}

func newSleepers(m *meter) *sleepers {
	s := &sleepers{m: m, late: make([]int32, m.n), random: rand.New(rand.NewPCG(1, 2))}
	for i := range s.late {
		s.late[i] = 1 // so that it is there, and not counted as the sleepers' memory
	}
	runtime.GC()
	s.before = resident()
	s.began = time.Now()
	m.start()
	return s
}

// pause returns how long the next one sleeps.
func (s *sleepers) pause() time.Duration {
	return time.Duration(s.m.ahead+1+s.random.IntN(s.m.spread)) * time.Millisecond
}

// woke notes that number i began to sleep for pause at that time after the beginning.
func (s *sleepers) woke(i int, at, pause time.Duration) {
	s.late[i] = int32((time.Since(s.began) - at - pause).Microseconds())
	counter.Add(1)
}

// end is when all have woken.
func (s *sleepers) end() {
	s.m.stop()
	s.m.Bytes = float64(peak()-s.before) / float64(s.m.n)
	check(s.m.n)
	slices.Sort(s.late)
	n := len(s.late)
	s.m.extra("late_p50_us", float64(s.late[n/2]))
	s.m.extra("late_p99_us", float64(s.late[(n-1)*99/100]))
	s.m.extra("late_max_us", float64(s.late[n-1]))
}

func goTimers(m *meter) {
	s := newSleepers(m)
	var wg sync.WaitGroup
	for i := range m.n {
		pause := s.pause()
		wg.Go(func() {
			at := time.Since(s.began)
			time.Sleep(pause)
			s.woke(i, at, pause)
		})
	}
	wg.Wait()
	s.end()
}

// sleeper sleeps once.
type sleeper struct {
	all   *sleepers
	i     int32
	begun bool
	pause time.Duration
	at    time.Duration
	timer timer.Sleeper
}

func (f *sleeper) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !f.begun {
		f.begun = true
		f.at = time.Since(f.all.began)
		f.timer.Reset(f.pause)
	}
	_, state, err := f.timer.Poll(cx)
	if state == edo.Pending {
		return edo.Unit{}, edo.Pending, nil
	}
	f.all.woke(int(f.i), f.at, f.pause)
	f.all.group.leave(cx)
	return edo.Unit{}, edo.Ready, err
}

func (f *sleeper) Drop() { f.timer.Drop() }

// slept is startAll, and what is to be done when all have woken.
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
		f.all.end()
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
			at := time.Since(s.began)
			err := timer.Sleep(task, pause)
			s.woke(i, at, pause)
			return err
		})
	}
	_, err := edo.Await(task, g)
	s.end()
	return err
}
