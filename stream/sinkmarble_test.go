package stream_test

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/stream/sink"
	"github.com/edo-go/edo/timer"
)

// The picture of a sink has the source, what the sink takes from it, and below what each of the sinks
// behind it gets. Such a sink is busy with each value for some columns.

// A sinkLine is a sink in a picture.
type sinkLine struct {
	name string
	busy int // columns, with each value
	out  string
}

// drawnSink draws what it gets.
type drawnSink struct {
	drawn
	busy       int
	start      int64
	now, until int64 // of the last poll, and when it has room again
	sleep      timer.Sleeper
}

func (s *drawnSink) PollReady(cx *edo.Context) (edo.Poll, error) {
	in := (*sched.Context)(cx)
	if left := s.until - in.Now(); left > 0 {
		s.sleep.Reset(time.Duration(left))
		if _, p, err := s.sleep.Poll(cx); p == edo.Pending || err != nil {
			return p, err
		}
	} else if !cx.Proceed(&s.sleep) {
		return edo.Pending, nil
	}
	s.now = in.Now()
	return edo.Ready, nil
}

func (s *drawnSink) StartSend(v string) error {
	s.until = s.now + int64(s.busy)*int64(column)
	s.add(time.Duration(s.now-s.start), v)
	return nil
}

func (s *drawnSink) PollFlush(cx *edo.Context) (edo.Poll, error) {
	if !cx.Proceed(&s.sleep) {
		return edo.Pending, nil
	}
	return edo.Ready, nil
}

func (s *drawnSink) PollClose(cx *edo.Context) (edo.Poll, error) {
	p, err := s.PollReady(cx)
	if p == edo.Ready {
		s.add(time.Duration(s.now-s.start), "|")
	}
	return p, err
}

func (s *drawnSink) Drop() { s.sleep.Drop() }

// forward plays m, which is of a sink, and returns what it draws: what the sink takes from s, and what
// each of the sinks behind it gets. The pictures begin at the instant start.
func (m marble) forward(task *edo.Task, s stream.Stream[string], start int64) (outs []string, err error) {
	var lines []*drawnSink
	var to []edo.Sink[string]
	for _, l := range m.sinks {
		line := &drawnSink{busy: l.busy, start: start}
		lines, to = append(lines, line), append(to, line)
	}
	began := timer.Now(task)
	var taken drawn
	err = stream.Forward(task, m.sink(to), stream.Of(s).Inspect(func(v string, _ error) {
		taken.add(timer.Now(task).Sub(began), v)
	}))
	taken.add(timer.Now(task).Sub(began), "|")
	outs = append(outs, taken.String())
	for _, line := range lines {
		outs = append(outs, line.String())
	}
	return outs, err
}

// sinkMarbles are the pictures of package sink.
var sinkMarbles = []marble{
	{"With", []string{"s"}, []string{"1--2--3--|"}, "1--2--3--|", nil, []sinkLine{{"to", 0, "a--b--c--|"}}, func(to []edo.Sink[string]) edo.Sink[string] {
		return sink.With(to[0], func(v string) (string, error) { return string(v[0] - '1' + 'a'), nil })
	}},
	{"Func", []string{"s"}, []string{"1--2--3--|"}, "1--2--3--|", nil, nil, func([]edo.Sink[string]) edo.Sink[string] {
		return sink.Func(func(string) error { return nil })
	}},
	{"Fanout", []string{"s"}, []string{"(123)-------4-----|"}, "(12)3-------4-----|", nil, []sinkLine{{"fast", 0, "1---2---3---4-----|"}, {"slow", 4, "1---2---3---4-----|"}}, func(to []edo.Sink[string]) edo.Sink[string] {
		return sink.Fanout(to...)
	}},
	{"Buffer", []string{"s"}, []string{"(1234)--5----|"}, "(1234)--5------|", nil, []sinkLine{{"slow", 3, "1--2--3--4--5--|"}}, func(to []edo.Sink[string]) edo.Sink[string] {
		return sink.Buffer(to[0], 2)
	}},
}
