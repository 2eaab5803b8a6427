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

// scene is what happens around a subject.
type scene struct {
	t       *testing.T
	task    *edotest.Task
	items   []*item
	scripts []*owntest.Script[*item]
	sinks   []*owntest.Sink[*item]
	called  int // how often a function of the user's was called

	fails     bool  // sources have errors
	waits     bool  // sources and sinks are pending
	stepWaits bool  // the futures that functions return are pending
	panics    bool  // functions panic
	fnErr     error // functions fail
}

// item is a value that must have one fate.
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

// script makes a source.
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

// call is a function of the user's that is given args and makes something new.
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

// handle is a function that makes nothing.
func (s *scene) handle(v *item) error {
	made, err := s.call(v)
	if err == nil {
		made.take()
	}
	return err
}

// judge looks at a value and says no to the second.
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

func (s *scene) future(f edo.Future[*item]) subject {
	return subject{
		poll: func(cx *edo.Context) bool {
			v, p, err := f.Poll(cx)
			if p == edo.Ready && err == nil {
				v.take()
			}
			return p == edo.Ready
		},
		drop: func() { edo.Drop(f) },
	}
}

func (s *scene) stream(src edo.Stream[*item]) subject {
	return subject{
		poll: func(cx *edo.Context) bool {
			v, p, err := src.PollNext(cx)
			if p == edo.Ready && err == nil {
				v.take()
			}
			return p == edo.End
		},
		drop: func() { edo.Drop(src) },
	}
}

func unit(s *scene, f edo.Future[edo.Unit]) subject {
	return subject{
		poll: func(cx *edo.Context) bool {
			_, p, _ := f.Poll(cx)
			return p == edo.Ready
		},
		drop: func() { edo.Drop(f) },
	}
}

type result = future.Result[*item]

// taken takes the values of results.
func taken(all ...result) (u edo.Unit) {
	for _, r := range all {
		if r.Err == nil {
			r.Value.take()
		}
	}
	return u
}

func results(s *scene, f edo.Future[[]result]) subject {
	return unit(s, future.Map(f, func(all []result) edo.Unit { return taken(all...) }))
}

func values(s *scene, f edo.Future[[]*item]) subject {
	return unit(s, future.Map(f, func(all []*item) (u edo.Unit) {
		for _, v := range all {
			v.take()
		}
		return u
	}))
}

// ask is a function in direct style that waits for src and makes something new of it.
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

// body is a subject in direct style. To drop it is to cancel it and to let it go on
// to its end, as a runtime does.
func (s *scene) body(fn func(task *edo.Task) error) subject {
	sub := unit(s, edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, fn(task) }))
	drop := sub.drop
	sub.drop = func() {
		drop()
		s.tryPoll(sub)
	}
	return sub
}

// tryPoll polls once, and survives a panic of the function.
func (s *scene) tryPoll(sub subject) (done bool) {
	defer func() { recover() }()
	s.task.Enter(func(cx *edo.Context) { done = sub.poll(cx) })
	return done
}

// finish polls to the end, and wakes what waits.
func (s *scene) finish(sub subject) {
	s.t.Helper()
	for range 50 {
		done := false
		s.task.Enter(func(cx *edo.Context) { done = sub.poll(cx) })
		if done {
			return
		}
		for _, src := range s.scripts {
			src.Wake()
		}
		for _, sink := range s.sinks {
			sink.Grow(10)
		}
	}
	s.t.Fatal("it does not end")
}

// untilPending polls until it waits.
func (s *scene) untilPending(sub subject) {
	s.t.Helper()
	for range 50 {
		s.task.TakeWakes()
		before := s.fates()
		done := false
		s.task.Enter(func(cx *edo.Context) { done = sub.poll(cx) })
		if done {
			s.t.Fatal("it does not wait")
		}
		if s.fates() == before && s.task.Wakes() == 0 {
			return
		}
	}
	s.t.Fatal("it does not wait")
}

// fates says how much has happened so far.
func (s *scene) fates() (n int) {
	for _, v := range s.items {
		n += v.taken + v.dropped
	}
	return n + s.called
}

// checkReleased checks that the sources have been dropped already, before their
// owner is.
func (s *scene) checkReleased() {
	s.t.Helper()
	for i, src := range s.scripts {
		if src.Drops() != 1 {
			s.t.Errorf("source %d has been dropped %d times by now, want 1", i, src.Drops())
		}
	}
}

// check checks what must hold once the subject has been dropped.
func (s *scene) check() {
	s.t.Helper()
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
