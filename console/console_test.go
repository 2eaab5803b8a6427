package console_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

var million = flag.Bool("million", false, "hold a million tasks where the suite has 20,000")

// place is a runtime, and a console that looks at it.
type place struct {
	t  *testing.T
	rt *edo.Runtime
	h  http.Handler
}

func newPlace(t *testing.T, c edo.Config) *place {
	t.Helper()
	c.OnError = func(error) {}
	rt, err := edo.New(c)
	if err != nil {
		t.Fatal(err)
	}
	h := console.Fast()
	leave := console.Enter(h)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := rt.Shutdown(ctx); ctx.Err() != nil {
			t.Error(err)
		}
		leave()
		console.WaitForEnd(h)
	})
	return &place{t, rt, h}
}

// get returns the answer to a request from this machine.
func get(h http.Handler, method, path string, head ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost"+path, nil)
	r.RemoteAddr = "127.0.0.1:40000"
	for i := 0; i < len(head); i += 2 {
		if head[i] == "Host" {
			r.Host = head[i+1]
		} else {
			r.Header.Set(head[i], head[i+1])
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// frame returns a frame, and its size.
func (p *place) frame() (f console.Frame, size int) {
	p.t.Helper()
	w := get(p.h, "GET", "/snapshot")
	if w.Code != http.StatusOK {
		p.t.Fatalf("snapshot: %d %s", w.Code, w.Body)
	}
	size = w.Body.Len()
	if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil {
		p.t.Fatal(err)
	}
	return f, size
}

// until returns the first frame that is as it should be. A test that waits in vain is ended by
// Main.
func (p *place) until(is func(f *console.Frame, rt *console.Runtime) bool) (console.Frame, console.Runtime) {
	p.t.Helper()
	for {
		come := console.NextFrame(p.h)
		f, _ := p.frame()
		for _, rt := range f.Runtimes {
			if is(&f, &rt) {
				return f, rt
			}
		}
		<-come
	}
}

// task returns what the console knows of a task.
func (p *place) task(ref uint64) (v console.Task) {
	p.t.Helper()
	w := get(p.h, "GET", fmt.Sprint("/task?ref=", ref))
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		p.t.Fatalf("task %d: %d %s", ref, w.Code, w.Body)
	}
	return v
}

// deadlock spawns two tasks that wait for each other, and one that waits for the first.
func deadlock(rt *edo.Runtime) {
	a, b := new(lock.Mutex), new(lock.Mutex)
	barrier := lock.NewBarrier(3)
	grab := func(first, second *lock.Mutex) func(*edo.Task) error {
		return func(task *edo.Task) error {
			if err := first.Lock(task); err != nil {
				return err
			}
			defer first.Unlock()
			if _, err := barrier.Wait(task); err != nil {
				return err
			}
			if err := second.Lock(task); err != nil {
				return err
			}
			second.Unlock()
			return nil
		}
	}
	edo.Go(rt, grab(a, b), edo.Name("pay"))
	edo.Go(rt, grab(b, a), edo.Name("refund"))
	edo.Go(rt, func(task *edo.Task) error {
		if _, err := barrier.Wait(task); err != nil {
			return err
		}
		return a.Lock(task)
	}, edo.Name("audit"))
}

func TestADeadlockOfTwoLocksIsACycle(t *testing.T) {
	p := newPlace(t, edo.Config{Workers: 2, Trace: true})
	deadlock(p.rt)
	f, rt := p.until(func(_ *console.Frame, rt *console.Runtime) bool {
		return len(rt.Cycles) == 1 && rt.Cycles[0].Stuck == 3
	})
	c := rt.Cycles[0]
	for _, want := range []string{"pay waits for lock: mutex #", "refund waits for lock: mutex #", "held by #", "taken at console_test.go:"} {
		if !strings.Contains(c.Text, want) {
			t.Errorf("%q is missing in %q", want, c.Text)
		}
	}
	if len(f.Findings) == 0 || f.Findings[0].Kind != "cycle" || f.Findings[0].Level != "fault" || !strings.Contains(f.Findings[0].Text, "1 more task waits") {
		t.Errorf("the findings are %v", f.Findings)
	}
	red := 0
	for _, e := range rt.Graph.Edges {
		a, b := rt.Graph.Nodes[e.From], rt.Graph.Nodes[e.To]
		if e.Cycle != (a.Cycle && b.Cycle) || e.Cycle == strings.Contains(a.Name, "audit") {
			t.Errorf("the edge from %v to %v is %v", a, b, e)
		}
		if e.Cycle {
			red++
		}
	}
	if red != 2 || len(rt.Graph.Edges) != 3 {
		t.Errorf("the graph is %v", rt.Graph)
	}
	for range 10 {
		_, rt := p.until(func(_ *console.Frame, rt *console.Runtime) bool { return len(rt.Cycles) == 1 })
		if now := rt.Cycles[0]; !now.Since.Equal(c.Since) || now.Text != c.Text || now.Tasks[0] != c.Tasks[0] {
			t.Errorf("the same cycle is told as %+v and later as %+v", c, now)
		}
		runtime.GC() // what leads to a task does not change when the collector runs
		<-console.NextFrame(p.h)
	}
}

func TestATaskTellsWhatItWaitsForAndWhatCouldWakeIt(t *testing.T) {
	p := newPlace(t, edo.Config{Workers: 1, Trace: true})
	deadlock(p.rt)
	_, rt := p.until(func(_ *console.Frame, rt *console.Runtime) bool { return len(rt.Cycles) == 1 })
	v := p.task(rt.Cycles[0].Tasks[0].Ref)
	if v.Ended || len(v.Info.Waits) != 1 || len(v.Wakers) != 1 || !v.Wakers[0].Holds || v.Wakers[0].Ref != rt.Cycles[0].Tasks[1].Ref ||
		v.Wakers[0].Place == "" || v.Info.ID == 0 || v.Since.IsZero() {
		t.Errorf("the task is %+v", v)
	}
	if w := get(p.h, "GET", "/task?ref=999999"); w.Code != http.StatusNotFound {
		t.Errorf("an unknown task: %d", w.Code)
	}
	if w := get(p.h, "GET", "/task"); w.Code != http.StatusBadRequest {
		t.Errorf("no task: %d", w.Code)
	}
}

func TestATaskThatHasEndedIsNotTakenForAnother(t *testing.T) {
	p := newPlace(t, edo.Config{Workers: 1})
	tx, rx := mpsc.New[int](1)
	h := edo.Go(p.rt, func(task *edo.Task) error { _, err := rx.Recv(task); return err }, edo.Name("reader"))
	_, rt := p.until(func(_ *console.Frame, rt *console.Runtime) bool {
		return len(rt.Groups) == 1 && len(rt.Groups[0].Tasks) == 1
	})
	ref := rt.Groups[0].Tasks[0].Ref
	if v := p.task(ref); v.Ended || v.Info.Name != "reader" || v.Info.Waits[0].On != "mpsc: receive (empty, capacity 1)" {
		t.Errorf("before its end: %+v", v)
	}
	tx.Close()
	if err := edo.Block(p.rt, t.Context(), func(task *edo.Task) error { _, err := h.Await(task); return err }); err == nil {
		t.Error("the receive has ended without an error")
	}
	if v := p.task(ref); !v.Ended || v.Name != "reader" {
		t.Errorf("after its end: %+v", v)
	}
}

func TestAFullChannelNamesItsReceiver(t *testing.T) {
	p := newPlace(t, edo.Config{Workers: 2})
	tx, rx := mpsc.New[int](4)
	edo.Go(p.rt, func(task *edo.Task) error {
		if _, err := rx.Recv(task); err != nil {
			return err
		}
		return timer.Sleep(task, time.Hour/2)
	}, edo.Name("slow sink"), edo.Owns(rx))
	for range 3 {
		tx := tx.Clone()
		edo.Go(p.rt, func(task *edo.Task) error {
			for {
				if err := tx.Send(task, 1); err != nil {
					return err
				}
			}
		}, edo.Name("source"), edo.Owns(tx))
	}
	tx.Close()
	f, rt := p.until(func(f *console.Frame, rt *console.Runtime) bool {
		return len(rt.Objects) == 1 && rt.Objects[0].Full && rt.Objects[0].Waiting == 3 && len(rt.Objects[0].Holders) == 1
	})
	o := rt.Objects[0]
	if o.Kind != "mpsc" || o.State != "full, capacity 4" || o.Holders[0].Name != "slow sink" || o.Holders[0].Holds {
		t.Errorf("the channel is %+v", o)
	}
	if i := slices.IndexFunc(f.Findings, func(f console.Finding) bool { return f.Kind == "full" }); i < 0 ||
		!strings.Contains(f.Findings[i].Text, "3 tasks wait for room; its receiver was last slow sink") {
		t.Errorf("the findings are %v", f.Findings)
	}
	if rt.Deadlines[6] != 1 {
		t.Errorf("the deadlines are %v, and the sleep ends in half an hour", rt.Deadlines)
	}
}

// spin does not yield until it may end.
//
//go:noinline
func spin(mayEnd *atomic.Bool) {
	for !mayEnd.Load() {
	}
}

func TestATaskThatDoesNotYieldIsFoundWithItsStack(t *testing.T) {
	for _, style := range []string{"direct", "future"} {
		t.Run(style, func(t *testing.T) {
			p := newPlace(t, edo.Config{Workers: 2})
			var mayEnd atomic.Bool
			defer mayEnd.Store(true)
			if style == "direct" {
				edo.Go(p.rt, func(*edo.Task) error { spin(&mayEnd); return nil })
			} else {
				edo.Spawn(p.rt, spinning{&mayEnd})
			}
			f, _ := p.until(func(f *console.Frame, _ *console.Runtime) bool {
				return slices.ContainsFunc(f.Findings, func(f console.Finding) bool {
					return f.Kind == "poll" && strings.Contains(f.Text, "console_test.spin")
				})
			})
			poll := f.Runtimes[0].Polls[0]
			if !poll.Runs || !strings.Contains(poll.Stack, "console_test.spin(") || strings.Contains(poll.Stack, "internal/sched") {
				t.Errorf("the poll is %+v", poll)
			}
			if w := f.Runtimes[0].Workers; len(w) < 2 || w[poll.Worker].State != "stuck" || w[poll.Worker].For < 100 {
				t.Errorf("the workers are %+v", w)
			}
			if text := f.Findings[0].Text; !strings.Contains(text, "in console_test.spin at console_test.go:") {
				t.Errorf("the finding is %q", text)
			}
			if w := get(p.h, "POST", "/stacks", "X-Edo-Console", "1"); !strings.Contains(w.Body.String(), "console_test.spin(") {
				t.Errorf("the stacks are %s", w.Body)
			}
		})
	}
}

// spinning is a future that does not yield.
type spinning struct{ mayEnd *atomic.Bool }

func (s spinning) Poll(*edo.Context) (edo.Unit, edo.Poll, error) {
	spin(s.mayEnd)
	return edo.Unit{}, edo.Ready, nil
}

func TestAFrameOfManyTasksIsBounded(t *testing.T) {
	n := 20_000
	if *million {
		n = 1_000_000
	}
	p := newPlace(t, edo.Config{Workers: 2})
	gates := make([]tasktest.Gate, n)
	for i := range gates {
		gates[i].Name = "gate"
		if i%2 == 0 {
			gates[i].Name = strings.Repeat(string(rune('a'+i%26)), 1+i%500) + "<script>" // very many groups
		}
		if i%10 == 0 {
			edo.Spawn(p.rt, &gates[i], edo.Name(strings.Repeat("long ", 1000)))
		} else {
			edo.Spawn(p.rt, &gates[i])
		}
	}
	_, rt := p.until(func(_ *console.Frame, rt *console.Runtime) bool { return rt.Round.Whole && rt.Round.Asked == n })
	_, size := p.frame()
	sum := rt.LeftOut
	for _, g := range rt.Groups {
		sum += g.Count
	}
	if sum != n || rt.LeftOut == 0 || rt.Metrics.Waiting != n {
		t.Errorf("the groups have %d tasks, %d left out; the metrics are %+v", sum, rt.LeftOut, rt.Metrics)
	}
	if rt.Round.Took <= 0 {
		t.Errorf("the round of %d tasks has taken %v", n, rt.Round.Took)
	}
	if size > 400_000 {
		t.Errorf("the frame of %d tasks has %d bytes", n, size)
	}
}

func TestAForgottenHandleIsShown(t *testing.T) {
	p := newPlace(t, edo.Config{Workers: 1})
	func() { mpsc.New[string](1) }()
	p.until(func(f *console.Frame, _ *console.Runtime) bool {
		lost.Collect()
		return slices.ContainsFunc(f.Forgotten, func(one console.Forgotten) bool {
			return strings.Contains(one.What, "mpsc") && strings.Contains(one.What, "console_test.go:")
		}) && slices.ContainsFunc(f.Findings, func(f console.Finding) bool { return f.Kind == "forgotten" })
	})
}

func TestSocketsAreCountedByOperationAndLocalAddress(t *testing.T) {
	p := newPlace(t, edo.Config{Workers: 1})
	addresses := make(chan string, 1)
	edo.Go(p.rt, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		addresses <- l.Addr().String()
		for {
			conn, err := l.Accept(task)
			if err != nil {
				return err
			}
			edo.Go(task, func(task *edo.Task) error { _, err := conn.Read(task, make([]byte, 1)); return err }, edo.Owns(conn))
		}
	})
	at := <-addresses
	for range 3 {
		conn, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	want := []console.Socket{{Op: "socket: read", Local: at, Tasks: 3}, {Op: "socket: accept", Local: at, Tasks: 1}}
	p.until(func(_ *console.Frame, rt *console.Runtime) bool { return slices.Equal(rt.Sockets, want) })
}

func TestWithoutReadersNothingRuns(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Shutdown(t.Context())
	h := console.Fast()
	console.WaitForEnd(h) // at once: no reader came
	if w := get(h, "GET", "/snapshot"); w.Code != http.StatusOK {
		t.Error(w.Code)
	}
	console.WaitForEnd(h)
}

func TestDumpIsTheTextOfAllTasks(t *testing.T) {
	p := newPlace(t, edo.Config{Workers: 1, Trace: true})
	deadlock(p.rt)
	p.until(func(_ *console.Frame, rt *console.Runtime) bool { return len(rt.Cycles) == 1 })
	if text := get(p.h, "GET", "/dump").Body.String(); !strings.Contains(text, "a cycle of waits: ") || !strings.Contains(text, "pay, spawned at console_test.go:") {
		t.Errorf("the dump is %s", text)
	}
}
