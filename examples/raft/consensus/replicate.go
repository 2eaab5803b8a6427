package consensus

import "slices"

// The leader's side of the log (paper, 5.3).

// progress is what the leader knows of the log of another server.
type progress struct {
	match Index // the last entry that is known to be equal
	next  Index // the next entry to send

	// isProbing says that the leader looks for the place where the logs meet, or sends a snapshot:
	// one message at a time. isWaiting says that this one is under way. A heartbeat sends it again.
	isProbing, isWaiting bool

	isActive bool   // was heard since the leader last counted
	round    uint64 // the last one that it has answered

	chunks Position // of the snapshot that is being sent
	offset int      // bytes of it that have arrived

	isTold bool // to take over
}

// tickLeader sends heartbeats, and makes voters of learners. A leader that hears from no majority
// gives up: its clients may find another one (thesis, 6.2).
func (n *Node) tickLeader() {
	n.tickHandOver()
	if n.elapsed >= n.options.ElectionTicks {
		n.elapsed = 0
		if !hasMajority(n.members(), func(id ID) bool { return id == n.id || n.progress[id].isActive }) {
			n.stepDown(0)
			return
		}
		for _, p := range n.progress {
			p.isActive = false
		}
	}
	n.heartbeat++
	if n.heartbeat >= n.options.HeartbeatTicks {
		n.promote()
		n.sendAll(true)
	}
}

// lead appends an entry to the log of the leader. Take sends it, with those that come before that.
func (n *Node) lead(e Entry) Position {
	e.Index, e.Term = n.log.last().Index+1, n.state.Term
	n.append(e)
	n.watchMembers()
	n.mustSend = true
	n.tryCommit()
	return Position{e.Index, e.Term}
}

// watchMembers keeps a progress for each other member.
func (n *Node) watchMembers() {
	for _, m := range n.members() {
		if m.ID != n.id && n.progress[m.ID] == nil {
			n.progress[m.ID] = &progress{next: n.log.last().Index, isProbing: true, isActive: true}
		}
	}
	for id := range n.progress {
		if _, isMember := find(n.members(), id); !isMember {
			delete(n.progress, id)
		}
	}
}

// sendAll sends each member what it lacks; as a heartbeat also a member that lacks nothing.
func (n *Node) sendAll(isHeartbeat bool) {
	n.mustSend = false
	if isHeartbeat {
		n.heartbeat = 0
	}
	for _, m := range n.members() {
		if m.ID != n.id {
			n.replicate(m.ID, isHeartbeat)
		}
	}
}

// replicate sends a server what it lacks.
func (n *Node) replicate(to ID, isHeartbeat bool) {
	p := n.progress[to]
	for isFirst := true; ; isFirst = false {
		mustSend := isHeartbeat && isFirst
		if p.isWaiting && !mustSend {
			return
		}
		before := Position{Index: p.next - 1}
		var isKnown bool
		if before.Term, isKnown = n.log.term(before.Index); !isKnown {
			n.sendChunk(to, p)
			return
		}
		end := min(n.log.last().Index, before.Index+Index(n.options.MaxEntries))
		if !p.isProbing {
			end = max(before.Index, min(end, p.match+Index(n.options.MaxInFlight)))
		}
		if end == before.Index && !mustSend && !p.isProbing {
			return
		}
		n.send(Message{
			Kind: Append, To: to, At: before, Entries: n.log.span(before.Index+1, end),
			Commit: n.commit, Round: n.round,
		})
		if p.isProbing {
			p.isWaiting = true
			return
		}
		p.next = end + 1
	}
}

// noteAppended takes the answer of a server to entries, or to the last chunk of a snapshot.
func (n *Node) noteAppended(m Message) {
	p := n.heard(m)
	if p == nil {
		return
	}
	switch {
	case m.IsYes:
		p.match = max(p.match, m.Match)
		p.next = max(p.next, p.match+1)
		p.isProbing, p.isWaiting = false, false
		n.tryCommit()
	case m.At.Index > p.match && m.At.Index < p.next: // otherwise it is an old answer
		p.next = max(p.match, min(m.Match, m.At.Index-1)) + 1
		p.isProbing, p.isWaiting = true, false
	}
	if n.role == Leader {
		n.replicate(m.From, false)
		n.confirmReads()
		n.tellSuccessor()
	}
}

// heard notes that a server answers this leader. It returns nil if the answer is of no use.
func (n *Node) heard(m Message) *progress {
	p := n.progress[m.From]
	if n.role != Leader || p == nil {
		return nil
	}
	p.isActive = true
	p.round = max(p.round, m.Round)
	return p
}

// tryCommit commits what a majority of the voters has. An entry of an earlier term is not counted:
// it is committed with one of this term that comes after it (paper, 5.4.2).
//
// The leader counts itself. Its own entries are saved before any other server has them, since
// messages come after that.
func (n *Node) tryCommit() {
	var matches []Index
	for _, m := range n.members() {
		switch {
		case !m.IsVoter:
		case m.ID == n.id:
			matches = append(matches, n.log.last().Index)
		default:
			matches = append(matches, n.progress[m.ID].match)
		}
	}
	slices.Sort(matches)
	i := matches[(len(matches)-1)/2] // more than half of them are at least this one
	t, _ := n.log.term(i)
	if i <= n.commit || t != n.state.Term {
		return
	}
	n.commit = i
	n.unparkReads()
	if _, isMember := find(n.members(), n.id); !isMember && n.memberships[len(n.memberships)-1].index <= n.commit {
		n.stepDown(0) // it has led until the others do without it (thesis, 4.2.2)
	}
}

// hasCommitted reports whether the leader has committed an entry of its own term. It then knows all
// that was committed before.
func (n *Node) hasCommitted() bool {
	t, isKnown := n.log.term(n.commit)
	return isKnown && t == n.state.Term
}
