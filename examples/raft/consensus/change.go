package consensus

// Changes of the membership, by one server at a time (thesis, 4). Any majority of the old members and
// any majority of the new ones then have a server in common, so that the change needs no phases: it
// holds from the moment that it is in the log.

// Add adds a server to the cluster. It is a learner first. The leader makes it a voter when it has
// the log. Adding a member again gives it another address.
func (n *Node) Add(m Member) (Position, error) {
	if err := n.mayChange(); err != nil {
		return Position{}, err
	}
	m.IsVoter = isVoter(n.members(), m.ID)
	return n.change(with(n.members(), m)), nil
}

// Remove removes a server from the cluster. A leader that removes itself leads until that is
// committed.
func (n *Node) Remove(id ID) (Position, error) {
	if err := n.mayChange(); err != nil {
		return Position{}, err
	}
	rest := without(n.members(), id)
	if !hasVoter(rest) {
		return Position{}, ErrLastVoter
	}
	return n.change(rest), nil
}

// promote makes voters of the learners, one after the other, when they have what was committed at the
// heartbeat before. Then they keep up with the log, which may have grown since (thesis, 4.2.1).
func (n *Node) promote() {
	before := n.commitBefore
	n.commitBefore = n.commit
	if n.mayChange() != nil {
		return
	}
	for _, m := range n.members() {
		if p := n.progress[m.ID]; !m.IsVoter && p.isActive && p.match > 0 && p.match >= before {
			m.IsVoter = true
			n.change(with(n.members(), m))
			return
		}
	}
}

// mayChange reports why the membership cannot be changed now. The change before must be committed:
// from the one to the next but one a majority may have no server in common. And an entry of this term
// must be: before that there may be a change in the log of another server, of an earlier leader,
// which this leader does not know, and which may be committed yet. The thesis lacked the second
// condition; Ongaro announced the correction on the list raft-dev in July 2015.
func (n *Node) mayChange() error {
	switch {
	case n.role != Leader:
		return ErrNotLeader
	case n.successor != 0:
		return ErrHandingOver
	case n.memberships[len(n.memberships)-1].index > n.commit:
		return ErrChanging
	case !n.hasCommitted():
		return ErrChanging
	}
	return nil
}

func (n *Node) change(members []Member) Position {
	return n.lead(Entry{Kind: Membership, Members: members})
}

func hasVoter(members []Member) bool {
	for _, m := range members {
		if m.IsVoter {
			return true
		}
	}
	return false
}
