package cancel_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/internal/tasktest"
)

func TestTaskIsAbortedByItsToken(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		c := cancel.New()
		cleaned := false
		started := make(chan struct{}, 1)
		direct := edo.Go(task, func(task *edo.Task) error {
			defer func() { cleaned = true }()
			started <- struct{}{}
			_, err := edo.Await(task, tasktest.Forever{})
			return err
		}, cancel.By(c.Child()))
		d := &tasktest.Dropped{}
		stackless := edo.Spawn(task, d, cancel.By(c))
		blocking := edo.Blocking(task, func(task *edo.Task) (int, error) {
			<-task.Context().Done()
			return 0, task.Err()
		}, cancel.By(c))
		other := edo.Spawn(task, tasktest.Seven{}, cancel.By(c))
		if v, err := other.Await(task); v != 7 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
		for len(started) == 0 {
			edo.Yield(task)
		}
		c.Cancel()
		_, err := direct.Await(task)
		_, err2 := stackless.Await(task)
		_, err3 := blocking.Await(task)
		for _, err := range []error{err, err2, err3} {
			if !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("got %v", err)
			}
		}
		if !cleaned || d.Drops.Load() != 1 {
			t.Errorf("cleaned %v, dropped %d times", cleaned, d.Drops.Load())
		}
		late := edo.Go(task, func(*edo.Task) error { t.Error("a task of a cancelled token ran"); return nil }, cancel.By(c))
		late.Await(task)
		return nil
	})
}

func TestTokenForgetsTasksThatHaveEnded(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		c := cancel.New()
		for range 100 {
			edo.Spawn(task, tasktest.Seven{}, cancel.By(c))
		}
		tasktest.YieldTimes(task, 200)
		for c.Below() != 0 {
			edo.Yield(task)
		}
		return nil
	})
}

func TestATaskHasOneTokenAndTheLastOneCounts(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		first, last := cancel.New(), cancel.New()
		h := edo.Spawn(task, tasktest.Forever{}, cancel.By(first), cancel.By(last))
		first.Cancel()
		tasktest.YieldTimes(task, 3)
		if h.Finished() {
			t.Error("the first one counts")
		}
		last.Cancel()
		_, err := h.Await(task)
		if !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestByOfANilTokenPanicsAndSaysSo(t *testing.T) {
	defer func() {
		if err, ok := recover().(error); !ok || err.Error() != "cancel: By of a nil token" {
			t.Errorf("got %v", err)
		}
	}()
	cancel.By(nil)
}
