package own_test

import (
	"errors"
	"slices"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
)

// combinators are the rows of packages future and stream.
var combinators = slices.Concat(ofFutures, ofStreams)

var ofFutures = []row{
	{name: "future.Lazy", calls: true, begins: true, build: func(s *scene) subject {
		return s.future(future.Lazy(func() (*item, error) { return s.call() }))
	}},
	{name: "future.Ready", begins: true, build: func(s *scene) subject { return s.future(future.Ready(s.item())) }},
	{name: "future.Fail", begins: true, build: func(s *scene) subject { return s.future(future.Fail[*item](errScene)) }},
	{name: "future.PollFn", calls: true, begins: true, build: func(s *scene) subject {
		return s.future(future.PollFn(func(*edo.Context) (*item, edo.Poll, error) {
			v, err := s.call()
			return v, edo.Ready, err
		}))
	}},
	{name: "future.Map", calls: true, build: func(s *scene) subject { return s.future(future.Map(s.source(), s.convert)) }},
	{name: "future.Fut.MapErr", calls: true, onErr: true, build: func(s *scene) subject {
		return s.future(future.Of(s.source()).MapErr(s.convertErr))
	}},
	{name: "future.AndThen", calls: true, steps: true, build: func(s *scene) subject {
		return s.future(future.AndThen(s.source(), func(v *item) edo.Future[*item] { return s.step(v) }))
	}},
	{name: "future.Fut.OrElse", calls: true, onErr: true, steps: true, build: func(s *scene) subject {
		return s.future(future.Of(s.source()).OrElse(func(error) edo.Future[*item] { return s.step() }))
	}},
	{name: "future.Then", calls: true, steps: true, build: func(s *scene) subject {
		return s.future(future.Then(s.source(), func(v *item, err error) edo.Future[*item] {
			if err != nil {
				return s.step()
			}
			return s.step(v)
		}))
	}},
	{name: "future.Owning", build: func(s *scene) subject {
		return s.future(future.Owning(s.source(), s.item(), s.item(), s.item()))
	}},
	{name: "future.Timeout", live: true, build: func(s *scene) subject {
		return s.future(future.Timeout(hour, s.source()))
	}},
	{name: "future.Share", also: []string{"future.Shared.Clone"}, build: func(s *scene) subject {
		shared := future.Share(s.source())
		clone := shared.Clone()
		shared.Drop()
		return s.future(clone)
	}},
	{name: "future.Join", build: func(s *scene) subject {
		return done(s, future.Join(s.source(), s.source(), s.source()), func(all []result) { takeResults(all...) })
	}},
	{name: "future.TryJoin", build: func(s *scene) subject {
		return done(s, future.TryJoin(s.source(), s.source(), s.source()), takeAll)
	}},
	{name: "future.Race", build: func(s *scene) subject {
		return s.future(future.Race(s.source(), s.source(), s.source()))
	}},
	{name: "future.FirstOK", build: func(s *scene) subject {
		return s.future(future.FirstOK(s.source(), s.source(), s.source()))
	}},
	{name: "future.Select", build: func(s *scene) subject {
		return done(s, future.Select(s.source(), s.source()), func(e future.Either[*item, *item]) {
			if e.Index == 0 {
				takeResults(e.First)
			} else {
				takeResults(e.Second)
			}
			edo.Drop(e.FirstLeft)
			edo.Drop(e.SecondLeft)
		})
	}},
	{name: "future.SelectAll", build: func(s *scene) subject {
		return done(s, future.SelectAll(s.source(), s.source(), s.source()), func(all future.Selected[*item]) {
			takeResults(all.Result)
			for _, f := range all.Left {
				edo.Drop(f)
			}
		})
	}},
	{name: "future.Flatten", calls: true, steps: true, build: func(s *scene) subject {
		return s.future(future.Flatten(future.Map(s.source(), func(v *item) edo.Future[*item] { return s.step(v) })))
	}},
	{name: "future.Fut.Fuse", build: func(s *scene) subject { return s.future(future.Of(s.source()).Fuse()) }},
	{name: "future.Fut.Inspect", calls: true, build: func(s *scene) subject {
		return s.future(future.Of(s.source()).Inspect(func(*item, error) { s.judge(nil) }))
	}},
	{name: "future.Fut.CatchPanic", calls: true, build: func(s *scene) subject {
		return s.future(future.Map(s.source(), s.convert).CatchPanic())
	}},
	{name: "future.Loop", calls: true, begins: true, steps: true, build: func(s *scene) subject {
		return s.future(future.Loop(s.item(), func(v *item) edo.Future[*item] {
			if s.called == 2 {
				return nil
			}
			return s.step(v)
		}))
	}},
	{name: "future.Retry", calls: true, begins: true, steps: true, build: func(s *scene) subject {
		return s.future(future.Retry(future.Backoff{Attempts: 2}, func() edo.Future[*item] { return s.step() }))
	}},
	{name: "future.Join2", build: func(s *scene) subject {
		return done(s, future.Join2(s.source(), s.source()), func(p future.Pair[result, result]) {
			takeResults(p.First, p.Second)
		})
	}},
	{name: "future.TryJoin2", build: func(s *scene) subject {
		return done(s, future.TryJoin2(s.source(), s.source()), func(p future.Pair[*item, *item]) {
			takeAll([]*item{p.First, p.Second})
		})
	}},
	{name: "future.Join3", build: func(s *scene) subject {
		return done(s, future.Join3(s.source(), s.source(), s.source()), func(t future.Triple[result, result, result]) {
			takeResults(t.First, t.Second, t.Third)
		})
	}},
	{name: "future.TryJoin3", build: func(s *scene) subject {
		return done(s, future.TryJoin3(s.source(), s.source(), s.source()), func(t future.Triple[*item, *item, *item]) {
			takeAll([]*item{t.First, t.Second, t.Third})
		})
	}},
	{name: "future.JoinTask", calls: true, direct: true, build: func(s *scene) subject {
		return s.body(func(task *edo.Task) error {
			a, b := s.source(), s.source()
			defer edo.Drop(b) // a function that never starts cannot drop it
			defer edo.Drop(a)
			all, err := future.JoinTask(task, s.ask(a), s.ask(b))
			takeResults(all...)
			for _, r := range all {
				err = errors.Join(err, r.Err)
			}
			return err
		})
	}},
	{name: "future.TryJoinTask", calls: true, direct: true, build: func(s *scene) subject {
		return s.body(func(task *edo.Task) error {
			a, b := s.source(), s.source()
			defer edo.Drop(b) // a function that never starts cannot drop it
			defer edo.Drop(a)
			all, err := future.TryJoinTask(task, s.ask(a), s.ask(b))
			takeAll(all)
			return err
		})
	}},
	{name: "future.RaceTask", calls: true, direct: true, build: func(s *scene) subject {
		return s.body(func(task *edo.Task) error {
			a, b := s.source(), s.source()
			defer edo.Drop(b) // a function that never starts cannot drop it
			defer edo.Drop(a)
			v, err := future.RaceTask(task, s.ask(a), s.ask(b))
			if err == nil {
				v.take()
			}
			return err
		})
	}},
}
