package main

import "github.com/edo-go/edo"

// A runner makes several passes of the same work in one process. The first pass is cold:
// the heap still grows, and stacks are allocated.
type runner func(s *session) error

// A session holds the passes of one process.
type session struct {
	workers, n, passes int
	currentThread      bool // edo with one worker only
	ahead, spread      int  // of timers, in milliseconds
	onError            func(error)
	done               []pass
}

func (s *session) meter() *meter { return &meter{n: s.n, ahead: s.ahead, spread: s.spread} }

func (s *session) runtime() edo.RunOption {
	if s.currentThread {
		return edo.WithConfig(edo.Config{CurrentThread: true, OnError: s.onError})
	}
	return edo.WithConfig(edo.Config{Workers: s.workers, OnError: s.onError})
}

// begin begins a pass.
func (s *session) begin() *meter {
	m := s.meter()
	m.start()
	return m
}

// end ends a pass.
func (s *session) end(m *meter) {
	m.stop()
	s.done = append(s.done, m.pass)
}

// A goBody is a pass in plain Go.
type goBody func(m *meter)

func (b goBody) run(s *session) error {
	for range s.passes {
		m := s.begin()
		b(m)
		s.end(m)
	}
	return nil
}

// A directBody is a pass in direct style. All passes run in one runtime.
type directBody func(task *edo.Task, m *meter) error

func (b directBody) run(s *session) error {
	return edo.Run(func(task *edo.Task) error {
		for range s.passes {
			m := s.begin()
			err := b(task, m)
			s.end(m)
			if err != nil {
				return err
			}
		}
		return nil
	}, s.runtime())
}

// A futureBody returns a future that is a pass. All passes run in one runtime.
type futureBody func(m *meter) edo.Future[edo.Unit]

func (b futureBody) run(s *session) error {
	_, err := edo.RunFuture(&passes{session: s, body: b}, s.runtime())
	return err
}

// passes is a future that makes the passes of a session.
type passes struct {
	session *session
	body    futureBody
	meter   *meter
	current edo.Future[edo.Unit] // the current pass
}

func (p *passes) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	s := p.session
	for len(s.done) < s.passes {
		if p.current == nil {
			p.meter = s.meter()
			p.current = p.body(p.meter)
			p.meter.start()
		}
		_, state, err := p.current.Poll(cx)
		if state == edo.Pending {
			return edo.Unit{}, edo.Pending, nil
		}
		s.end(p.meter)
		edo.Drop(p.current)
		p.current = nil
		if err != nil {
			return edo.Unit{}, edo.Ready, err
		}
	}
	return edo.Unit{}, edo.Ready, nil
}
