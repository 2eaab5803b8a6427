package stream_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// inSim runs fn in the simulator.
func inSim(t *testing.T, fn func(task *edo.Task) error) {
	t.Helper()
	if err := sim.Run(1, fn); err != nil {
		t.Fatal(err)
	}
}

// ticks is a stream of numbers, one after each of the pauses.
func ticks(pauses ...time.Duration) stream.Seq[int] {
	return stream.Then(stream.Enumerate(stream.Values(pauses...)), func(p stream.Pair[int, time.Duration]) edo.Future[int] {
		return after2(p.Second, p.First)
	})
}

// after2 is a future of v after d.
func after2(d time.Duration, v int) edo.Future[int] {
	return &afterFuture{s: timer.SleepFuture(d), v: v}
}

type afterFuture struct {
	s *timer.Sleeper
	v int
}

func (f *afterFuture) Poll(cx *edo.Context) (int, edo.Poll, error) {
	_, p, err := f.s.Poll(cx)
	return f.v, p, err
}
func (f *afterFuture) Drop() { f.s.Drop() }

func TestTheErrorOfATimeoutIsADeadlineAndNamesTheTime(t *testing.T) {
	inSim(t, func(task *edo.Task) error {
		for _, err := range stream.All(task, ticks(time.Hour).Timeout(time.Second)) {
			var timeout interface{ Timeout() bool }
			if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &timeout) || err.Error() != "stream: no item for 1s" {
				t.Errorf("got %v", err)
			}
			break
		}
		return nil
	})
}

func TestAReceiverThatIsSlowCausesNoTimeout(t *testing.T) {
	inSim(t, func(task *edo.Task) error {
		n := 0
		for v, err := range stream.All(task, stream.Values(1, 2, 3).Timeout(time.Millisecond)) {
			if n++; v != n || err != nil {
				t.Errorf("got %d, %v", v, err)
			}
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestAnItemAtTheDeadlineComesAndNoError(t *testing.T) {
	inSim(t, func(task *edo.Task) error {
		for v, err := range stream.All(task, ticks(time.Second, time.Second).Timeout(time.Second)) {
			if err != nil {
				t.Errorf("got %d, %v", v, err)
			}
		}
		return nil
	})
}

func TestAThrottleOfNothingEndsAtOnceAndAnEndIsNotHeldBack(t *testing.T) {
	inSim(t, func(task *edo.Task) error {
		began := timer.Now(task)
		for range stream.All(task, stream.Empty[int]().Throttle(time.Hour)) {
		}
		for range stream.All(task, stream.Values(1).Throttle(time.Hour)) {
		}
		for range stream.All(task, stream.Values(1, 2, 3).Throttle(0)) {
		}
		if took := timer.Now(task).Sub(began); took != 0 {
			t.Errorf("took %v", took)
		}
		for range stream.All(task, stream.Values(1, 2, 3).Throttle(time.Hour)) {
		}
		if took := timer.Now(task).Sub(began); took != 2*time.Hour {
			t.Errorf("took %v", took)
		}
		return nil
	})
}

func TestRateLimitHoldsBackItsSource(t *testing.T) {
	inSim(t, func(task *edo.Task) error {
		began, polled := timer.Now(task), 0
		src := stream.Of(count2()).Inspect(func(int, error) { polled++ })
		n := 0
		for range stream.All(task, src.RateLimit(10, time.Second, 5).Take(25)) {
			if n++; polled > n {
				t.Errorf("%d were taken for %d", polled, n)
			}
		}
		if took := timer.Now(task).Sub(began); took != 2*time.Second {
			t.Errorf("took %v", took)
		}
		return nil
	})
}

// count2 counts without an end.
func count2() stream.Stream[int] {
	return stream.Unfold(1, func(n int) (int, int, bool) { return n, n + 1, true })
}

func TestARateOfNothingIsAnErrorAndDropsTheSource(t *testing.T) {
	for _, s := range []func(stream.Seq[int]) stream.Seq[int]{
		func(s stream.Seq[int]) stream.Seq[int] { return s.RateLimit(0, time.Second, 1) },
		func(s stream.Seq[int]) stream.Seq[int] { return s.RateLimit(1, 0, 1) },
		func(s stream.Seq[int]) stream.Seq[int] { return s.RateLimit(1, time.Second, 0) },
	} {
		task, src := edotest.NewTask(), owntest.NewScript[int](t)
		limited := s(stream.Of(src))
		if _, p, err := edotest.PollNext(task, limited); p != edo.Ready || err == nil || src.Drops() != 1 {
			t.Errorf("got %v, %v", p, err)
		}
		edotest.RequireEnd(t, task, limited)
	}
}

func TestBackoffGrowsUpToItsMaximumAndJitterShortensIt(t *testing.T) {
	var waits []time.Duration
	b := stream.Backoff{Initial: time.Second, Max: 5 * time.Second, Attempts: 6, OnRetry: func(_ int, wait time.Duration, _ error) {
		waits = append(waits, wait)
	}}
	inSim(t, func(task *edo.Task) error {
		began, opened := timer.Now(task), 0
		s := stream.Retry(b, func() stream.Stream[int] {
			opened++
			return owntest.NewScript[int](t).Fail(errTest)
		})
		n := 0
		for _, err := range stream.All(task, s) {
			if n++; err != errTest {
				t.Errorf("got %v", err)
			}
		}
		if took := timer.Now(task).Sub(began); n != 1 || opened != 6 || took != (1+2+4+5+5)*time.Second {
			t.Errorf("%d errors after %d tries and %v", n, opened, took)
		}
		return nil
	})
	if len(waits) != 5 || waits[2] != 4*time.Second || waits[4] != 5*time.Second {
		t.Errorf("waited %v", waits)
	}

	waits, b.Jitter = nil, 0.5
	inSim(t, func(task *edo.Task) error {
		for range stream.All(task, stream.Retry(b, func() stream.Stream[int] { return owntest.NewScript[int](t).Fail(errTest) })) {
		}
		return nil
	})
	for i, full := range []time.Duration{1, 2, 4, 5, 5} {
		if w := waits[i]; w > full*time.Second || w < full*time.Second/2 || w == full*time.Second {
			t.Errorf("wait %d is %v", i, w)
		}
	}
}

// Without a Max a delay grows to 146 years, and not beyond what a clock can count: then the next
// try would come at once.
func TestTheLongestBackoffDoesNotOverflow(t *testing.T) {
	inSim(t, func(task *edo.Task) error {
		var waits []time.Duration
		h := edo.Go(task, func(task *edo.Task) error {
			s := stream.Retry(stream.Backoff{Initial: time.Second, Factor: math.MaxFloat64, Jitter: 0.5, OnRetry: func(_ int, wait time.Duration, _ error) {
				waits = append(waits, wait)
			}}, func() stream.Stream[int] { return owntest.NewScript[int](t).Fail(errTest) })
			_, _, err := edo.Next(task, s)
			return err
		})
		timer.Sleep(task, 24*time.Hour)
		if h.Finished() || len(waits) != 2 || waits[1] < 24*time.Hour {
			t.Errorf("after a day there were waits of %v", waits)
		}
		h.Abort()
		return nil
	})
}

func TestAValueEndsARowOfFailures(t *testing.T) {
	inSim(t, func(task *edo.Task) error {
		opened, values, failures := 0, 0, 0
		s := stream.Retry(stream.Backoff{Attempts: 2}, func() stream.Stream[int] {
			if opened++; opened > 4 {
				return owntest.NewScript[int](t).Fail(errTest)
			}
			return owntest.NewScript[int](t).Give(opened).Fail(errTest)
		})
		for _, err := range stream.All(task, s) {
			if err != nil {
				failures++
			} else {
				values++
			}
		}
		if values != 4 || failures != 1 || opened != 5 {
			t.Errorf("%d values, %d failures, opened %d times", values, failures, opened)
		}
		return nil
	})
}

func TestARetryGivesUpAtAnErrorThatIsNotWorthAnotherTry(t *testing.T) {
	opened, asked := 0, 0
	permanent := errors.New("permanent")
	b := stream.Backoff{If: func(err error) bool { asked++; return err != permanent }}
	inSim(t, func(task *edo.Task) error {
		var got error
		for _, err := range stream.All(task, stream.Retry(b, func() stream.Stream[int] {
			if opened++; opened == 3 {
				return owntest.NewScript[int](t).Fail(permanent)
			}
			return owntest.NewScript[int](t).Fail(errTest)
		})) {
			got = errors.Join(got, err)
		}
		if opened != 3 || asked != 3 || !errors.Is(got, permanent) || errors.Is(got, errTest) {
			t.Errorf("opened %d times, asked %d times, got %v", opened, asked, got)
		}
		return nil
	})
}

// Whatever gives way in the poll in which the function returns nil, it is not called again.
func TestAStreamEndsWithTheFirstNilOfItsFunction(t *testing.T) {
	for name, operator := range map[string]func(next func() stream.Stream[int]) stream.Seq[int]{
		"Cycle": stream.Cycle[int],
		"Retry": func(next func() stream.Stream[int]) stream.Seq[int] { return stream.Retry(stream.Backoff{}, next) },
	} {
		sim.Explore(t, 64, func(seed uint64) error {
			called := 0
			err := sim.Run(seed, func(task *edo.Task) error {
				edo.Go(task, func(task *edo.Task) error { return edo.Yield(task) })
				_, err := edo.Await(task, stream.Count(operator(func() stream.Stream[int] {
					if called++; called > 1 {
						return stream.Once(1)
					}
					return nil
				}).Take(1)))
				return err
			})
			if err == nil && called != 1 {
				err = fmt.Errorf("%s: called %d times", name, called)
			}
			return err
		})
	}
}

func TestARetryWhoseFunctionHasPanickedHasEnded(t *testing.T) {
	fails := func() stream.Stream[int] { return owntest.NewScript[int](t).Fail(errTest) }
	for name, s := range map[string]stream.Stream[int]{
		"open":    stream.Retry(stream.Backoff{}, func() stream.Stream[int] { panic("open") }),
		"If":      stream.Retry(stream.Backoff{If: func(error) bool { panic("If") }}, fails),
		"OnRetry": stream.Retry(stream.Backoff{OnRetry: func(int, time.Duration, error) { panic("OnRetry") }}, fails),
	} {
		task := edotest.NewTask()
		if value := mayPanic(func() { edotest.PollNext(task, s) }); value != name {
			t.Errorf("%s: a panic with %v", name, value)
		}
		edotest.RequireEnd(t, task, s)
	}
}

func TestAStreamThatIsDroppedStopsItsTimer(t *testing.T) {
	for name, build := range map[string]func(s stream.Seq[int]) stream.Stream[int]{
		"Timeout":          func(s stream.Seq[int]) stream.Stream[int] { return s.Timeout(time.Hour) },
		"TimeoutRepeating": func(s stream.Seq[int]) stream.Stream[int] { return s.TimeoutRepeating(time.Hour) },
		"Throttle": func(s stream.Seq[int]) stream.Stream[int] {
			return stream.Values(1, 2).Chain(s).Throttle(time.Hour).Skip(1)
		},
		"Debounce": func(s stream.Seq[int]) stream.Stream[int] { return stream.Values(1).Chain(s).Debounce(time.Hour) },
		"ChunksTimeout": func(s stream.Seq[int]) stream.Stream[int] {
			return stream.Map(stream.ChunksTimeout(stream.Values(1).Chain(s), 2, time.Hour), sum)
		},
		"Retry": func(s stream.Seq[int]) stream.Stream[int] {
			return stream.Retry(stream.Backoff{Initial: time.Hour}, func() stream.Stream[int] {
				return owntest.NewScript[int](t).Fail(errTest)
			}).Merge(s)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inSim(t, func(task *edo.Task) error {
				began, src := timer.Now(task), owntest.NewScript[int](t).Wait()
				h := edo.Go(task, func(task *edo.Task) error {
					for range stream.All(task, build(stream.Of(src))) {
					}
					return task.Err()
				})
				if err := timer.Sleep(task, time.Second); err != nil {
					return err
				}
				h.Abort()
				h.Await(task)
				if took := timer.Now(task).Sub(began); took != time.Second || src.Drops() != 1 {
					t.Errorf("ended after %v, the source was dropped %d times", took, src.Drops())
				}
				return nil
			})
		})
	}
}

func TestWithoutAClockTimeIsAnError(t *testing.T) {
	task := edotest.NewTask()
	for name, s := range map[string]stream.Stream[int]{
		"Timeout":          stream.Of(owntest.NewScript[int](t).Wait()).Timeout(time.Second),
		"TimeoutRepeating": stream.Of(owntest.NewScript[int](t).Wait()).TimeoutRepeating(time.Second),
		"Throttle":         stream.Values(1).Throttle(time.Second),
	} {
		if _, p, err := edotest.PollNext(task, s); p != edo.Ready || err == nil {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
}
