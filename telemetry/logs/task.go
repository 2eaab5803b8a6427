package logs

import (
	"context"
	"log/slog"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/telemetry/internal/runtimes"
)

// place is a task that logs.
type place struct {
	rt   *core.Runtime // nil: a mock task
	task *sched.Task
	name core.TaskName
}

// taskAt returns the task that runs on this goroutine, or that of ctx, which may be nil.
func taskAt(ctx context.Context) (at place, ok bool) {
	if rt, t := core.Runtimes.PolledOn(gid.Get()); t != nil {
		return place{rt, t, core.TaskNameOf(t)}, true
	}
	if ctx == nil {
		return place{}, false
	}
	of := core.TaskOfContext(ctx)
	if of == nil {
		return place{}, false
	}
	return place{of.Rt, of.Task, of.Name}, true
}

// value returns the attributes of the task.
func (p place) value() slog.Value {
	attrs := make([]slog.Attr, 1, 4)
	attrs[0] = slog.String("name", p.name.String())
	if id, _, spawned := core.Origin(p.task); id != 0 {
		attrs = append(attrs, slog.Uint64("id", id), slog.String("spawned", spawned))
	}
	if p.rt != nil && !p.rt.Driver.Seeded() {
		if name := runtimes.Name(p.rt); name != "" {
			attrs = append(attrs, slog.String("runtime", name))
		}
	}
	return slog.GroupValue(attrs...)
}
