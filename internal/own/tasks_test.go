package own_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// driven is a subject as the future of a task. A task drops it exactly once.
type driven struct {
	s     *scene
	sub   subject
	polls int
	drops int
}

func (d *driven) Poll(cx *edo.Context) (u edo.Unit, p edo.Poll, err error) {
	d.polls++
	for {
		d.s.gave = false
		if d.sub.poll(cx) {
			return u, edo.Ready, d.s.err
		}
		if !d.s.gave { // otherwise it was an item, and the next one may be there
			return u, edo.Pending, nil
		}
	}
}

func (d *driven) Drop() {
	d.drops++
	if d.sub.release != nil {
		d.sub.release()
	} else {
		d.sub.drop()
	}
	d.sub.dropAround()
}

// dropAround drops the things around sub.
func (sub subject) dropAround() {
	for _, d := range sub.around {
		d.Drop()
	}
}

// run is d in direct style. The task drops d.
func (d *driven) run(task *edo.Task) (u edo.Unit, err error) {
	if d.sub.fn == nil {
		return edo.Await(task, edo.Future[edo.Unit](d))
	}
	d.polls++
	return u, d.sub.fn(task)
}

// quietly is a simulation that logs nothing: many tasks fail here on purpose.
var quietly = sim.WithConfig(sim.Config{Window: window, Runtime: edo.Config{OnError: func(error) {}}})

// An ending is how a task ends.
type ending struct {
	name string
	of   func(r row) bool           // the rows that can end so; nil: all
	set  func(s *scene, r row)      // sets the scene
	act  func(p *play) (joins bool) // called after the spawn; reports whether to join
	want func(err error) bool       // accepts the error of the task that is joined; nil: all
	// never says that the task must not have run at all.
	never bool
}

// play is one row that runs as a task.
type play struct {
	*scene
	h     spawned
	root  *edo.Task
	alone bool // the task has a goroutine of its own
}

// wake wakes everything that waits, one after the other when the task runs beside.
func (p *play) wake() {
	for _, wake := range p.allWakes() {
		wake()
		if p.alone {
			p.idle()
		}
	}
}

// idle returns when no task runs any more: no time passes before.
func (p *play) idle() error { return timer.Sleep(p.root, tick) }

// runToEnd wakes the task until it has ended.
func (p *play) runToEnd() bool {
	for range 100 {
		if p.idle() != nil || p.h.Finished() { // not idle: it has failed, and its scope with it
			return true
		}
		p.wake()
	}
	p.t.Error("it does not end")
	p.h.Abort()
	return true
}

// awaitSuspension returns when the task waits.
func (p *play) awaitSuspension() {
	p.idle()
	if p.h.Finished() {
		p.t.Error("it does not wait")
	}
}

func (p *play) cancelAll() (joins bool) {
	src := inside.Source(p.root)
	if src.Err != nil {
		p.t.Error(src.Err)
	}
	src.Rt.Sched.CancelAll() // as Shutdown does
	return false
}

func (p *play) abort() (joins bool) {
	p.h.Abort()
	return true
}

func waits(r row) bool { return !r.begins }
func calls(r row) bool { return r.calls }
func steps(r row) bool { return r.steps && !r.direct }

// setWaiting makes everything wait that can.
func setWaiting(s *scene, r row) { s.fails, s.waits = r.onErr, true }

func setStepWaiting(s *scene, r row) { s.fails, s.stepWaits = r.onErr, true }

func panicked(err error) bool     { return errors.As(err, new(*edo.PanicError)) }
func wasCancelled(err error) bool { return errors.Is(err, edo.ErrCancelled) }
func sourceErr(err error) bool    { return err == nil || errors.Is(err, errScene) } // no error, or one of the source

var endings = []ending{
	{name: "completes", want: sourceErr, set: func(s *scene, r row) { s.fails = r.onErr }, act: (*play).runToEnd},
	{
		name: "completes after it waited", of: waits, want: sourceErr, act: (*play).runToEnd,
		set: func(s *scene, r row) { s.fails, s.waits, s.stepWaits = r.onErr, true, r.steps },
	},
	{name: "has an error", of: waits, set: func(s *scene, _ row) { s.fails = true }, act: (*play).runToEnd},
	{
		name: "its function has an error", act: (*play).runToEnd,
		of:  func(r row) bool { return r.calls && !r.onErr },
		set: func(s *scene, _ row) { s.fnErr = errScene },
	},
	{
		name: "its function panics", of: calls, want: panicked, act: (*play).runToEnd,
		set: func(s *scene, r row) { s.fails, s.panics = r.onErr, true },
	},
	{name: "aborted before its first poll", set: func(*scene, row) {}, act: (*play).abort, want: wasCancelled, never: true},
	{name: "aborted before its first poll would wait", set: setWaiting, act: (*play).abort, want: wasCancelled, never: true},
	{name: "aborted while suspended", of: waits, set: setWaiting, want: wasCancelled, act: func(p *play) bool {
		p.awaitSuspension()
		return p.abort()
	}},
	{name: "aborted when it was woken", of: waits, set: setWaiting, act: func(p *play) bool {
		p.awaitSuspension()
		p.wake()
		return p.abort()
	}},
	{name: "aborted while its step is suspended", of: steps, set: setStepWaiting, act: func(p *play) bool {
		p.awaitSuspension()
		return p.abort()
	}},
	{name: "shut down before its first poll", set: setWaiting, act: (*play).cancelAll, never: true},
	{name: "shut down while suspended", of: waits, set: setWaiting, act: func(p *play) bool {
		p.awaitSuspension()
		return p.cancelAll()
	}},
	{name: "shut down when it was woken", of: waits, set: setWaiting, act: func(p *play) bool {
		p.awaitSuspension()
		p.wake()
		return p.cancelAll()
	}},
}

// TestEveryTaskDropsItsOwnOnceHoweverItEnds runs every row in every manner to every
// ending, in the simulator, which reports tasks that are left waiting.
func TestEveryTaskDropsItsOwnOnceHoweverItEnds(t *testing.T) {
	turn := 0
	for _, e := range endings {
		t.Run(e.name, func(t *testing.T) {
			for _, r := range rows() {
				if e.of != nil && !e.of(r) {
					continue
				}
				t.Run(r.name, func(t *testing.T) {
					for _, m := range manners {
						if turn++; invariant.Enabled && turn%7 != 0 {
							continue // the race detector makes this ten times slower
						}
						e.play(t, r, m)
						if t.Failed() {
							t.Fatalf("spawned by %s", m.name)
						}
					}
				})
			}
		})
	}
}

// play plays one row in one manner to this ending.
func (e ending) play(t *testing.T, r row, m manner) {
	s := &scene{t: t, task: edotest.NewTask()}
	joins := false
	e.set(s, r)
	d := &driven{s: s}
	first, second := owntest.NewHandle(1), owntest.NewHandle(2)
	err := sim.Run(1, func(task *edo.Task) error {
		s.root = task
		d.sub = r.build(s)
		p := &play{scene: s, root: task, alone: m.name == "edo.Blocking"}
		begin := func(s edo.Spawner) {
			p.h = m.spawn(s, d, edo.Owns(first, second))
			joins = e.act(p)
		}
		if m.scope {
			scope.Run(task, func(sc *scope.Scope) error { begin(sc); return nil })
		} else {
			begin(task)
		}
		if joins {
			if err := p.h.join(task); e.want != nil && !e.want(err) && !(m.name == "edo.Blocking" && e.never) {
				t.Errorf("the error of the task is %v", err)
			}
			if d.drops != 1 || first.Drops() != 1 || second.Drops() != 1 {
				t.Error("the handle has resolved before everything was dropped")
			}
		}
		return nil
	}, quietly)
	// It may have failed before the shutdown. A task of a set runs beside its spawner, and may
	// fail before that drops the set, which then reports it.
	mayFail := !joins || strings.HasPrefix(r.name, "joinset.")
	if err != nil && !(mayFail && errors.Is(err, errScene)) {
		t.Errorf("Run returned %v", err)
	}
	if d.drops != 1 || first.Drops() != 1 || second.Drops() != 1 {
		t.Errorf("dropped %d times, and what it Owns %d and %d times", d.drops, first.Drops(), second.Drops())
	}
	if blocking := m.name == "edo.Blocking"; e.never && !blocking && (d.polls != 0 || s.called != 0) {
		t.Errorf("polled %d times, its function was called %d times", d.polls, s.called)
	}
	s.check()
}

// host is a task that outlives its subject.
type host struct {
	sub           subject
	polls         int
	drops, over   bool
	dropped, done bool
	waker         edo.Waker
}

func (h *host) Poll(cx *edo.Context) (u edo.Unit, p edo.Poll, err error) {
	h.polls++
	h.waker = cx.Waker()
	switch {
	case h.over:
		return u, edo.Ready, nil
	case h.dropped:
	case h.drops:
		h.dropped = true
		h.sub.drop()
	default:
		h.done = h.sub.poll(cx) || h.done
	}
	return u, edo.Pending, nil
}

// TestAFutureDroppedByItsRunningTaskHasOneFate drops each row as a race does with the branch
// that loses.
func TestAFutureDroppedByItsRunningTaskHasOneFate(t *testing.T) {
	for _, r := range rows() {
		if r.begins || r.direct {
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			s := &scene{t: t, task: edotest.NewTask()}
			setWaiting(s, r)
			err := sim.Run(1, func(task *edo.Task) error {
				s.root = task
				h := &host{sub: r.build(s)}
				p := &play{scene: s, root: task}
				p.h = handle(edo.Spawn(task, edo.Future[edo.Unit](h)))
				p.awaitSuspension()
				h.drops = true
				h.waker.Wake()
				p.idle()
				before := h.polls
				s.wake()
				timer.Sleep(task, hour)
				if r.quiet && h.polls != before {
					t.Errorf("it has woken its task %d times after it was dropped", h.polls-before)
				}
				if h.done {
					t.Error("it did not wait")
				}
				h.sub.dropAround()
				h.over = true
				h.waker.Wake()
				return p.h.join(task)
			}, quietly)
			if err != nil {
				t.Errorf("Run returned %v", err)
			}
			s.check()
		})
	}
}

// fleet is all rows that need no simulation, in all manners, on one runtime.
type fleet struct {
	scenes []*scene
	driven []*driven
	owned  []*owntest.Handle
	names  []string
}

func spawnAll(t *testing.T, rt *edo.Runtime) (f fleet) {
	for _, r := range rows() {
		if r.live {
			continue
		}
		for _, m := range manners {
			if m.task {
				continue
			}
			s := &scene{t: t, task: edotest.NewTask()}
			setWaiting(s, r)
			d := &driven{s: s, sub: r.build(s)}
			owned := owntest.NewHandle(0)
			m.spawn(rt, d, edo.Owns(owned))
			f.scenes, f.driven = append(f.scenes, s), append(f.driven, d)
			f.owned, f.names = append(f.owned, owned), append(f.names, r.name+", "+m.name)
		}
	}
	return f
}

func (f fleet) check(t *testing.T) {
	for i, d := range f.driven {
		if d.drops != 1 || f.owned[i].Drops() != 1 {
			t.Errorf("%s: dropped %d times, and what it Owns %d times", f.names[i], d.drops, f.owned[i].Drops())
		}
		f.scenes[i].check()
		if t.Failed() {
			t.Fatal(f.names[i])
		}
	}
}

func TestShutdownDropsEverythingOwnedOnce(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 2, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	f := spawnAll(t, rt)
	if err := rt.Shutdown(t.Context()); errors.As(err, new(*edo.ShutdownError)) {
		t.Fatal(err)
	}
	f.check(t)
}

func TestSpawnThatIsRefusedDropsItsArgumentsOnce(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 1, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	if err := rt.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	f := spawnAll(t, rt)
	for i, d := range f.driven {
		if d.polls != 0 {
			t.Errorf("%s: polled", f.names[i])
		}
	}
	f.check(t)
}
