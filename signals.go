package edo

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
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
			case <-rt.gone:
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
			rt.sched.CancelAll()
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
	asked, next := "asked to end", "a second signal cancels them"
	if n > 1 {
		asked, next = "cancelled", "another signal kills the process"
	}
	fmt.Fprintf(remindOn, "edo: %s %s ago; %s; %s\n", asked, after.Round(time.Second), rt.remaining(), next)
}

// remaining says in one line how many tasks have not ended, and what most of them do.
func (rt *Runtime) remaining() string {
	s := rt.Snapshot()
	counts := map[string]int{}
	for _, t := range s.Tasks {
		does := t.State
		if len(t.Waits) != 0 {
			does = t.Waits[0].On
		}
		if t.Cancelled {
			does += ", although it was asked to end"
		}
		counts[t.Name+": "+does]++
	}
	groups := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	text := fmt.Sprintf("%d tasks have not ended", len(s.Tasks))
	for i, g := range groups {
		if i == maxBy {
			return text + fmt.Sprintf("; and %d more kinds", len(groups)-i)
		}
		text += fmt.Sprintf("; %d × %s", counts[g], g)
	}
	return text
}
