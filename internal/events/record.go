package events

import (
	"strings"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/survey"
)

// Recorder is a Log as a scheduler sees it.
type Recorder Log

var _ sched.Recorder = (*Recorder)(nil)

func (r *Recorder) log() *Log { return (*Log)(r) }

// Begin begins the log anew, in the memory that it has.
func (r *Recorder) Begin(rt *sched.Runtime) {
	r.rt = rt
	r.events, r.texts, r.names, r.hosts = r.events[:0], r.texts[:0], r.names[:0], r.hosts[:0]
	r.polled = nil
	clear(r.numbers)
	clear(r.recent[:])
}

// Spawned adds that event.
func (r *Recorder) Spawned(t, by *sched.Task) { r.log().add(Spawned, t, by, r.place()) }

// Polled adds that event.
func (r *Recorder) Polled(t *sched.Task) {
	r.polled = t
	r.log().add(Polled, t, nil, text{})
}

// Returned adds the event that an outcome is. A task that waits is asked for what.
func (r *Recorder) Returned(t *sched.Task, how sched.Outcome) {
	x := r.heldUp
	r.heldUp, r.polled = text{}, nil
	if x.what != "" {
		r.log().add(HeldUp, t, nil, text{place: x.place})
		return
	}
	if rt, ok := r.rt.Owner().(*core.Runtime); ok && how == sched.Waits && !r.Brief {
		var whats, places []string
		for _, w := range survey.Places(rt, t) {
			whats = append(whats, w.Text())
			if w.Place != "" {
				places = append(places, w.Place)
			}
		}
		x.what = strings.Join(whats, ", or ")
		if len(places) != 0 {
			x.place = places[0]
		}
	}
	r.log().add(outcomes[how], t, nil, x)
}

var outcomes = [...]Kind{sched.Ended: Ended, sched.Waits: Waits, sched.Yielded: Yielded, sched.Again: Again}

// HeldUp notes where the poll is held up, for Returned.
func (r *Recorder) HeldUp(t *sched.Task) {
	r.heldUp = r.place()
	r.heldUp.what = "held up"
}

// Woken adds that event, or that the task was aborted.
func (r *Recorder) Woken(t, by *sched.Task) {
	k := Woken
	if t.IsCancelled() {
		k = Aborted
	}
	var x text
	if by != nil {
		x = r.place()
	}
	r.log().add(k, t, by, x)
}

// Fired adds that event.
func (r *Recorder) Fired(t *sched.Task) { r.log().add(Fired, t, nil, text{}) }

// Note adds words of t.
func (r *Recorder) Note(t *sched.Task, what string) {
	x := r.place()
	x.what = what
	r.log().add(Noted, t, nil, x)
}

// Happened adds what happened to a host; "": between hosts.
func (r *Recorder) Happened(host, what string) {
	var x text
	if r.polled != nil {
		x = r.place()
	}
	x.what, x.host = what, host
	r.log().add(Happened, nil, r.polled, x)
}

// place returns the line of the program that the goroutine of the poll is at.
func (r *Recorder) place() text {
	if r.Brief {
		return text{}
	}
	return text{place: origin.PlaceOfCaller()}
}
