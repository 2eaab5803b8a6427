package consensus

import "fmt"

type (
	// ID is the name of a server. It is never 0, and never used again for another server.
	ID uint64
	// Term numbers the elections. There is at most one leader in each term.
	Term uint64
	// Index is a place in the log. The first one is 1.
	Index uint64
)

// Entry is an entry of the log.
type Entry struct {
	Index   Index
	Term    Term // of the leader that has made it
	Kind    EntryKind
	Data    []byte   // of a Command
	Members []Member // of a Membership: all of them, by ID
}

// EntryKind says what an entry is for.
type EntryKind uint8

const (
	Nothing    EntryKind = iota // the first entry of a leader: see Node.becomeLeader
	Command                     // for the state machine
	Membership                  // the members, from this entry on
)

// String returns a word for k.
func (k EntryKind) String() string {
	switch k {
	case Nothing:
		return "nothing"
	case Command:
		return "command"
	case Membership:
		return "membership"
	}
	return fmt.Sprintf("EntryKind(%d)", uint8(k))
}

// Position is that of an entry: two logs with an entry at the same position are equal up to it.
type Position struct {
	Index Index
	Term  Term
}

// IsBehind reports whether a log that ends at p is less up to date than one that ends at q (paper, 5.4.1).
func (p Position) IsBehind(q Position) bool {
	if p.Term != q.Term {
		return p.Term < q.Term
	}
	return p.Index < q.Index
}

// Member is a server of the cluster.
type Member struct {
	ID      ID
	Addr    string // where it listens; this package does not look at it
	IsVoter bool   // otherwise a learner, which gets the log and does not count
}

// State is what a server must not forget, beside its log: the paper's currentTerm and votedFor.
type State struct {
	Term Term
	Vote ID // in this term; 0: none
}

// Snapshot is the state of the state machine after the entry at a position. It stands for the log up
// to there.
type Snapshot struct {
	Position
	Members []Member // as of the position
	Data    []byte
}

// Rest returns the entries after the snapshot, of a log that was saved before it was. If the log has no
// entry at the position of the snapshot, all that it has is older, or is void: the snapshot is that of a
// leader whose log was another one (paper, 7).
func (s Snapshot) Rest(entries []Entry) []Entry {
	if len(entries) > 0 && entries[0].Index == s.Index+1 {
		return entries
	}
	for i, e := range entries {
		if e.Index == s.Index && e.Term == s.Term {
			return entries[i+1:]
		}
	}
	return nil
}

// Bootstrap returns the state and the log of the first servers of a new cluster. Each of them begins
// with them; any other server begins with nothing, and is added.
func Bootstrap(members ...Member) (State, []Entry) {
	for i := range members {
		members[i].IsVoter = true
	}
	return State{Term: 1}, []Entry{{Index: 1, Term: 1, Kind: Membership, Members: members}}
}
