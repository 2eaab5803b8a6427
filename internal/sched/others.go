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
type others struct {
	waiting [1]metrics.Sample
	ranAt   int64 // instant of the last runtime.Gosched
}

const goschedEvery = int64(8 * time.Millisecond) // Go's monitor waits for 10

// run lets the others run, at the instant now, if that is due or if there are any.
func (o *others) run(now int64) {
	if now-o.ranAt >= goschedEvery || o.exist() {
		o.ranAt = now
		runtime.Gosched()
	}
}

// exist reports whether there are any, or whether that is unknown.
func (o *others) exist() bool {
	o.waiting[0].Name = "/sched/goroutines/runnable:goroutines"
	metrics.Read(o.waiting[:])
	v := o.waiting[0].Value
	return v.Kind() != metrics.KindUint64 || v.Uint64() > 0
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
