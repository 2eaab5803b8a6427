package chantest

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

// maxTurns is how often an operation may run before another task does.
const maxTurns = 10_000

// RequireGivesWay requires of each operation that it takes from the task's budget, also
// where it can return at once: a task that calls it again and again, on one worker, lets
// another task run.
func RequireGivesWay(t *testing.T, operations map[string]func(task *edo.Task)) {
	t.Helper()
	for name, operation := range operations {
		err := sim.Run(1, func(task *edo.Task) error {
			otherRan := false
			edo.Go(task, func(*edo.Task) error { otherRan = true; return nil })
			for turns := 0; !otherRan && turns < maxTurns; turns++ {
				operation(task)
			}
			if !otherRan {
				t.Errorf("%s: another task was not run for %d turns", name, maxTurns)
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
