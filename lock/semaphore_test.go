package lock_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/lock"
)

func acquire(s *lock.Semaphore, n int) edo.Future[edo.Unit] {
	return body(func(task *edo.Task) error { return s.Acquire(task, n) })
}

func available(t testing.TB, s *lock.Semaphore, want int) {
	t.Helper()
	sound(t, s)
	if got := s.Available(); got != want {
		t.Fatalf("Available() = %d, want %d", got, want)
	}
}

func TestPermitsAreTakenAndGivenBack(t *testing.T) {
	s := lock.NewSemaphore(3)
	by(t, acquire(s, 2)).gets()
	available(t, s, 1)
	if err := s.TryAcquire(2); !errors.Is(err, edo.ErrEmpty) {
		t.Fatalf("TryAcquire(2) = %v, want ErrEmpty", err)
	}
	if err := s.TryAcquire(1); err != nil {
		t.Fatal(err)
	}
	s.Release(3)
	available(t, s, 3)
}

func TestPermitsGoToWhoHasWaitedLongest(t *testing.T) {
	s := lock.NewSemaphore(0)
	first := by(t, acquire(s, 1)).waits()
	second := by(t, s.AcquireFuture(1)).waits()
	third := by(t, acquire(s, 1)).waits()
	s.Release(1)
	first.woken(1)
	second.woken(0).waits()
	third.woken(0)
	first.gets()
	available(t, s, 0)
	s.Release(2)
	second.woken(1)
	third.woken(1)
	third.gets()
	second.gets()
	available(t, s, 0)
}

func TestLargeRequestIsNotOvertakenBySmallOnes(t *testing.T) {
	s := lock.NewSemaphore(2)
	large := by(t, acquire(s, 3)).waits()
	small := by(t, acquire(s, 1)).waits()
	if err := s.TryAcquire(1); !errors.Is(err, edo.ErrEmpty) {
		t.Fatalf("TryAcquire(1) = %v while one waits for 3, want ErrEmpty", err)
	}
	available(t, s, 2)
	s.Release(1)
	large.woken(1)
	small.woken(0)
	if err := s.TryAcquire(0); err != nil {
		t.Fatalf("TryAcquire(0) = %v: no permits need no waiting", err)
	}
	large.gets()
	small.waits()
	s.Release(3)
	small.woken(1).gets()
	available(t, s, 2)
}

func TestLargeRequestThatGivesUpLetsTheSmallOnesThrough(t *testing.T) {
	for name, give := range map[string]func(*testing.T, *lock.Semaphore) func(){
		"future": func(t *testing.T, s *lock.Semaphore) func() {
			return by(t, s.AcquireFuture(5)).waits().drop
		},
		"direct": func(t *testing.T, s *lock.Semaphore) func() { return by(t, acquire(s, 5)).waits().abort },
	} {
		t.Run(name, func(t *testing.T) {
			s := lock.NewSemaphore(2)
			giveUp := give(t, s)
			a, b, c := by(t, acquire(s, 1)).waits(), by(t, acquire(s, 1)).waits(), by(t, acquire(s, 1)).waits()
			giveUp()
			a.woken(1).gets()
			b.woken(1).gets()
			c.woken(0).waits()
			available(t, s, 0)
		})
	}
}

func TestCancelledAcquireInTheMiddleOfTheLineIsSkipped(t *testing.T) {
	s := lock.NewSemaphore(0)
	a, b, c := by(t, acquire(s, 1)).waits(), by(t, acquire(s, 1)).waits(), by(t, acquire(s, 1)).waits()
	b.abort()
	s.Release(2)
	a.woken(1).gets()
	b.woken(0)
	c.woken(1).gets()
	available(t, s, 0)
}

func TestPermitsGrantedToACancelledAcquireGoToTheNext(t *testing.T) {
	s := lock.NewSemaphore(0)
	first, second := by(t, acquire(s, 2)).waits(), by(t, acquire(s, 1)).waits()
	s.Release(2)
	first.woken(1)
	first.abort() // before it ran
	second.woken(1).gets()
	available(t, s, 1)
}

func TestPermitsGrantedToADroppedFutureGoToTheNext(t *testing.T) {
	s := lock.NewSemaphore(0)
	f := s.AcquireFuture(2)
	first, second := by(t, f).waits(), by(t, acquire(s, 2)).waits()
	s.Release(2)
	first.woken(1)
	second.woken(0)
	f.Drop()
	f.Drop()
	second.woken(1).gets()
	available(t, s, 0)
	if _, p, err := edotest.Poll(first.task, f); p != edo.Ready || err == nil {
		t.Fatalf("a future that was dropped: %v, %v, want an error", p, err)
	}
}

func TestDroppedFutureDoesNotDropThePermitThatItGave(t *testing.T) {
	s := lock.NewSemaphore(1)
	f := s.AcquireFuture(1)
	p := by(t, f).gets()
	f.Drop()
	available(t, s, 0)
	p.Release()
	available(t, s, 1)
}

func TestFutureAsksWhenItIsPolledAndNotBefore(t *testing.T) {
	s := lock.NewSemaphore(1)
	f := s.AcquireFuture(1)
	available(t, s, 1)
	f.Drop()
	available(t, s, 1)
}

func TestCloseRefusesEverybodyInLineAndAllThatCome(t *testing.T) {
	s := lock.NewSemaphore(1)
	held := by(t, s.AcquireFuture(1)).gets()
	first, second := by(t, acquire(s, 1)).waits(), by(t, s.AcquireFuture(7)).waits()
	s.Close()
	s.Close()
	first.woken(1).fails(edo.ErrClosed)
	second.woken(1).fails(edo.ErrClosed)
	if !s.IsClosed() {
		t.Error("IsClosed() = false")
	}
	by(t, acquire(s, 1)).fails(edo.ErrClosed)
	by(t, acquire(s, 0)).fails(edo.ErrClosed)
	by(t, s.AcquireFuture(1)).fails(edo.ErrClosed)
	if err := s.TryAcquire(1); !errors.Is(err, edo.ErrClosed) {
		t.Errorf("TryAcquire = %v, want ErrClosed", err)
	}
	held.Release()
	available(t, s, 1)
	by(t, acquire(s, 1)).fails(edo.ErrClosed)
}

func TestPermitsGrantedBeforeCloseAreKept(t *testing.T) {
	s := lock.NewSemaphore(0)
	a, b := by(t, acquire(s, 1)).waits(), by(t, s.AcquireFuture(1)).waits()
	s.Release(2)
	s.Close()
	a.gets()
	b.drop()
	available(t, s, 1)
}

func TestPermitsCanBeAdded(t *testing.T) {
	var s lock.Semaphore // the zero value has none
	first := by(t, acquire(&s, 3)).waits()
	s.AddPermits(2)
	first.woken(0)
	s.AddPermits(2)
	first.woken(1).gets()
	available(t, &s, 1)
}

func TestPermitsCanBeForgotten(t *testing.T) {
	s := lock.NewSemaphore(5)
	by(t, acquire(s, 1)).gets()
	if n := s.ForgetPermits(3); n != 3 {
		t.Fatalf("ForgetPermits(3) = %d", n)
	}
	available(t, s, 1)
	w := by(t, acquire(s, 2)).waits()
	if n := s.ForgetPermits(9); n != 1 {
		t.Fatalf("ForgetPermits(9) = %d, want what the first in line waits to complete", n)
	}
	s.Release(1)
	w.woken(0)
	s.Release(1)
	w.woken(1).gets()
	available(t, s, 0)
	if n := s.ForgetPermits(1); n != 0 {
		t.Fatalf("ForgetPermits(1) = %d of none", n)
	}
}

func TestPermitIsReleasedOnce(t *testing.T) {
	s := lock.NewSemaphore(3)
	p := by(t, s.AcquireFuture(2)).gets()
	if p.Count() != 2 {
		t.Fatalf("Count() = %d", p.Count())
	}
	p.Release()
	p.Release()
	p.Drop()
	available(t, s, 3)
}

func TestPermitCanBeForgotten(t *testing.T) {
	s := lock.NewSemaphore(3)
	p := by(t, s.AcquireFuture(2)).gets()
	p.Forget()
	p.Release()
	available(t, s, 1)
}

func TestPermitsCanBeSplitAndMerged(t *testing.T) {
	s := lock.NewSemaphore(5)
	if err := s.TryAcquire(5); err != nil {
		t.Fatal(err)
	}
	p := s.Own(5)
	q, ok := p.Split(2)
	if !ok || q.Count() != 2 || p.Count() != 3 {
		t.Fatalf("Split(2) = %v, and %d and %d", ok, p.Count(), q.Count())
	}
	if _, ok := p.Split(4); ok || p.Count() != 3 {
		t.Fatalf("Split of more than there are: %v, %d left", ok, p.Count())
	}
	q.Release()
	available(t, s, 2)
	if err := s.TryAcquire(2); err != nil {
		t.Fatal(err)
	}
	q = s.Own(2)
	p.Merge(q)
	p.Merge(p)
	q.Release()
	available(t, s, 0)
	if p.Count() != 5 {
		t.Fatalf("%d after Merge", p.Count())
	}
	p.Release()
	available(t, s, 5)
}

func TestMergeToTooManyPermitsPanicsAndMovesNone(t *testing.T) {
	s := lock.NewSemaphore(1)
	other := lock.NewSemaphore(1)
	many, few, foreign := s.Own(lock.MaxPermits), s.Own(1), other.Own(1)
	panics(t, "Merge to more than MaxPermits", func() { many.Merge(few) })
	panics(t, "Merge of another's permit", func() { few.Merge(foreign) })
	if many.Count() != lock.MaxPermits || few.Count() != 1 || foreign.Count() != 1 {
		t.Fatalf("%d, %d and %d permits after Merge has panicked", many.Count(), few.Count(), foreign.Count())
	}
	few.Forget()
	many.Merge(few)
	many.Merge(many)
	if many.Count() != lock.MaxPermits {
		t.Fatalf("%d permits, want them all", many.Count())
	}
}

// The Release that makes too many panics, and gives none back: also when others have
// added them.
func TestReleaseOfTooManyGivesNoneBack(t *testing.T) {
	s := lock.NewSemaphore(2)
	held := by(t, s.AcquireFuture(2)).gets()
	s.AddPermits(lock.MaxPermits - 1)
	panics(t, "Release above MaxPermits", func() { s.Release(2) })
	available(t, s, lock.MaxPermits-1)
	s.ForgetPermits(1)
	held.Release()
	available(t, s, lock.MaxPermits)
}

func TestMisuseOfASemaphorePanics(t *testing.T) {
	s := lock.NewSemaphore(lock.MaxPermits)
	var f lock.AcquireFuture
	f.Reset(s, 1)
	p := by(t, &f).gets()
	for what, fn := range map[string]func(){
		"NewSemaphore(-1)":            func() { lock.NewSemaphore(-1) },
		"NewSemaphore(MaxPermits+1)":  func() { lock.NewSemaphore(lock.MaxPermits + 1) },
		"TryAcquire(-1)":              func() { s.TryAcquire(-1) },
		"AddPermits above MaxPermits": func() { s.AddPermits(2) },
		"Merge of another's permit":   func() { p.Merge(lock.NewSemaphore(1).Own(1)) },
		"Reset with a permit out":     func() { f.Reset(s, 1) },
	} {
		panics(t, what, fn)
	}
	p.Release()
	available(t, s, lock.MaxPermits)
}

func TestThousandTasksOnFivePermitsEndWithFiveBack(t *testing.T) {
	for _, workers := range []int{1, 4} {
		s := lock.NewSemaphore(5)
		run(t, workers, func(task *edo.Task) error {
			for i := range 1000 {
				edo.Go(task, func(task *edo.Task) error {
					n := 1 + i%5
					if err := s.Acquire(task, n); err != nil {
						return err
					}
					defer s.Release(n)
					return edo.Yield(task)
				})
			}
			return nil
		})
		available(t, s, 5)
	}
}

func TestReusedAcquireFutureAsksAgain(t *testing.T) {
	s := lock.NewSemaphore(1)
	var f lock.AcquireFuture
	o := by(t, &f)
	if _, p, err := edotest.Poll(o.task, o.f); p != edo.Ready || err == nil {
		t.Fatalf("the zero future: %v, %v, want an error", p, err)
	}
	for range 3 {
		f.Reset(s, 1)
		o.gets().Release()
	}
	f.Reset(s, 2)
	o.waits()
	f.Reset(s, 1) // leaves the line
	o.gets().Release()
	available(t, s, 1)
}
