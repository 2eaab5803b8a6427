package edotest_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
)

// flag is ready once it is set.
type flag struct {
	set   bool
	waker edo.Waker
}

func (f *flag) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if !cx.Proceed(nil) {
		return 0, edo.Pending, nil
	}
	if f.set {
		return 7, edo.Ready, nil
	}
	f.waker = cx.Waker()
	return 0, edo.Pending, nil
}

func TestEveryWakeBetweenPollsCounts(t *testing.T) {
	task, f := edotest.NewTask(), &flag{}
	if _, p, _ := edotest.Poll(task, f); p != edo.Pending || task.Wakes() != 0 {
		t.Fatalf("got %v and %d wakes, want Pending and none", p, task.Wakes())
	}
	f.waker.Wake()
	f.waker.Wake()
	if n := task.Wakes(); n != 2 {
		t.Fatalf("got %d wakes, want 2", n)
	}
	f.set = true
	if v, p, err := edotest.Poll(task, f); v != 7 || p != edo.Ready || err != nil {
		t.Fatalf("got %v, %v, %v", v, p, err)
	}
}

func TestUsedUpBudgetWakesOnceAndMakesNoProgress(t *testing.T) {
	task, f := edotest.NewTask(), &flag{set: true}
	task.EnterWithBudget(0, func(cx *edo.Context) {
		if _, p, _ := f.Poll(cx); p != edo.Pending {
			t.Fatalf("got %v, want Pending", p)
		}
	})
	if n := task.TakeWakes(); n != 1 {
		t.Fatalf("got %d wakes, want 1", n)
	}
	if _, p, _ := edotest.Poll(task, f); p != edo.Ready {
		t.Fatalf("got %v, want Ready", p)
	}
}
