package events_test

import (
	"sync"
	"testing"

	"github.com/edo-go/edo/internal/events"
	"github.com/edo-go/edo/internal/sched"
)

// clock counts how often it was read.
type clock struct{ now int64 }

func (c *clock) Now() int64 { c.now++; return c.now }

// none is the body of a task that is not polled.
type none struct{}

func (none) Poll(*sched.Context) bool { return true }
func (none) Fail(any, []byte)         {}

func TestATapeKeepsTheLastPollsOfEachWorker(t *testing.T) {
	const each = 40_000
	tape := events.NewTape(&clock{})
	var task sched.Task
	task.Init(none{})
	tape.Polled(0, sched.Waits) // its beginning was not on the tape
	for i := range each {
		for worker := range 2 {
			tape.Polls(worker, &task)
			tape.Polled(worker, sched.Outcome(i%3))
		}
	}
	tape.Polls(5000, &task) // a worker that is not recorded
	tape.Polled(5000, sched.Ended)
	of := map[int][]events.TapePoll{}
	for _, p := range tape.All() {
		of[p.Worker] = append(of[p.Worker], p)
	}
	for worker := range 2 {
		polls := of[worker]
		if n := len(polls); len(of) != 2 || n < 31*1024 || n > 32*1024 {
			t.Fatalf("worker %d has %d polls", worker, n)
		}
		for i, p := range polls {
			if p.To != p.From+1 || p.How != sched.Outcome((each-len(polls)+i)%3) || i > 0 && p.From != polls[i-1].From+4 {
				t.Fatalf("poll %d of worker %d is %+v", i, worker, p)
			}
		}
	}
}

func TestATapeIsReadWhileItRecords(t *testing.T) {
	tape := events.NewTape(&clock{})
	var task sched.Task
	task.Init(none{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 20_000 {
			tape.Polls(0, &task)
			tape.Polled(0, sched.Yielded)
		}
	})
	for last := 0; last < 20_000; {
		all := tape.All()
		if len(all) < last {
			t.Fatalf("%d polls, and then %d", last, len(all))
		}
		last = len(all)
		for i, p := range all {
			if p.From == 0 || p.To != p.From+1 || i > 0 && p.From != all[i-1].From+2 {
				t.Fatalf("poll %d is %+v", i, p)
			}
		}
	}
	wg.Wait()
}

func TestATraceHasThePollsByWorkerAndByTask(t *testing.T) {
	polls := []events.TapePoll{
		{Worker: 1, Task: 8, From: 5_000, To: 6_000, How: sched.Ended},
		{Worker: 0, Task: 8, From: 1_000, To: 2_000, How: sched.Waits},
		{Worker: 0, Task: 8, From: 7_000, To: 9_000, How: sched.Waits}, // another task, at its address
	}
	type row struct {
		cat      string
		pid, tid int
		from, to float64
	}
	var rows []row
	for _, e := range events.TapeTrace(polls, 3, "r") {
		switch e.Phase {
		case "B":
			rows = append(rows, row{e.Cat, e.Pid, e.Tid, e.At, 0})
		case "E": // of the slice that has begun last
			r := &rows[len(rows)-1]
			if r.cat != e.Cat || r.pid != e.Pid || r.tid != e.Tid {
				t.Errorf("%+v ends %+v", e, *r)
			}
			r.to = e.At
		}
	}
	want := []row{
		{"poll", 3, 1, 1, 2}, {"poll", 3, 2, 5, 6}, {"poll", 3, 1, 7, 9},
		{"poll", 4, 1, 1, 2}, {"wait", 4, 1, 2, 5}, {"poll", 4, 1, 5, 6}, {"poll", 4, 2, 7, 9},
	}
	if len(rows) != len(want) {
		t.Fatal(rows)
	}
	for i := range want {
		if rows[i] != want[i] {
			t.Errorf("slice %d is %v, want %v", i, rows[i], want[i])
		}
	}
}
