package events

import (
	"bufio"
	"cmp"
	"encoding/json"
	"io"
	"slices"

	"github.com/edo-go/edo/internal/sched"
)

// TraceEvent is an event of the Trace Event Format, which the tools of Chrome define and Perfetto
// reads. Times are microseconds. A slice is its begin and its end: the end of a wait and the begin of
// a poll are then the same number, which the sum of a begin and a duration is not.
type TraceEvent struct {
	Name  string         `json:"name"`
	Cat   string         `json:"cat,omitempty"`
	Phase string         `json:"ph"`
	At    float64        `json:"ts"`
	Pid   int            `json:"pid"`
	Tid   int            `json:"tid"`
	ID    int            `json:"id,omitempty"`
	Bind  string         `json:"bp,omitempty"`
	Scope string         `json:"s,omitempty"`
	Args  map[string]any `json:"args,omitempty"`
}

// WriteTrace writes events as a file of the format: an object with traceEvents.
func WriteTrace(w io.Writer, all []TraceEvent) error {
	b := bufio.NewWriter(w)
	err := json.NewEncoder(b).Encode(map[string]any{"traceEvents": all, "displayTimeUnit": "ns"})
	if err != nil {
		return err
	}
	return b.Flush()
}

// TapeTrace returns the polls of a tape as a trace. There are two processes: in the first each
// worker is a thread, and its polls are slices with the names of their tasks; in the second each
// task is one, with its polls and what is between them. pid is the number of the first one, and name
// that of the runtime.
func TapeTrace(polls []TapePoll, pid int, name string) (all []TraceEvent) {
	meta := func(what string, pid, tid int, name string) {
		all = append(all, TraceEvent{Name: what, Phase: "M", Pid: pid, Tid: tid, Args: map[string]any{"name": name}})
	}
	slice := func(name, cat string, pid, tid int, from, to int64, args map[string]any) {
		e := TraceEvent{Name: name, Cat: cat, Phase: "B", At: float64(from) / 1000, Pid: pid, Tid: tid, Args: args}
		all = append(all, e)
		e.Phase, e.At = "E", float64(to)/1000
		all = append(all, e)
	}
	meta("process_name", pid, 0, name+": workers")
	meta("process_name", pid+1, 0, name+": tasks")
	workers := map[int]bool{}
	type task struct {
		address uintptr
		name    string
	}
	numbers := map[task]int{}
	byTask := make([][]TapePoll, 1)
	slices.SortFunc(polls, func(a, b TapePoll) int { return cmp.Compare(a.From, b.From) })
	for _, p := range polls {
		if !workers[p.Worker] {
			workers[p.Worker] = true
			meta("thread_name", pid, p.Worker+1, "worker")
		}
		key := task{p.Task, p.Name.String()}
		n := numbers[key]
		if n == 0 {
			n = len(byTask)
			numbers[key] = n
			byTask = append(byTask, nil)
			meta("thread_name", pid+1, n, key.name)
		}
		byTask[n] = append(byTask[n], p)
		slice(key.name, "poll", pid, p.Worker+1, p.From, p.To, map[string]any{"result": p.How.String(), "task": n})
		if p.How == sched.Ended { // the task has ended: another one may come to its address
			delete(numbers, key)
		}
	}
	for n, of := range byTask {
		for i, p := range of {
			if i > 0 && of[i-1].To < p.From {
				slice(of[i-1].How.String(), "wait", pid+1, n, of[i-1].To, p.From, nil)
			}
			slice("poll", "poll", pid+1, n, p.From, p.To, map[string]any{"result": p.How.String(), "worker": p.Worker})
		}
	}
	return all
}
