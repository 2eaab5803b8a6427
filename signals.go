package edo

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

// What a program does when it is asked to end, and says while it does not.

// remindAfter and remindEvery are when a program that was asked to end says what it waits
// for. Tests shorten them.
var (
	remindAfter           = time.Second
	remindEvery           = 5 * time.Second
	remindOn    io.Writer = os.Stderr
)

// heed makes the first signal drain rt and the second end it. The function that it
// returns waits until rt has ended and signals are as they were.
func heed(rt *Runtime, signals chan os.Signal, main AbortHandle) (wait func()) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer signal.Stop(signals)
		var since time.Time
		var remind <-chan time.Time
		for n := 0; ; {
			select {
			case <-rt.in().Gone:
				return
			case <-remind:
				rt.remind(time.Since(since), n)
				remind = time.After(remindEvery)
				continue
			case <-signals:
			}
			n++
			since, remind = time.Now(), time.After(remindAfter)
			if n == 1 && !main.Finished() {
				main.Abort()
				continue
			}
			rt.in().Sched.CancelAll()
			if n == 1 {
				n = 2 // the next one kills
			}
			signal.Stop(signals)
			signals = nil
		}
	}()
	return func() { <-ended }
}

// remind says which tasks have not ended, so long after the n-th signal.
func (rt *Runtime) remind(after time.Duration, n int) {
	since, way := "the signal", "a second signal cancels them"
	if n > 1 {
		since, way = "they were cancelled", "another signal kills the process"
	}
	fmt.Fprintln(remindOn, rt.Snapshot().Remaining(fmt.Sprintf("%s %d s ago", since, after.Round(time.Second)/time.Second), way))
}
