package differential

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/stream/sink"
)

// sinkMachine is one sink, and at most one future that uses it.
type sinkMachine struct {
	parts   *parts
	basins  [2]*basin
	sink    edo.Sink[*val]
	using   edo.Future[edo.Unit]
	mock    *freeMock
	isReady bool // for one value
}

func newSinkMachine(name string, config []int, w *world) machine {
	x, y := &basin{w: w, name: "x"}, &basin{w: w, name: "y"}
	m := &sinkMachine{parts: newParts(w), basins: [2]*basin{x, y}, mock: newMock()}
	switch name {
	case "direct":
		m.sink = x
	case "with":
		m.sink = sink.With(edo.Sink[*val](x), func(v *val) (*val, error) {
			if v.id%10 == 9 {
				return nil, errTest // v is the caller's, who drops it
			}
			return v.plus(1000), nil
		})
	case "fanout":
		m.sink = sink.Fanout[*val](x, y)
	case "buffer":
		m.sink = sink.Buffer[*val](x, config[0])
	default:
		panic("no sink " + name)
	}
	return m
}

// borrowed is a sink that Forward does not drop, as the script uses it afterwards.
type borrowed struct{ edo.Sink[*val] }

func (m *sinkMachine) begin(f edo.Future[edo.Unit]) string {
	m.using, m.isReady = f, false
	return m.pollOnce()
}

func (m *sinkMachine) pollOnce() string {
	if m.using == nil {
		return none
	}
	return m.enter(func(cx *edo.Context) (edo.Poll, error) {
		_, p, err := m.using.Poll(cx)
		if p == edo.Ready {
			m.dropUsing()
		}
		return p, err
	})
}

func (m *sinkMachine) dropUsing() {
	edo.Drop(m.using)
	m.using = nil
}

func (m *sinkMachine) enter(poll func(cx *edo.Context) (edo.Poll, error)) (outcome string) {
	m.mock.enter(func(cx *edo.Context) {
		p, err := poll(cx)
		switch {
		case p == edo.Pending:
			outcome = "P"
		case err != nil:
			outcome = "err"
		default:
			outcome = "ok"
		}
	})
	return outcome
}

func (m *sinkMachine) act(op operation) string {
	switch op.name {
	case "room", "hold", "break":
		m.basins[op.args[0]].act(op)
		return "ok"
	case "poll":
		return m.pollOnce()
	case "dropf":
		if m.using == nil {
			return none
		}
		m.dropUsing()
		return "ok"
	case "send", "sendall", "forward", "ready", "start", "flush", "close":
		if m.using != nil {
			return none
		}
	default:
		return m.parts.act(op)
	}
	switch op.name {
	case "send":
		return m.begin(stream.SendFuture(m.sink, &val{op.args[0], m.parts.w}))
	case "sendall":
		return m.begin(stream.SendAllFuture[*val](m.sink, m.parts.sources[0]))
	case "forward":
		return m.begin(stream.ForwardFuture[*val](borrowed{m.sink}, m.parts.sources[0]))
	case "ready":
		outcome := m.enter(m.sink.PollReady)
		m.isReady = outcome == "ok"
		return outcome
	case "flush":
		return m.enter(m.sink.PollFlush)
	case "close":
		return m.enter(m.sink.PollClose)
	}
	if !m.isReady {
		return none
	}
	m.isReady = false
	v := &val{op.args[0], m.parts.w}
	if m.sink.StartSend(v) != nil {
		v.Drop()
		return "err"
	}
	return "ok"
}

func (m *sinkMachine) mocks() []mock { return []mock{m.mock} }
func (m *sinkMachine) end() {
	if m.using != nil {
		m.dropUsing()
	}
	edo.Drop(m.sink)
}
