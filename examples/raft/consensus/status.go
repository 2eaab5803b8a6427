package consensus

// Status is what a server knows of the cluster.
type Status struct {
	ID      ID
	Role    Role
	Term    Term
	Leader  ID // 0: not known
	Members []Member
	Commit  Index
	Last    Index // of the log
	Base    Index // of the snapshot
}

// Status returns what the server knows. The members are read only.
func (n *Node) Status() Status {
	return Status{
		ID: n.id, Role: n.role, Term: n.state.Term, Leader: n.leader, Members: n.members(),
		Commit: n.commit, Last: n.log.last().Index, Base: n.log.base.Index,
	}
}
