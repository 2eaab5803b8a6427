package lock_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/lock"
)

// acquireDirect returns a future that acquires n permits in direct style.
func acquireDirect(s *lock.Semaphore, n int) edo.Future[edo.Unit] {
	return direct(func(task *edo.Task) error { return s.Acquire(task, n) })
}

// requireAvailable requires that so many permits are free, and that s follows its rules.
func requireAvailable(t testing.TB, s *lock.Semaphore, want int) {
	t.Helper()
	requireRules(t, s)
	if got := s.Available(); got != want {
		t.Fatalf("Available() = %d, want %d", got, want)
	}
}

func TestPermitsAreAcquiredAndReleased(t *testing.T) {
	s := lock.NewSemaphore(3)
	drive(t, acquireDirect(s, 2)).gets()
	requireAvailable(t, s, 1)
	if err := s.TryAcquire(2); !errors.Is(err, edo.ErrEmpty) {
		t.Fatalf("TryAcquire(2) = %v, want ErrEmpty", err)
	}
	if err := s.TryAcquire(1); err != nil {
		t.Fatal(err)
	}
	s.Release(3)
	requireAvailable(t, s, 3)
}

func TestPermitsGoToTheTaskThatHasWaitedLongest(t *testing.T) {
	s := lock.NewSemaphore(0)
	first := drive(t, acquireDirect(s, 1)).waits()
	second := drive(t, s.AcquireFuture(1)).waits()
	third := drive(t, acquireDirect(s, 1)).waits()
	s.Release(1)
	first.woken(1)
	second.woken(0).waits()
	third.woken(0)
	first.gets()
	requireAvailable(t, s, 0)
	s.Release(2)
	second.woken(1)
	third.woken(1)
	third.gets()
	second.gets()
	requireAvailable(t, s, 0)
}

func TestLargeRequestIsNotOvertakenBySmallOnes(t *testing.T) {
	s := lock.NewSemaphore(2)
	large := drive(t, acquireDirect(s, 3)).waits()
	small := drive(t, acquireDirect(s, 1)).waits()
	if err := s.TryAcquire(1); !errors.Is(err, edo.ErrEmpty) {
		t.Fatalf("TryAcquire(1) = %v while a task waits for 3, want ErrEmpty", err)
	}
	requireAvailable(t, s, 2)
	s.Release(1)
	large.woken(1)
	small.woken(0)
	if err := s.TryAcquire(0); err != nil {
		t.Fatalf("TryAcquire(0) = %v, want nil: 0 permits need no wait", err)
	}
	large.gets()
	small.waits()
	s.Release(3)
	small.woken(1).gets()
	requireAvailable(t, s, 2)
}

func TestLargeRequestThatGivesUpMakesRoomForSmallOnes(t *testing.T) {
	for name, give := range map[string]func(*testing.T, *lock.Semaphore) func(){
		"future": func(t *testing.T, s *lock.Semaphore) func() {
			return drive(t, s.AcquireFuture(5)).waits().drop
		},
		"direct": func(t *testing.T, s *lock.Semaphore) func() { return drive(t, acquireDirect(s, 5)).waits().abort },
	} {
		t.Run(name, func(t *testing.T) {
			s := lock.NewSemaphore(2)
			giveUp := give(t, s)
			a, b, c := drive(t, acquireDirect(s, 1)).waits(), drive(t, acquireDirect(s, 1)).waits(), drive(t, acquireDirect(s, 1)).waits()
			giveUp()
			a.woken(1).gets()
			b.woken(1).gets()
			c.woken(0).waits()
			requireAvailable(t, s, 0)
		})
	}
}

func TestCancelledAcquireInTheMiddleOfTheQueueIsSkipped(t *testing.T) {
	s := lock.NewSemaphore(0)
	a, b, c := drive(t, acquireDirect(s, 1)).waits(), drive(t, acquireDirect(s, 1)).waits(), drive(t, acquireDirect(s, 1)).waits()
	b.abort()
	s.Release(2)
	a.woken(1).gets()
	b.woken(0)
	c.woken(1).gets()
	requireAvailable(t, s, 0)
}

func TestPermitsGrantedToACancelledAcquireGoToTheNext(t *testing.T) {
	s := lock.NewSemaphore(0)
	first, second := drive(t, acquireDirect(s, 2)).waits(), drive(t, acquireDirect(s, 1)).waits()
	s.Release(2)
	first.woken(1)
	first.abort() // before its task runs
	second.woken(1).gets()
	requireAvailable(t, s, 1)
}

func TestPermitsGrantedToADroppedFutureGoToTheNext(t *testing.T) {
	s := lock.NewSemaphore(0)
	f := s.AcquireFuture(2)
	first, second := drive(t, f).waits(), drive(t, acquireDirect(s, 2)).waits()
	s.Release(2)
	first.woken(1)
	second.woken(0)
	f.Drop()
	f.Drop()
	second.woken(1).gets()
	requireAvailable(t, s, 0)
	if _, p, err := edotest.Poll(first.task, f); p != edo.Ready || err == nil {
		t.Fatalf("a dropped future: %v, %v, want an error", p, err)
	}
}

func TestDroppedFutureDoesNotDropThePermitThatItReturned(t *testing.T) {
	s := lock.NewSemaphore(1)
	f := s.AcquireFuture(1)
	p := drive(t, f).gets()
	f.Drop()
	requireAvailable(t, s, 0)
	p.Release()
	requireAvailable(t, s, 1)
}

func TestFutureAsksWhenItIsPolledAndNotBefore(t *testing.T) {
	s := lock.NewSemaphore(1)
	f := s.AcquireFuture(1)
	requireAvailable(t, s, 1)
	f.Drop()
	requireAvailable(t, s, 1)
}

func TestCloseRefusesAllWaitersAndAllThatComeLater(t *testing.T) {
	s := lock.NewSemaphore(1)
	held := drive(t, s.AcquireFuture(1)).gets()
	first, second := drive(t, acquireDirect(s, 1)).waits(), drive(t, s.AcquireFuture(7)).waits()
	s.Close()
	s.Close()
	first.woken(1).fails(edo.ErrClosed)
	second.woken(1).fails(edo.ErrClosed)
	if !s.IsClosed() {
		t.Error("IsClosed() = false")
	}
	drive(t, acquireDirect(s, 1)).fails(edo.ErrClosed)
	drive(t, acquireDirect(s, 0)).fails(edo.ErrClosed)
	drive(t, s.AcquireFuture(1)).fails(edo.ErrClosed)
	if err := s.TryAcquire(1); !errors.Is(err, edo.ErrClosed) {
		t.Errorf("TryAcquire = %v, want ErrClosed", err)
	}
	held.Release()
	requireAvailable(t, s, 1)
	drive(t, acquireDirect(s, 1)).fails(edo.ErrClosed)
}

func TestPermitsGrantedBeforeCloseAreKept(t *testing.T) {
	s := lock.NewSemaphore(0)
	a, b := drive(t, acquireDirect(s, 1)).waits(), drive(t, s.AcquireFuture(1)).waits()
	s.Release(2)
	s.Close()
	a.gets()
	b.drop()
	requireAvailable(t, s, 1)
}

func TestPermitsCanBeAdded(t *testing.T) {
	var s lock.Semaphore // the zero value has no permits
	first := drive(t, acquireDirect(&s, 3)).waits()
	s.AddPermits(2)
	first.woken(0)
	s.AddPermits(2)
	first.woken(1).gets()
	requireAvailable(t, &s, 1)
}

func TestPermitsCanBeForgotten(t *testing.T) {
	s := lock.NewSemaphore(5)
	drive(t, acquireDirect(s, 1)).gets()
	if n := s.ForgetPermits(3); n != 3 {
		t.Fatalf("ForgetPermits(3) = %d", n)
	}
	requireAvailable(t, s, 1)
	w := drive(t, acquireDirect(s, 2)).waits()
	if n := s.ForgetPermits(9); n != 1 {
		t.Fatalf("ForgetPermits(9) = %d, want the permits that are kept for the first waiter", n)
	}
	s.Release(1)
	w.woken(0)
	s.Release(1)
	w.woken(1).gets()
	requireAvailable(t, s, 0)
	if n := s.ForgetPermits(1); n != 0 {
		t.Fatalf("ForgetPermits(1) = %d, of no permits", n)
	}
}

func TestPermitIsReleasedOnce(t *testing.T) {
	s := lock.NewSemaphore(3)
	p := drive(t, s.AcquireFuture(2)).gets()
	if p.Count() != 2 {
		t.Fatalf("Count() = %d", p.Count())
	}
	p.Release()
	p.Release()
	p.Drop()
	requireAvailable(t, s, 3)
}

func TestPermitCanBeForgotten(t *testing.T) {
	s := lock.NewSemaphore(3)
	p := drive(t, s.AcquireFuture(2)).gets()
	p.Forget()
	p.Release()
	requireAvailable(t, s, 1)
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
		t.Fatalf("Split of too many permits: %v, %d left", ok, p.Count())
	}
	q.Release()
	requireAvailable(t, s, 2)
	if err := s.TryAcquire(2); err != nil {
		t.Fatal(err)
	}
	q = s.Own(2)
	p.Merge(q)
	p.Merge(p)
	q.Release()
	requireAvailable(t, s, 0)
	if p.Count() != 5 {
		t.Fatalf("%d after Merge", p.Count())
	}
	p.Release()
	requireAvailable(t, s, 5)
}

func TestMergeToTooManyPermitsPanicsAndMovesNone(t *testing.T) {
	s := lock.NewSemaphore(1)
	other := lock.NewSemaphore(1)
	many, few, foreign := s.Own(lock.MaxPermits), s.Own(1), other.Own(1)
	requirePanic(t, "Merge to more than MaxPermits", func() { many.Merge(few) })
	requirePanic(t, "Merge of a permit of another semaphore", func() { few.Merge(foreign) })
	if many.Count() != lock.MaxPermits || few.Count() != 1 || foreign.Count() != 1 {
		t.Fatalf("%d, %d and %d permits after Merge has panicked", many.Count(), few.Count(), foreign.Count())
	}
	few.Forget()
	many.Merge(few)
	many.Merge(many)
	if many.Count() != lock.MaxPermits {
		t.Fatalf("%d permits, want all", many.Count())
	}
}

// The Release that makes too many permits panics, and releases none: also when another caller
// has added the permits.
func TestReleaseOfTooManyPermitsReleasesNone(t *testing.T) {
	s := lock.NewSemaphore(2)
	held := drive(t, s.AcquireFuture(2)).gets()
	s.AddPermits(lock.MaxPermits - 1)
	requirePanic(t, "Release above MaxPermits", func() { s.Release(2) })
	requireAvailable(t, s, lock.MaxPermits-1)
	s.ForgetPermits(1)
	held.Release()
	requireAvailable(t, s, lock.MaxPermits)
}

func TestMisuseOfASemaphorePanics(t *testing.T) {
	s := lock.NewSemaphore(lock.MaxPermits)
	var f lock.AcquireFuture
	f.Reset(s, 1)
	p := drive(t, &f).gets()
	for what, fn := range map[string]func(){
		"NewSemaphore(-1)":                       func() { lock.NewSemaphore(-1) },
		"NewSemaphore(MaxPermits+1)":             func() { lock.NewSemaphore(lock.MaxPermits + 1) },
		"TryAcquire(-1)":                         func() { s.TryAcquire(-1) },
		"AddPermits above MaxPermits":            func() { s.AddPermits(2) },
		"Merge of a permit of another semaphore": func() { p.Merge(lock.NewSemaphore(1).Own(1)) },
		"Reset while a permit is held":           func() { f.Reset(s, 1) },
	} {
		requirePanic(t, what, fn)
	}
	p.Release()
	requireAvailable(t, s, lock.MaxPermits)
}

func TestFivePermitsAreFreeAfterAThousandTasks(t *testing.T) {
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
		requireAvailable(t, s, 5)
	}
}

func TestReusedAcquireFutureAcquiresAgain(t *testing.T) {
	s := lock.NewSemaphore(1)
	var f lock.AcquireFuture
	o := drive(t, &f)
	if _, p, err := edotest.Poll(o.task, o.f); p != edo.Ready || err == nil {
		t.Fatalf("the zero future: %v, %v, want an error", p, err)
	}
	for range 3 {
		f.Reset(s, 1)
		o.gets().Release()
	}
	f.Reset(s, 2)
	o.waits()
	f.Reset(s, 1) // leaves the queue
	o.gets().Release()
	requireAvailable(t, s, 1)
}
