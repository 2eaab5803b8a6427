package core

import (
	"errors"

	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/sched"
)

// Source is where a task is spawned from.
type Source struct {
	Cx    *sched.Context // of the poll that spawns; nil: from outside
	Rt    *Runtime       // also with an error, if it is known: it is told of the failure
	Group Group          // that the task belongs to; nil: only that of the spawning task
	Err   error          // nothing can be spawned from here
}

// Spawning is a [Source] that another package makes: Hooks.Spawner turns it into an
// edo.Spawner.
type Spawning struct {
	From interface{ Source() Source }
}

// Start hands the task of h to a worker, or resolves h when there is none. Most tasks have
// no extra, are not traced, and have nothing of where they come from: for these prepare is
// not called.
//
// Its arguments are the fields of a [Source], one by one: the compiler keeps a struct of more
// than four words in memory, and copies it at each call (BenchmarkSpawnDirect).
func (h *Head) Start(cx *sched.Context, rt *Runtime, group Group, err error) {
	if err == nil && (h.extra.Load() != nil || group != nil || rt.PreparesAll || (cx == nil && rt.HasLives.Load()) || cx != nil && cx.Root().ChildrenInherit()) {
		err = h.prepare(cx, rt, group)
	}
	if err == nil && rt.Tracer != nil {
		rt.Sched.Register(cx, &h.Task)
	}
	if err == nil {
		isDaemon := h.extra.Load().IsDaemon() // before others may have the task
		if cx != nil {
			err = cx.Spawn(&h.Task)
		} else {
			err = rt.Sched.Spawn(&h.Task)
		}
		if err == nil && isDaemon {
			rt.Sched.MarkDaemon()
		}
		if err != nil && rt.Tracer != nil {
			rt.Sched.Unregister(&h.Task)
		}
	}
	if err != nil {
		h.Refuse(rt, err)
	}
}

// StartExternal is [Head.Start] for a task that runs on a goroutine of its own, which the
// caller starts. The error says that it cannot run.
func (h *Head) StartExternal(s Source) error {
	err := s.Err
	if err == nil && carried.InBubble() {
		err = ErrBubble
	}
	if err == nil {
		err = h.prepare(s.Cx, s.Rt, s.Group)
	}
	if err == nil {
		err = s.Rt.Sched.Hold()
	}
	if err != nil {
		h.Refuse(s.Rt, err)
		return err
	}
	s.Rt.Sched.RegisterExternal(&h.Task)
	s.Rt.Sched.CountExternal(1)
	if h.extra.Load().IsDaemon() {
		s.Rt.Sched.MarkDaemon()
	}
	return nil
}

// ErrBubble says why edo refuses, inside a bubble of testing/synctest, to wait outside of
// it: the bubble takes a goroutine that waits for a driver for one that never goes on, and
// the process ends when something from outside touches what belongs to the bubble.
var ErrBubble = errors.New("edo: inside a testing/synctest bubble edo cannot run: call it outside of the bubble; for virtual time, and a schedule that can be replayed, use package sim instead of synctest")

// prepare gives a task that is about to be spawned its place in the tree of tasks, with
// [Config.Trace], its values, and its bonds, which it ties. From then on others may ask for
// its name.
func (h *Head) prepare(cx *sched.Context, rt *Runtime, group Group) error {
	x := h.MakeExtra()
	var parent *Extra
	if cx != nil {
		parent = ExtraOf(cx.Root())
	}
	if rt.Tracer != nil {
		o := rt.Tracer.origin(parent)
		o.name = ownName(h.Task.Body().(Body))
		if g, ok := group.(Placed); ok {
			o.spawn = g.SpawnedAt()
		}
		x.origin.Store(o)
	}
	if vs := x.values; vs != nil && vs.inherits {
		vs.inherit(parent)
	}
	h.inheritAmbient(x, cx, rt)
	if rt.Labels {
		x.labels = rt.labels.with(carried.LabelsHere(), NameOf(&h.Task))
	}
	if rt.Regions && (Regions{}).On() {
		x.beginTraced(parent, NameOf(&h.Task))
	}
	if rt.HasLives.Load() {
		h.join(x, parent, rt)
	}
	if group == nil {
		if b := parent.inherited(); b != nil {
			group = b
		}
	}
	if group != nil {
		x.AddBond(group.NewBond())
		h.Task.SetChildrenInherit()
	}
	return x.tie(&h.Task, rt)
}

// Refuse resolves a handle whose task cannot run. rt may be nil.
func (h *Head) Refuse(rt *Runtime, err error) {
	if errors.Is(err, sched.ErrStopped) {
		err = ErrShutdown
	}
	b := h.Task.Body().(Body)
	f := b.Future()
	b.Release()
	h.Fail(err, f)
	h.Task.Complete()
	x := h.extra.Load()
	defer x.EnterValues(gid.Get())()
	task := x.kept.String()
	Guard(task, x, func() { drop(f) })
	for len(x.owned) != 0 {
		Guard(task, x, x.takeOwned().Drop)
	}
	h.resolveWith(x, rt)
}
