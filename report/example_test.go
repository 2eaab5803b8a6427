package report_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/edo-go/edo/report"
)

// A snapshot is plain data: a program may make one by hand, or read it from JSON.
func Example() {
	var s report.Snapshot
	err := json.Unmarshal([]byte(`{"time":"2026-01-01T12:00:00Z","tasks":[
		{"id":1,"name":"main","state":"waiting","waits":[{"on":"scope: the end of 1 tasks"}]},
		{"id":2,"parent":1,"name":"reader","spawned":"main.go:21","state":"waiting","waits":[{"on":"socket: read"}]}
	]}`), &s)
	if err != nil {
		panic(err)
	}
	fmt.Print(s)
	// Output:
	// #1 main
	//   waits for scope: the end of 1 tasks
	//     #2 reader, spawned at main.go:21
	//       waits for socket: read
}

// Tasks that are alike are one line, with the ranges of their numbers.
func ExampleSnapshot_String() {
	var s report.Snapshot
	for i := range 300 {
		s.Tasks = append(s.Tasks, report.Task{Name: "handle", State: report.Waiting, Waits: []report.Wait{
			{On: fmt.Sprintf("socket: read from 127.0.0.1:%d", 40_000+i)},
		}})
	}
	fmt.Print(s)
	// Output:
	// 300 × handle: socket: read from 127.0.0.1:40000…40299
}

// Tasks in a cycle wait for each other, and can never go on.
func ExampleSnapshot_Text() {
	s := report.Snapshot{
		Tasks: []report.Task{
			{Name: "a", State: report.Waiting, Waits: []report.Wait{{On: "lock: mutex", Number: 1, HeldBy: []string{"b"}}}},
			{Name: "b", State: report.Waiting, Waits: []report.Wait{{On: "lock: mutex", Number: 2, HeldBy: []string{"a"}}}},
		},
		Cycles: [][]int{{0, 1}},
	}
	fmt.Println(s.Text())
	// Output:
	// a
	//   waits for lock: mutex #1, held by b
	// b
	//   waits for lock: mutex #2, held by a
	// a cycle of waits: a waits for lock: mutex #1, held by b; b waits for lock: mutex #2, held by a
}

// One line names the largest groups of the tasks that keep a program from ending.
func ExampleSnapshot_Remaining() {
	s := report.Snapshot{Tasks: []report.Task{{Name: "flush", State: "running", Cancelled: true}}}
	fmt.Println(s.Remaining("the interrupt 5 s ago", "a second signal ends them"))
	// Output:
	// edo: 1 task has not ended since the interrupt 5 s ago: flush, cancelled, still running; a second signal ends them
}

// A wait is what a leaf says of itself; the text follows the name of the task.
func ExampleWait() {
	w := report.Wait{
		On:    "mpsc: receive (empty)",
		Until: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC),
		By:    []string{"a sender made at main.go:41"},
	}
	fmt.Println(w)
	// Output: waits for mpsc: receive (empty), until 2026-01-01 12:00:00.000, from a sender made at main.go:41
}
