package metrics_test

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/telemetry/metrics"
	"github.com/edo-go/edo/timer"
)

func TestTheNumbersAreThoseOfTheRuntime(t *testing.T) {
	for !numbersAreThoseOfTheRuntime(t) {
	}
}

// numbersAreThoseOfTheRuntime looks at a new runtime. On a busy machine a poll may be so long that a spare worker comes
// for it: then it is another runtime than this one, and the result is false.
func numbersAreThoseOfTheRuntime(t *testing.T) (isKnown bool) {
	rt := newRuntime(t, edo.Config{Workers: 2})
	if err := metrics.NameRuntime(rt, "exact"); err != nil {
		t.Fatal(err)
	}
	gates := make([]tasktest.Gate, 3)
	for i := range gates {
		edo.Spawn(rt, &gates[i])
	}
	for range 2 {
		edo.Go(rt, tasktest.OnACoroutine(func(task *edo.Task) error { return task.Cancelled() }))
	}
	edo.Go(rt, func(task *edo.Task) error { return fmt.Errorf("no task joins") })
	release, runs := make(chan struct{}), make(chan struct{})
	edo.Blocking(rt, func(*edo.Task) (int, error) { close(runs); <-release; return 0, nil })
	<-runs
	settle(rt, 6)
	src := metrics.New(metrics.Config{Runtime: rt})
	m, got := rt.Metrics(), values(src.Read())
	for rt.Metrics() != m { // a worker may still be on its way to park once more, after the last spawn
		m, got = rt.Metrics(), values(src.Read())
	}
	end := sync.OnceFunc(func() {
		close(release)
		for i := range gates {
			gates[i].Open()
		}
	})
	defer shutDown(t, rt) // the name is free for the next one
	defer end()
	if m.Stuck != 0 {
		return false
	}
	for name, want := range map[string]float64{
		"edo.tasks exact": 6, "edo.tasks.waiting exact": 6, "edo.tasks.blocking exact": 1, "edo.tasks.failed exact": 1,
		"edo.tasks.spawned exact": 7, "edo.coroutines exact": 2, "edo.polls exact": 6, "edo.parks exact": float64(m.Parks),
		"edo.steals exact": float64(m.Steals), "edo.workers exact idle": 2, "edo.workers exact busy": 0, "edo.workers exact stuck": 0,
		"edo.workers.spare exact": 0, "edo.queue.depth exact global": 0, "edo.queue.depth exact local": 0, "edo.stalls exact": 0,
		"edo.tasks.by_class exact *tasktest.Gate": 3, "edo.tasks.by_class exact other": 0, "edo.tasks.by_class exact (running)": 0,
	} {
		if value, ok := got[name]; !ok || value != want {
			t.Errorf("%s is %v, %v: want %v", name, value, ok, want)
		}
	}
	if sum := got["edo.worker.polls exact 0"] + got["edo.worker.polls exact 1"]; sum != got["edo.polls exact"] {
		t.Errorf("the workers have polled %v times, and the runtime %v", sum, got["edo.polls exact"])
	}
	end()
	settle(rt, 2)
	again := values(src.Read())
	if rt.Metrics().Stuck != 0 {
		return false
	}
	if again["edo.tasks exact"] != 2 || again["edo.polls exact"] != 9 {
		t.Errorf("afterwards: %v tasks, %v polls", again["edo.tasks exact"], again["edo.polls exact"])
	}
	return true
}

func TestTimersAndSocketsAreCounted(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		src := metrics.New(metrics.Config{Runtime: task.Runtime()})
		name := src.Runtime()
		before := values(src.Read())
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		for range 3 {
			edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, 1<<40) }, edo.Daemon())
		}
		if err := edo.Yield(task); err != nil {
			return err
		}
		now := values(src.Read())
		if now["edo.timers "+name] != 3 || now["edo.worker.timers "+name+" 0"] != 3 || now["edo.sockets "+name]-before["edo.sockets "+name] != 1 {
			t.Errorf("timers %v, sockets %v after %v", now["edo.timers "+name], now["edo.sockets "+name], before["edo.sockets "+name])
		}
		return nil
	}, tasktest.Quiet(tasktest.CurrentThread))
	if err != nil {
		t.Error(err)
	}
}

// A read must not change what it reads, and leave nothing behind that runs.
func TestNothingRunsBetweenReads(t *testing.T) {
	rt := newRuntime(t, edo.Config{Workers: 2})
	gates := make([]tasktest.Gate, 100)
	for i := range gates {
		edo.Spawn(rt, &gates[i])
	}
	settle(rt, len(gates))
	goroutines := tasktest.CountGoroutines()
	src := metrics.New(metrics.Config{})
	for tries := 0; ; tries++ { // a worker may still be on its way to park once more, after the last spawn
		before := rt.Metrics()
		for range 100 {
			src.Read()
		}
		after := rt.Metrics()
		if before == after {
			break
		}
		if tries == 100 {
			t.Fatalf("reading changes what is counted:\n%+v\n%+v", before, after)
		}
	}
	tasktest.RequireGoroutines(t, goroutines)
	for i := range gates {
		if gates[i].Polls != 1 {
			t.Fatalf("a task was polled %d times", gates[i].Polls)
		}
	}
}

// A spawn, a poll and a wake must be the same instructions, whether there is a source or not. What they
// allocate is a part of that that can be counted.
func TestASourceAddsNothingToASpawn(t *testing.T) {
	cost := func() float64 {
		var n float64
		err := edo.Run(func(task *edo.Task) error {
			n = testing.AllocsPerRun(200, func() {
				edo.Go(task, func(task *edo.Task) error { return edo.Yield(task) }).Await(task)
			})
			return nil
		}, tasktest.Quiet(edo.Config{CurrentThread: true}))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	without := cost()
	src := metrics.New(metrics.Config{})
	src.Read()
	if with := cost(); with > without {
		t.Errorf("a spawn and a join allocate %v times, and with a source %v", without, with)
	}
	runtime.KeepAlive(src)
}

// A worker that blocks holds up neither a read nor the other numbers; it is stuck, and another one has
// come for it.
func TestAReadDoesNotWaitForATaskThatBlocks(t *testing.T) {
	for _, c := range []edo.Config{{CurrentThread: true}, {Workers: 1}} {
		rt := newRuntime(t, c)
		src := metrics.New(metrics.Config{Runtime: rt})
		name := src.Runtime()
		gate := &tasktest.Gate{}
		edo.Spawn(rt, gate)
		settle(rt, 1)
		slow := values(src.Read())["edo.polls.slow "+name] // on a busy machine any poll may be
		blocks, release := make(chan struct{}), make(chan struct{})
		edo.Go(rt, func(*edo.Task) error { close(blocks); <-release; return nil })
		<-blocks
		got := values(src.Read())
		if got["edo.tasks.by_class "+name+" *tasktest.Gate"] != 1 {
			t.Errorf("%+v: %v", c, got)
		}
		if !c.CurrentThread {
			for got["edo.workers "+name+" stuck"] != 1 || got["edo.polls.slow "+name] == slow || got["edo.worker.busy "+name+" 0"] == 0 {
				got = values(src.Read())
			}
		}
		close(release)
		shutDown(t, rt)
	}
}

// A report that asks a task may be held up by the task's Poll. A read leaves that task alone.
func TestAReadDoesNotWaitForATaskThatIsAsked(t *testing.T) {
	rt := newRuntime(t, edo.Config{Workers: 1})
	src := metrics.New(metrics.Config{Runtime: rt})
	edo.Spawn(rt, &tasktest.Gate{})
	settle(rt, 1)
	asks, release, over := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		for task := range inside.Runtime(rt).Sched.Tasks {
			(*sched.Task).Inspect(task, func() { close(asks); <-release })
		}
	}()
	<-asks
	if got := values(src.Read()); got["edo.tasks.by_class "+src.Runtime()+" (running)"] != 1 {
		t.Errorf("%v", got)
	}
	close(release)
	<-over
	if got := values(src.Read()); got["edo.tasks.by_class "+src.Runtime()+" *tasktest.Gate"] != 1 {
		t.Errorf("afterwards: %v", got)
	}
}

// A counter that becomes less is taken for a restart: rates jump.
func TestCountersNeverBecomeLess(t *testing.T) {
	rt := newRuntime(t, edo.Config{Workers: 3})
	src := metrics.New(metrics.Config{Runtime: rt})
	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				edo.Go(rt, func(task *edo.Task) error { tasktest.YieldTimes(task, 3); return nil })
			}
		}
	})
	for range 2 {
		wg.Go(func() { // two scrapes at a time
			last := map[string]float64{}
			for range 100 {
				for _, p := range src.Read() {
					key := p.Metric.Name + strings.Join(p.Labels, " ")
					if p.Metric.Kind == metrics.Counter && p.Value < last[key] {
						t.Errorf("%s was %v, and is %v", key, last[key], p.Value)
					}
					last[key] = p.Value
				}
			}
		})
	}
	defer wg.Wait()
	defer close(stop)
	for values(src.Read())["edo.polls "+src.Runtime()] < 1000 {
		runtime.Gosched()
	}
}

// A spare worker comes while a poll blocks, and goes afterwards. Its polls stay counted, and it is in no
// state any more.
func TestThePollsOfASpareWorkerThatHasRetiredStayCounted(t *testing.T) {
	rt := newRuntime(t, edo.Config{Workers: 1})
	src := metrics.New(metrics.Config{Runtime: rt})
	name := src.Runtime()
	blocks, release := make(chan struct{}), make(chan struct{})
	edo.Go(rt, func(*edo.Task) error { close(blocks); <-release; return nil })
	<-blocks
	ran := make(chan struct{})
	edo.Go(rt, func(*edo.Task) error { close(ran); return nil })
	<-ran // by a spare worker
	got := values(src.Read())
	for got["edo.worker.polls "+name+" spare"] == 0 { // it tells them when it parks
		got = values(src.Read())
	}
	if got["edo.workers.spare "+name] != 1 {
		t.Errorf("%v spare workers", got["edo.workers.spare "+name])
	}
	close(release)
	workers := func() float64 {
		return got["edo.workers "+name+" idle"] + got["edo.workers "+name+" busy"] + got["edo.workers "+name+" stuck"]
	}
	for got["edo.workers.spare "+name] != 0 || workers() != 1 {
		for range 64 { // it retires when it is woken: for work of two
			edo.Go(rt, func(task *edo.Task) error { tasktest.YieldTimes(task, 10); return nil })
		}
		got = values(src.Read())
		if got["edo.worker.polls "+name+" spare"] == 0 {
			t.Fatal("its polls are gone")
		}
	}
}

func TestWorkersBeyondTheLimitAreOne(t *testing.T) {
	rt := newRuntime(t, edo.Config{Workers: 5})
	src := metrics.New(metrics.Config{Runtime: rt, Workers: 2})
	labels := map[string]bool{}
	for _, p := range src.Read() {
		if p.Metric.Name == "edo.worker.parks" {
			labels[p.Labels[1]] = true
		}
	}
	if len(labels) != 3 || !labels["0"] || !labels["1"] || !labels["other"] {
		t.Errorf("%v", labels)
	}
}

func TestClassesAreBoundedAndHaveNoNumbers(t *testing.T) {
	rt := newRuntime(t, edo.Config{Workers: 2})
	src := metrics.New(metrics.Config{Runtime: rt, Classes: 4})
	spawn := func(name string) { edo.Spawn(rt, &tasktest.Gate{}, edo.Name(name)) }
	for i := range 40 {
		spawn("conn 127.0.0.1:" + strconv.Itoa(40_000+i))
		spawn("job " + fmt.Sprintf("%08x-aa11-%d", i, i))
	}
	for range 3 {
		edo.Spawn(rt, &tasktest.Gate{})
	}
	for _, word := range strings.Fields("a b c d e") { // names that are all different
		spawn("user " + word)
	}
	spawn("\xff")
	settle(rt, 89)
	read := func() map[string]float64 {
		classes := map[string]float64{}
		for key, value := range values(src.Read()) {
			if class, ok := strings.CutPrefix(key, "edo.tasks.by_class "+src.Runtime()+" "); ok {
				classes[class] = value
			}
		}
		return classes
	}
	got := read()
	want := map[string]float64{"conn #": 40, "job #": 40, "*tasktest.Gate": 3, "other": 6, "(running)": 0}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	for range 50 { // a class of many comes late, and has room
		spawn("late")
		spawn("too late")
	}
	settle(rt, 189)
	got = read()
	if len(got) != 6 || got["late"] != 50 || got["other"] != 56 {
		t.Errorf("later: %v", got)
	}
}

// Of many tasks some are looked at: the number is an estimate, and the time has a limit.
func TestOfManyTasksSomeAreLookedAt(t *testing.T) {
	const many = 24_000
	rt := newRuntime(t, edo.Config{Workers: 2})
	gates := make([]tasktest.Gate, many)
	for i := range gates {
		if i%3 == 0 {
			edo.Spawn(rt, &gates[i], edo.Name("third"))
		} else {
			edo.Spawn(rt, &gates[i])
		}
	}
	settle(rt, many)
	src := metrics.New(metrics.Config{Runtime: rt})
	for range 4 { // other tasks each time
		got := values(src.Read())
		third, rest := got["edo.tasks.by_class "+src.Runtime()+" third"], got["edo.tasks.by_class "+src.Runtime()+" *tasktest.Gate"]
		if sum := third + rest; sum < many-2 || sum > many+2 || third < many/3*0.9 || third > many/3*1.1 {
			t.Errorf("%v and %v of %d and %d", third, rest, many/3, many/3*2)
		}
	}
}
