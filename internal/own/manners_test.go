package own_test

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/joinset"
	"github.com/edo-go/edo/supervise"
)

// A manner is a way to spawn a task. The task drops what it owns when it ends, in whichever
// way.
type manner struct {
	name  string // the function, as in TestEverySpawnHasAManner
	spawn func(s edo.Spawner, d *driven, owns edo.SpawnOption) spawned
	task  bool // it spawns only from a task
	scope bool // in a scope
}

// spawned is a task.
type spawned struct {
	edo.AbortHandle
	join func(task *edo.Task) error
}

func handle(h *edo.JoinHandle[edo.Unit]) spawned {
	return spawned{h.AbortHandle(), func(task *edo.Task) error { _, err := h.Await(task); return err }}
}

func member(set *joinset.Set[edo.Unit], h edo.AbortHandle) spawned {
	return spawned{h, func(task *edo.Task) error { _, _, err := set.Join(task); return err }}
}

func byGo(s edo.Spawner, d *driven, owns edo.SpawnOption) spawned {
	return handle(edo.Go(s, func(task *edo.Task) error { _, err := d.run(task); return err }, edo.Owns(d), owns))
}

// manners are all ways to spawn: a new one gets a row here.
var manners = []manner{
	{name: "edo.Spawn", spawn: func(s edo.Spawner, d *driven, owns edo.SpawnOption) spawned {
		return handle(edo.Spawn(s, edo.Future[edo.Unit](d), owns))
	}},
	{name: "edo.SpawnInline", spawn: func(s edo.Spawner, d *driven, owns edo.SpawnOption) spawned {
		return handle(edo.SpawnInline[edo.Unit](s, drivenValue{d}, owns))
	}},
	{name: "edo.Go", spawn: byGo},
	{name: "edo.GoValue", spawn: func(s edo.Spawner, d *driven, owns edo.SpawnOption) spawned {
		return handle(edo.GoValue(s, d.run, edo.Owns(d), owns))
	}},
	{name: "edo.GoStep", spawn: func(s edo.Spawner, d *driven, owns edo.SpawnOption) spawned {
		return handle(edo.GoStep(s, errorFrame{valueFrame{run: d.run}}, edo.Owns(d), owns))
	}},
	{name: "edo.GoValueStep", spawn: func(s edo.Spawner, d *driven, owns edo.SpawnOption) spawned {
		return handle(edo.GoValueStep[edo.Unit](s, valueFrame{run: d.run}, edo.Owns(d), owns))
	}},
	{name: "edo.Spawn of an AsyncStep", spawn: func(s edo.Spawner, d *driven, owns edo.SpawnOption) spawned {
		return handle(edo.Spawn(s, edo.AsyncStep[edo.Unit](valueFrame{run: d.run}), edo.Owns(d), owns))
	}},
	{name: "edo.Blocking", spawn: func(s edo.Spawner, d *driven, owns edo.SpawnOption) spawned {
		return handle(edo.Blocking(s, d.run, edo.Owns(d), owns))
	}},
	{name: "edo.Spawn of an Async", spawn: func(s edo.Spawner, d *driven, owns edo.SpawnOption) spawned {
		return handle(edo.Spawn(s, edo.Async(d.run), edo.Owns(d), owns))
	}},
	{name: "edo.Spawn of a future with an Async in it", spawn: func(s edo.Spawner, d *driven, owns edo.SpawnOption) spawned {
		f := future.Map(edo.Async(d.run), func(u edo.Unit) edo.Unit { return u })
		return handle(edo.Spawn(s, edo.Future[edo.Unit](f), edo.Owns(d), owns))
	}},
	{name: "edo.Go of a scope", spawn: byGo, task: true, scope: true},
	{name: "joinset.Set.TrySpawn", spawn: func(s edo.Spawner, d *driven, owns edo.SpawnOption) spawned {
		set := joinset.New[edo.Unit](1)
		h, _ := set.TrySpawn(s, edo.Future[edo.Unit](d), owns)
		return member(set, h)
	}},
	{name: "joinset.Set.Spawn", task: true, spawn: func(s edo.Spawner, d *driven, owns edo.SpawnOption) spawned {
		set := joinset.New[edo.Unit](1)
		h, _ := set.Spawn(s.(*edo.Task), edo.Future[edo.Unit](d), owns)
		return member(set, h)
	}},
	{name: "joinset.Set.Go", task: true, spawn: func(s edo.Spawner, d *driven, owns edo.SpawnOption) spawned {
		set := joinset.New[edo.Unit](1)
		h, _ := set.Go(s.(*edo.Task), d.run, edo.Owns(d), owns)
		return member(set, h)
	}},
	{name: "joinset.Set.SpawnStep", task: true, spawn: func(s edo.Spawner, d *driven, owns edo.SpawnOption) spawned {
		set := joinset.New[edo.Unit](1)
		var st edo.Step
		var h edo.AbortHandle
		inside.Task(s.(*edo.Task)).TakeSteps(func() (done bool) {
			done, h, _ = set.SpawnStep(s.(*edo.Task), &st, edo.Future[edo.Unit](d), owns)
			return done
		})
		return member(set, h)
	}},
	{name: "joinset.Set.SpawnFuture", task: true, spawn: func(s edo.Spawner, d *driven, owns edo.SpawnOption) spawned {
		set := joinset.New[edo.Unit](1)
		h, _ := edo.Await(s.(*edo.Task), edo.Future[edo.AbortHandle](set.SpawnFuture(d, owns)))
		return member(set, h)
	}},
	{name: "supervise.Supervisor.Go", spawn: func(s edo.Spawner, d *driven, owns edo.SpawnOption) spawned {
		sup, err := supervise.New(supervise.Config{AutoShutdown: supervise.AnySignificant, Children: []supervise.Spec{{
			Name: "child", Restart: supervise.Temporary, Significant: true, Shutdown: supervise.Infinity,
			Start: supervise.Func(func(task *edo.Task) error { _, err := d.run(task); return err }),
		}}})
		if err != nil {
			panic(err)
		}
		return handle(sup.Go(s, edo.Owns(d), owns))
	}},
}

// drivenValue is a driven that is a value, to be copied into its task.
type drivenValue struct{ d *driven }

func (v *drivenValue) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) { return v.d.Poll(cx) }
func (v *drivenValue) Drop()                                            { v.d.Drop() }
