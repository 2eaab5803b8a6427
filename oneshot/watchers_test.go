package oneshot

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

// polling is PollClosed as a future.
type polling struct{ tx *Sender[int] }

func (f polling) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	return edo.Unit{}, f.tx.PollClosed(cx), nil
}

func TestTasksThatCameAndWentAreNotKept(t *testing.T) {
	const tasks = 500
	tx, rx := New[int]()
	err := sim.Run(1, func(task *edo.Task) error {
		var before *edo.JoinHandle[edo.Unit]
		for range tasks { // two of them wait at any time
			h := edo.Spawn[edo.Unit](task, polling{tx})
			edo.Yield(task)
			if before != nil {
				before.Abort()
				before.Await(task)
			}
			before = h
		}
		if n := len((*watchers)(tx.c.tx).tasks); n > 8 {
			t.Errorf("%d of %d tasks are kept, where one waits", n, tasks)
		}
		rx.Close()
		_, err := before.Await(task)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
