package supervise_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/edo-go/edo/supervise"
)

// model is a supervisor that is obviously right: everything happens at once, in plain loops. Its
// children are ready or have failed when they are started, and have ended when they are stopped.
type model struct {
	config   supervise.Config
	now      time.Duration
	kids     []*modelKid
	restarts []time.Duration
	delayed  bool // the start of a group waits for due
	due      time.Duration
	end      string // why it has ended; empty: it has not
	log      []string
	answers  map[int]string // of calls, by their numbers
	outcomes map[string][]string
	booting  bool
}

type modelKid struct {
	spec    supervise.Spec
	plain   bool   // its starts do not fail
	state   string // "up", "down", "waiting"
	delayed bool
	due     time.Duration
	origin  string // of the next start: "first", "added", "asked", "again"
	calls   []int  // that wait for its start
	inARow  int
	since   time.Duration
}

func (m *model) tell(k *modelKid, what string) { m.log = append(m.log, k.spec.Name+" "+what) }

func (m *model) isGroup() bool {
	return m.config.Strategy == supervise.OneForAll || m.config.Strategy == supervise.RestForOne
}

func (m *model) find(name string) *modelKid {
	for _, k := range m.kids {
		if k.spec.Name == name {
			return k
		}
	}
	return nil
}

func (m *model) answer(k *modelKid, text string) {
	for _, n := range k.calls {
		m.answers[n] = text
	}
	k.calls = nil
}

// boot starts the first children.
func (m *model) boot() {
	m.booting = true
	for _, k := range slices.Clone(m.kids) {
		if m.end == "" && k.state == "waiting" {
			m.start(k)
		}
	}
	if m.booting = false; m.end == "" {
		m.log = append(m.log, "supervisor started")
	}
}

// start starts one child.
func (m *model) start(k *modelKid) {
	k.delayed = false
	m.tell(k, "starting")
	outcome := "ok"
	if all := m.outcomes[k.spec.Name]; !k.plain && len(all) > 0 {
		outcome, m.outcomes[k.spec.Name] = all[0], all[1:]
	}
	switch {
	case outcome == "ok":
		k.state, k.origin, k.since = "up", "again", m.now
		m.tell(k, "started")
		m.answer(k, "<nil>")
	case outcome == "ignore":
		m.tell(k, "ended")
		k.state = "down"
		m.answer(k, "<nil>")
		m.forget(k)
	case k.origin == "first":
		m.tell(k, "failed")
		k.state = "down"
		m.stopAll("start")
	case k.origin == "added":
		m.tell(k, "failed")
		m.answer(k, "no luck")
		m.remove(k)
	case k.origin == "asked":
		m.tell(k, "failed")
		k.state = "down"
		m.answer(k, "no luck")
	default:
		m.tell(k, "failed")
		k.state = "down"
		k.since = m.now
		m.restart(k)
	}
}

// startGroup starts all that wait, in order.
func (m *model) startGroup() {
	for _, k := range slices.Clone(m.kids) {
		if m.end != "" || m.delayed {
			return
		}
		if k.state == "waiting" && m.find(k.spec.Name) == k {
			m.start(k)
		}
	}
}

func (m *model) remove(k *modelKid) {
	m.kids = slices.DeleteFunc(m.kids, func(o *modelKid) bool { return o == k })
	m.tell(k, "removed")
}

func (m *model) forget(k *modelKid) {
	if k.spec.Restart == supervise.Temporary || m.config.Strategy == supervise.Dynamic {
		m.remove(k)
	}
}

// ends is the end of a child by itself.
func (m *model) ends(k *modelKid, failed bool) {
	if failed {
		m.tell(k, "failed")
	} else {
		m.tell(k, "ended")
	}
	k.state = "down"
	if k.spec.Restart == supervise.Permanent || k.spec.Restart == supervise.Transient && failed {
		m.restart(k)
		return
	}
	m.forget(k)
	if !k.spec.Significant {
		return
	}
	if m.config.AutoShutdown == supervise.AllSignificant {
		for _, o := range m.kids {
			if o != k && o.spec.Significant && o.state != "down" {
				return
			}
		}
	}
	if failed {
		m.stopAll("significant")
	} else {
		m.stopAll("done")
	}
}

// restart is what follows from the failure of a child.
func (m *model) restart(k *modelKid) {
	k.origin = "again"
	within := 0
	for _, at := range m.restarts {
		if m.now-at <= m.config.Period {
			within++
		}
	}
	if within >= m.config.Intensity {
		m.stopAll("intensity")
		return
	}
	m.restarts = append(m.restarts, m.now)
	delay := m.delay(k)
	k.state = "waiting"
	text := "restarting"
	if delay > 0 {
		text += fmt.Sprint(" after ", delay)
	}
	m.tell(k, text)
	if !m.isGroup() {
		if k.delayed, k.due = delay > 0, m.now+delay; !k.delayed {
			m.start(k)
		}
		return
	}
	at := 0
	if m.config.Strategy == supervise.RestForOne {
		at = slices.Index(m.kids, k) + 1
	}
	for _, o := range slices.Backward(slices.Clone(m.kids[at:])) {
		switch {
		case o == k:
		case o.state == "up":
			m.tell(o, "stopping")
			m.tell(o, "stopped")
			if o.state = "waiting"; o.spec.Restart == supervise.Temporary {
				o.state = "down"
				m.remove(o)
			}
		case o.state == "down" && m.config.Revive && o.spec.Restart != supervise.Temporary:
			o.state, o.origin = "waiting", "again"
		}
	}
	if delay > 0 {
		m.delayed, m.due = true, max(m.due, m.now+delay)
	}
	if !m.delayed {
		m.startGroup()
	}
}

func (m *model) delay(k *modelKid) time.Duration {
	b := m.config.Backoff
	if b.Initial == 0 {
		return 0
	}
	if m.now-k.since >= b.Reset {
		k.inARow = 0
	}
	d := b.Initial
	for range k.inARow {
		d = min(2*d, b.Max)
	}
	k.inARow++
	return d
}

// stopAll ends the supervisor.
func (m *model) stopAll(why string) {
	m.end = why
	m.log = append(m.log, "supervisor ending")
	for _, k := range m.kids {
		m.answer(k, supervise.ErrNotRunning.Error())
	}
	if m.config.Strategy == supervise.Dynamic {
		for _, k := range m.kids {
			if k.state == "up" {
				m.tell(k, "stopping")
			}
		}
	}
	for _, k := range slices.Backward(m.kids) {
		if k.state != "up" {
			continue
		}
		if m.config.Strategy != supervise.Dynamic {
			m.tell(k, "stopping")
		}
		m.tell(k, "stopped")
	}
	m.kids = nil
	m.log = append(m.log, "supervisor ended")
}

// advance lets time pass.
func (m *model) advance(d time.Duration) {
	for until := m.now + d; ; {
		at := until
		if m.delayed && m.end == "" {
			at = min(at, m.due)
		}
		for _, k := range m.kids {
			if k.delayed {
				at = min(at, k.due)
			}
		}
		m.now = at
		isDue := false
		for _, k := range slices.Clone(m.kids) {
			if k.delayed && k.due == at && m.end == "" {
				isDue = true
				m.start(k)
			}
		}
		if m.delayed && m.due == at && m.end == "" {
			isDue = true
			m.delayed = false
			m.startGroup()
		}
		if at == until && !isDue {
			return
		}
	}
}

// add, stop, again and drop are the calls.
func (m *model) add(n int, spec supervise.Spec, plain bool) {
	k := m.find(spec.Name)
	switch {
	case m.end != "":
		m.answers[n] = supervise.ErrNotRunning.Error()
	case k != nil && k.state == "down":
		m.answers[n] = supervise.ErrAlreadyPresent.Error()
	case k != nil:
		m.answers[n] = supervise.ErrAlreadyStarted.Error()
	default:
		k = &modelKid{spec: spec, plain: plain, state: "waiting", origin: "added", calls: []int{n}}
		m.kids = append(m.kids, k)
		m.tell(k, "added")
		m.startInTurn(k)
	}
}

func (m *model) startInTurn(k *modelKid) {
	switch {
	case !m.isGroup():
		m.start(k)
	case !m.delayed:
		m.startGroup()
	}
}

func (m *model) stop(n int, name string) {
	k := m.find(name)
	switch {
	case m.end != "":
		m.answers[n] = supervise.ErrNotRunning.Error()
		return
	case k == nil:
		m.answers[n] = supervise.ErrNotFound.Error()
		return
	case k.state == "up":
		m.tell(k, "stopping")
		m.tell(k, "stopped")
	case k.state == "waiting":
		m.tell(k, "stopped")
		m.answer(k, supervise.ErrStopped.Error())
	}
	k.state, k.delayed = "down", false
	m.answers[n] = "<nil>"
	m.forget(k)
}

func (m *model) again(n int, name string) {
	k := m.find(name)
	switch {
	case m.end != "":
		m.answers[n] = supervise.ErrNotRunning.Error()
	case k == nil:
		m.answers[n] = supervise.ErrNotFound.Error()
	case k.state == "up":
		m.answers[n] = supervise.ErrRunning.Error()
	case k.state == "waiting":
		m.answers[n] = supervise.ErrRestarting.Error()
	default:
		k.state, k.origin, k.calls = "waiting", "asked", []int{n}
		m.startInTurn(k)
	}
}

func (m *model) drop(n int, name string) {
	k := m.find(name)
	switch {
	case m.end != "":
		m.answers[n] = supervise.ErrNotRunning.Error()
	case k == nil:
		m.answers[n] = supervise.ErrNotFound.Error()
	case k.state == "up":
		m.answers[n] = supervise.ErrRunning.Error()
	case k.state == "waiting":
		m.answers[n] = supervise.ErrRestarting.Error()
	default:
		m.remove(k)
		m.answers[n] = "<nil>"
	}
}
