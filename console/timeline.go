package console

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
	"weak"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/events"
)

// recorder is the timeline: a tape for each runtime. It is off until a reader asks for it, goes on
// for maxRecording at the most, and counts as a reader meanwhile. The tapes are kept until the next
// recording begins.
type recorder struct {
	isOn  bool
	leave func()
	timer *time.Timer
	turns int // how often it was switched, for the timer
	tapes map[int]*taped
}

// taped is a runtime that is recorded.
type taped struct {
	rt   weak.Pointer[core.Runtime]
	tape *events.Tape
}

const (
	maxRecording = 10 * time.Minute
	maxShown     = 1_500 // polls that the page shows
	maxTop       = 30    // tasks of the timeline
)

// Timeline is the last polls of the timeline, for a picture. GET trace has all that are kept.
type Timeline struct {
	Recording bool         `json:"recording"`
	Kept      int          `json:"kept"`  // polls
	Polls     []TimedPoll  `json:"polls"` // the last 1,500
	Tasks     []TaskOnTape `json:"tasks"` // the busiest
}

// TimedPoll is a poll of the timeline. Its times are nanoseconds since the start of the runtime.
type TimedPoll struct {
	Runtime int    `json:"runtime"`
	Worker  int    `json:"worker"`
	Name    string `json:"name"`
	From    int64  `json:"from"`
	To      int64  `json:"to"`
	How     string `json:"how"` // ended, waits or yielded
}

// TaskOnTape is what tasks of one name did in the timeline.
type TaskOnTape struct {
	Runtime int    `json:"runtime"`
	Name    string `json:"name"`
	Polls   int    `json:"polls"`
	Busy    Millis `json:"busy"`
	Longest Millis `json:"longest"`
}

// record switches the timeline on or off.
func (o *observer) record(on bool) {
	if !on {
		o.looking.Lock()
		turn := o.recorder.turns
		o.looking.Unlock()
		o.stopRecording(turn)
		return
	}
	leave := o.enter() // not under the lock: see observer
	if !o.startRecording(leave) {
		leave()
	}
}

// startRecording begins a recording, and reports whether there was none. leave is called when it
// ends.
func (o *observer) startRecording(leave func()) bool {
	o.looking.Lock()
	defer o.looking.Unlock()
	r := &o.recorder
	if r.isOn {
		return false
	}
	r.isOn, r.leave, r.tapes = true, leave, map[int]*taped{}
	r.turns++
	turn := r.turns
	r.timer = time.AfterFunc(maxRecording, func() { o.stopRecording(turn) })
	o.choose()
	return true
}

// stopRecording ends a recording.
func (o *observer) stopRecording(turn int) {
	o.looking.Lock()
	r := &o.recorder
	if !r.isOn || r.turns != turn {
		o.looking.Unlock()
		return
	}
	r.isOn = false
	r.timer.Stop()
	for _, one := range r.tapes {
		if rt := one.rt.Value(); rt != nil {
			rt.Sched.SetTape(nil)
		}
	}
	leave := r.leave
	o.looking.Unlock()
	leave()
}

// begin records a runtime, if it is not recorded yet.
func (r *recorder) begin(s *subject) {
	if !r.isOn || r.tapes[s.id] != nil {
		return
	}
	tape := events.NewTape(s.rt.Driver)
	r.tapes[s.id] = &taped{weak.Make(s.rt), tape}
	s.rt.Sched.SetTape(tape)
}

// polls returns what is recorded, by runtime.
func (o *observer) recorded() (isOn bool, of map[int][]events.TapePoll) {
	o.looking.Lock()
	defer o.looking.Unlock()
	of = map[int][]events.TapePoll{}
	for id, one := range o.recorder.tapes {
		of[id] = one.tape.All()
	}
	return o.recorder.isOn, of
}

// timeline returns the last polls.
func (o *observer) timeline() *Timeline {
	isOn, of := o.recorded()
	t := &Timeline{Recording: isOn, Polls: []TimedPoll{}, Tasks: []TaskOnTape{}}
	type key struct {
		runtime int
		name    string
	}
	sums := map[key]*TaskOnTape{}
	names := map[core.TaskName]string{}
	for id, polls := range of {
		t.Kept += len(polls)
		slices.SortFunc(polls, func(a, b events.TapePoll) int { return cmp.Compare(b.To, a.To) })
		for i, p := range polls {
			name, ok := names[p.Name]
			if !ok {
				name = clip(p.Name.String())
				names[p.Name] = name
			}
			if i < maxShown {
				t.Polls = append(t.Polls, TimedPoll{id, p.Worker, name, p.From, p.To, p.How.String()})
			}
			sum := sums[key{id, name}]
			if sum == nil {
				sum = &TaskOnTape{Runtime: id, Name: name}
				sums[key{id, name}] = sum
			}
			took := millis(time.Duration(p.To - p.From))
			sum.Polls++
			sum.Busy += took
			sum.Longest = max(sum.Longest, took)
		}
	}
	all := slices.SortedFunc(maps.Values(sums), func(a, b *TaskOnTape) int {
		return cmp.Or(cmp.Compare(b.Busy, a.Busy), cmp.Compare(a.Name, b.Name))
	})
	for _, one := range all[:min(len(all), maxTop)] {
		t.Tasks = append(t.Tasks, *one)
	}
	return t
}

// onTape returns the polls of a task in the timeline, since it was seen first, and how long they took.
func (o *observer) onTape(k *known, rt *core.Runtime) (polls int, busy time.Duration) {
	one := o.recorder.tapes[k.runtime]
	if one == nil || one.rt.Value() != rt {
		return 0, 0
	}
	for _, p := range one.tape.All() {
		if p.Task == k.address && !rt.Driver.Time(p.From).Before(k.first) {
			polls++
			busy += time.Duration(p.To - p.From)
		}
	}
	return polls, busy
}

// timeline answers with the last polls.
func (h *handler) timeline(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, h.observer.timeline())
}

// record switches the timeline.
func (h *handler) record(w http.ResponseWriter, r *http.Request) {
	on, err := strconv.ParseBool(r.URL.Query().Get("on"))
	if err != nil {
		http.Error(w, "console: record needs on=1 or on=0", http.StatusBadRequest)
		return
	}
	h.observer.record(on)
	w.WriteHeader(http.StatusNoContent)
}

var errNoRecord = errors.New("console: nothing was recorded: POST record?on=1 begins")

// trace answers with the timeline as a trace for Perfetto.
func (h *handler) trace(w http.ResponseWriter, _ *http.Request) {
	_, of := h.observer.recorded()
	if len(of) == 0 {
		http.Error(w, errNoRecord.Error(), http.StatusNotFound)
		return
	}
	var all []events.TraceEvent
	for i, id := range slices.Sorted(maps.Keys(of)) {
		all = append(all, events.TapeTrace(of[id], 2*i+1, "runtime "+strconv.Itoa(id))...)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="edo.trace.json"`)
	events.WriteTrace(w, all)
}
