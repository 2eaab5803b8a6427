package hold

import (
	"runtime"
	"runtime/debug"
	"time"

	"github.com/edo-go/edo"
)

// usage is what a part takes.
type usage struct {
	Resident    int64         // bytes of memory
	Processor   time.Duration // that it has used since it started
	Connections int           // that are open
	Bodies      int           // functions that wait on coroutines
}

// usage returns what the process takes.
func (p *part) usage(task *edo.Task, m *measure, connections int) *usage {
	if m.Collect {
		runtime.GC() // what opening has left behind
		debug.FreeOSMemory()
	}
	return &usage{
		Resident:    resident(),
		Processor:   processorTime(),
		Connections: connections,
		Bodies:      task.Runtime().Metrics().Bodies,
	}
}

// usages are what all processes take.
type usages struct{ servers, clients []*usage }

func (h *holder) usages(task *edo.Task, m measure) (u usages, err error) {
	if u.servers, err = usagesOf(task, h.servers, m); err != nil {
		return u, err
	}
	u.clients, err = usagesOf(task, h.clients, m)
	return u, err
}

func usagesOf(task *edo.Task, processes []*process, m measure) ([]*usage, error) {
	reports, err := askAll(task, processes, order{Measure: &m})
	all := make([]*usage, len(reports))
	for i, r := range reports {
		all[i] = r.Usage
	}
	return all, err
}

func residentOf(u *usage) int64  { return u.Resident }
func processorOf(u *usage) int64 { return int64(u.Processor) }

// each returns how much a value has grown, of all processes together, by connection.
func each(after, before []*usage, connections int64, of func(*usage) int64) (sum int64) {
	for i, u := range after {
		sum += of(u) - of(before[i])
	}
	return sum / connections
}

func connections(all []*usage) (n int) {
	for _, u := range all {
		n += u.Connections
	}
	return n
}
