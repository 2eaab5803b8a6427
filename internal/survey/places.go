package survey

import (
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/report"
)

// Placed is a wait, with the line of the program that waits; "": it is not known.
type Placed struct {
	report.Wait
	Place string
}

// Places asks t what it waits for, and where: the inspection resumes the function, so that the
// line is on the stack when its leaf is met. The worker of t calls it between two polls.
func Places(rt *core.Runtime, t *sched.Task) (waits []Placed) {
	b, ok := t.Body().(core.Body)
	if !ok {
		return nil
	}
	ended := make(chan struct{})
	go func() { // see ask.go
		defer close(ended)
		t.Inspect(func() {
			var leaves []any
			var places []string
			cx := sched.NewInspection(rt.Sched, t, func(leaf any) {
				if _, ok := leaf.(core.Limit); !ok {
					leaves, places = append(leaves, leaf), append(places, origin.PlaceOfCaller())
				}
			})
			b.Inspect(cx)
			for i, leaf := range leaves {
				w, ok := WaitOf(leaf, cx)
				if !ok {
					w.On = "something that does not say what it is"
				}
				w.SetHeld(nil)
				waits = append(waits, Placed{w, places[i]})
			}
		})
	}()
	<-ended
	return waits
}
