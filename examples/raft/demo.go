package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/raft/consensus"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/timer"
)

// demonstration is a cluster of processes, and what happens to it.
type demonstration struct {
	dir       string
	processes []*process // by their IDs, from 1 on
	story     story
	history   history
	kills     int
}

const (
	servers = 5
	clients = 4
)

// demonstrate runs a cluster through so many rounds, and returns an error if it did anything wrong.
func demonstrate(task *edo.Task, out io.Writer, rounds int) error {
	dir, err := os.MkdirTemp("", "raft")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	demo := &demonstration{dir: dir, story: story{out: out, began: time.Now()}}
	err = demo.assemble(task)
	if err == nil {
		err = demo.use(task, rounds)
	}
	if err == nil {
		err = demo.judge()
	}
	demo.end(task)
	return err
}

// assemble starts the servers. The first one is a cluster by itself, to which the others are added.
func (d *demonstration) assemble(task *edo.Task) error {
	for range servers {
		if err := d.add(task); err != nil {
			return err
		}
	}
	c := newClient(task, d.processes[0].addr)
	defer c.Drop()
	for _, p := range d.processes[1:] {
		if err := c.add(task, consensus.Member{ID: p.id, Addr: p.addr}); err != nil {
			return err
		}
	}
	return d.await(task, "five servers that count", func(s consensus.Status) bool { return voters(s) == servers })
}

// add starts one more server.
func (d *demonstration) add(task *edo.Task) error {
	p := &process{id: consensus.ID(len(d.processes) + 1), addr: "127.0.0.1:0"}
	d.processes = append(d.processes, p)
	return d.launch(task, p)
}

func (d *demonstration) launch(task *edo.Task, p *process) error {
	name := fmt.Sprintf("server %d", p.id)
	return launch(task, p, d.dir, p.id == 1, func(line string) { d.story.tell(name, line) })
}

// use has clients write and read, while servers are killed.
func (d *demonstration) use(task *edo.Task, rounds int) error {
	d.story.tell("demo", fmt.Sprintf("%d clients write and read", clients))
	return scope.Run(task, func(s *scope.Scope) error {
		for i := range clients {
			edo.Go(s, func(task *edo.Task) error {
				c := newClient(task, d.addrs()...)
				defer c.Drop()
				return work(task, c, i, 1_000_000, 0, &d.history)
			}, edo.Name("client"))
		}
		err := d.disturb(task, rounds)
		s.Cancel()
		return err
	})
}

// disturb kills servers, and in the third round exchanges one for another. Before each round the leader
// hands its leadership over.
func (d *demonstration) disturb(task *edo.Task, rounds int) error {
	rand := edo.Rand(task)
	for round := range rounds {
		if err := timer.Sleep(task, 600*time.Millisecond); err != nil {
			return err
		}
		if err := d.handOver(task, rand); err != nil {
			return err
		}
		var err error
		if round == 2 {
			err = d.exchange(task)
		} else {
			err = d.crash(task, rand, round%2 == 0)
		}
		if err != nil {
			return err
		}
	}
	return timer.Sleep(task, 600*time.Millisecond)
}

// handOver has the leader hand over to another voter, if there is a leader just now.
func (d *demonstration) handOver(task *edo.Task, rand *rand.Rand) error {
	s, ok := d.ask(task)
	if !ok {
		return nil
	}
	others := slices.DeleteFunc(slices.Clone(s.Members), func(m consensus.Member) bool { return m.ID == s.ID || !m.IsVoter })
	to := others[rand.IntN(len(others))].ID
	d.story.tell("demo", fmt.Sprintf("server %d hands over to server %d", s.ID, to))
	c := newClient(task, d.processes[s.ID-1].addr)
	defer c.Drop()
	_, err := timer.Timeout(task, answerTime, func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, c.handOver(task, to) })
	if task.Err() != nil {
		return err
	}
	return nil // it may have lost the leadership in the meantime
}

// crash kills a server, the leader if that is wanted and known, and starts it again. Sometimes it kills
// two: the other three are a majority still.
func (d *demonstration) crash(task *edo.Task, rand *rand.Rand, isLeader bool) error {
	var victims []*process
	if isLeader {
		if p := d.leader(task); p != nil {
			victims = append(victims, p)
		}
	}
	for len(victims) == 0 || len(victims) == 1 && rand.IntN(2) == 0 {
		victims = append(victims, d.processes[1+rand.IntN(len(d.processes)-1)])
	}
	for _, p := range victims {
		d.story.tell("demo", fmt.Sprintf("server %d is killed", p.id))
		d.kills++
		if err := p.kill(task); err != nil {
			return err
		}
	}
	if err := timer.Sleep(task, 500*time.Millisecond); err != nil {
		return err
	}
	for _, p := range victims {
		if p.ended != nil {
			continue // both were the same one
		}
		if err := d.launch(task, p); err != nil {
			return err
		}
		d.story.tell("demo", fmt.Sprintf("server %d runs again", p.id))
	}
	return nil
}

// exchange has the first server leave the cluster, and a new one join it.
func (d *demonstration) exchange(task *edo.Task) error {
	if err := d.add(task); err != nil {
		return err
	}
	last := d.processes[len(d.processes)-1]
	d.story.tell("demo", fmt.Sprintf("server %d joins, and server 1 leaves", last.id))
	c := newClient(task, d.addrs()...)
	defer c.Drop()
	if err := c.add(task, consensus.Member{ID: last.id, Addr: last.addr}); err != nil {
		return err
	}
	return c.remove(task, 1)
}

// await waits until a leader says that something is so.
func (d *demonstration) await(task *edo.Task, what string, isSo func(consensus.Status) bool) error {
	for {
		if s, ok := d.ask(task); ok && isSo(s) {
			d.story.tell("demo", what)
			return nil
		}
		if err := timer.Sleep(task, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

// leader returns the process of the leader: nil if there is none just now.
func (d *demonstration) leader(task *edo.Task) *process {
	s, ok := d.ask(task)
	if !ok {
		return nil
	}
	return d.processes[s.ID-1]
}

// ask asks the servers until one of them leads.
func (d *demonstration) ask(task *edo.Task) (consensus.Status, bool) {
	for _, p := range d.processes {
		if p.ended == nil {
			continue
		}
		c := newClient(task, p.addr)
		r, err := c.attempt(task, request{Action: status})
		c.Drop()
		if err == nil && r.Status.Role == consensus.Leader {
			return r.Status, true
		}
	}
	return consensus.Status{}, false
}

func (d *demonstration) addrs() (all []string) {
	for _, p := range d.processes {
		all = append(all, p.addr)
	}
	return all
}

func voters(s consensus.Status) (n int) {
	for _, m := range s.Members {
		if m.IsVoter {
			n++
		}
	}
	return n
}

// judge tells what was done, and checks whether it was right.
func (d *demonstration) judge() error {
	all := d.history.Operations()
	returned := 0
	for _, o := range all {
		if !o.Pending {
			returned++
		}
	}
	d.story.tell("demo", fmt.Sprintf("%d operations, %d of them without an answer, while servers were killed %d times",
		len(all), len(all)-returned, d.kills))
	if err := check(&d.history); err != nil {
		return err
	}
	d.story.tell("demo", "the history is linearizable: one order explains all answers")
	return nil
}

// end ends all processes.
func (d *demonstration) end(task *edo.Task) {
	edo.Shielded(task, func(task *edo.Task) error {
		for _, p := range d.processes {
			p.kill(task)
		}
		return nil
	})
}

// story is what happens, for the reader of the screen.
type story struct {
	mu    sync.Mutex // guards out
	out   io.Writer
	began time.Time
}

// tell prints that something has happened.
func (s *story) tell(name, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(s.out, "%5.2f s  %-9s %s\n", time.Since(s.began).Seconds(), name, strings.TrimSpace(text))
}
