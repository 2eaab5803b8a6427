package sched

import (
	"runtime"
	"runtime/metrics"
	"time"
)

// others are the goroutines that wait for a processor, beside the worker. A worker that
// never stops, or that blocks in a system call, would have them wait until Go's monitor
// interferes: up to some 10 ms. So it lets them run now and then.
//
// [runtime.Gosched] wakes an idle thread of Go, which finds nothing and sleeps again: some
// 10 µs of processor time. So it is called when there are others: their number takes
// 0.2 µs to read. And it is called once in goschedEvery, before Go's monitor concludes
// that the worker keeps its processor from others, and takes it away.
//
// Goroutines that sleep are in no such number. Each timer of Go belongs to a processor: it
// fires when a goroutine of that gives way, or an idle processor takes it over. So a worker
// that goes on without a wait calls Gosched also when no processor is idle; then there is no
// thread to be woken.
type others struct {
	counts [3]metrics.Sample // see load
	ranAt  int64             // instant of the last runtime.Gosched
}

const goschedEvery = int64(8 * time.Millisecond) // Go's monitor waits for 10

// run lets the others run, at the instant now, if that is due or if there are any. It is
// for a worker that is about to wait.
func (o *others) run(now int64) {
	if now-o.ranAt >= goschedEvery || o.exist() {
		o.gosched(now)
	}
}

// runAndFire is run for a worker that goes on: the timers of its processor fire as well.
func (o *others) runAndFire(now int64) {
	if runnable, allBusy := o.load(); runnable || allBusy || now-o.ranAt >= goschedEvery {
		o.gosched(now)
	}
}

func (o *others) gosched(now int64) {
	o.ranAt = now
	runtime.Gosched()
}

// load reports whether there are others, and whether all processors of Go run goroutines.
// What is unknown counts as true.
func (o *others) load() (runnable, allBusy bool) {
	if o.counts[0].Name == "" {
		o.counts[0].Name = "/sched/goroutines/runnable:goroutines"
		o.counts[1].Name = "/sched/goroutines/running:goroutines"
		o.counts[2].Name = "/sched/gomaxprocs:threads"
	}
	metrics.Read(o.counts[:])
	for i := range o.counts {
		if o.counts[i].Value.Kind() != metrics.KindUint64 {
			return true, true
		}
	}
	return o.counts[0].Value.Uint64() > 0, o.counts[1].Value.Uint64() >= o.counts[2].Value.Uint64()
}

// exist reports whether there are any, or whether that is unknown.
func (o *others) exist() bool {
	runnable, _ := o.load()
	return runnable
}

// LetOthersRun lets other goroutines run, at the instant now, before the worker of cx
// blocks in a system call.
func (cx *Context) LetOthersRun(now int64) {
	if cx.w == nil {
		runtime.Gosched()
		return
	}
	cx.w.core.others.run(now)
}
