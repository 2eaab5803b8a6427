package differential

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// timedMachine is an operator that knows the time, which one mock task polls.
type timedMachine struct {
	clock *clock
	parts *parts
	poll  texter // nil: it has ended
	s     edo.Dropper
}

func newTimedMachine(name string, config []int, w *world) machine {
	m := &timedMachine{clock: newClock(1), parts: newParts(w)}
	a, d := stream.Of[*val](m.parts.sources[0]), units(config[0])
	switch name {
	case "throttle":
		s := a.Throttle(d)
		m.poll, m.s = items(s, text), s
	case "timeout", "timeout_repeating":
		with := a.Timeout
		if name == "timeout_repeating" {
			with = a.TimeoutRepeating
		}
		s := with(d)
		late := items(s, text)
		m.s = s
		m.poll = func(cx *edo.Context) string {
			if t := late(cx); t != "err" {
				return t
			}
			return "late"
		}
	case "chunks_timeout":
		s := stream.ChunksTimeout(a, config[1], d)
		m.poll, m.s = items(s, texts), s
	default:
		panic("no operator " + name)
	}
	return m
}

func (m *timedMachine) pollOnce() (outcome string) {
	if m.poll == nil {
		return none
	}
	m.clock.tasks[0].enter(m.poll.into(&outcome))
	if outcome == "end" {
		m.drop()
	}
	return outcome
}

// drop drops the operator. What wakes its task from now on does not matter.
func (m *timedMachine) drop() string {
	if m.poll == nil {
		return none
	}
	m.poll = nil
	m.s.Drop()
	m.clock.tasks[0].mute()
	return "ok"
}

func (m *timedMachine) act(op operation) string {
	switch op.name {
	case "adv":
		m.clock.advance(op.args[0])
		return "ok"
	case "poll":
		return m.pollOnce()
	case "run":
		return runAll(m.pollOnce)
	case "drop":
		return m.drop()
	}
	return m.parts.act(op)
}

func (m *timedMachine) mocks() []mock { return m.clock.mocks() }
func (m *timedMachine) end() {
	m.drop()
	m.clock.end()
}

// timerMachine has timers in slots, each with a mock task of its own.
type timerMachine struct {
	clock  *clock
	works  works
	timers [4]anyTimer
}

// anyTimer is one of these, or none.
type anyTimer struct {
	sleep    *timer.Sleeper
	interval *timer.Interval
	timeout  *future.Fut[*val]
	work     int // the number of the future of timeout
}

func newTimerMachine(w *world) machine {
	return &timerMachine{clock: newClock(4), works: works{w: w}}
}

func (t *anyTimer) isEmpty() bool { return *t == anyTimer{} }

func (t *anyTimer) drop() {
	switch {
	case t.sleep != nil:
		t.sleep.Drop()
	case t.interval != nil:
		t.interval.Drop()
	case t.timeout != nil:
		t.timeout.Drop()
	}
	*t = anyTimer{}
}

func (m *timerMachine) pollOnce(i int) (outcome string) {
	t := &m.timers[i]
	m.clock.tasks[i].enter(func(cx *edo.Context) {
		outcome = "P"
		switch {
		case t.sleep != nil:
			if _, p, _ := t.sleep.Poll(cx); p == edo.Ready {
				outcome = "ok"
			}
		case t.interval != nil:
			if at, p, _ := t.interval.PollNext(cx); p == edo.Ready {
				outcome = fmt.Sprint("at", m.clock.millis(at))
			}
		default:
			v, p, err := t.timeout.Poll(cx)
			switch {
			case p == edo.Pending:
				return
			case err != nil:
				outcome = "late"
			default:
				outcome = text(v)
			}
			t.drop()
		}
	})
	return outcome
}

func (m *timerMachine) act(op operation) string {
	if op.name == "adv" {
		m.clock.advance(op.args[0])
		return "ok"
	}
	i := op.args[0]
	t := &m.timers[i]
	var d time.Duration
	if len(op.args) > 1 {
		d = units(op.args[1])
	}
	makes := op.name == "sleep" || op.name == "interval" || op.name == "timeout"
	if makes != t.isEmpty() {
		return none
	}
	switch op.name {
	case "sleep":
		t.sleep = timer.SleepFuture(d)
	case "interval":
		modes := []timer.Missed{timer.Burst, timer.Delay, timer.Skip}
		t.interval = timer.IntervalAt(m.clock.s.Now().Add(d), units(op.args[2]), timer.OnMissed(modes[op.args[3]]))
	case "timeout":
		t.work = len(m.works.list)
		f := future.Timeout(d, edo.Future[*val](m.works.begin(&val{100 + t.work, m.works.w})))
		t.timeout = &f
	case "drop":
		m.clock.tasks[i].enter(func(*edo.Context) { t.drop() })
		m.clock.tasks[i].mute()
		return "ok"
	case "fin":
		if t.timeout == nil {
			return none
		}
		m.works.end(t.work, withValue)
		return "ok"
	case "reset":
		switch {
		case t.sleep != nil:
			t.sleep.Reset(d)
		case t.interval != nil:
			t.interval.Reset()
		default:
			return none
		}
	case "resetafter", "resetat":
		switch {
		case t.interval == nil:
			return none
		case op.name == "resetafter":
			t.interval.ResetAfter(d)
		default:
			t.interval.ResetAt(m.clock.s.Now().Add(d))
		}
	}
	return m.pollOnce(i)
}

func (m *timerMachine) mocks() []mock { return m.clock.mocks() }
func (m *timerMachine) end() {
	for i := range m.timers {
		m.clock.tasks[i].enter(func(*edo.Context) { m.timers[i].drop() })
	}
	m.clock.end()
}

// queueMachine is a DelayQueue, with one mock task. The deadline of slot i is i milliseconds after a unit of time,
// so that no two are the same.
type queueMachine struct {
	clock *clock
	w     *world
	queue *timer.DelayQueue[queued]
	waits bool // the last poll was pending, and no wake has come since
	keys  [8]*timer.DelayKey[queued]
}

type queued struct {
	slot int
	v    *val
}

func (q queued) Drop() { q.v.Drop() }

func newQueueMachine(w *world) machine {
	m := &queueMachine{clock: newClock(1), w: w}
	m.clock.tasks[0].enter(func(cx *edo.Context) { m.queue = timer.NewDelayQueue[queued](cx) })
	return m
}

// run polls until no value is due, and returns the values by their slots.
func (m *queueMachine) run() string {
	type due struct {
		slot int
		text string
	}
	var list []due
	last := ""
	waits := m.waits && !m.clock.tasks[0].isWoken()
	for last == "" {
		m.clock.tasks[0].enter(func(cx *edo.Context) {
			out, p, _ := m.queue.PollNext(cx)
			switch p {
			case edo.Pending:
				last = "P"
			case edo.End:
				last = "end"
			case edo.Ready:
				slot := out.Value.slot
				m.keys[slot] = nil
				list = append(list, due{slot, fmt.Sprintf("%d:%s:%d", slot, text(out.Value.v), m.clock.millis(out.Deadline))})
			}
		})
	}
	if waits && len(list) > 0 {
		return "UNWOKEN"
	}
	m.waits = last == "P"
	slices.SortFunc(list, func(a, b due) int { return a.slot - b.slot })
	var texts []string
	for _, d := range list {
		texts = append(texts, d.text)
	}
	return strings.Join(append(texts, last), " ")
}

func (m *queueMachine) act(op operation) string {
	switch op.name {
	case "adv":
		m.clock.advance(op.args[0])
		return "ok"
	case "run":
		return m.run()
	case "len":
		return fmt.Sprint(m.queue.Len())
	}
	i := op.args[0]
	d := time.Duration(i) * time.Millisecond
	if len(op.args) > 1 {
		d += units(op.args[1])
	}
	key := m.keys[i]
	if (op.name == "insert") != (key == nil) {
		return none
	}
	switch op.name {
	case "insert":
		k := m.queue.Insert(queued{i, &val{op.args[2], m.w}}, d)
		m.keys[i] = &k
	case "reset":
		m.queue.Reset(*key, d)
	case "deadline":
		at, _ := m.queue.Deadline(*key)
		return fmt.Sprint(m.clock.millis(at))
	case "remove":
		m.keys[i] = nil
		q, _ := m.queue.Remove(*key)
		return text(q.v)
	}
	return "ok"
}

func (m *queueMachine) mocks() []mock { return m.clock.mocks() }
func (m *queueMachine) end() {
	m.queue.Drop()
	m.clock.end()
}
