package oneshot_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/sim"
)

var errStarved = errors.New("another task was not run for 10,000 turns")

// givesWay does op again and again, on one worker, until another task has run, and fails
// when that takes too long.
func givesWay(op func(task *edo.Task)) error {
	return sim.Run(1, func(task *edo.Task) error {
		ran := false
		edo.Go(task, func(*edo.Task) error { ran = true; return nil })
		for range 10_000 {
			if op(task); ran {
				return nil
			}
		}
		return errStarved
	})
}

func TestEveryOperationThatCanReturnAtOnceGivesWay(t *testing.T) {
	gone, unsent := oneshot.New[int]()
	gone.Close()
	over, closed := oneshot.New[int]()
	closed.Close()
	for name, op := range map[string]func(task *edo.Task){
		"Recv of a value":                  func(task *edo.Task) { tx, rx := oneshot.New[int](); tx.Send(1); rx.Recv(task) },
		"Recv from a closed sender":        func(task *edo.Task) { unsent.Recv(task) },
		"Recv on a closed receiver":        func(task *edo.Task) { closed.Recv(task) },
		"Await of a receiver":              func(task *edo.Task) { edo.Await(task, unsent) },
		"Closed of a closed sender":        func(task *edo.Task) { gone.Closed(task) },
		"Closed when the receiver is gone": func(task *edo.Task) { over.Closed(task) },
		"ClosedFuture":                     func(task *edo.Task) { edo.Await(task, over.ClosedFuture()) },
	} {
		if err := givesWay(op); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
