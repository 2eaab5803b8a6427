package edo

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/survey"
	"github.com/edo-go/edo/report"
)

// Dump writes what the tasks of the program do, as text: what they wait for, which tasks
// could end that, and with [Config.Trace] where each was spawned, and by which. Tasks
// that are alike are one line, with how many there are, so that the text of a million
// tasks has some dozens of lines: see Snapshot.String of package report. Dump may be called
// at any time, from any goroutine: by a signal handler, an HTTP handler, a test that hangs.
// Several runtimes come in the order in which they were made. See [Runtime.Snapshot].
func Dump(w io.Writer) error {
	all := snapshots()
	for i, s := range all {
		head := ""
		if len(all) > 1 {
			head = fmt.Sprintf("runtime %d of %d:\n", i+1, len(all))
		}
		if _, err := io.WriteString(w, head+s.String()); err != nil {
			return err
		}
	}
	return nil
}

// DumpJSON writes what [Dump] does as JSON, each task by itself: an array with a
// Snapshot of package report for each runtime.
func DumpJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "\t")
	return e.Encode(snapshots())
}

// snapshots returns those of all runtimes.
func snapshots() []report.Snapshot {
	all := []report.Snapshot{}
	for _, rt := range core.Runtimes.List() {
		all = append(all, survey.Take(rt).Snapshot)
	}
	return all
}

// Snapshot returns what the tasks of rt do: every one that has waited and not ended,
// and with [Config.Trace] the others too, in the order of their IDs. It may be called
// at any time, from any goroutine, tasks included, but not by a [Leaf] that is asked.
//
// It polls each waiting task once, on another goroutine, as Leaf explains; so the caller
// should not hold a lock that the Poll of a future takes. It takes one to three
// microseconds for each task. A current-thread runtime stands still meanwhile.
func (rt *Runtime) Snapshot() report.Snapshot { return survey.Take(rt.in()).Snapshot }

// Metrics returns the numbers of rt as they are now. It takes some microseconds.
func (rt *Runtime) Metrics() report.Metrics {
	m := rt.in().Sched.Metrics()
	return report.Metrics{
		Workers:  m.Workers,
		Spares:   m.Spares,
		Idle:     m.Idle,
		Alive:    m.Live,
		Waiting:  m.Waiting,
		Queued:   m.Queued,
		Blocking: m.External,
		Timers:   m.Timers,
		Bodies:   rt.in().Coros.Out(),
		Failures: rt.in().Failures.Count(),
		Spawned:  m.Spawned,
		Polls:    m.Polls,
		Steals:   m.Steals,
		Parks:    m.Parks,
		Stuck:    m.Stuck,
	}
}
