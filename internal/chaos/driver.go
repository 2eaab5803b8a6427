package chaos

import (
	"math/rand/v2"

	"github.com/edo-go/edo/internal/driver/simulated"
	"github.com/edo-go/edo/internal/sched"
)

// driver is the simulated driver, which the scheduler calls before every poll and when no
// task is runnable. So an abort in these calls can meet every suspension of every task. It
// happens on the goroutine of the runtime, between two polls.
type driver struct {
	*simulated.Driver
	world *World
}

// Choose is called before each poll. A task that is aborted here is runnable after it.
func (d *driver) Choose(n int) int {
	d.world.beginPoll()
	return d.Driver.Choose(n)
}

// Wait is called when no task is runnable. After an abort there is one. Wait may be called
// again without a poll in between, because of a wake from outside such as the one when the
// last spawner has gone. No seed decides when such a wake comes, so it is no further
// occasion for an abort.
func (d *driver) Wait(cx *sched.Context, deadline int64) (stalled bool) {
	w := d.world
	if w.polls != w.idleAt && len(w.victims) != 0 {
		w.idleAt = w.polls
		if w.abortSome() {
			return false
		}
	}
	return d.Driver.Wait(cx, deadline)
}

// abortPlan is how many tasks a run aborts.
type abortPlan struct {
	oneIn int // of so many occasions one has an abort
	left  int // how many more there may be
}

// drawAbortPlan draws a plan. A run without aborts shows that the program is right without
// them. A single abort, which nothing disturbs, shows best what the aborted task has left
// behind. Many aborts find the faults that need several.
func drawAbortPlan(r *rand.Rand) abortPlan {
	oneIn := []int{2, 5, 12, 40}[r.IntN(4)]
	switch r.IntN(8) {
	case 0:
		return abortPlan{}
	case 1, 2:
		return abortPlan{oneIn, 1}
	case 3:
		return abortPlan{oneIn, 2}
	}
	return abortPlan{oneIn, 1 << 30}
}

// abortSome aborts some tasks, or none, as the plan says, and reports whether it did. Aborts are choices of
// the simulation: a schedule replays them, and shrinking leaves those out that do not matter.
func (w *World) abortSome() (did bool) {
	for w.plan.left > 0 && w.simulated.Draw(w.plan.oneIn) == w.plan.oneIn-1 {
		v := w.removeVictim()
		if v == nil {
			break
		}
		w.plan.left--
		w.aborted = append(w.aborted, abort{v.name, w.polls})
		w.Logf("aborts %s", v.name)
		v.handle.Abort()
		did = true
	}
	return did
}

// removeVictim removes a victim that lives from the list; nil: there is none.
func (w *World) removeVictim() *victim {
	for n := len(w.victims); n > 0; n = len(w.victims) {
		i := w.simulated.Draw(n)
		v := w.victims[i]
		w.victims[i] = w.victims[n-1]
		w.victims = w.victims[:n-1]
		if !v.handle.Finished() {
			return v
		}
	}
	return nil
}
