package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/examples/raft/consensus"
	"github.com/edo-go/edo/examples/raft/storage"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/disk"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

const (
	founders   = 3 // servers that the cluster begins with
	joining    = 2 // that are added later
	users      = 3 // clients
	operations = 40
	pauses     = 100 * time.Millisecond // between two of them, at most
	trouble    = 3 * time.Second        // during which there are faults
	mostTime   = 60 * time.Second       // for all
)

// tested is what happened in all seeds. A test that has tried nothing shows nothing.
type tested struct{ starts, leaders, snapshots, changes, handovers, blackouts, syncs, operations int }

// experiment is a cluster of hosts in a world with faults.
type experiment struct {
	world   *world.World
	hosts   []*world.Host // by the IDs of the servers
	leader  consensus.ID  // the last one that has said that it leads; 0: none has
	history history
	latency time.Duration // of the disks, at most
	tested  *tested
	trace   []string
	asked   int // operations of crowds
}

// Servers lose power, their disks lose and tear what was not synced, networks split, servers come and
// go. All operations end when the faults do, and one order explains all answers.
func TestTheServiceIsLinearizableWhateverHappens(t *testing.T) {
	const seeds = 80
	var all tested
	trial.Explore(t, seeds, func(seed uint64) error {
		e := &experiment{tested: &all}
		err := sim.Run(seed, func(task *edo.Task) error {
			_, err := timer.Timeout(task, mostTime, func(task *edo.Task) (edo.Unit, error) {
				return edo.Unit{}, e.run(task, seed)
			})
			return err
		}, sim.WithConfig(sim.Config{Runtime: trial.Quiet}))
		if err == nil {
			err = check(&e.history)
		}
		if err != nil && os.Getenv(sim.SeedVariable) != "" {
			t.Log(strings.Join(e.trace, "\n"))
		}
		return err
	})
	t.Logf("%+v", all)
	if os.Getenv(sim.SeedVariable) == "" && trial.SeedCount(t, seeds) >= seeds &&
		(all.starts == 0 || all.leaders == 0 || all.snapshots == 0 || all.changes == 0 || all.handovers == 0 ||
			all.blackouts == 0 || all.syncs == 0 || all.operations == 0) {
		t.Errorf("not all was tried: %+v", all)
	}
}

// run makes the hosts, and uses the service while they have faults.
func (e *experiment) run(task *edo.Task, seed uint64) error {
	rand := edo.Rand(task)
	w, err := world.New(task, world.Config{
		Link:   world.Link{Latency: time.Millisecond, Jitter: 4 * time.Millisecond, Loss: 0.01},
		Disk:   disk.Config{Journal: seed%2 == 0, SyncFails: []float64{0, 0, 0.02}[rand.IntN(3)]},
		Pieces: rand.IntN(2) == 0,
	})
	if err != nil {
		return err
	}
	e.world, e.latency = w, []time.Duration{3 * time.Millisecond, 25 * time.Millisecond}[rand.IntN(2)]
	for id := range consensus.ID(founders + joining) {
		e.hosts = append(e.hosts, w.Host(fmt.Sprint("server", id+1), func(task *edo.Task) error { return e.server(task, id+1) }))
	}
	stop := w.Faults(world.Faults{
		Hosts: e.hosts, Every: 150 * time.Millisecond, Lasts: time.Duration(100+rand.IntN(900)) * time.Millisecond, For: trouble,
		Down:    1 + rand.IntN(3),
		Crashes: 1 + rand.IntN(6), Kills: rand.IntN(3), Pauses: rand.IntN(4), Partitions: rand.IntN(4), Cuts: rand.IntN(4), Clocks: 1,
	})
	defer stop()
	return scope.Run(task, func(s *scope.Scope) error {
		for i := range users {
			edo.Go(s, func(task *edo.Task) error { return e.user(task, i) })
		}
		if rand.IntN(3) != 0 {
			edo.Go(s, e.strike)
		}
		return e.exchange(task)
	})
}

// server is the program of a host. It ends when the disk fails, and is started again by its machine.
func (e *experiment) server(task *edo.Task, id consensus.ID) error {
	for {
		err := e.serveOnce(task, id)
		if !errors.Is(err, syscall.EIO) {
			return err
		}
		e.tested.syncs++
		if err := timer.Sleep(task, 10*time.Millisecond); err != nil {
			return err
		}
	}
}

func (e *experiment) serveOnce(task *edo.Task, id consensus.ID) error {
	l, err := socket.Listen(task, "tcp", ":7000")
	if err != nil {
		return err
	}
	e.tested.starts++
	c := config{
		id: id, addr: addr(id), files: storage.Files{FS: world.Here(task).Disk(), Wait: e.slowly},
		tick: 20 * time.Millisecond, compactAfter: 12, chunk: 50,
		note: func(text string) { e.note(id, text) },
	}
	if id <= founders {
		var members []consensus.Member
		for id := range consensus.ID(founders) {
			members = append(members, consensus.Member{ID: id + 1, Addr: addr(id + 1)})
		}
		c.initial.State, c.initial.Entries = consensus.Bootstrap(members...)
	}
	e.note(id, "starts")
	return serve(task, c, l)
}

func addr(id consensus.ID) string { return fmt.Sprintf("server%d:7000", id) }

// slowly waits for an operation of a disk. In the meantime the power may go.
func (e *experiment) slowly(task *edo.Task, operation func() error) error {
	if err := timer.Sleep(task, time.Duration(edo.Rand(task).Int64N(int64(e.latency)))); err != nil {
		return err
	}
	return operation()
}

func (e *experiment) note(id consensus.ID, text string) {
	e.trace = append(e.trace, fmt.Sprintf("%v server %d %s", e.world.Now(), id, text))
	switch {
	case strings.HasPrefix(text, "leads in"):
		e.tested.leaders++
		e.leader = id
	case strings.HasPrefix(text, "takes over"):
		e.tested.snapshots++
	}
}

// user writes and reads.
func (e *experiment) user(task *edo.Task, number int) error {
	c := newClient(task, addr(1), addr(2), addr(3), addr(4), addr(5))
	defer c.Drop()
	rand := edo.Rand(task)
	c.wait = []time.Duration{60 * time.Millisecond, answerTime, answerTime}[rand.IntN(3)]
	c.roams = []int{0, 50}[rand.IntN(2)]
	if err := work(task, c, number, operations, pauses, &e.history); err != nil {
		return err
	}
	e.tested.operations += operations
	return nil
}

// exchange has servers join, and others leave.
func (e *experiment) exchange(task *edo.Task) error {
	c := newClient(task, addr(1), addr(2), addr(3), addr(4), addr(5))
	defer c.Drop()
	for i := range consensus.ID(joining) {
		if err := timer.Sleep(task, time.Duration(edo.Rand(task).IntN(800))*time.Millisecond); err != nil {
			return err
		}
		id := founders + i + 1
		if err := c.add(task, consensus.Member{ID: id, Addr: addr(id)}); err != nil {
			return err
		}
		if err := c.remove(task, i+1); err != nil {
			return err
		}
		e.tested.changes += 2
	}
	return nil
}

// strike has the accidents that hurt most, as long as there are faults: they meet the leader, or all.
func (e *experiment) strike(task *edo.Task) error {
	rand := edo.Rand(task)
	var clients crowd
	defer func() {
		for _, c := range clients {
			c.Drop()
		}
	}()
	some := func() time.Duration { return time.Duration(100+rand.IntN(900)) * time.Millisecond }
	for e.world.Now() < trouble {
		if err := timer.Sleep(task, some()); err != nil {
			return err
		}
		if e.leader == 0 {
			continue
		}
		leader := e.hosts[e.leader-1]
		switch rand.IntN(4) {
		case 0: // it sleeps while another one is elected, and clients wait for it
			if err := e.gather(task, &clients); err != nil {
				return err
			}
			d := 2 * some()
			leader.Pause()
			e.world.At(e.world.Now()+d, leader.Resume)
			if err := timer.Sleep(task, d-10*time.Millisecond); err != nil {
				return err
			}
			if err := e.ask(task, clients, leader.Name()+":7000"); err != nil {
				return err
			}
		case 1: // its clients reach it, and it reaches no server
			d := 300*time.Millisecond + some()
			for _, h := range e.hosts {
				e.cutFor(d, leader, h)
			}
			if err := e.readOften(task, leader); err != nil {
				return err
			}
		case 2:
			e.blackout(some())
		case 3:
			if err := e.handOver(task, consensus.ID(1+rand.IntN(len(e.hosts)))); err != nil {
				return err
			}
		}
	}
	return nil
}

// A crowd is clients that ask one server at the same time.
type crowd []*client

// gather makes the clients of a crowd ready to write.
func (e *experiment) gather(task *edo.Task, c *crowd) error {
	for len(*c) < 6 {
		*c = append(*c, newClient(task, addr(1), addr(2), addr(3), addr(4), addr(5)))
	}
	for _, one := range *c {
		one.isHasty, one.rand = false, edo.Rand(task)
		if err := one.open(task); err != nil {
			return err
		}
	}
	return nil
}

// ask has each client ask a server for something, once.
func (e *experiment) ask(task *edo.Task, clients crowd, server string) error {
	rand := edo.Rand(task)
	return scope.Run(task, func(s *scope.Scope) error {
		for i, c := range clients {
			c.Drop()
			c.isHasty, c.hint = true, server
			e.asked++
			o := draw(rand, fmt.Sprintf("%d.%d ", users+i, e.asked), nil)
			edo.Go(s, func(task *edo.Task) error { return e.askOnce(task, c, users+i, o) })
		}
		return nil
	})
}

// readOften has clients read from one server, for as long as it may take it for the leader.
func (e *experiment) readOften(task *edo.Task, from *world.Host) error {
	return scope.Run(task, func(s *scope.Scope) error {
		for i, key := range []string{"a", "b", "c"} {
			edo.Go(s, func(task *edo.Task) error {
				c := newClient(task, from.Name()+":7000")
				defer c.Drop()
				c.isHasty, c.wait = true, 40*time.Millisecond
				for until := e.world.Now() + 600*time.Millisecond; e.world.Now() < until; {
					if err := e.askOnce(task, c, users+i, op{name: "get", key: key}); err != nil {
						return err
					}
					if err := timer.Sleep(task, 10*time.Millisecond); err != nil {
						return err
					}
				}
				return nil
			})
		}
		return nil
	})
}

// askOnce is one attempt at an operation. A write without an answer has taken place or has not.
func (e *experiment) askOnce(task *edo.Task, c *client, number int, o op) error {
	c.rand = edo.Rand(task) // another task uses the client now
	id := e.history.Call(number, o)
	result, err := do(task, c, o)
	if err == nil {
		e.history.Return(id, result)
	} else if o.name == "get" {
		e.history.Discard(id)
	}
	return task.Err()
}

// cutFor cuts the ways between two hosts for a time.
func (e *experiment) cutFor(d time.Duration, a, b *world.Host) {
	if a == b {
		return
	}
	e.world.Cut(a, b)
	e.world.Cut(b, a)
	e.world.At(e.world.Now()+d, func() {
		e.world.Join(a, b)
		e.world.Join(b, a)
	})
}

// blackout takes the power from all servers at once. What is saved nowhere is gone.
func (e *experiment) blackout(d time.Duration) {
	e.tested.blackouts++
	for _, h := range e.hosts {
		h.Crash(world.Silent)
		e.world.At(e.world.Now()+d, func() {
			if !h.Running() {
				h.Restart()
			}
		})
	}
}

// handOver has the leader hand over, if it can.
func (e *experiment) handOver(task *edo.Task, to consensus.ID) error {
	c := newClient(task, addr(e.leader))
	defer c.Drop()
	r, err := timer.Timeout(task, pauses, func(task *edo.Task) (response, error) {
		return c.attempt(task, request{Action: handOver, Member: consensus.Member{ID: to}})
	})
	if err == nil && r.Code == done {
		e.tested.handovers++
	}
	return task.Err()
}
