package sched

import (
	"math/rand/v2"
	"testing"
)

// manualDriver has a clock that is set by hand.
type manualDriver struct {
	clockDriver
	now int64
}

func (d *manualDriver) Now() int64 { return d.now }

// newUnstarted returns a runtime of n workers that are not started, and its driver.
func newUnstarted(n int) (*Runtime, *manualDriver) {
	d := &manualDriver{clockDriver: *newClockDriver()}
	return New(Config{Workers: n, Driver: d}), d
}

// newIdle returns an idle task that w polled last.
func newIdle(w *Worker) *Task {
	t := &newTask(func(*Context) bool { return true }).Task
	t.home = w
	t.state.Store(idle)
	return t
}

// contextOf returns the context of w, as in a poll of t.
func (w *Worker) contextOf(t *Task) *Context {
	w.core.cx.root, w.core.cx.task = t, t
	return &w.core.cx
}

// chain links tasks, and returns the first.
func chain(tasks ...*Task) *Task {
	for i := range tasks[1:] {
		tasks[i].next = tasks[i+1]
	}
	return tasks[0]
}

func TestTimerThatIsMovedWithinItsTickKeepsItsEntry(t *testing.T) {
	rt, d := newUnstarted(1)
	w := rt.workers[0]
	x := newIdle(w)
	cx := w.contextOf(x)
	var timer Timer
	for _, at := range []int64{4*tick + 1, 4*tick + 1, 5 * tick, 4*tick + 2} {
		cx.Arm(&timer, at)
		if got, delayed := timer.At(); got != at || delayed {
			t.Fatalf("armed for %d: At says %d, %v", at, got, delayed)
		}
	}
	if n := w.timers.wheel.Len(); n != 1 || w.timers.stale.Load() != 0 {
		t.Fatalf("%d entries, %d stale, for one tick", n, w.timers.stale.Load())
	}
	cx.Arm(&timer, 5*tick+1)
	if n := w.timers.wheel.Len(); n != 2 || w.timers.stale.Load() != 1 {
		t.Fatalf("moved to another tick: %d entries, %d stale", n, w.timers.stale.Load())
	}
	d.now = 5 * tick
	w.lookAtTimers(0)
	if timer.Fired() || w.urgent.len.Load() != 0 {
		t.Fatal("the stale entry has fired")
	}
	d.now = 6 * tick
	w.lookAtTimers(0)
	if !timer.Fired() || w.popUrgent() != x {
		t.Fatal("the timer has not fired")
	}
}

func TestTimerThatMovesToAnotherRuntimeWithinItsTickIsArmedThere(t *testing.T) {
	first, _ := newUnstarted(1)
	second, d := newUnstarted(1)
	var timer Timer
	w := first.workers[0]
	w.contextOf(newIdle(w)).Arm(&timer, 5*tick)
	w = second.workers[0]
	x := newIdle(w)
	w.contextOf(x).Arm(&timer, 5*tick)
	d.now = 5 * tick
	w.lookAtTimers(0)
	if w.popUrgent() != x {
		t.Fatal("the timer was left in the wheel of the other runtime")
	}
}

func TestStoppedTimerIsArmedAnew(t *testing.T) {
	rt, d := newUnstarted(1)
	w := rt.workers[0]
	x := newIdle(w)
	cx := w.contextOf(x)
	var timer Timer
	cx.Arm(&timer, 5*tick)
	timer.Stop()
	if at, _ := timer.At(); at != 5*tick {
		t.Fatalf("after Stop, At says %d", at)
	}
	cx.Arm(&timer, 5*tick)
	d.now = 5 * tick
	w.lookAtTimers(0)
	if !timer.Fired() || w.popUrgent() != x || w.popUrgent() != nil {
		t.Fatal("the timer has not fired, or has woken the task twice")
	}
}

func TestInstantsOfATimer(t *testing.T) {
	rt, _ := newUnstarted(1)
	w := rt.workers[0]
	cx := w.contextOf(newIdle(w))
	for _, c := range []struct{ at, want int64 }{
		{-1, 0}, {0, 0}, {1, 1}, {latest - 1, latest - 1}, {latest, Never}, {Never - 1, Never}, {Never, Never},
	} {
		var timer Timer
		if at, delayed := timer.At(); at != 0 || delayed {
			t.Fatalf("a new timer: At says %d, %v", at, delayed)
		}
		cx.Arm(&timer, c.at)
		if at, delayed := timer.At(); at != c.want || delayed {
			t.Errorf("armed for %d: At says %d, %v", c.at, at, delayed)
		}
		timer.Delay(c.at)
		if d, delayed := timer.At(); d != c.want || !delayed {
			t.Errorf("delayed by %d: At says %d, %v", c.at, d, delayed)
		}
	}
	for _, c := range []struct {
		at   uint64
		want int64
	}{{0, 0}, {1, 1}, {tick, 1}, {tick + 1, 2}, {latest, latest/tick + 1}} {
		if got := ticks(c.at); got != c.want {
			t.Errorf("ticks(%d) is %d, want %d", c.at, got, c.want)
		}
	}
}

// Timers are armed, stopped and delayed at random. A timer fires at the first look at or
// after the instant that it is armed for, and never otherwise.
func TestTimersFireWhenTheyAreArmedForAndOnlyThen(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 2))
		rt, d := newUnstarted(2)
		const n = 100
		var timers [n]Timer
		var tasks [n]*Task
		var armed [n]int64 // 0: not armed
		for i := range tasks {
			tasks[i] = newIdle(rt.workers[0])
		}
		for range 2000 {
			i, w := rng.IntN(n), rt.workers[rng.IntN(2)]
			switch rng.IntN(8) {
			case 0:
				timers[i].Stop()
				armed[i] = 0
			case 1:
				timers[i].Delay(5)
				armed[i] = 0
			case 2:
				d.now += rng.Int64N(1 << rng.UintN(28))
				w.lookAtTimers(0)
				for x := w.popUrgent(); x != nil; x = w.popUrgent() {
					x.state.Store(idle)
				}
				for i := range timers {
					due := armed[i] != 0 && ticks(uint64(armed[i])) <= d.now/tick
					if due != timers[i].Fired() {
						t.Fatalf("seed %d: armed for %d, at %d, fired: %v", seed, armed[i], d.now, !due)
					}
					if due {
						timers[i].Delay(0)
						armed[i] = 0
					}
				}
			default:
				armed[i] = d.now + 1 + rng.Int64N(1<<rng.UintN(28))
				w.contextOf(tasks[i]).Arm(&timers[i], armed[i])
			}
		}
		for _, w := range rt.workers {
			if s := w.timers.stale.Load(); s > 64 && s > int64(w.timers.wheel.Len()/2)+1 {
				t.Fatalf("seed %d: %d of %d entries are stale", seed, s, w.timers.wheel.Len())
			}
		}
	}
}

func TestUrgentTasksAreLeftToTheirWorkerForAWhileOnly(t *testing.T) {
	rt, d := newUnstarted(3)
	w, v := rt.workers[0], rt.workers[1]
	var timers [5]Timer
	var tasks [5]*Task
	for i := range tasks {
		tasks[i] = newIdle(rt.workers[2])
		rt.workers[2].contextOf(tasks[i]).Arm(&timers[i], 5*tick)
	}
	if at := w.nextAlarm(); at != 5*tick {
		t.Fatalf("a worker would wait until %d for the timers of another", at)
	}
	d.now = 5*tick + 7
	v.lookAtTimers(0)
	w.lookAtTimers(0)
	if v.urgent.len.Load() != 5 || w.urgent.len.Load() != 0 {
		t.Fatalf("%d of 5 tasks are urgent to the worker that has turned the wheel, and %d to another",
			v.urgent.len.Load(), w.urgent.len.Load())
	}
	if at := w.nextAlarm(); at != 5*tick+7+grace {
		t.Fatalf("another worker would wait until %d", at)
	}
	if at := v.nextAlarm(); at != Never {
		t.Fatalf("the worker itself would wait until %d", at)
	}
	d.now += grace
	w.lookAtTimers(0)
	if v.urgent.len.Load() != 2 || w.urgent.len.Load() != 3 {
		t.Fatalf("after a grace one worker has %d of 5, and the other %d", v.urgent.len.Load(), w.urgent.len.Load())
	}
	w.lookAtTimers(0)
	if v.urgent.len.Load() != 2 {
		t.Fatal("a worker that has urgent tasks takes more")
	}
	for i, x := range []*Worker{w, w, w, v, v} {
		if x.popUrgent() != tasks[i] {
			t.Fatalf("task %d is another one", i)
		}
	}
	if w.nextAlarm() != Never {
		t.Fatal("an alarm for nothing")
	}
}

// The monitor then wakes a sleeper, which knows neither of the timers nor of the tasks.
func TestWorkerThatDoesNotComeToItsTimersOrUrgentTasksIsLate(t *testing.T) {
	rt, d := newUnstarted(2)
	w := rt.workers[0]
	late := func(want bool) {
		t.Helper()
		if w.isLate(d.now) != want {
			t.Fatalf("late is %v", !want)
		}
	}
	late(false)
	var timers [2]Timer
	for i := range timers {
		w.contextOf(newIdle(w)).Arm(&timers[i], 5*tick)
	}
	d.now = 5*tick + grace - 1
	late(false)
	d.now++
	late(true)
	w.lookAtTimers(0)
	late(false)
	d.now += grace
	late(true)
	w.popUrgent()
	late(true)
	w.popUrgent()
	late(false)
}

// A backlog of spawns must not come before tasks that are late already.
func TestUrgentTasksStayAheadOfABacklog(t *testing.T) {
	rt, _ := newUnstarted(2)
	v := rt.workers[1]
	var late, backlog []*Task
	for range 3 {
		late, backlog = append(late, newIdle(v)), append(backlog, newIdle(v))
	}
	rt.inject.pushAll(chain(backlog...))
	v.urgent.pushAll(chain(late...))
	rt.monitor.rescue(rt, v)
	for i, want := range append(late, backlog...) {
		if got := rt.inject.pop(); got != want {
			t.Fatalf("task %d is another one", i)
		}
	}
	if rt.inject.pop() != nil || rt.inject.len.Load() != 0 || v.urgent.len.Load() != 0 {
		t.Fatal("a task is left")
	}
	rt.inject.pushFront(chain(late[0]))
	rt.inject.pushAll(chain(backlog[0]))
	if rt.inject.pop() != late[0] || rt.inject.pop() != backlog[0] {
		t.Fatal("an empty queue loses a task that is put in front")
	}
}

// A thousand timers are armed within the next second, and fire; or stop.
func benchmarkTimers(b *testing.B, end func(w *Worker, d *manualDriver, timers []Timer)) {
	rt, d := newUnstarted(1)
	w := rt.workers[0]
	rng := rand.New(rand.NewPCG(1, 2))
	const n = 1000
	timers, tasks := make([]Timer, n), make([]*Task, n)
	for i := range tasks {
		tasks[i] = newIdle(w)
	}
	b.ReportAllocs()
	for b.Loop() {
		for i := range timers {
			w.contextOf(tasks[i]).Arm(&timers[i], d.now+1+rng.Int64N(1000*tick))
		}
		end(w, d, timers)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/timer")
}

func BenchmarkArmAndFire(b *testing.B) {
	benchmarkTimers(b, func(w *Worker, d *manualDriver, _ []Timer) {
		for range 1000 {
			d.now += tick
			w.lookAtTimers(0)
			for t := w.popUrgent(); t != nil; t = w.popUrgent() {
				t.state.Store(idle)
			}
		}
	})
}

func BenchmarkArmAndStop(b *testing.B) {
	benchmarkTimers(b, func(_ *Worker, _ *manualDriver, timers []Timer) {
		for i := range timers {
			timers[i].Stop()
		}
	})
}

func BenchmarkArmAgainForTheSameInstant(b *testing.B) {
	rt, _ := newUnstarted(1)
	w := rt.workers[0]
	cx := w.contextOf(newIdle(w))
	var timer Timer
	for b.Loop() {
		cx.Arm(&timer, 5*tick)
	}
}
