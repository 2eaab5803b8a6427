package edo_test

import (
	"bytes"
	"context"
	"fmt"
	"runtime/pprof"
	"strings"
	"testing"

	"github.com/edo-go/edo"
)

// hasLabel reports whether a goroutine has the label with the value.
func hasLabel(key, value string) bool {
	var b bytes.Buffer
	pprof.Lookup("goroutine").WriteTo(&b, 1)
	return strings.Contains(b.String(), fmt.Sprintf("%q:%q", key, value))
}

// labelFuture is pending once, and looks for labels in both polls.
type labelFuture struct {
	polls int
	look  func()
}

func (f *labelFuture) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	f.look()
	if f.polls++; f.polls == 1 {
		cx.Waker().Wake()
		return edo.Unit{}, edo.Pending, nil
	}
	return edo.Unit{}, edo.Ready, nil
}

func TestATaskHasItsNameAsALabelWhileItRuns(t *testing.T) {
	// Each kind of task calls look twice, with a wait in between.
	kinds := map[string]func(s edo.Spawner, look func(), name edo.SpawnOption) *edo.JoinHandle[edo.Unit]{
		"direct": func(s edo.Spawner, look func(), name edo.SpawnOption) *edo.JoinHandle[edo.Unit] {
			return edo.Go(s, func(task *edo.Task) error {
				look()
				err := edo.Yield(task)
				look()
				return err
			}, name)
		},
		"value": func(s edo.Spawner, look func(), name edo.SpawnOption) *edo.JoinHandle[edo.Unit] {
			return edo.GoValue(s, func(task *edo.Task) (edo.Unit, error) {
				look()
				err := edo.Yield(task)
				look()
				return edo.Unit{}, err
			}, name)
		},
		"future": func(s edo.Spawner, look func(), name edo.SpawnOption) *edo.JoinHandle[edo.Unit] {
			return edo.Spawn[edo.Unit](s, &labelFuture{look: look}, name)
		},
		"inline": func(s edo.Spawner, look func(), name edo.SpawnOption) *edo.JoinHandle[edo.Unit] {
			return edo.SpawnInline[edo.Unit](s, labelFuture{look: look}, name)
		},
		"blocking": func(s edo.Spawner, look func(), name edo.SpawnOption) *edo.JoinHandle[edo.Unit] {
			return edo.Blocking(s, func(task *edo.Task) (edo.Unit, error) {
				look()
				err := edo.Yield(task)
				look()
				return edo.Unit{}, err
			}, name)
		},
	}
	for _, on := range []bool{true, false} {
		for kind, spawn := range kinds {
			name := fmt.Sprintf("label of %s %v", kind, on)
			looks := 0
			err := edo.Run(func(task *edo.Task) error {
				_, err := spawn(task, func() {
					looks++
					if has := hasLabel("edo.task", name); has != on {
						t.Errorf("%s, look %d: it has the label: %v", name, looks, has)
					}
				}, edo.Name(name)).Await(task)
				if kind != "blocking" && hasLabel("edo.task", name) { // its goroutine may still be about to end
					t.Errorf("%s: the label is left", name)
				}
				return err
			}, edo.WithConfig(edo.Config{Labels: on, CurrentThread: true}))
			if err != nil || looks != 2 {
				t.Errorf("%s: %d looks, %v", name, looks, err)
			}
		}
	}
}

func TestATaskWithoutANameHasThatOfItsFunctionAsALabel(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		if !hasLabel("edo.task", task.Name()) {
			t.Errorf("there is no label %q", task.Name())
		}
		return nil
	}, edo.WithConfig(edo.Config{Labels: true}))
	if err != nil {
		t.Error(err)
	}
}

func TestLabelsOfTheProgramStayBesideThatOfTheTask(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		_, err := edo.Go(task, func(task *edo.Task) error {
			pprof.Do(task.Context(), pprof.Labels("request", "seventeen"), func(ctx context.Context) {
				if !hasLabel("request", "seventeen") || !hasLabel("edo.task", "the parent") {
					t.Error("a label is missing in pprof.Do")
				}
				// A task that is spawned there has both, and its own name.
				_, err := edo.Go(task, func(task *edo.Task) error {
					if err := edo.Yield(task); err != nil {
						return err
					}
					var b bytes.Buffer
					pprof.Lookup("goroutine").WriteTo(&b, 1)
					if !strings.Contains(b.String(), `{"edo.task":"the child", "request":"seventeen"}`) {
						t.Errorf("the labels of the child are not beside each other:\n%s", b.String())
					}
					return nil
				}, edo.Name("the child")).Await(task)
				if err != nil {
					t.Error(err)
				}
			})
			if hasLabel("request", "seventeen") || !hasLabel("edo.task", "the parent") {
				t.Error("after pprof.Do the task has not its own label alone")
			}
			return nil
		}, edo.Name("the parent")).Await(task)
		return err
	}, edo.WithConfig(edo.Config{Labels: true, CurrentThread: true}))
	if err != nil {
		t.Error(err)
	}
}
