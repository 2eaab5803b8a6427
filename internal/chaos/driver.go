package chaos

import (
	"math/rand/v2"

	"github.com/edo-go/edo/internal/driver/simulated"
	"github.com/edo-go/edo/internal/sched"
)

// driver is the simulated driver, which is asked before every poll which task runs,
// and when none can. So it is where every suspension of every task can be met: there
// the world may abort somebody first. It does so on the goroutine of the runtime,
// between two polls.
type driver struct {
	*simulated.Driver
	world *World
}

// Choose is called before each poll. What is aborted here is runnable after it.
func (d *driver) Choose(n int) int {
	d.world.step()
	return d.Driver.Choose(n)
}

// Wait is called when no task is runnable. When somebody was aborted there is one. It
// may be called again without a poll in between, for a wake from outside such as the
// one that says that nobody else will spawn: when that comes no seed decides, so it is
// no further occasion.
func (d *driver) Wait(cx *sched.Context, deadline int64) (stalled bool) {
	w := d.world
	if w.polls != w.idleAt && len(w.victims) != 0 {
		w.idleAt = w.polls
		if w.strike() {
			return false
		}
	}
	return d.Driver.Wait(cx, deadline)
}

// appetite is how many tasks a run aborts.
type appetite struct {
	rate float64 // the probability of an abort at each occasion
	left int     // how many more there may be
}

// appetiteOf draws one. A run without aborts shows that the program is right without
// them; one abort, after which nobody disturbs, shows best what it left behind; many
// meet what only happens when several are aborted together.
func appetiteOf(r *rand.Rand) appetite {
	rate := []float64{1. / 2, 1. / 5, 1. / 12, 1. / 40}[r.IntN(4)]
	switch r.IntN(8) {
	case 0:
		return appetite{}
	case 1, 2:
		return appetite{rate, 1}
	case 3:
		return appetite{rate, 2}
	}
	return appetite{rate, 1 << 30}
}

// strike aborts nobody, or somebody, or several, and says whether there was anybody.
func (w *World) strike() (struck bool) {
	for w.appetite.left > 0 && w.chance.Float64() < w.appetite.rate {
		v := w.pick()
		if v == nil {
			break
		}
		w.appetite.left--
		w.aborted = append(w.aborted, abort{v.name, w.polls})
		w.Logf("aborts %s", v.name)
		v.handle.Abort()
		struck = true
	}
	return struck
}

// pick takes a victim that lives off the list.
func (w *World) pick() *victim {
	for n := len(w.victims); n > 0; n = len(w.victims) {
		i := w.chance.IntN(n)
		v := w.victims[i]
		w.victims[i] = w.victims[n-1]
		w.victims = w.victims[:n-1]
		if !v.handle.Finished() {
			return v
		}
	}
	return nil
}
