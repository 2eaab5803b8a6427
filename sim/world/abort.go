package world

import (
	"fmt"
	"slices"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
)

// aborting has the tasks that the seed may abort.
type aborting struct {
	world   *World
	rate    float64
	victims []*sched.Task // that live, and were not aborted
	polls   int
	idleAt  int // the value of polls when no task was runnable last
}

// Victim is a spawn option: the task may be aborted at any suspension, or before it has begun, as
// [World.Aborts] says.
func (w *World) Victim() edo.SpawnOption {
	return inside.SpawnOption(core.SpawnOption{Apply: func(x *core.Extra) { x.AddBond(&victim{aborts: &w.aborts}) }})
}

// Aborts makes the seed abort tasks with the option [World.Victim] from now on: before each poll,
// and whenever no task is runnable, one of those that live, with the probability rate. So an abort
// meets tasks that wait, that have just been given what they waited for, and that have not begun.
// 0 ends it.
func (w *World) Aborts(rate float64) {
	if !isProbability(rate) {
		panic(fmt.Errorf("world: Aborts of %v: a probability is from 0 to 1", rate))
	}
	w.aborts.world, w.aborts.rate = w, rate
	w.rt.BeforePoll = w.aborts.beforePoll
	w.rt.SetGate()
}

// victim is the bond of a task that may be aborted.
type victim struct {
	core.Link
	aborts *aborting
}

func (v *victim) Tie(t *sched.Task, _ *core.Runtime) error {
	v.aborts.victims = append(v.aborts.victims, t)
	return nil
}

func (*victim) Failed(*sched.Task, error) core.Claim { return core.Unclaimed }

func (v *victim) Untie(t *sched.Task) { v.aborts.remove(t) }

func (a *aborting) remove(t *sched.Task) {
	a.victims = slices.DeleteFunc(a.victims, func(o *sched.Task) bool { return o == t })
}

func (a *aborting) beforePoll() {
	a.polls++
	a.abort()
}

// idle is called when no task is runnable. It may be called again without a poll in between,
// because of a wake from outside, whose time no seed decides: that is no further occasion.
func (a *aborting) idle() (did bool) {
	if a.polls == a.idleAt {
		return false
	}
	a.idleAt = a.polls
	return a.abort()
}

// abort aborts a task, or none.
func (a *aborting) abort() (did bool) {
	if a.rate <= 0 || len(a.victims) == 0 || !a.world.inner.Happens(a.rate) {
		return false
	}
	a.victims = slices.DeleteFunc(a.victims, core.IsDead)
	if len(a.victims) == 0 {
		return false
	}
	t := a.victims[a.world.inner.Draw(len(a.victims))]
	a.remove(t)
	t.Cancel()
	return true
}
