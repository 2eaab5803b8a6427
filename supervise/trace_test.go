package supervise_test

import (
	"bytes"
	"errors"
	"regexp"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/supervise"
)

// The supervisor spawns a child, also the next time: what a reader of a report wants is the place of the
// program that has made the child.
func TestAReportTellsWhereAChildWasMade(t *testing.T) {
	began := make(chan int, 10)
	fails := true
	wait := func(task *edo.Task) error {
		began <- 1
		return task.Cancelled()
	}
	nested, err := supervise.New(supervise.Config{Children: []supervise.Spec{{Name: "inner", Start: supervise.Func(wait)}}})
	if err != nil {
		t.Fatal(err)
	}
	config := supervise.Config{Name: "app", Children: []supervise.Spec{
		{Name: "func", Start: supervise.Func(wait)},
		{Name: "ready", Start: supervise.FuncReady(func(task *edo.Task, ready func()) error { ready(); return wait(task) })},
		{Name: "again", Start: supervise.Func(func(task *edo.Task) error {
			if fails {
				fails = false
				return errors.New("it fails")
			}
			return wait(task)
		})},
		{Name: "future", Start: supervise.Future(func() edo.Future[edo.Unit] {
			return edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, wait(task) })
		})},
		{Name: "nested", Start: supervise.Nested(nested)},
	}}
	err = edo.Run(func(task *edo.Task) error {
		sup, err := supervise.New(config)
		if err != nil {
			return err
		}
		h := edo.Go(task, sup.Run)
		for len(began) < 5 {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		var report bytes.Buffer
		edo.Dump(&report)
		for _, name := range []string{"func", "ready", "again", "future", "nested", "nested/inner"} {
			want := regexp.MustCompile(`#\d+ app/` + name + `, spawned at trace_test\.go:\d+`)
			if !want.Match(report.Bytes()) {
				t.Errorf("the report does not say where %s was made:\n%s", name, &report)
			}
		}
		sup.Shutdown()
		_, err = h.Await(task)
		return err
	}, edo.WithConfig(edo.Config{Trace: true, CurrentThread: true, OnError: func(error) {}}))
	if err != nil {
		t.Error(err)
	}
}
