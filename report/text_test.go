package report

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"
)

// seq yields tasks as a runtime may: each one in the same variable.
func seq(tasks []Task) iter.Seq[*Task] {
	return func(yield func(*Task) bool) {
		var t Task
		for _, t = range tasks {
			if !yield(&t) {
				return
			}
		}
	}
}

func textOf(tasks []Task) string { return strings.Join(linesOf(len(tasks), seq(tasks)), "\n") }

func require(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got\n%s\n\nwant\n%s", got, want)
	}
}

func on(on string) []Wait { return []Wait{{On: on}} }

// server returns the tasks of a server with conns connections, each with a reader and a
// writer.
func server(conns int) []Task {
	start := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	tasks := []Task{
		{ID: 1, Name: "main.main", Spawned: "main.go:14", State: Waiting, Waits: on("socket: accept at 127.0.0.1:8080")},
		{ID: 2, Parent: 1, Name: "ticks", Spawned: "main.go:15", State: Waiting, Waits: []Wait{{On: "timer: tick", Until: start.Add(time.Second)}}},
	}
	for i := range conns {
		id := uint64(3 + 3*i)
		tasks = append(tasks,
			Task{ID: id, Parent: 1, Name: "main.(*server).handle", Spawned: "server.go:31", State: Waiting, Waits: []Wait{
				{On: "edo: the end of the 2 tasks of a scope", By: []string{fmt.Sprintf("#%d reader", id+1), fmt.Sprintf("#%d writer", id+2)}}}},
			Task{ID: id + 1, Parent: id, Name: "reader", Spawned: "server.go:40", State: Waiting, Waits: []Wait{
				{On: fmt.Sprintf("socket: read from 127.0.0.1:%d, at 127.0.0.1:8080", 40_000+i%20_000), Outside: true, Until: start.Add(time.Duration(i) * time.Millisecond)}}},
			Task{ID: id + 2, Parent: id, Name: "writer", Spawned: "server.go:44", State: Waiting, Cancelled: i == 0, Waits: []Wait{
				{On: "mpsc: receive (empty, capacity 16)", By: []string{"a sender made at server.go:35 (func main.(*server).handle)"}},
				{On: "timer: sleep", Until: start.Add(time.Minute)}}})
	}
	return tasks
}

func TestAFewTasksAreShownOneByOne(t *testing.T) {
	require(t, textOf(server(1)), `#1 main.main, spawned at main.go:14
  waits for socket: accept at 127.0.0.1:8080
    #2 ticks, spawned at main.go:15
      waits for timer: tick, until 2026-01-01 12:00:01.000
    #3 main.(*server).handle, spawned at server.go:31
      waits for edo: the end of the 2 tasks of a scope, from #4 reader, #5 writer
        #4 reader, spawned at server.go:40
          waits for socket: read from 127.0.0.1:40000, at 127.0.0.1:8080, until 2026-01-01 12:00:00.000
        #5 writer, cancelled, spawned at server.go:44
          waits for mpsc: receive (empty, capacity 16), from a sender made at server.go:35 (func main.(*server).handle)
          waits for timer: sleep, until 2026-01-01 12:01:00.000`)
	require(t, textOf([]Task{
		{Name: "a", State: Waiting, Waits: on("gate: 1")},
		{Name: "b", State: "running"},
		{Name: "a", State: Waiting, Waits: on("gate: 1")},
		{Name: "a", State: Waiting, Waits: on("gate: 2")},
		{ID: 9, Parent: 3, Name: "c", Spawned: "x.go:1", State: Waiting},
	}), `2 × a: gate: 1
b
  running
a
  waits for gate: 2
#9 c, spawned at x.go:1 by #3, which has ended
  waits for something that does not say what it is`)
	require(t, textOf(nil), "")
}

const ofServer = `#1 main.main, spawned at main.go:14
  waits for socket: accept at 127.0.0.1:8080
    #2 ticks, spawned at main.go:15
      waits for timer: tick, until 2026-01-01 12:00:01.000
    %[1]d × main.(*server).handle, spawned at server.go:31: edo: the end of the 2 tasks of a scope, from #4…%[2]d reader, #5…%[3]d writer
        %[1]d × reader, spawned at server.go:40: socket: read from 127.0.0.1:40000…%[4]d, at 127.0.0.1:8080, until 2026-01-01 12:00:00.000 … %[5]s
        #5 writer, cancelled, spawned at server.go:44
          waits for mpsc: receive (empty, capacity 16), from a sender made at server.go:35 (func main.(*server).handle)
          waits for timer: sleep, until 2026-01-01 12:01:00.000
        %[6]d × writer, spawned at server.go:44
          waits for mpsc: receive (empty, capacity 16), from a sender made at server.go:35 (func main.(*server).handle)
          waits for timer: sleep, until 2026-01-01 12:01:00.000`

func TestTasksThatAreAlikeAreOneGroupBelowTheGroupOfTheirParents(t *testing.T) {
	require(t, textOf(server(299)), fmt.Sprintf(ofServer, 299, 3*299+1, 3*299+2, 40_298, "2026-01-01 12:00:00.298", 298))
}

func TestTheTextOfAThousandTimesAsManyTasksIsAsShort(t *testing.T) {
	tasks := server(50_000)
	require(t, textOf(tasks), fmt.Sprintf(ofServer, 50_000, 3*50_000+1, 3*50_000+2, 59_999, "2026-01-01 12:00:49.999", 49_999))
}

func TestTasksWithoutIDsAreListedByTheSizeOfTheirGroups(t *testing.T) {
	var tasks []Task
	for i := range 300 {
		tasks = append(tasks, Task{Name: "main.(*server).handle", State: Waiting, Waits: on(fmt.Sprintf("socket: read from 127.0.0.1:%d", 40_000+i))})
	}
	tasks[7] = Task{Name: "main.(*server).flush", State: "running", Cancelled: true}
	tasks = append(tasks, Task{Name: "main.a", State: "runnable"}, Task{Name: "main.a", State: "runnable"})
	want := `299 × main.(*server).handle: socket: read from 127.0.0.1:40000…40299
2 × main.a: runnable
main.(*server).flush, cancelled
  running`
	require(t, textOf(tasks), want)
	r := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		r.Shuffle(len(tasks), func(i, k int) { tasks[i], tasks[k] = tasks[k], tasks[i] })
		require(t, textOf(tasks), want)
	}
}

func TestWaitsForDifferentLocksAreCountedByTheirNumbers(t *testing.T) {
	var tasks []Task
	for i := range 300 {
		number := 2
		switch {
		case i%100 == 0:
			number = 7
		case i > 290:
			number = i
		}
		tasks = append(tasks, Task{Name: "handle", State: Waiting, Waits: []Wait{{On: "lock: rwmutex, to write", Number: number, HeldBy: []string{"main.b (taken at x.go:12)"}}}})
	}
	require(t, textOf(tasks), "300 × handle: lock: rwmutex #2 (288 ×), #7 (3 ×), #291 (1 ×) and 8 more, to write, held by main.b (taken at x.go:12)")
	require(t, textOf(tasks[1:20]), "19 × handle: lock: rwmutex #2, to write, held by main.b (taken at x.go:12)")
	tasks[5].Waits[0].HeldBy[0] = "main.b (taken at x.go:13)"
	if got := textOf(tasks[1:20]); strings.Count(got, "\n") != 2 {
		t.Errorf("another place is the same group:\n%s", got)
	}
}

func TestTheTextIsBounded(t *testing.T) {
	word := func(i int) string { // a different word without digits for each number
		return strings.Map(func(r rune) rune { return r - '0' + 'g' }, fmt.Sprint(i))
	}
	many := make([]Task, 0, 20_000)
	for i := range 20_000 {
		many = append(many, Task{ID: uint64(i + 1), Name: word(i), State: Waiting, Waits: on("gate: shut")})
	}
	deep := make([]Task, 0, 20_000)
	for i := range uint64(20_000) {
		deep = append(deep, Task{ID: i + 1, Parent: i, Name: "task", State: Waiting, Waits: on("gate: shut")})
	}
	wide := []Task{{Name: strings.Repeat("ä", 10_000), State: Waiting, Waits: make([]Wait, 10_000)}}
	for i := range wide[0].Waits {
		wide[0].Waits[i] = Wait{On: strings.Repeat("x", 10_000), By: []string{strings.Repeat("y", 10_000)}}
	}
	for name, tasks := range map[string][]Task{"distinct": many, "deep": deep, "wide": wide} {
		text := textOf(tasks)
		if lines := strings.Count(text, "\n") + 1; len(text) > 20_000 || lines > 2*maxGroups+1 {
			t.Errorf("%s: %d bytes, %d lines", name, len(text), lines)
		}
		if name != "wide" && !strings.HasSuffix(text, "\nand 19950 more") {
			t.Errorf("%s: ends with %q", name, text[len(text)-40:])
		}
		if name == "wide" && !strings.HasSuffix(text, "\n  waits for 9992 more") {
			t.Errorf("%s: ends with %q", name, text[len(text)-40:])
		}
	}
	for i := range 500 {
		many = append(many, Task{ID: uint64(200_000 + i), Name: "late", State: Waiting, Waits: on("gate: shut")})
		deep = append(deep, Task{ID: uint64(200_000 + i), Parent: 20_000, Name: "late", State: Waiting, Waits: on("gate: shut")})
	}
	for name, tasks := range map[string][]Task{"distinct": many, "deep": deep} {
		if text := textOf(tasks); !strings.Contains(text, "500 × late: gate: shut\n") || !strings.HasSuffix(text, "\nand 19951 more") {
			t.Errorf("%s: the largest group is left out, or the number is wrong:\n%s", name, text)
		}
	}
	for i := 1999; i >= 0; i-- {
		many[i].Name = many[i/2].Name // groups of two, of which most are left out
	}
	if text := textOf(many); !strings.Contains(text, "more, in ") {
		t.Errorf("got %s", text[len(text)-60:])
	}
}

func TestCountsAddUp(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		var tasks []Task
		for i := range 1 + r.IntN(300) {
			tasks = append(tasks, Task{ID: uint64(i+1) * uint64(r.IntN(2)), Parent: uint64(r.IntN(i + 1)), Name: string(rune('g' + r.IntN(20))), Cancelled: r.IntN(9) == 0, State: Waiting, Waits: on(fmt.Sprintf("gate: %d", r.IntN(9)))})
			if tasks[i].ID == 0 {
				tasks[i].Parent = 0
			}
		}
		got, shown := 0, 0
		for _, line := range linesOf(len(tasks), seq(tasks)) {
			line = strings.TrimSpace(line)
			n, left := 0, 0
			if _, err := fmt.Sscanf(line, "and %d more", &left); err == nil {
				got += left
			} else if _, err := fmt.Sscanf(line, "%d × ", &n); err == nil {
				got, shown = got+n, shown+1
			} else if !strings.HasPrefix(line, "waits for") {
				got, shown = got+1, shown+1
			}
		}
		if got != len(tasks) || shown > maxGroups {
			t.Fatalf("%d tasks, %d in the text, in %d groups:\n%s", len(tasks), got, shown, textOf(tasks))
		}
	}
}

func TestMemoryOfATextIsProportionalToTheGroups(t *testing.T) {
	all := func(yield func(*Task) bool) {
		waits := make([]Wait, 1)
		var task Task
		for i := range 300_000 {
			waits[0].On = ons[i%len(ons)]
			task = Task{Name: "handle", State: Waiting, Waits: waits}
			if !yield(&task) {
				return
			}
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	lines := linesOf(300_000, all)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 20_000 || len(lines) != 1 {
		t.Errorf("%d bytes for %q", n, lines)
	}
}

var ons = func() (ons []string) {
	for i := range 1000 {
		ons = append(ons, fmt.Sprintf("socket: read from 127.0.0.1:%d", i))
	}
	return ons
}()

func TestBriefNamesTheCancelledFirstAndThenTheLargestGroups(t *testing.T) {
	var tasks []Task
	for i := range 299 {
		tasks = append(tasks, Task{Name: "main.(*server).handle", Spawned: "a.go:1", State: Waiting, Waits: []Wait{{On: fmt.Sprintf("socket: read from 127.0.0.1:%d, at 127.0.0.1:80", i), By: []string{"x"}}}})
	}
	for i := range 12 {
		tasks = append(tasks, Task{Name: fmt.Sprintf("worker-%d", i), State: Waiting, Waits: []Wait{{On: "mpsc: receive (empty, capacity 16)"}, {On: "timer: sleep"}}})
	}
	tasks = append(tasks,
		Task{Name: "main.crunch", State: "running", Cancelled: true},
		Task{Name: "main.flush", State: Waiting, Cancelled: true, Waits: on("lock: mutex")},
		Task{Name: "main.odd", State: Waiting},
		Task{Name: "main.busy", State: "running"})
	tasks[len(tasks)-3].Waits[0].Number = 4
	require(t, briefOf(len(tasks), seq(tasks)), "main.crunch, cancelled, still running; main.flush, cancelled, still waits for lock: mutex #4; 299 × main.(*server).handle: socket: read; "+
		"12 × worker-0…11: mpsc: receive, or 1 more; main.busy: running; and 1 more")
	require(t, remainingText(312, seq(tasks[:312]), "the interrupt 1 s ago", "a second signal ends them"),
		"edo: 312 tasks have not ended since the interrupt 1 s ago: main.crunch, cancelled, still running; 299 × main.(*server).handle: socket: read; 12 × worker-0…11: mpsc: receive, or 1 more; a second signal ends them")
	require(t, remainingText(1, seq(tasks[313:314]), "the interrupt 5 s ago", ""),
		"edo: 1 task has not ended since the interrupt 5 s ago: main.odd: waits")
}

func TestBriefTextsHaveNamesAndNoDetails(t *testing.T) {
	for on, want := range map[string]string{
		"edo: a call of example.com/main.(*server).ask.func1": "edo: a call of example.com/main.(*server).ask.func1",
		"edo: a call of main.ask[...]":                        "edo: a call of main.ask[...]",
		"mpsc: receive (empty, capacity 16)":                  "mpsc: receive",
		"socket: read from 127.0.0.1:40000, at 127.0.0.1:80":  "socket: read",
	} {
		if got := withoutDetails(on); got != want {
			t.Errorf("withoutDetails(%q) = %q, want %q", on, got, want)
		}
	}
}

func TestCycleText(t *testing.T) {
	tasks := []Task{
		{Name: "A", Waits: []Wait{{On: "lock: mutex", Number: 2, HeldBy: []string{"B (taken at x.go:12)"}}}},
		{ID: 5, Name: "B", Waits: []Wait{{On: "mpsc: send (full)", By: []string{"the receiver", "A"}}, {On: "edo: the end of a task", By: []string{"A"}}}},
	}
	task := func(i int) *Task { return &tasks[i%len(tasks)] }
	require(t, cycleText(2, task), "a cycle of waits: A waits for lock: mutex #2, held by B (taken at x.go:12); "+
		"#5 B waits for mpsc: send (full), from the receiver, A, or for edo: the end of a task, from A")
	require(t, cycleText(1, task), "a task that waits for itself: A waits for lock: mutex #2, held by B (taken at x.go:12)")
	long := cycleText(1_000_000, task)
	if strings.Count(long, "A waits for") != 4 || !strings.Contains(long, "; and so on, by way of 999992 more; #5 B waits") {
		t.Errorf("got %s", long)
	}
	tasks[0].Waits = make([]Wait, 100)
	if got := cycleText(1, task); strings.Count(got, ", or for ") != 8 || !strings.HasSuffix(got, ", or for 92 more") {
		t.Errorf("got %s", got)
	}
}

func BenchmarkText(b *testing.B) {
	tasks := server(333_333)
	for b.Loop() {
		linesOf(len(tasks), seq(tasks))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(tasks)), "ns/task")
}
