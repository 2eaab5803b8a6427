package survey_test

import (
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/survey"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/report"
)

// One task is asked from inside of another one, with the names of the tasks that hold what it
// waits for.
func TestOneTaskIsAskedAlone(t *testing.T) {
	for _, k := range tasktest.Kinds {
		t.Run(k.Name, func(t *testing.T) {
			err := edo.Run(func(task *edo.Task) error {
				m := &lock.Mutex{}
				if err := m.Lock(task); err != nil {
					return err
				}
				var waiting atomic.Pointer[sched.Task]
				var running *sched.Task
				edo.Go(task, func(task *edo.Task) error {
					waiting.Store(inside.Task(task).Cx.Task())
					if err := m.Lock(task); err != nil {
						return err
					}
					m.Unlock()
					return nil
				}, edo.Name("waiter"))
				release := make(chan struct{})
				edo.Blocking(task, func(task *edo.Task) (int, error) {
					running = inside.Task(task).Cx.Task()
					release <- struct{}{}
					<-release
					return 0, nil
				}, edo.Name("blocker"))
				<-release
				rt := inside.Runtime(task.Runtime())
				for waiting.Load() == nil || len(survey.Ask(rt, waiting.Load()).Waits) == 0 {
					if err := edo.Yield(task); err != nil {
						return err
					}
				}
				got := survey.Ask(rt, waiting.Load())
				if got.Name != "waiter" || got.State != report.Waiting || got.Waits[0].On != "lock: mutex" || len(got.Waits[0].HeldBy) != 1 {
					t.Errorf("got %+v", got)
				}
				if got.Waits[0].Held() != nil {
					t.Error("the answer keeps tasks in memory")
				}
				if got := survey.Ask(rt, running); got.Name != "blocker" || got.State != "running" || len(got.Waits) != 0 {
					t.Errorf("got %+v", got)
				}
				close(release)
				m.Unlock()
				return nil
			}, edo.WithConfig(k.Config))
			if err != nil {
				t.Error(err)
			}
		})
	}
}
