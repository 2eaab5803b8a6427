package consensus

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"slices"
)

// checker watches a cluster from outside, and knows more than any of its servers. The first thing
// that must not be is its err. The names are those of the paper's figure 3.
type checker struct {
	err error

	leaders   map[Term]ID          // election safety
	votes     map[vote]ID          // likewise: a server votes once in a term
	entries   map[Position]written // log matching
	committed []commitment         // by index, from 1 on; leader completeness
	states    map[Index]uint64     // state machine safety: the digest after each entry
	commits   map[ID]Index         // of each server that runs
	needs     map[uint64]Index     // reads: what the answer must have seen

	snapshots, installed, changes, answered, handovers int // so that a test knows that it has tried them
}

type vote struct {
	from ID
	term Term
}

// written is an entry in a log: what it is, and the term of the one before it.
type written struct {
	digest uint64
	before Term
}

// commitment is an entry that was committed, by the leader of a term.
type commitment struct {
	Position
	by Term
}

func newChecker() *checker {
	return &checker{
		leaders: map[Term]ID{}, votes: map[vote]ID{}, entries: map[Position]written{},
		states: map[Index]uint64{}, commits: map[ID]Index{}, needs: map[uint64]Index{},
	}
}

func (c *checker) failf(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

// forget forgets what a server had in its memory.
func (c *checker) forget(s *server) { delete(c.commits, s.id) }

// observe looks at a server when it has saved what it has. Before that it may take itself for the leader,
// and an entry for committed, but no other server hears of it.
func (c *checker) observe(s *server) {
	n := s.node
	if n.role == Leader && c.lead(s.id, n.state.Term) {
		c.checkCompleteness(n)
	}
	if says := membersOf(n); !slices.Equal(says, n.members()) {
		c.failf("the log of %d says that the members are %v, and it takes them for %v", s.id, says, n.members())
	}
	for i := c.commits[s.id] + 1; i <= n.commit; i++ {
		if t, isKnown := n.log.term(i); isKnown {
			c.commit(Position{i, t}, s)
		}
	}
	if n.commit < c.commits[s.id] {
		c.failf("%d had committed %d, and now %d", s.id, c.commits[s.id], n.commit)
	}
	c.commits[s.id] = n.commit
}

// membersOf returns the members that a log says.
func membersOf(n *Node) []Member {
	for _, e := range slices.Backward(n.log.entries) {
		if e.Kind == Membership {
			return e.Members
		}
	}
	return n.snapshot.Members
}

// lead notes that a server leads in a term, and reports whether that is new.
func (c *checker) lead(id ID, t Term) bool {
	other, isThere := c.leaders[t]
	if isThere && other != id {
		c.failf("election safety: %d and %d lead in term %d", other, id, t)
	}
	c.leaders[t] = id
	return !isThere
}

// commit notes that a server takes the entry at p for committed.
func (c *checker) commit(p Position, s *server) {
	for Index(len(c.committed)) < p.Index {
		c.committed = append(c.committed, commitment{})
	}
	known := &c.committed[p.Index-1]
	switch {
	case known.Index == 0:
		*known = commitment{p, s.node.state.Term}
	case known.Position != p:
		c.failf("leader completeness: %d has committed %v, and %v was", s.id, p, known.Position)
	}
}

// checkCompleteness requires that a new leader has all that was committed in earlier terms.
func (c *checker) checkCompleteness(n *Node) {
	for _, known := range c.committed {
		if known.by < n.state.Term && known.Index > n.log.base.Index && !n.log.has(known.Position) {
			c.failf("leader completeness: the leader of term %d lacks %v, committed in term %d",
				n.state.Term, known.Position, known.by)
			return
		}
	}
}

// sent looks at the votes that a server gives. Its own is in its question.
func (c *checker) sent(m Message) {
	to := m.To
	switch {
	case m.Kind.isFromLeader():
		c.lead(m.From, m.Term)
		return
	case m.Kind == AskVote:
		to = m.From
	case m.Kind == Vote && m.IsYes:
	default:
		return
	}
	v := vote{m.From, m.Term}
	if other, isThere := c.votes[v]; isThere && other != to {
		c.failf("election safety: %d votes for %d and for %d in term %d", m.From, other, to, m.Term)
	}
	c.votes[v] = to
}

// saved requires that entries at one position are the same in all logs, and so are those before
// them: the one before it has the same term, and so is the same. Those from first on are new.
func (c *checker) saved(s *server, first Index) {
	before := s.disk.snapshot.Position
	for _, e := range s.disk.entries {
		if e.Index <= s.disk.snapshot.Index {
			continue
		}
		if e.Index != before.Index+1 {
			c.failf("the disk of %d has entry %d after entry %d", s.id, e.Index, before.Index)
		}
		p := Position{e.Index, e.Term}
		if e.Index >= first {
			w := written{digest(e), before.Term}
			if other, isThere := c.entries[p]; isThere && other != w {
				c.failf("log matching: %d has another entry at %v", s.id, p)
			}
			c.entries[p] = w
		}
		before = p
	}
}

// applied requires that each state machine is in the same state after the same entry.
func (c *checker) applied(s *server, e Entry) {
	if s.machine.applied != e.Index {
		c.failf("%d has applied entry %d after %d others", s.id, e.Index, s.machine.applied-1)
	}
	c.state(s)
}

// restored requires the same after a snapshot.
func (c *checker) restored(s *server) {
	c.installed++
	c.state(s)
}

func (c *checker) state(s *server) {
	i, digest := s.machine.applied, s.machine.digest
	if other, isThere := c.states[i]; isThere && other != digest {
		c.failf("state machine safety: %d is in another state after entry %d", s.id, i)
	}
	c.states[i] = digest
}

// readBegins notes what the answer of a read must have seen: all that was committed before it.
func (c *checker) readBegins(id uint64) { c.needs[id] = Index(len(c.committed)) }

// readEnds looks at what a read has seen.
func (c *checker) readEnds(id uint64, s *server) {
	c.answered++
	if need := c.needs[id]; s.machine.applied < need {
		c.failf("linearizable reads: %d answers after entry %d, and %d was committed before", s.id, s.machine.applied, need)
	}
}

// machine is a state machine: it knows how many entries it has applied, and in which order.
type machine struct {
	applied Index
	digest  uint64
}

func (m *machine) apply(e Entry) {
	m.applied++
	m.digest = m.digest*1_000_003 + digest(e)
}

// snapshot has several chunks.
func (m *machine) snapshot() []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(m.applied))
	b = binary.BigEndian.AppendUint64(b, m.digest)
	return append(b, make([]byte, m.applied%16)...)
}

func restored(s Snapshot) machine {
	if s.Index == 0 {
		return machine{}
	}
	m := machine{Index(binary.BigEndian.Uint64(s.Data)), binary.BigEndian.Uint64(s.Data[8:])}
	if m.applied != s.Index || !slices.Equal(s.Data, m.snapshot()) {
		return machine{applied: s.Index, digest: 0xbad} // what the checker finds
	}
	return m
}

func digest(e Entry) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, e)
	return h.Sum64()
}
