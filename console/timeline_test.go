package console_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/mpsc"
)

// traffic sends values from a task to another until it is stopped.
func traffic(rt *edo.Runtime) (stop func()) {
	tx, rx := mpsc.New[int](1)
	edo.Go(rt, func(task *edo.Task) error {
		for {
			if err := tx.Send(task, 1); err != nil {
				return nil
			}
		}
	}, edo.Name("ping"), edo.Owns(tx))
	h := edo.Go(rt, func(task *edo.Task) error {
		for {
			if _, err := rx.Recv(task); err != nil {
				return nil
			}
		}
	}, edo.Name("pong"), edo.Owns(rx))
	return h.Abort
}

func TestTheTimelineIsOffUntilItIsAskedFor(t *testing.T) {
	p := newPlace(t, edo.Config{Workers: 2})
	defer traffic(p.rt)()
	if w := get(p.h, "GET", "/trace"); w.Code != http.StatusNotFound {
		t.Errorf("a trace without a recording: %d", w.Code)
	}
	if f, _ := p.frame(); f.Recording {
		t.Error("it records without being asked")
	}
	var tl console.Timeline
	if w := get(p.h, "GET", "/timeline"); json.Unmarshal(w.Body.Bytes(), &tl) != nil || tl.Recording || tl.Kept != 0 {
		t.Errorf("the timeline is %s", w.Body)
	}
	for path, want := range map[string]int{"/record": 400, "/record?on=maybe": 400, "/record?on=0": 204} {
		if w := get(p.h, "POST", path, "X-Edo-Console", "1"); w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestTheTimelineHasThePollsOfEachWorker(t *testing.T) {
	p := newPlace(t, edo.Config{Workers: 2})
	defer traffic(p.rt)()
	for range 2 { // the second recording begins anew
		if w := get(p.h, "POST", "/record?on=1", "X-Edo-Console", "1"); w.Code != http.StatusNoContent {
			t.Fatal(w.Code)
		}
		var tl console.Timeline
		_, rt := p.until(func(f *console.Frame, rt *console.Runtime) bool {
			w := get(p.h, "GET", "/timeline")
			if err := json.Unmarshal(w.Body.Bytes(), &tl); err != nil {
				t.Fatal(err)
			}
			return f.Recording && tl.Kept > 2_000 && len(rt.Groups) != 0
		})
		busy := map[string]int{}
		for _, one := range tl.Tasks {
			busy[one.Name] = one.Polls
		}
		if busy["ping"] == 0 || busy["pong"] == 0 || len(tl.Polls) != 1500 {
			t.Errorf("the tasks are %v, %d polls are shown and %d kept", tl.Tasks, len(tl.Polls), tl.Kept)
		}
		for _, one := range tl.Polls {
			if one.To < one.From || one.From <= 0 || one.Runtime != rt.ID {
				t.Fatalf("a poll is %+v", one)
			}
		}
		get(p.h, "POST", "/record?on=0", "X-Edo-Console", "1")
	}
	var trace struct {
		TraceEvents []struct {
			Name, Ph string
			Pid, Tid int
			Ts       float64
			Args     map[string]any
		}
	}
	w := get(p.h, "GET", "/trace")
	if err := json.Unmarshal(w.Body.Bytes(), &trace); err != nil {
		t.Fatal(err)
	}
	kinds, at := map[string]int{}, map[[2]int]float64{}
	for _, e := range trace.TraceEvents {
		if e.Ph == "B" && e.Pid == 1 || e.Ph == "M" && e.Name == "thread_name" && e.Pid == 2 {
			name := e.Name
			if e.Ph == "M" {
				name = e.Args["name"].(string)
			}
			kinds[e.Ph+" "+name]++
		}
		if thread := [2]int{e.Pid, e.Tid}; e.Ts < at[thread] {
			t.Fatalf("an event is %+v, behind one of %v", e, at[thread])
		} else {
			at[thread] = e.Ts
		}
	}
	if kinds["B ping"] == 0 || kinds["B pong"] == 0 || kinds["M ping"] == 0 || kinds["M pong"] == 0 {
		t.Errorf("the trace has %v", kinds)
	}
	var before, after console.Timeline
	json.Unmarshal(get(p.h, "GET", "/timeline").Body.Bytes(), &before)
	p.until(func(f *console.Frame, rt *console.Runtime) bool { return !f.Recording })
	json.Unmarshal(get(p.h, "GET", "/timeline").Body.Bytes(), &after)
	if before.Recording || after.Kept > before.Kept+2 { // each worker may have been in a poll
		t.Errorf("after its end it has %d polls, and then %d", before.Kept, after.Kept)
	}
}
