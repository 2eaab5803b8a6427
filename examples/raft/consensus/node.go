package consensus

import (
	"errors"
	"fmt"
	"math/rand/v2"
)

// Node is one server, as a state machine. One goroutine at a time uses it.
type Node struct {
	id      ID
	options Options

	// What outlives a crash, once an Output with it was saved.
	state       State
	log         log
	snapshot    Snapshot
	memberships memberships // as the snapshot and the log say

	// What does not.
	role    Role
	leader  ID       // of this term, as far as it is known; 0: none
	commit  Index    // the last entry that is known to be committed
	applied Index    // the last entry that an Output has had as committed
	elapsed int      // ticks: of a leader since it last had a majority, otherwise since a leader was heard, or a vote given
	timeout int      // ticks until the next election
	partial *partial // a snapshot that comes in chunks

	votes map[ID]bool // of a candidate: the answers

	// Of a leader.
	progress     map[ID]*progress
	heartbeat    int    // ticks since the last one
	commitBefore Index  // what was committed then
	mustSend     bool   // there are entries that were not sent yet
	round        uint64 // number of the last round of messages that must be answered for a read
	newReads     []uint64
	parkedReads  []uint64 // came before an entry of this term was committed
	reads        []pendingRead
	successor    ID  // to which the leadership is handed over; 0: to none
	handTicks    int // until that is given up

	isStateNew    bool // the state is not in an Output yet
	isSnapshotNew bool // likewise the snapshot
	out           Output
}

// Options are the constants of a server.
type Options struct {
	ID             ID
	ElectionTicks  int        // without a leader, after which a server tries to be elected: from so many to twice as many
	HeartbeatTicks int        // between heartbeats; some are lost in ElectionTicks, and it must not matter
	MaxEntries     int        // of a message
	MaxInFlight    int        // entries that were sent to a server, and not acknowledged
	ChunkBytes     int        // of a snapshot in a message
	Rand           *rand.Rand // for the election timeouts
}

// Role is what a server is in its term.
type Role uint8

const (
	Follower     Role = iota
	PreCandidate      // asks whether it could be elected
	Candidate
	Leader
)

// String returns a word for r.
func (r Role) String() string {
	if r > Leader {
		return fmt.Sprintf("Role(%d)", uint8(r))
	}
	return [...]string{"follower", "pre-candidate", "candidate", "leader"}[r]
}

// Output is what is to be done: see the package.
type Output struct {
	// Snapshot is to be saved, if it is not nil. State and Entries are then all that the log on the
	// disk must have beside it.
	Snapshot *Snapshot
	// Restore says that the state machine has to become the snapshot.
	Restore bool
	// State is to be saved, if it is not nil.
	State *State
	// Entries are to be saved. Entries that were saved before, from the index of the first one on,
	// are void.
	Entries   []Entry
	Messages  []Message
	Committed []Entry  // in order, without gaps
	Reads     []uint64 // may be answered after Committed was applied
	Refused   []uint64 // reads that this server cannot answer, because it leads no longer
}

var (
	// ErrNotLeader says that another server must be asked: the leader, if one is known.
	ErrNotLeader = errors.New("raft: not the leader")
	// ErrChanging says that a change of the membership must wait: for the change before it, or for
	// the first entry of the leader.
	ErrChanging = errors.New("raft: the membership cannot be changed yet")
	// ErrLastVoter says that a cluster does not go on without a voter.
	ErrLastVoter = errors.New("raft: the last voter cannot be removed")
)

// New returns the server that has saved this: nothing of it, if it is new. The entries are those after
// the snapshot, see [Snapshot.Rest]. The state machine is that of the snapshot.
func New(o Options, saved State, snapshot Snapshot, entries []Entry) *Node {
	n := &Node{
		id: o.ID, options: o,
		state: saved, snapshot: snapshot,
		log:         log{base: snapshot.Position, saved: snapshot.Index},
		memberships: memberships{{snapshot.Index, snapshot.Members}},
		commit:      snapshot.Index, applied: snapshot.Index,
	}
	n.append(entries...)
	n.log.saved = n.log.last().Index
	n.restartTimer()
	return n
}

// Tick says that a tick has passed.
func (n *Node) Tick() {
	n.elapsed++
	if n.role == Leader {
		n.tickLeader()
		return
	}
	if n.elapsed >= n.timeout && n.mayCampaign() {
		n.askPreVotes()
	}
}

// Step takes a message.
func (n *Node) Step(m Message) {
	if m.To != n.id {
		return // for a server that had the address before
	}
	isAsk := m.Kind == AskVote || m.Kind == AskPreVote
	isFuture := m.Kind == AskPreVote || m.Kind == PreVote && m.IsYes // of a term that may never come
	switch {
	case isAsk && n.hearsLeader() && !m.IsHandedOver:
		return // a server that was removed, or cannot hear the leader, does not disturb (thesis, 4.2.3)
	case m.Term < n.state.Term:
		n.answerOld(m)
		return
	case m.Term > n.state.Term && !isFuture:
		n.enterTerm(m.Term)
	}
	if m.Kind.isFromLeader() {
		n.follow(m.From)
	}
	switch m.Kind {
	case AskPreVote, AskVote:
		n.answerVote(m)
	case PreVote, Vote:
		n.countVote(m)
	case Append:
		n.takeEntries(m)
	case Appended:
		n.noteAppended(m)
	case Chunk:
		n.takeChunk(m)
	case ChunkTaken:
		n.noteChunkTaken(m)
	case TakeOver:
		n.takeOver()
	}
}

// Propose appends a command to the log of the leader. The command was accepted if the entry that is
// committed at this position has this term, and otherwise was not.
func (n *Node) Propose(data []byte) (Position, error) {
	switch {
	case n.role != Leader:
		return Position{}, ErrNotLeader
	case n.successor != 0:
		return Position{}, ErrHandingOver
	}
	return n.lead(Entry{Kind: Command, Data: data}), nil
}

// Take returns what is to be done.
func (n *Node) Take() Output {
	if n.role == Leader {
		n.beginRound()
		if n.mustSend {
			n.sendAll(false)
		}
	}
	out := n.out
	n.out = Output{}
	if n.isSnapshotNew {
		out.Snapshot = &n.snapshot
		n.log.saved = n.log.base.Index
		n.isStateNew = true
	}
	if n.isStateNew {
		state := n.state
		out.State = &state
	}
	if last := n.log.last().Index; n.log.saved < last {
		out.Entries = n.log.span(n.log.saved+1, last)
		n.log.saved = last
	}
	if n.applied < n.commit {
		out.Committed = n.log.span(n.applied+1, n.commit)
		n.applied = n.commit
	}
	n.isSnapshotNew, n.isStateNew = false, false
	return out
}

// append adds entries to the log, and takes over the memberships in them.
func (n *Node) append(entries ...Entry) {
	n.log.append(entries...)
	for _, e := range entries {
		if e.Kind == Membership {
			n.memberships = append(n.memberships, membershipAt{e.Index, e.Members})
		}
	}
}

// send adds a message to the output.
func (n *Node) send(m Message) {
	m.From = n.id
	if m.Term == 0 {
		m.Term = n.state.Term
	}
	n.out.Messages = append(n.out.Messages, m)
}

// members returns the membership that holds.
func (n *Node) members() []Member { return n.memberships.current() }
