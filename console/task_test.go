package console_test

import (
	"net/http"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/internal/planted"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/report"
)

func TestATaskTellsWhatItWaitsForAndWhatCouldWakeIt(t *testing.T) {
	p := newPlace(t, edo.Config{Workers: 1, Trace: true})
	planted.Deadlock(p.rt)
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
		return len(rt.Groups) == 1 && len(rt.Groups[0].Tasks) == 1 && rt.Groups[0].State == report.Waiting
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
