package logs

import (
	"log/slog"
	"reflect"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/report"
)

// Value is something of edo as a slog.LogValuer.
type Value struct{ of any }

// Of returns v as a value that is made into attributes when a record is written, by the goroutine that
// writes it:
//
//   - an *edo.Task: name, and what [NewHandler] adds
//   - a handle (*edo.JoinHandle, edo.AbortHandle): name, finished
//   - a *edo.Runtime, a report.Metrics: the numbers that are not 0
//   - a report.Task: name, state, id, spawned, waits
//   - a report.Snapshot: how many tasks and cycles, and its text, which is bounded
//   - a *edo.StallError, *edo.ShutdownError: their snapshot; a *edo.PanicError: task, value and stack
//
// Pointers to reports are taken as well. A nil pointer is the value nil; slog would write the text of a
// panic instead. Anything else is the value that slog makes of it. The Task must be the caller's.
//
//	slog.Info("waits", "task", logs.Of(task))
func Of(v any) Value { return Value{v} }

// LogValue returns the attributes.
func (v Value) LogValue() slog.Value {
	if p := reflect.ValueOf(v.of); !p.IsValid() || p.Kind() == reflect.Pointer && p.IsNil() {
		return slog.AnyValue(nil)
	}
	switch of := v.of.(type) {
	case *edo.Task:
		return ofTask(of)
	case *edo.Runtime:
		return ofMetrics(of.Metrics())
	case report.Metrics:
		return ofMetrics(of)
	case *report.Metrics:
		return ofMetrics(*of)
	case report.Task:
		return ofReport(&of)
	case *report.Task:
		return ofReport(of)
	case report.Snapshot:
		return slog.GroupValue(ofSnapshot(&of)...)
	case *report.Snapshot:
		return slog.GroupValue(ofSnapshot(of)...)
	case *edo.StallError:
		return slog.GroupValue(append([]slog.Attr{slog.Bool("island", of.Island)}, ofSnapshot(&of.Snapshot)...)...)
	case *edo.ShutdownError:
		return slog.GroupValue(append([]slog.Attr{slog.Any("cause", of.Cause)}, ofSnapshot(&of.Snapshot)...)...)
	case *edo.PanicError:
		return slog.GroupValue(slog.String("task", of.Task), slog.Any("value", of.Value), slog.String("stack", string(of.Stack)))
	case handle:
		return slog.GroupValue(slog.String("name", of.Name()), slog.Bool("finished", of.Finished()))
	}
	return slog.AnyValue(v.of)
}

// handle is that of a task.
type handle interface {
	Name() string
	Finished() bool
	Abort()
}

// ofTask returns the attributes of a task. One that is not the caller's has its name alone.
func ofTask(task *edo.Task) slog.Value {
	t := inside.Task(task)
	if t.Check() != nil || t.Head() == nil {
		return slog.GroupValue(slog.String("name", task.Name()))
	}
	return place{t.Rt, t.Head(), core.TaskNameOf(t.Head())}.value()
}

// ofMetrics returns the numbers that are not 0.
func ofMetrics(m report.Metrics) slog.Value {
	var attrs []slog.Attr
	for _, n := range []struct {
		name  string
		value uint64
	}{
		{"workers", uint64(m.Workers)}, {"spares", uint64(m.Spares)}, {"idle", uint64(m.Idle)}, {"alive", uint64(m.Alive)},
		{"waiting", uint64(m.Waiting)}, {"queued", uint64(m.Queued)}, {"blocking", uint64(m.Blocking)}, {"timers", uint64(m.Timers)},
		{"bodies", uint64(m.Bodies)}, {"failures", uint64(m.Failures)}, {"spawned", m.Spawned}, {"polls", m.Polls},
		{"steals", m.Steals}, {"parks", m.Parks}, {"stuck", m.Stuck},
	} {
		if n.value != 0 {
			attrs = append(attrs, slog.Uint64(n.name, n.value))
		}
	}
	return slog.GroupValue(attrs...)
}

// ofReport returns the attributes of a task of a report.
func ofReport(t *report.Task) slog.Value {
	attrs := []slog.Attr{slog.String("name", t.Name), slog.String("state", t.State)}
	if t.ID != 0 {
		attrs = append(attrs, slog.Uint64("id", t.ID), slog.String("spawned", t.Spawned))
	}
	if len(t.Waits) != 0 {
		waits := make([]string, len(t.Waits))
		for i, w := range t.Waits {
			waits[i] = w.Text()
		}
		attrs = append(attrs, slog.Any("waits", waits))
	}
	return slog.GroupValue(attrs...)
}

// ofSnapshot returns the attributes of a snapshot.
func ofSnapshot(s *report.Snapshot) []slog.Attr {
	return []slog.Attr{slog.Int("tasks", len(s.Tasks)), slog.Int("cycles", len(s.Cycles)), slog.String("text", s.Text())}
}
