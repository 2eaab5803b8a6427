package screen

import (
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/report"
)

// noon is the time of the first frame.
var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// ago is a time before noon.
func ago(d time.Duration) time.Time { return noon.Add(-d) }

// hostile is a name that a terminal must not get as it is.
const hostile = "\x1b[2J\x1b]0;owned\a\u202eevil\r\nnext"

// exampleFrame is a program with a deadlock, a channel that fills, a task that does not yield, and many idle tasks.
func exampleFrame() *console.Frame {
	ref := func(n uint64, name string) console.TaskRef { return console.TaskRef{Ref: n, Name: name} }
	pay, refund, audit, busy, sink := ref(5, "#5 pay"), ref(6, "#6 refund"), ref(7, "#7 audit"), ref(9, "#9 busy"), ref(11, "#11 slow sink")
	group := func(count int, name, wait string, since time.Duration, tasks ...console.TaskRef) console.Group {
		return console.Group{Group: report.Group{Key: name, Count: count, Name: name, Spawned: "bank/main.go:31", State: "waiting", Waits: []string{wait}}, Since: ago(since), Tasks: tasks}
	}
	rt := console.Runtime{
		ID: 1,
		Metrics: report.Metrics{
			Workers: 2, Idle: 1, Alive: 20_008, Waiting: 20_007, Queued: 3, Timers: 1, Spawned: 20_010, Polls: 40_321, Steals: 12, Parks: 96, Stuck: 1,
		},
		Round: console.Round{Began: ago(time.Second), Took: 12.3, Listed: 20_007, Asked: 20_007, Whole: true},
		Groups: []console.Group{
			group(20_000, "idle", "test: an event that does not come", 70*time.Second, ref(21, "#21 idle"), ref(22, "#22 idle")),
			group(3, "source", "mpsc: send (full, capacity 16) #3", 12*time.Second, ref(12, "#12 source"), ref(13, "#13 source"), ref(14, "#14 source")),
			group(1, "audit", "lock: mutex #1, held by #5 pay, taken at bank/main.go:12", 12*time.Second, audit),
			group(1, "pay", "lock: mutex #2, held by #6 refund, taken at bank/main.go:12", 12*time.Second, pay),
			group(1, "refund", "lock: mutex #1, held by #5 pay, taken at bank/main.go:12", 12*time.Second, refund),
			group(1, "slow sink", "timer: sleep, until 2026-11-30 12:30:00.000", 12*time.Second, sink),
			group(1, "読み取り専用の長い名前のタスク", "socket: read from 127.0.0.1:40000, at 127.0.0.1:80", 3*time.Hour, ref(30, "#30 読み取り専用の長い名前のタスク")),
			group(1, hostile, hostile, 0, ref(31, hostile)),
		},
		LeftOut: 1,
		Objects: []console.Object{
			{
				Number: 3, Kind: "mpsc", State: "full, capacity 16", Full: true, Waiting: 3, Waits: []console.OpCount{{Op: "mpsc: send", Tasks: 3}}, By: []string{"a receiver"},
				Holders: []console.Holder{{TaskRef: sink}}, Tasks: []console.TaskRef{ref(12, "#12 source"), ref(13, "#13 source")}, Since: ago(12 * time.Second),
			},
			{
				Number: 1, Kind: "lock: mutex", State: "", Waiting: 2, Waits: []console.OpCount{{Op: "lock: mutex", Tasks: 2}},
				Holders: []console.Holder{{TaskRef: pay, Place: "bank/main.go:12", Holds: true}}, Tasks: []console.TaskRef{refund, audit}, Since: ago(12 * time.Second),
			},
			{
				Number: 2, Kind: "lock: mutex", State: "", Waiting: 1, Waits: []console.OpCount{{Op: "lock: mutex", Tasks: 1}},
				Holders: []console.Holder{{TaskRef: refund, Place: "bank/main.go:12", Holds: true}}, Tasks: []console.TaskRef{pay}, Since: ago(12 * time.Second),
			},
		},
		Sockets:   []console.Socket{{Op: "socket: read", Local: "127.0.0.1:80", Tasks: 1}},
		Deadlines: []int{0, 0, 0, 0, 0, 0, 1, 0},
		Workers: []console.Worker{
			{ID: 0, State: "stuck", For: 11_980, Queued: 3, Timers: 0, Next: -1, Polls: 20_161, Steals: 5, Parks: 40},
			{ID: 1, State: "idle", Timers: 1, Next: 1_788_000, Polls: 20_160, Steals: 7, Parks: 56},
		},
		Polls: []console.Poll{
			{Task: busy, Worker: 0, Began: ago(12 * time.Second), Took: 11_980, Runs: true, Stack: "goroutine 27 [running]:\nmain.spin(...)\n\t/src/bank/main.go:40\nmain.main.func3()\n\t/src/bank/main.go:55 +0x1d"},
		},
		Graph: console.Graph{
			Nodes: []console.Node{
				{TaskRef: refund, Count: 1, Cycle: true}, {TaskRef: pay, Count: 1, Cycle: true}, {TaskRef: audit, Count: 1},
				{TaskRef: ref(12, "#12 source"), Count: 3}, {TaskRef: sink, Count: 1},
			},
			Edges: []console.Edge{
				{From: 0, To: 1, On: "lock: mutex #1", Place: "bank/main.go:12", Cycle: true}, {From: 1, To: 0, On: "lock: mutex #2", Place: "bank/main.go:12", Cycle: true},
				{From: 2, To: 1, On: "lock: mutex #1", Place: "bank/main.go:12"}, {From: 3, To: 4, On: "mpsc: send #3"},
			},
		},
		Cycles: []console.Cycle{{Tasks: []console.TaskRef{pay, refund}, Text: "#5 pay waits for lock: mutex #2, …", Stuck: 3, Since: ago(12 * time.Second)}},
	}
	return &console.Frame{
		Time: noon, Number: 12,
		Program:  console.Program{Name: "bank", PID: 4711, Go: "go1.26.8", Goroutines: 9, Heap: 18_400_000, Memory: 40_000_000},
		Runtimes: []console.Runtime{rt},
		Findings: []console.Finding{
			{Level: "fault", Kind: "cycle", Runtime: 1, Task: pay, Since: ago(12 * time.Second), Text: "2 tasks wait for each other and can never go on: #5 pay waits for lock: mutex #2, held by #6 refund, taken at bank/main.go:12; " +
				"#6 refund waits for lock: mutex #1, held by #5 pay, taken at bank/main.go:12; 1 more task waits for these"},
			{Level: "fault", Kind: "poll", Runtime: 1, Task: busy, Since: ago(12 * time.Second), Text: "a poll of #9 busy, in main.spin at main.go:40 on worker 0 has taken 11.98s and has not returned: a task that does not yield holds its worker up"},
			{Level: "warning", Kind: "full", Runtime: 1, Task: ref(12, "#12 source"), Since: ago(12 * time.Second), Text: "mpsc #3 is full (full, capacity 16): 3 tasks wait for room; its receiver was last #11 slow sink"},
			{Level: "warning", Kind: "failures", Runtime: 1, Since: noon, Text: "1 task has failed, and no task has joined them"},
			{Level: "warning", Kind: "forgotten", Since: ago(time.Minute), Text: "2 handles were never closed, and garbage: mpsc: a sender made at bank/main.go:77"},
		},
		Forgotten:    []console.Forgotten{{At: ago(time.Minute), What: "mpsc: a sender made at bank/main.go:77"}, {At: ago(2 * time.Minute), What: hostile}},
		ForgottenAll: 2, OpenHandles: 8, Readers: 1, Cost: 0.004,
	}
}

// exampleTask is what the console says of a task of the frame.
func exampleTask(ref uint64) *console.Task {
	t := &console.Task{
		TaskRef: console.TaskRef{Ref: ref, Name: "#5 pay"}, Runtime: 1, Since: ago(12 * time.Second), SeenFrom: ago(20 * time.Second), Wakers: []console.Holder{},
		Info: report.Task{ID: 5, Parent: 1, Name: "pay", Spawned: "bank/main.go:28", State: "waiting", Waits: []report.Wait{{On: "lock: mutex", Number: 2, HeldBy: []string{"#6 refund, taken at bank/main.go:12"}}}},
		Last: []console.Observation{
			{From: ago(15 * time.Second), To: ago(12 * time.Second), What: "waits for lock: barrier"}, {From: ago(20 * time.Second), To: ago(15 * time.Second), What: "waits for timer: sleep"},
		},
		Polls: 4, Busy: 0.21,
	}
	switch ref {
	case 5:
		t.Wakers = []console.Holder{{TaskRef: console.TaskRef{Ref: 6, Name: "#6 refund"}, Place: "bank/main.go:12", Holds: true}}
	case 6:
		t.Name, t.Info.Name = "#6 refund", "refund"
		t.Wakers = []console.Holder{{TaskRef: console.TaskRef{Ref: 5, Name: "#5 pay"}, Place: "bank/main.go:12", Holds: true}}
	case 31:
		t.Name, t.Info.Name, t.Info.State = hostile, hostile, "waiting"
		t.Info.Waits = []report.Wait{{On: hostile, By: []string{hostile}}}
	default:
		t.Ended, t.Name = true, "a task"
	}
	return t
}

// example returns a screen with the frame.
func example(width, height int) *Screen {
	s := New("127.0.0.1:6070", time.UTC)
	s.Resize(width, height)
	s.Take(exampleFrame(), noon)
	return s
}

// press presses keys, which are separated by spaces, and answers what the screen asks the console for.
func press(s *Screen, keys string) {
	for key := range strings.FieldsSeq(keys) {
		text := ""
		if len([]rune(key)) == 1 {
			text = key
		}
		s.Press(key, text)
		answerAll(s)
	}
}

// answerAll answers what the screen asks the console for.
func answerAll(s *Screen) {
	if ref, ok := s.Ask(); ok {
		s.Answer(ref, exampleTask(ref), nil)
	}
	if s.AskStacks() {
		s.AnswerStacks("goroutine 27 [running]:\nmain.spin(...)\n\t/src/bank/main.go:40\n\ngoroutine 31 [running]:\nmain."+hostile+"(...)", nil, noon)
	}
}

// plain returns the lines without styles, and requires that none is too wide, and that nothing but styles is in them that a
// terminal obeys.
func plain(t *testing.T, s *Screen) []string {
	t.Helper()
	lines := s.Lines()
	if len(lines) != s.height {
		t.Errorf("%d lines on a screen of %d", len(lines), s.height)
	}
	for i, line := range lines {
		lines[i] = withoutStyles(t, line)
		if w := width(lines[i]); w > s.width {
			t.Errorf("a line takes %d cells of %d: %q", w, s.width, lines[i])
		}
	}
	return lines
}
