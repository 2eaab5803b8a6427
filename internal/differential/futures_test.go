package differential

import (
	"errors"
	"fmt"
	"strings"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/future"
)

// result is the text of what a future gives.
func result(v *val, err error) string {
	if err != nil {
		return "err"
	}
	return text(v)
}

func results(list []future.Result[*val]) string {
	texts := make([]string, len(list))
	for i, r := range list {
		texts[i] = result(r.Get())
	}
	return "[" + strings.Join(texts, " ") + "]"
}

// futureMachine is one future, which one mock task polls.
type futureMachine struct {
	works   works
	poll    texter // nil: it has ended
	f       edo.Dropper
	rest    func() // makes what is left when a part is ready the future that is polled next
	token   *cancel.Token
	endless bool // may be polled after its end
	mock    *freeMock
}

func newFutureMachine(name string, config []int, w *world) machine {
	m := &futureMachine{works: works{w: w}, endless: name == "fuse", mock: newMock()}
	value := func(id int) *val { return &val{id, w} }
	var fs []edo.Future[*val]
	if len(config) > 0 {
		for i := range config[0] {
			fs = append(fs, m.works.begin(value(100+i)))
		}
	} else {
		fs = []edo.Future[*val]{m.works.begin(value(100))}
	}
	next := func(v *val) edo.Future[*val] { return m.works.begin(v) }
	switch name {
	case "join_all":
		set(m, future.Join(fs...), results)
	case "try_join_all":
		set(m, future.TryJoin(fs...), texts)
	case "join":
		set(m, future.Join2(fs[0], fs[1]), func(p future.Pair[future.Result[*val], future.Result[*val]]) string {
			return results([]future.Result[*val]{p.First, p.Second})
		})
	case "select":
		set(m, future.Select(fs[0], fs[1]), func(e future.Either[*val, *val]) string {
			won, left := e.First, e.SecondLeft
			if e.Index == 1 {
				won, left = e.Second, e.FirstLeft
			}
			m.rest = func() { set(m, future.Of(left), text) }
			return result(won.Get())
		})
	case "select_all":
		m.selectAll(fs)
	case "select_ok":
		set(m, future.FirstOK(fs...), text)
	case "fuse":
		set(m, future.Of(fs[0]).Fuse(), text)
	case "map":
		set(m, future.Map(fs[0], later), text)
	case "then":
		set(m, future.Then(fs[0], func(v *val, err error) edo.Future[*val] {
			if err != nil {
				return next(value(300))
			}
			return next(v.plus(100))
		}), text)
	case "and_then":
		set(m, future.AndThen(fs[0], func(v *val) edo.Future[*val] { return next(v.plus(100)) }), text)
	case "or_else":
		set(m, future.Of(fs[0]).OrElse(func(error) edo.Future[*val] { return next(value(300)) }), text)
	case "flatten":
		set(m, future.Flatten[*val](future.Map(fs[0], func(v *val) edo.Future[*val] { return next(v.plus(100)) })), text)
	case "catch_unwind":
		f := future.Of(fs[0]).CatchPanic()
		m.f = f
		m.poll = func(cx *edo.Context) string {
			v, p, err := f.Poll(cx)
			var panicked *edo.PanicError
			switch {
			case p == edo.Pending:
				return "P"
			case errors.As(err, &panicked):
				return "=panic"
			}
			return "=" + result(v, err)
		}
	case "abortable":
		m.token = cancel.New()
		f := cancel.Until(m.token, fs[0])
		m.f = dropper(f)
		m.poll = func(cx *edo.Context) string {
			v, p, err := f.Poll(cx)
			switch {
			case p == edo.Pending:
				return "P"
			case err != nil && !errors.Is(err, errTest):
				return "=aborted"
			}
			return "=" + result(v, err)
		}
	default:
		panic("no future " + name)
	}
	return m
}

func set[T any](m *futureMachine, f future.Fut[T], show func(T) string) {
	m.poll, m.f = once(f, show), f
}

func (m *futureMachine) selectAll(fs []edo.Future[*val]) {
	set(m, future.SelectAll(fs...), func(s future.Selected[*val]) string {
		if len(s.Left) > 0 {
			m.rest = func() { m.selectAll(s.Left) }
		}
		return result(s.Get())
	})
}

// drop drops the future. What wakes its task from now on does not matter.
func (m *futureMachine) drop() string {
	m.mock = newMock()
	if m.poll == nil {
		return none
	}
	m.poll = nil
	m.f.Drop()
	return "ok"
}

func (m *futureMachine) act(op operation) (outcome string) {
	switch op.name {
	case "poll":
		if m.poll == nil {
			return none
		}
		m.mock.enter(m.poll.into(&outcome))
		if outcome[0] == '=' && !m.endless {
			m.drop()
			if m.rest != nil {
				m.rest()
				m.rest = nil
			}
		}
		return outcome
	case "drop":
		return m.drop()
	case "abort":
		m.token.Cancel()
		return "ok"
	}
	outcome, _ = m.works.act(op)
	return outcome
}

func (m *futureMachine) mocks() []mock { return []mock{m.mock} }
func (m *futureMachine) end()          { m.drop() }

// sharedMachine is clones of a shared future, each with a mock task of its own.
type sharedMachine struct {
	works  works
	clones [4]*future.Shared[int]
	tasks  [4]*freeMock
}

func newSharedMachine(w *world) machine {
	m := &sharedMachine{works: works{w: w}}
	for i := range m.tasks {
		m.tasks[i] = newMock()
	}
	m.clones[0] = future.Share(future.Map[*val](m.works.begin(&val{100, w}), func(v *val) int { return v.id }))
	return m
}

func (m *sharedMachine) act(op operation) (outcome string) {
	if outcome, ok := m.works.act(op); ok {
		return outcome
	}
	i := op.args[0]
	f := m.clones[i]
	if f == nil {
		return none
	}
	switch op.name {
	case "poll":
		m.tasks[i].enter(func(cx *edo.Context) {
			v, p, err := f.Poll(cx)
			switch {
			case p == edo.Pending:
				outcome = "P"
			case err != nil:
				outcome = "err"
			default:
				outcome = fmt.Sprint(v)
			}
		})
		if outcome != "P" {
			m.clones[i], m.tasks[i] = nil, newMock()
		}
		return outcome
	case "clone":
		j := op.args[1]
		if m.clones[j] != nil {
			return none
		}
		m.clones[j], m.tasks[j] = f.Clone(), newMock()
	case "drop":
		f.Drop()
		m.clones[i], m.tasks[i] = nil, newMock()
	}
	return "ok"
}

func (m *sharedMachine) mocks() (list []mock) {
	for _, t := range m.tasks {
		list = append(list, t)
	}
	return list
}

func (m *sharedMachine) end() {
	for _, f := range m.clones {
		if f != nil {
			f.Drop()
		}
	}
}
