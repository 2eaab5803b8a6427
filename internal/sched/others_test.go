package sched

import (
	"runtime"
	"testing"
	"time"
)

// onOneProcessor runs the test on one processor, where a goroutine that is runnable waits until the
// test lets it run.
func onOneProcessor(t *testing.T) {
	before := runtime.GOMAXPROCS(1)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

func TestGoroutinesThatWaitForAProcessorRun(t *testing.T) {
	onOneProcessor(t)
	var o others
	for range 1000 {
		runs(t, func() { o.run(0) })
	}
	for o.exist() { // those of package testing too
		runtime.Gosched()
	}
}

// runs calls letRun until a goroutine has run that was runnable before. Go's scheduler takes
// the caller first once in 61 times.
func runs(t *testing.T, letRun func()) {
	t.Helper()
	ran := make(chan struct{}, 1)
	go func() { ran <- struct{}{} }()
	for range 2 {
		letRun()
		select {
		case <-ran:
			return
		default:
		}
	}
	t.Fatal("a goroutine that is runnable has not run")
}

// Nobody waits for a processor meanwhile: only a schedule of the processor finds the timer.
func TestTimersFireWhileAWorkerGoesOnAndNoProcessorIsIdle(t *testing.T) {
	onOneProcessor(t)
	o := others{ranAt: 1} // runtime.Gosched is not due
	for range 1000 {
		fired := make(chan struct{}, 1)
		time.AfterFunc(0, func() { fired <- struct{}{} })
		for calls := 0; len(fired) == 0; calls++ {
			if calls == 4 { // as in runs, and the first call is for the timer
				t.Fatal("a timer has not fired")
			}
			o.runAndFire(1)
		}
	}
}

func TestGoschedIsCalledBeforeTheMonitorOfGoInterferes(t *testing.T) {
	o := others{ranAt: 1}
	for o.exist() {
		runtime.Gosched()
	}
	o.run(goschedEvery + 1)
	if o.ranAt != goschedEvery+1 {
		t.Error("the instant of the last runtime.Gosched is not kept")
	}
}

func TestContextWithoutWorkerLetsOthersRun(t *testing.T) {
	onOneProcessor(t)
	runs(t, func() { NewContext(nil, nil).LetOthersRun(0) })
}
