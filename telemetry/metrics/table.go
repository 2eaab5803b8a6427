package metrics

import (
	"slices"
	"strings"
)

// Kind says how a number behaves.
type Kind uint8

const (
	// Counter only grows, and begins at 0 with its runtime.
	Counter Kind = iota
	// UpDownCounter is a number of things that exist now: sums over runtimes make sense.
	UpDownCounter
)

// String returns the name of k.
func (k Kind) String() string {
	if k == Counter {
		return "counter"
	}
	return "gauge"
}

// Metric describes a number. The metrics of package metrics are made once, and never changed: compare
// their pointers.
type Metric struct {
	Name   string // with dots, as OpenTelemetry has it: "edo.polls"
	Help   string // a sentence
	Unit   string // by UCUM: "{task}", "s"
	Kind   Kind
	Labels []string // names of its labels

	read reading
}

// reading says where the value is from.
type reading struct {
	process func(*processNumbers) float64
	runtime func(*runtimeNumbers) float64
	worker  func(*workerNumbers) float64
}

// Prometheus returns the name as Prometheus has it: with underscores, the unit, and _total behind a
// counter.
func (m *Metric) Prometheus() string {
	name := strings.ReplaceAll(m.Name, ".", "_")
	if unit := units[m.Unit]; !strings.HasSuffix(name, unit) {
		name += unit
	}
	if m.Kind == Counter {
		name += "_total"
	}
	return name
}

// units are those that are a part of a name.
var units = map[string]string{"s": "_seconds", "By": "_bytes"}

// The labels.
const (
	labelRuntime = "runtime" // the name of the runtime, or its number
	labelWorker  = "worker"  // the number of the worker; "spare", "other"
	labelState   = "state"
	labelQueue   = "queue"
	labelClass   = "class"   // what the tasks run
	labelChannel = "channel" // a name that was given to Watch
)

func ofProcess(name, unit string, kind Kind, help string, read func(*processNumbers) float64) *Metric {
	return &Metric{Name: name, Help: help, Unit: unit, Kind: kind, read: reading{process: read}}
}

func ofRuntime(name, unit string, kind Kind, help string, read func(*runtimeNumbers) float64) *Metric {
	return &Metric{Name: name, Help: help, Unit: unit, Kind: kind, Labels: []string{labelRuntime}, read: reading{runtime: read}}
}

func ofWorker(name, unit string, kind Kind, help string, read func(*workerNumbers) float64) *Metric {
	return &Metric{Name: name, Help: help, Unit: unit, Kind: kind, Labels: []string{labelRuntime, labelWorker}, read: reading{worker: read}}
}

// metrics are those with a value for each process, each runtime or each worker.
var metrics = []*Metric{
	ofProcess("edo.runtimes", "{runtime}", UpDownCounter, "Runtimes that have not ended, without simulations.",
		func(p *processNumbers) float64 { return float64(p.runtimes) }),
	ofProcess("edo.handles.open", "{handle}", UpDownCounter,
		"Handles, such as senders and connections, that the garbage collector watches: neither closed nor found.",
		func(p *processNumbers) float64 { return float64(p.open) }),
	ofProcess("edo.handles.lost", "{handle}", Counter, "Handles that were never closed, and that the garbage collector has found.",
		func(p *processNumbers) float64 { return float64(p.lost) }),

	ofRuntime("edo.tasks", "{task}", UpDownCounter, "Tasks that have not ended, and up to 129 more for each worker that is not idle.",
		func(r *runtimeNumbers) float64 { return float64(r.Live) }),
	ofRuntime("edo.tasks.waiting", "{task}", UpDownCounter, "Tasks that have waited at least once, and have not ended.",
		func(r *runtimeNumbers) float64 { return float64(r.Waiting) }),
	ofRuntime("edo.tasks.blocking", "{task}", UpDownCounter, "Blocking tasks and calls that run on goroutines of their own, and do not wait in edo.",
		func(r *runtimeNumbers) float64 { return float64(r.External) }),
	ofRuntime("edo.tasks.failed", "{task}", UpDownCounter, "Failed tasks whose error no task has asked for.",
		func(r *runtimeNumbers) float64 { return float64(r.failed) }),
	ofRuntime("edo.tasks.spawned", "{task}", Counter, "Tasks spawned.",
		func(r *runtimeNumbers) float64 { return float64(r.spawned) }),
	ofRuntime("edo.polls", "{poll}", Counter, "Polls of tasks. A worker tells them every 61 polls, and when it parks.",
		func(r *runtimeNumbers) float64 { return float64(r.polls) }),
	ofRuntime("edo.polls.slow", "{poll}", Counter, "Polls that took more than 10 to 20 ms, so that another worker had to take over the tasks.",
		func(r *runtimeNumbers) float64 { return float64(r.Stuck) }),
	ofRuntime("edo.steals", "{steal}", Counter, "Times that a worker stole tasks from another.",
		func(r *runtimeNumbers) float64 { return float64(r.steals) }),
	ofRuntime("edo.parks", "{park}", Counter, "Times that a worker ran out of tasks and parked.",
		func(r *runtimeNumbers) float64 { return float64(r.parks) }),
	ofRuntime("edo.busy", "s", Counter, "Time for which workers were not idle, by 100 samples a second. Divided by polls: the mean time of a poll.",
		func(r *runtimeNumbers) float64 { return r.busy.Seconds() }),
	ofRuntime("edo.stalls", "{stall}", Counter, "Stalls that were reported: tasks that can never go on, all of them or those of an island.",
		func(r *runtimeNumbers) float64 { return float64(r.stalls) }),
	ofRuntime("edo.timers", "{timer}", UpDownCounter, "Timers that are armed, or were stopped and are still in a wheel.",
		func(r *runtimeNumbers) float64 { return float64(r.Timers) }),
	ofRuntime("edo.sockets", "{socket}", UpDownCounter, "Connections, listeners and other descriptors that the poller watches.",
		func(r *runtimeNumbers) float64 { return float64(r.sockets) }),
	ofRuntime("edo.coroutines", "{coroutine}", UpDownCounter, "Functions in direct style that have begun, each with its coroutine.",
		func(r *runtimeNumbers) float64 { return float64(r.coroutines) }),
	ofRuntime("edo.workers.spare", "{worker}", UpDownCounter, "Spare workers, which replace workers whose poll takes long.",
		func(r *runtimeNumbers) float64 { return float64(r.Spares) }),

	ofWorker("edo.worker.polls", "{poll}", Counter, "Polls of tasks by the worker.",
		func(w *workerNumbers) float64 { return float64(w.polls) }),
	ofWorker("edo.worker.steals", "{steal}", Counter, "Times that the worker stole tasks from another.",
		func(w *workerNumbers) float64 { return float64(w.steals) }),
	ofWorker("edo.worker.parks", "{park}", Counter, "Times that the worker ran out of tasks and parked.",
		func(w *workerNumbers) float64 { return float64(w.parks) }),
	ofWorker("edo.worker.busy", "s", Counter, "Time for which the worker was not idle, by 100 samples a second. Its rate is the share that it was busy.",
		func(w *workerNumbers) float64 { return w.busy.Seconds() }),
	ofWorker("edo.worker.queue.depth", "{task}", UpDownCounter, "Runnable tasks in the queues of the worker.",
		func(w *workerNumbers) float64 { return float64(w.queued) }),
	ofWorker("edo.worker.timers", "{timer}", UpDownCounter, "Timers in the wheel of the worker.",
		func(w *workerNumbers) float64 { return float64(w.timers) }),
}

// Those with values for each of some states, classes or channels.
var (
	workersByState = &Metric{
		Name: "edo.workers", Unit: "{worker}", Kind: UpDownCounter, Labels: []string{labelRuntime, labelState},
		Help: "Workers by state: idle, busy, or stuck in a poll that takes more than 10 to 20 ms. Spare ones are among them.",
	}
	queueDepth = &Metric{
		Name: "edo.queue.depth", Unit: "{task}", Kind: UpDownCounter, Labels: []string{labelRuntime, labelQueue},
		Help: "Runnable tasks in queues: in the global one, and in the local ones of all workers.",
	}
	tasksByClass = &Metric{
		Name: "edo.tasks.by_class", Unit: "{task}", Kind: UpDownCounter, Labels: []string{labelRuntime, labelClass},
		Help: "Tasks that have waited at least once, by function, type, or given name without numbers. Beyond 10,000 an estimate.",
	}
	channelDepth = &Metric{
		Name: "edo.channel.depth", Unit: "{item}", Kind: UpDownCounter, Labels: []string{labelChannel},
		Help: "Values in the channels that are watched.",
	}
	channelCapacity = &Metric{
		Name: "edo.channel.capacity", Unit: "{item}", Kind: UpDownCounter, Labels: []string{labelChannel},
		Help: "Values that the watched channels have room for; none for one without a limit.",
	}
	watchErrors = ofProcess("edo.watch.errors", "{error}", Counter, "Calls of functions given to Watch, or in a Set, that panicked or did not return in time.",
		func(p *processNumbers) float64 { return float64(p.watchErrors) })
)

// table is all metrics, by name.
var table = func() []*Metric {
	all := append(slices.Clone(metrics), workersByState, queueDepth, tasksByClass, channelDepth, channelCapacity, watchErrors)
	slices.SortFunc(all, func(a, b *Metric) int { return strings.Compare(a.Name, b.Name) })
	return all
}()
