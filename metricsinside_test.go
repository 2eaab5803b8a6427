package edo_test

import (
	"testing"

	"github.com/edo-go/edo"
)

// asksBack is an error whose text needs the numbers of the runtime that reports it.
type asksBack struct{ rt *edo.Runtime }

func (e asksBack) Error() string {
	if e.rt.Metrics().Workers == 0 {
		return "no workers"
	}
	return "asked"
}

// What edo holds a lock for calls no code of the program: otherwise a scrape could wait for a task.
func TestAnErrorMayReadTheNumbersOfItsRuntime(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 1, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	edo.Go(rt, func(*edo.Task) error { return asksBack{rt} }, edo.Name("a"))
	edo.Go(rt, func(*edo.Task) error { return asksBack{rt} }, edo.Name("b"))
	if err := rt.Wait(); err == nil {
		t.Error("no error")
	}
}
