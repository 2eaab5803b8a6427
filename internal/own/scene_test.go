package own_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/own/owntest"
)

var errScene = errors.New("scene: failed")

// scene is the surroundings of a subject: its sources, its values, and their faults.
type scene struct {
	t       *testing.T
	task    *edotest.Task
	items   []*item
	scripts []*owntest.Script[*item]
	sinks   []*owntest.Sink[*item]
	called  int   // how often a function of the program was called
	err     error // the first error of the subject
	gave    bool  // the last poll gave a value or an error

	root   *edo.Task // of the simulation, for rows that need a runtime
	wakes  []func()  // each wakes a subject that waits
	checks []func()  // called when the subject has ended

	fails     bool  // sources have errors
	waits     bool  // sources and sinks are pending
	stepWaits bool  // the futures that functions return are pending
	panics    bool  // functions panic
	fnErr     error // functions fail
}

// item is a value that must have exactly one fate.
type item struct {
	s              *scene
	taken, dropped int
}

func (v *item) take() { v.taken++ }
func (v *item) Drop() { v.dropped++ }

func (s *scene) item() *item {
	v := &item{s: s}
	s.items = append(s.items, v)
	return v
}

// script returns a new source without steps.
func (s *scene) script() *owntest.Script[*item] {
	src := owntest.NewScript[*item](s.t)
	s.scripts = append(s.scripts, src)
	return src
}

func (s *scene) source() edo.Future[*item] {
	src := s.script()
	if s.waits {
		src.Wait()
	}
	if s.fails {
		return src.Fail(errScene)
	}
	return src.Give(s.item())
}

func (s *scene) values() edo.Stream[*item] {
	src := s.script().Give(s.item())
	if s.fails {
		src.Fail(errScene)
	}
	if s.waits {
		src.Wait()
	}
	return src.Give(s.item(), s.item())
}

func (s *scene) sink() edo.Sink[*item] {
	room := 10
	if s.waits {
		room = 0
	}
	sink := owntest.NewSink[*item](s.t, room)
	if s.fails {
		sink.Fail(errScene)
	}
	s.sinks = append(s.sinks, sink)
	return sink
}

// call is a function of the program that gets args and returns a new value.
func (s *scene) call(args ...*item) (*item, error) {
	s.called++
	for _, v := range args {
		v.take()
	}
	switch {
	case s.panics:
		panic("scene: the function panics")
	case s.fnErr != nil:
		return nil, s.fnErr
	}
	return s.item(), nil
}

func (s *scene) convert(v *item) *item {
	u, _ := s.call(v)
	if u == nil {
		u = s.item()
	}
	return u
}

func (s *scene) convertErr(err error) error {
	v, _ := s.call()
	v.take()
	return err
}

// handle is a function that gets a value and returns none.
func (s *scene) handle(v *item) error {
	made, err := s.call(v)
	if err == nil {
		made.take()
	}
	return err
}

// judge is a predicate that is false for the second value.
func (s *scene) judge(*item) bool {
	s.called++
	if s.panics {
		panic("scene: the function panics")
	}
	return s.called != 2
}

// step is a function that returns a future.
func (s *scene) step(args ...*item) edo.Future[*item] {
	v, err := s.call(args...)
	src := s.script()
	if s.stepWaits {
		src.Wait()
	}
	if err != nil {
		return src.Fail(err)
	}
	return src.Give(v)
}

func (s *scene) future(f edo.Future[*item]) subject { return done(s, f, (*item).take) }

func (s *scene) stream(src edo.Stream[*item]) subject { return items(s, src, -1, (*item).take) }

func unit(s *scene, f edo.Future[edo.Unit]) subject { return done(s, f, func(edo.Unit) {}) }

// done returns a subject that is a future. Its value goes to take.
func done[T any](s *scene, f edo.Future[T], take func(T)) subject {
	return subject{
		made: f,
		poll: func(cx *edo.Context) bool {
			v, p, err := f.Poll(cx)
			if p == edo.Ready {
				s.outcome(err, func() { take(v) })
			}
			return p == edo.Ready
		},
		drop: func() { edo.Drop(f) },
	}
}

// items returns a subject that is a stream, of n values, or until it ends.
func items[T any](s *scene, src edo.Stream[T], n int, take func(T)) subject {
	return subject{
		made: src,
		poll: func(cx *edo.Context) bool {
			v, p, err := src.PollNext(cx)
			if p == edo.Ready {
				s.outcome(err, func() { take(v) })
				n--
			}
			return p == edo.End || n == 0
		},
		drop: func() { edo.Drop(src) },
	}
}

func (s *scene) outcome(err error, take func()) {
	s.gave = true
	if err == nil {
		take()
	} else if s.err == nil {
		s.err = err
	}
}

type result = future.Result[*item]

// takeResults takes the values of results.
func takeResults(all ...result) {
	for _, r := range all {
		if r.Err == nil {
			r.Value.take()
		}
	}
}

// takeAll takes all values.
func takeAll(all []*item) {
	for _, v := range all {
		v.take()
	}
}

// ask returns a function in direct style that waits for src and makes a new value of it.
func (s *scene) ask(src edo.Future[*item]) func(task *edo.Task) (*item, error) {
	return func(task *edo.Task) (*item, error) {
		v, err := edo.Await(task, src)
		if err != nil {
			s.called++
			return nil, err
		}
		return s.call(v)
	}
}

// body returns a subject in direct style. Its drop cancels it and runs it to its end, as a
// runtime does.
func (s *scene) body(fn func(task *edo.Task) error) subject {
	return s.bodyOf(fn, edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, fn(task) }))
}

// bodyOf is body for a future that calls fn.
func (s *scene) bodyOf(fn func(task *edo.Task) error, f edo.Future[edo.Unit]) subject {
	sub := unit(s, f)
	sub.fn, sub.made = fn, nil
	sub.release = sub.drop
	sub.drop = func() {
		sub.release()
		s.tryPoll(sub)
	}
	return sub
}

// tryPoll polls once, and recovers a panic of the function.
func (s *scene) tryPoll(sub subject) (done bool) {
	defer func() { recover() }()
	s.task.Enter(func(cx *edo.Context) { done = sub.poll(cx) })
	return done
}

// finish polls to the end, and wakes the subject while it waits.
func (s *scene) finish(sub subject) {
	s.t.Helper()
	for range 50 {
		done := false
		s.task.Enter(func(cx *edo.Context) { done = sub.poll(cx) })
		if done {
			return
		}
		s.wake()
	}
	s.t.Fatal("it does not end")
}

// wake wakes everything that waits.
func (s *scene) wake() {
	for _, wake := range s.allWakes() {
		wake()
	}
}

// allWakes returns functions that wake everything that waits. Each one wakes as the last
// thing that it does: the task that it wakes may run at the same time, on a goroutine of its
// own.
func (s *scene) allWakes() (wakes []func()) {
	for _, src := range s.scripts {
		wakes = append(wakes, src.Wake)
	}
	for _, sink := range s.sinks {
		wakes = append(wakes, func() { sink.Grow(10) })
	}
	return append(wakes, s.wakes...)
}

// onWake registers wake, which is called whenever the scene wakes the subject.
func (s *scene) onWake(wake func()) { s.wakes = append(s.wakes, wake) }

// nowOrLater calls fn, at once, or in each wake when the scene waits.
func (s *scene) nowOrLater(fn func()) {
	if s.waits {
		s.onWake(fn)
	} else {
		fn()
	}
}

// atEnd registers check, which is called when the subject has been dropped.
func (s *scene) atEnd(check func()) { s.checks = append(s.checks, check) }

// pollEnded polls a subject that was dropped: a combinator polls nothing then. A leaf must
// not be polled again.
func (s *scene) pollEnded(r row, sub subject) {
	if !r.leaf {
		s.tryPoll(sub)
	}
}

// untilPending polls the subject until it waits.
func (s *scene) untilPending(sub subject) {
	s.t.Helper()
	for range 50 {
		s.task.TakeWakes()
		before := s.countEvents()
		done := false
		s.task.Enter(func(cx *edo.Context) { done = sub.poll(cx) })
		if done {
			s.t.Fatal("it does not wait")
		}
		if s.countEvents() == before && s.task.Wakes() == 0 {
			return
		}
	}
	s.t.Fatal("it does not wait")
}

// countEvents returns how many fates and calls there were so far.
func (s *scene) countEvents() (n int) {
	for _, v := range s.items {
		n += v.taken + v.dropped
	}
	return n + s.called
}

// checkReleased checks that the sources have been dropped already, before their
// owner.
func (s *scene) checkReleased() {
	s.t.Helper()
	for i, src := range s.scripts {
		if src.Drops() != 1 {
			s.t.Errorf("source %d has been dropped %d times by now, want 1", i, src.Drops())
		}
	}
}

// check checks all that must hold after the subject has been dropped.
func (s *scene) check() {
	s.t.Helper()
	for _, check := range s.checks {
		check()
	}
	s.checkReleased()
	for _, sink := range s.sinks {
		for _, v := range append(sink.Taken(), sink.Flushed()...) {
			v.take()
		}
	}
	for i, v := range s.items {
		if v.taken+v.dropped != 1 {
			s.t.Errorf("value %d was taken %d times and dropped %d times", i, v.taken, v.dropped)
		}
	}
}
