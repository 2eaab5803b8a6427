package differential

import (
	"errors"

	"github.com/edo-go/edo"
)

var errTest = errors.New("test: failed")

// wake wakes w once.
func wake(w *edo.Waker) {
	if !w.IsZero() {
		w.Wake()
		*w = edo.Waker{}
	}
}

// source is a stream that the script fills.
type source struct {
	w       *world
	name    string
	items   []int
	ended   bool
	reopens bool // it goes on after its end
	waker   edo.Waker
}

func (s *source) PollNext(cx *edo.Context) (*val, edo.Poll, error) {
	if !cx.Proceed(nil) {
		return nil, edo.Pending, nil
	}
	s.w.call("%s", s.name)
	switch {
	case len(s.items) > 0:
		v := &val{s.items[0], s.w}
		s.items = s.items[1:]
		return v, edo.Ready, nil
	case s.ended:
		s.ended = !s.reopens
		return nil, edo.End, nil
	}
	s.waker = cx.Waker()
	return nil, edo.Pending, nil
}

func (s *source) push(v int) bool {
	if s.ended {
		return false
	}
	s.items = append(s.items, v)
	wake(&s.waker)
	return true
}

func (s *source) end() {
	s.ended = true
	wake(&s.waker)
}

// ending is how a future ends.
type ending int

const (
	notYet ending = iota
	withValue
	withFailure
	withPanic
)

// works are futures by their numbers.
type works struct {
	w    *world
	list []*work
}

// work is a future that the script ends. It owns a value until it is ready.
type work struct {
	of    *works
	n     int
	v     *val
	how   ending
	waker edo.Waker
}

// begin returns a future with the next number. With a value that ends in 7 it is ready at once.
func (s *works) begin(v *val) *work {
	f := &work{of: s, n: len(s.list), v: v}
	if v.id%10 == 7 {
		f.how = withValue
	}
	s.list = append(s.list, f)
	return f
}

func (f *work) Poll(cx *edo.Context) (*val, edo.Poll, error) {
	if !cx.Proceed(nil) {
		return nil, edo.Pending, nil
	}
	f.of.w.call("f%d", f.n)
	switch f.how {
	case notYet:
		f.waker = cx.Waker()
		return nil, edo.Pending, nil
	case withPanic:
		panic("the script says so")
	case withFailure:
		f.Drop()
		return nil, edo.Ready, errTest
	}
	v := f.v
	f.v = nil
	return v, edo.Ready, nil
}

func (f *work) Drop() {
	if f.v != nil {
		f.v.Drop()
		f.v = nil
	}
}

// end ends the future n, if there is one that has not ended.
func (s *works) end(n int, how ending) bool {
	if n >= len(s.list) || s.list[n].how != notYet {
		return false
	}
	s.list[n].how = how
	wake(&s.list[n].waker)
	return true
}

// nudge wakes the task of the future n for nothing.
func (s *works) nudge(n int) bool {
	if n >= len(s.list) || s.list[n].how != notYet || s.list[n].waker.IsZero() {
		return false
	}
	wake(&s.list[n].waker)
	return true
}

// act carries out an operation on a future, if it is one.
func (s *works) act(op operation) (outcome string, ok bool) {
	switch op.name {
	case "fin":
		return applies(s.end(op.args[0], withValue)), true
	case "fail":
		return applies(s.end(op.args[0], withFailure)), true
	case "panic":
		return applies(s.end(op.args[0], withPanic)), true
	case "nudge":
		return applies(s.nudge(op.args[0])), true
	}
	return "", false
}

// basin is a sink with room for as many values as the script says.
type basin struct {
	w      *world
	name   string
	room   int
	held   bool // flushes wait
	failed bool
	waker  edo.Waker
}

func (b *basin) PollReady(cx *edo.Context) (edo.Poll, error) {
	return b.poll(cx, "?", b.room <= 0)
}
func (b *basin) PollFlush(cx *edo.Context) (edo.Poll, error) { return b.poll(cx, "f", b.held) }
func (b *basin) PollClose(cx *edo.Context) (edo.Poll, error) { return b.poll(cx, "c", b.held) }

func (b *basin) poll(cx *edo.Context, what string, waits bool) (edo.Poll, error) {
	if !cx.Proceed(nil) {
		return edo.Pending, nil
	}
	b.w.call("%s%s", b.name, what)
	switch {
	case b.failed:
		return edo.Ready, errTest
	case waits:
		b.waker = cx.Waker()
		return edo.Pending, nil
	}
	return edo.Ready, nil
}

func (b *basin) StartSend(v *val) error {
	b.w.call("%s=%d", b.name, v.id)
	if b.failed {
		return errTest
	}
	b.room--
	return nil
}

// act carries out an operation on a basin, if it is one.
func (b *basin) act(op operation) bool {
	switch op.name {
	case "room":
		b.room += op.args[1]
	case "hold":
		if b.held = op.args[1] == 1; b.held {
			return true
		}
	case "break":
		b.failed = true
	default:
		return false
	}
	wake(&b.waker)
	return true
}

// parts are what an operator is made of: sources, of which those from firstInner on are the
// streams that it makes of values, and futures.
type parts struct {
	w       *world
	sources []*source
	works   works
	begun   int // inner streams
}

const firstInner = 3

func newParts(w *world) *parts {
	p := &parts{w: w, works: works{w: w}}
	for _, name := range "abcdefgh" {
		p.sources = append(p.sources, &source{w: w, name: string(name)})
	}
	return p
}

// work makes a future of a value.
func (p *parts) work(v *val) edo.Future[*val] { return p.works.begin(v) }

// inner makes a stream of a value: the next of the inner sources.
func (p *parts) inner(*val) edo.Stream[*val] {
	n := firstInner + p.begun
	p.begun++
	if n >= len(p.sources) {
		return nil
	}
	return p.sources[n]
}

// act carries out an operation on a part.
func (p *parts) act(op operation) string {
	switch op.name {
	case "push":
		return applies(p.sources[op.args[0]].push(op.args[1]))
	case "end":
		p.sources[op.args[0]].end()
		return "ok"
	}
	outcome, ok := p.works.act(op)
	if !ok {
		panic("no operation " + op.name)
	}
	return outcome
}
