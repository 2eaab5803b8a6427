package consensus

import "errors"

// Handing over the leadership (thesis, 3.10). The leader takes no more entries, brings the log of its
// successor up to date, and tells it to campaign at once. The others vote although they hear a leader,
// because it is the leader that asks for it. If nothing comes of that within the shortest election
// timeout, the leader goes on as before.

var (
	// ErrHandingOver says that the leader is about to be another one: ask again.
	ErrHandingOver = errors.New("raft: the leadership is being handed over")
	// ErrNoVoter says that a server cannot lead.
	ErrNoVoter = errors.New("raft: not a voter")
)

// HandOver begins to hand the leadership over to a voter. It has happened when another server leads.
func (n *Node) HandOver(to ID) error {
	switch {
	case n.role != Leader:
		return ErrNotLeader
	case n.successor != 0:
		return ErrHandingOver
	case !isVoter(n.members(), to):
		return ErrNoVoter
	case to == n.id:
		return nil
	}
	n.successor, n.handTicks = to, n.options.ElectionTicks
	n.progress[to].isTold = false
	n.tellSuccessor()
	return nil
}

// tellSuccessor tells the successor, once, when it has the whole log.
func (n *Node) tellSuccessor() {
	p := n.progress[n.successor]
	if p == nil || p.isTold || p.match != n.log.last().Index {
		return
	}
	p.isTold = true
	n.send(Message{Kind: TakeOver, To: n.successor})
}

// tickHandOver ends a handover that takes too long.
func (n *Node) tickHandOver() {
	if n.successor == 0 {
		return
	}
	if n.handTicks--; n.handTicks == 0 {
		n.successor = 0
	}
}

// takeOver campaigns, at the wish of the leader.
func (n *Node) takeOver() {
	if n.mayCampaign() {
		n.campaign(true)
	}
}
