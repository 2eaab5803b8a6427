package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/internal/planted"
)

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
	planted.Deadlock(p.rt)
	p.until(func(_ *console.Frame, rt *console.Runtime) bool { return len(rt.Cycles) == 1 })
	if text := get(p.h, "GET", "/dump").Body.String(); !strings.Contains(text, "a cycle of waits: ") || !strings.Contains(text, "pay, spawned at internal/planted/planted.go:") {
		t.Errorf("the dump is %s", text)
	}
}
