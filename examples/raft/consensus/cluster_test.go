package consensus

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// cluster is some servers, a network that loses, doubles and reorders messages, and a disk for each
// server. A crash may come between any two steps of an Output. Everything is drawn from one seed.
type cluster struct {
	rng      *rand.Rand
	check    *checker
	servers  []*server // by ID; also those that are not members yet, or any more
	network  []Message
	cut      map[[2]ID]bool // links, in one direction, that lose everything
	accident accidents
	options  Options // of each server, but for its ID
	reads    uint64
	log      []string // what happened, for a failure
}

// accidents are how often things happen, in 1,000 steps.
type accidents struct {
	tick, propose, read, change, compact, crash, restart, cut, heal, handOver int

	hasty        int // how often the membership is changed as soon as there is a leader, of 1,000 of its steps
	coup         int // how often it is a leader that crashes, of 1,000 steps of one
	lose, double int // of 1,000 messages
	slow         ID  // a server whose clock runs at an eighth
	torn         int // how often a server crashes between the snapshot and the log, of 1,000
}

// server is a node with its disk and its state machine.
type server struct {
	id   ID
	node *Node // nil: crashed
	disk disk

	pending *Output // is carried out
	stage   int     // how far
	machine machine
}

// disk is what outlives a crash: the snapshot, and the log, which is written at once or not at all.
type disk struct {
	snapshot Snapshot
	state    State
	entries  []Entry
}

func newCluster(seed uint64) *cluster {
	c := &cluster{
		rng:   rand.New(rand.NewPCG(seed, 0x7261667421)),
		check: newChecker(),
		cut:   map[[2]ID]bool{},
	}
	c.options = Options{
		ElectionTicks: 4 + c.rng.IntN(8), HeartbeatTicks: 1 + c.rng.IntN(2),
		MaxEntries: 1 + c.rng.IntN(3), MaxInFlight: 8, ChunkBytes: 10,
	}
	first := 1 + c.rng.IntN(5)
	var members []Member
	for id := range ID(first) {
		members = append(members, Member{ID: id + 1})
	}
	state, entries := Bootstrap(members...)
	for id := range ID(first + 2) {
		s := &server{id: id + 1}
		if id < ID(first) {
			s.disk = disk{state: state, entries: slices.Clone(entries)}
		}
		c.servers = append(c.servers, s)
		c.start(s)
	}
	return c
}

func (c *cluster) logf(format string, args ...any) {
	c.log = append(c.log, fmt.Sprintf(format, args...))
}

// start starts a server with what is on its disk.
func (c *cluster) start(s *server) {
	c.logf("%d starts", s.id)
	s.disk.entries = s.disk.snapshot.Rest(s.disk.entries)
	o := c.options
	o.ID, o.Rand = s.id, rand.New(rand.NewPCG(c.rng.Uint64(), 0))
	s.node = New(o, s.disk.state, s.disk.snapshot, slices.Clone(s.disk.entries))
	s.machine = restored(s.disk.snapshot)
	s.pending = nil
	c.check.saved(s, 1)
}

func (c *cluster) crash(s *server) {
	c.logf("%d crashes in stage %d", s.id, s.stage)
	s.node, s.pending = nil, nil
	c.check.forget(s)
}

// run makes so many steps.
func (c *cluster) run(steps int) {
	for range steps {
		c.step()
	}
}

// step does something: an accident, an input, or a part of what a server has to do.
func (c *cluster) step() {
	s := c.servers[c.rng.IntN(len(c.servers))]
	a, n := c.accident, c.rng.IntN(1000)
	happens := func(weight int) bool {
		n -= weight
		return n < 0 && n >= -weight
	}
	switch {
	case happens(a.cut):
		c.split(s)
	case happens(a.heal):
		clear(c.cut)
	case s.node == nil:
		if happens(a.restart) {
			c.start(s)
		}
	case happens(a.crash), s.node.role == Leader && happens(a.coup):
		c.crash(s)
	case s.pending != nil:
		c.work(s)
	case s.node.role == Leader && !s.node.hasCommitted() && happens(a.hasty):
		c.change(s)
	case happens(a.tick):
		if s.id != a.slow || c.rng.IntN(8) == 0 {
			s.node.Tick()
		}
		c.take(s)
	case happens(a.propose):
		c.propose(c.leader(s))
	case happens(a.read):
		c.read(c.leader(s))
	case happens(a.change):
		c.change(c.leader(s))
	case happens(a.handOver):
		c.handOver(c.leader(s))
	case happens(a.compact):
		s.node.Compact(s.machine.applied, s.machine.snapshot())
		c.take(s)
	default:
		c.deliver()
	}
}

// split cuts a link in one direction, or a server off, or makes two groups.
func (c *cluster) split(s *server) {
	if c.rng.IntN(3) == 0 {
		c.cut[[2]ID{s.id, c.servers[c.rng.IntN(len(c.servers))].id}] = true
		return
	}
	if c.rng.IntN(2) == 0 {
		s = c.leader(s)
		c.accident.slow = s.id // it is long until it knows
	}
	group := map[ID]bool{s.id: true}
	if c.rng.IntN(2) == 0 {
		for _, other := range c.servers {
			group[other.id] = c.rng.IntN(2) == 0
		}
	}
	for _, one := range c.servers {
		for _, other := range c.servers {
			if group[one.id] != group[other.id] {
				c.cut[[2]ID{one.id, other.id}] = true
			}
		}
	}
}

// leader returns a server that takes itself for the leader and has nothing else to do, if there is one.
// Which one of several is drawn.
func (c *cluster) leader(s *server) *server {
	first := c.rng.IntN(len(c.servers))
	for i := range c.servers {
		one := c.servers[(first+i)%len(c.servers)]
		if one.node != nil && one.pending == nil && one.node.role == Leader {
			return one
		}
	}
	return s
}

// propose, read and change ask s as clients do.
func (c *cluster) propose(s *server) {
	if _, err := s.node.Propose([]byte{byte(c.rng.IntN(256)), byte(c.rng.IntN(256))}); err == nil {
		c.take(s)
	}
}

func (c *cluster) read(s *server) {
	c.reads++
	if s.node.Read(c.reads) == nil {
		c.check.readBegins(c.reads)
		c.take(s)
	}
}

func (c *cluster) change(s *server) {
	id := c.servers[c.rng.IntN(len(c.servers))].id
	var err error
	if _, isMember := find(s.node.members(), id); isMember {
		_, err = s.node.Remove(id)
	} else {
		_, err = s.node.Add(Member{ID: id})
	}
	if err == nil {
		c.logf("%d changes the members to %v", s.id, s.node.members())
		c.check.changes++
		c.take(s)
	}
}

func (c *cluster) handOver(s *server) {
	to := c.servers[c.rng.IntN(len(c.servers))].id
	if to != s.id && s.node.HandOver(to) == nil {
		c.logf("%d hands over to %d", s.id, to)
		c.check.handovers++
		c.take(s)
	}
}

// deliver delivers a message, or loses it, or delivers it and keeps it.
func (c *cluster) deliver() {
	if len(c.network) == 0 {
		return
	}
	// Half of the messages are the oldest ones, so that most come in order.
	i := 0
	if c.rng.IntN(2) == 0 {
		i = c.rng.IntN(len(c.network))
	}
	m := c.network[i]
	if c.rng.IntN(1000) >= c.accident.double {
		c.network = slices.Delete(c.network, i, i+1)
	}
	to := c.servers[m.To-1]
	if c.cut[[2]ID{m.From, m.To}] || to.node == nil || c.rng.IntN(1000) < c.accident.lose {
		return
	}
	if to.pending != nil {
		c.network = append(c.network, m) // the server is at work
		return
	}
	to.node.Step(m)
	c.take(to)
}

// take begins to carry out what a server has to do. Some of it comes late, after more inputs.
func (c *cluster) take(s *server) {
	if c.rng.IntN(4) == 0 {
		return
	}
	out := s.node.Take()
	s.pending, s.stage = &out, 0
}

// work does one step of an Output.
func (c *cluster) work(s *server) {
	out := s.pending
	switch s.stage {
	case 0:
		if out.Snapshot != nil {
			s.disk.snapshot = *out.Snapshot
			c.check.snapshots++
			if c.rng.IntN(1000) < c.accident.torn {
				c.crash(s)
				return
			}
		}
	case 1:
		s.disk.save(out)
		if len(out.Entries) > 0 {
			c.check.saved(s, out.Entries[0].Index)
		}
		c.check.observe(s)
	case 2:
		for _, m := range out.Messages {
			c.check.sent(m)
		}
		c.network = append(c.network, out.Messages...)
		if excess := len(c.network) - 300; excess > 0 {
			c.network = slices.Delete(c.network, 0, excess)
		}
	case 3:
		if out.Restore {
			s.machine = restored(*out.Snapshot)
			c.check.restored(s)
		}
		for _, e := range out.Committed {
			s.machine.apply(e)
			c.check.applied(s, e)
		}
		for _, id := range out.Reads {
			c.check.readEnds(id, s)
		}
		s.pending = nil
	}
	s.stage++
}

// save writes the log as the storage of a server does: at once, and after the snapshot. What
// the snapshot covers may be there twice after a crash between the two.
func (d *disk) save(out *Output) {
	if out.State != nil {
		d.state = *out.State
	}
	if out.Snapshot != nil {
		d.entries = nil
	}
	if len(out.Entries) > 0 {
		first := out.Entries[0].Index
		d.entries = slices.DeleteFunc(slices.Clone(d.entries), func(e Entry) bool { return e.Index >= first })
		d.entries = append(d.entries, out.Entries...)
	}
}
