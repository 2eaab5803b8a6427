package own_test

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/joinset"
	"github.com/edo-go/edo/selector"
)

// awaitSource is a function in direct style that waits for a source.
func (s *scene) awaitSource(task *edo.Task) error {
	src := s.source()
	defer edo.Drop(src)
	v, err := edo.Await(task, src)
	if err != nil {
		s.called++
		return err
	}
	return s.handle(v)
}

// roots are the futures and streams of package edo itself.
var roots = []row{
	{name: "edo.Async", calls: true, direct: true, build: func(s *scene) subject {
		sub := s.body(s.awaitSource)
		sub.made = edo.Async(tasktest.OnACoroutine(func(*edo.Task) (edo.Unit, error) { return edo.Unit{}, nil }))
		return sub
	}},
	{name: "edo.AsyncStep", calls: true, direct: true, build: func(s *scene) subject {
		fn := s.awaitSource
		sub := s.bodyOf(fn, edo.AsyncStep[edo.Unit](valueFrame{run: func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, fn(task) }}))
		sub.made = edo.AsyncStep[edo.Unit](valueFrame{})
		return sub
	}},
	{name: "edo.YieldFuture", begins: true, build: func(s *scene) subject { return unit(s, edo.YieldFuture()) }},
	// A handle that is dropped leaves its task running: to end the task, abort it.
	{name: "edo.Spawn", also: []string{"edo.SpawnInline", "edo.Go", "edo.Blocking"}, live: true, leaf: true, build: func(s *scene) subject {
		inner := future.Map(s.source(), func(v *item) edo.Unit { v.take(); return edo.Unit{} })
		h := edo.Spawn(s.root, inner)
		sub := unit(s, h)
		sub.drop = func() {
			h.Drop()
			h.Abort()
		}
		return sub
	}},
	// A Select borrows the futures and streams that it waits for.
	{name: "selector.New", also: []string{"selector.Select.Biased", "selector.Select.Else"}, calls: true, build: func(s *scene) subject {
		a, b := s.values(), s.source()
		handler := func(v *item, err error) error {
			if err != nil || v == nil {
				s.called++
				return nil
			}
			return s.handle(v)
		}
		sel := selector.New(selector.On(a, handler), selector.OnFuture(b, handler))
		sub := items(s, sel, -1, func(edo.Unit) {})
		over := false
		dropAll := func() {
			sel.Drop()
			if !over {
				over = true
				edo.Drop(a)
				edo.Drop(b)
			}
		}
		poll := sub.poll
		sub.poll = func(cx *edo.Context) bool {
			if over || !poll(cx) {
				return over
			}
			dropAll()
			return true
		}
		sub.drop = dropAll
		return sub
	}},
	{name: "selector.Select.Next", direct: true, calls: true, build: func(s *scene) subject {
		return s.body(func(task *edo.Task) error {
			a, b := s.values(), s.source()
			defer edo.Drop(a)
			defer edo.Drop(b)
			handler := func(v *item, err error) error {
				if err != nil {
					s.called++
					return nil
				}
				return s.handle(v)
			}
			sel := selector.New(selector.On(a, handler), selector.OnFuture(b, handler))
			defer sel.Drop()
			return sel.Run(task)
		})
	}},
	{name: "edo.Unconstrained", build: func(s *scene) subject { return s.future(edo.Unconstrained(s.source())) }},
	// When it fails its token is cancelled.
	{name: "cancel.Until", build: func(s *scene) subject {
		c := cancel.New()
		if s.fails {
			c.Cancel()
		}
		return s.future(cancel.Until(c, s.source()))
	}},
	{name: "cancel.Token.CancelledFuture", leaf: true, quiet: true, build: func(s *scene) subject {
		return unit(s, s.token().CancelledFuture())
	}},
	{name: "cancel.Token.Cancelled", leaf: true, direct: true, build: func(s *scene) subject {
		c := s.token()
		return s.body(func(task *edo.Task) error { return c.Cancelled(task) })
	}},
	// A set that is dropped aborts its tasks, and drops the values that were not joined.
	{name: "joinset.New", live: true, leaf: true, build: func(s *scene) subject {
		set := joinset.New[*item](0)
		for range 2 {
			set.TrySpawn(s.root, s.source())
		}
		return items(s, set, -1, (*item).take)
	}},
	// There is room for one.
	{name: "joinset.Set.SpawnFuture", live: true, leaf: true, quiet: true, build: func(s *scene) subject {
		set := joinset.New[*item](1)
		if s.waits {
			set.TrySpawn(s.root, s.source())
		}
		return done(s, set.SpawnFuture(s.source()), func(edo.AbortHandle) {}).dropAfter(set)
	}},
}

// token returns a token that is cancelled at once, or later when the scene waits.
func (s *scene) token() *cancel.Token {
	c := cancel.New()
	s.nowOrLater(c.Cancel)
	return c
}
