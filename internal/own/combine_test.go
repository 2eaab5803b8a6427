package own_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/stream"
)

// takeOnce takes a value unless it was taken before.
func takeOnce(v *item) {
	if v.taken == 0 {
		v.take()
	}
}

// takePair takes both values.
func takePair(p stream.Pair[*item, *item]) {
	p.First.take()
	p.Second.take()
}

// takeShared takes those of the values that no pair before has had.
func takeShared(p stream.Pair[*item, *item]) {
	takeOnce(p.First)
	takeOnce(p.Second)
}

// closing returns a sink that may be closed and dropped.
func (s *scene) closing() edo.Sink[*item] { return closingSink{s.sink()} }

type closingSink struct{ edo.Sink[*item] }

func (c closingSink) PollClose(cx *edo.Context) (edo.Poll, error) { return c.PollFlush(cx) }
func (closingSink) Drop()                                         {}

// eachRow runs test for the rows for which which is true, as a subtest with a scene of its
// own, and checks the scene.
func eachRow(t *testing.T, which func(row) bool, test func(t *testing.T, s *scene, r row)) {
	for _, r := range rows() {
		if which(r) && !r.live {
			t.Run(r.name, func(t *testing.T) {
				s := &scene{t: t, task: edotest.NewTask()}
				test(t, s, r)
				s.check()
			})
		}
	}
}

func TestCombinatorThatCompletesHasDroppedItsSources(t *testing.T) {
	all := func(row) bool { return true }
	eachRow(t, all, func(t *testing.T, s *scene, r row) {
		s.fails = r.onErr
		sub := r.build(s)
		s.finish(sub)
		s.checkReleased()
		sub.drop()
		sub.drop()
		if r.calls && s.called == 0 {
			t.Error("its function was not called")
		}
	})
}

func TestCombinatorThatWaitsBetweenItemsDropsItsSourcesAtTheEnd(t *testing.T) {
	waits := func(r row) bool { return !r.begins }
	eachRow(t, waits, func(t *testing.T, s *scene, r row) {
		s.fails, s.waits, s.stepWaits = r.onErr, true, r.steps
		sub := r.build(s)
		s.finish(sub)
		s.checkReleased()
		sub.drop()
	})
}

func TestCombinatorOfASourceWithErrorsDropsItOnce(t *testing.T) {
	sources := func(r row) bool { return !r.begins }
	eachRow(t, sources, func(t *testing.T, s *scene, r row) {
		s.fails = true
		sub := r.build(s)
		s.finish(sub)
		s.checkReleased()
		sub.drop()
	})
}

func TestCombinatorWhoseFunctionFailsDropsItsSourcesOnce(t *testing.T) {
	calls := func(r row) bool { return r.calls && !r.onErr }
	eachRow(t, calls, func(t *testing.T, s *scene, r row) {
		s.fnErr = errScene
		sub := r.build(s)
		s.finish(sub)
		s.checkReleased()
		sub.drop()
	})
}

func TestCombinatorWhoseFunctionPanicsDropsItsSourcesOnce(t *testing.T) {
	for _, again := range []bool{false, true} {
		name := map[bool]string{false: "dropped", true: "polled again"}[again]
		t.Run(name, func(t *testing.T) {
			calls := func(r row) bool { return r.calls }
			eachRow(t, calls, func(t *testing.T, s *scene, r row) {
				s.fails, s.panics = r.onErr, true
				sub := r.build(s)
				for s.called == 0 {
					s.tryPoll(sub)
				}
				for range 5 { // a script that has ended reports a poll
					if again && s.tryPoll(sub) {
						break
					}
				}
				sub.drop()
				sub.drop()
			})
		})
	}
}

func TestCombinatorDroppedBeforeItsFirstPollDropsItsSourcesAndCallsNothing(t *testing.T) {
	stackless := func(r row) bool { return !r.direct }
	eachRow(t, stackless, func(t *testing.T, s *scene, r row) {
		sub := r.build(s)
		sub.drop()
		s.checkReleased()
		sub.drop()
		if s.called != 0 {
			t.Errorf("its function was called %d times", s.called)
		}
		s.pollEnded(r, sub)
	})
}

func TestCombinatorDroppedWhileItWaitsDropsItsSources(t *testing.T) {
	waits := func(r row) bool { return !r.begins }
	eachRow(t, waits, func(t *testing.T, s *scene, r row) {
		s.fails, s.waits = r.onErr, true
		sub := r.build(s)
		s.untilPending(sub)
		sub.drop()
		s.checkReleased()
		sub.drop()
		s.pollEnded(r, sub)
	})
}

func TestCombinatorDroppedWhileItsStepWaitsDropsBoth(t *testing.T) {
	steps := func(r row) bool { return r.steps }
	eachRow(t, steps, func(t *testing.T, s *scene, r row) {
		s.fails, s.stepWaits = r.onErr, true
		sub := r.build(s)
		s.untilPending(sub)
		if s.called == 0 {
			t.Fatal("it does not wait for its step")
		}
		sub.drop()
		s.checkReleased()
		sub.drop()
		s.pollEnded(r, sub)
	})
}
