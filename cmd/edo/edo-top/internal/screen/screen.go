package screen

import (
	"time"

	"github.com/edo-go/edo/console"
)

// Screen is what edo top shows: frames of a console, through one view at a time.
type Screen struct {
	address       string
	zone          *time.Location
	width, height int

	now      time.Time      // on the clock of this program
	latest   *console.Frame // that came last; nil: none yet
	came     time.Time      // when it came
	shown    *console.Frame // the latest one, or that at which the screen was frozen
	isFrozen bool
	lost     string    // why the connection has ended; "": it has not
	lostAt   time.Time // since when
	rates    map[int]rate
	runtime  int // the number of the one that is shown; 0: the first

	levels   []level // the way to what is shown, which is the last; never empty
	isTyping bool    // keys go to the filter
	typed    string  // the filter before they did
	isHelp   bool    // the keys are shown
	helpTop  int     // the first line of them on the screen

	asked  uint64 // the task that the console is asked for now, or 0
	answer answer
	stacks stackAnswer
}

// place is what a view is of.
type place struct {
	view view
	id   string // the key of a group or of a finding, the number of an object, the place of a poll
	ref  uint64 // of a task

	runtime int // 0: the one that is shown
}

// level is a place on the way to what is shown, with what was chosen there.
type level struct {
	place  place
	order  order
	filter string
	cursor string // the key of the row of the cursor
	at     int    // where it was
	top    int    // the first row on the screen
}

// answer is what the console has said of a task.
type answer struct {
	ref   uint64
	frame *console.Frame // that was the latest when it came
	task  *console.Task
	err   string
}

// rate is how fast the numbers of a runtime grow.
type rate struct {
	at             time.Time
	polls, spawned uint64
	perSecond      [2]float64 // of the same
	isKnown        bool
}

// New returns a screen for the console at an address, with times of the day in a time zone.
func New(address string, zone *time.Location) *Screen {
	return &Screen{address: address, zone: zone, width: 80, height: 24, rates: map[int]rate{}, levels: []level{{place: place{view: groups}}}}
}

// Resize says how many columns and lines there are.
func (s *Screen) Resize(width, height int) { s.width, s.height = max(width, 1), max(height, 1) }

// Tick says what time it is.
func (s *Screen) Tick(now time.Time) { s.now = now }

// Take takes a frame, which is not changed any more.
func (s *Screen) Take(f *console.Frame, now time.Time) {
	s.now, s.came, s.lost = now, now, ""
	s.latest = f
	rates := make(map[int]rate, len(f.Runtimes))
	for i := range f.Runtimes {
		rt := &f.Runtimes[i]
		r := rate{at: f.Time, polls: rt.Metrics.Polls, spawned: rt.Metrics.Spawned}
		if before, ok := s.rates[rt.ID]; ok && f.Time.After(before.at) {
			passed := f.Time.Sub(before.at).Seconds()
			r.perSecond = [2]float64{grown(before.polls, r.polls) / passed, grown(before.spawned, r.spawned) / passed}
			r.isKnown = true
		}
		rates[rt.ID] = r
	}
	s.rates = rates
	if !s.isFrozen {
		s.shown = f
	}
}

// grown returns by how much a number has grown. It begins anew with another process at the address.
func grown(from, to uint64) float64 {
	if to < from {
		return 0
	}
	return float64(to - from)
}

// Lose says that the connection has ended, or could not be made anew, and why.
func (s *Screen) Lose(why error, now time.Time) {
	s.now = now
	if s.lost == "" {
		s.lostAt = now
	}
	s.lost = why.Error()
	s.asked = 0 // no answer comes
	s.stacks.lose(s.lost)
}

// Ask returns a task that the console is to be asked for now, if there is one. Then Answer must be called.
func (s *Screen) Ask() (ref uint64, ok bool) {
	at := s.top().place
	if at.view != task || s.asked != 0 || s.lost != "" {
		return 0, false
	}
	if s.answer.ref == at.ref && (s.isFrozen || s.answer.frame == s.latest) {
		return 0, false
	}
	s.asked = at.ref
	return at.ref, true
}

// Answer is what the console has answered.
func (s *Screen) Answer(ref uint64, t *console.Task, err error) {
	if s.asked == ref {
		s.asked = 0
	}
	if s.top().place.ref != ref {
		return // it is not shown any more
	}
	s.answer = answer{ref: ref, frame: s.latest, task: t}
	if err != nil {
		s.answer.err = err.Error()
	}
}

// top returns the place that is shown.
func (s *Screen) top() *level { return &s.levels[len(s.levels)-1] }

// current returns the runtime that is shown, or nil.
func (s *Screen) current() *console.Runtime {
	if s.shown == nil || len(s.shown.Runtimes) == 0 {
		return nil
	}
	if rt := s.runtimeOf(s.runtime); rt != nil {
		return rt
	}
	return &s.shown.Runtimes[0]
}

// runtimeOf returns the runtime with a number, or nil.
func (s *Screen) runtimeOf(id int) *console.Runtime {
	for i := range s.shown.Runtimes {
		if s.shown.Runtimes[i].ID == id {
			return &s.shown.Runtimes[i]
		}
	}
	return nil
}
