package consensus

// Reads without an entry in the log (thesis, 6.4). The state machine answers a read when it has
// applied all that was committed as the read came. Two things could be amiss: a new leader does not
// know all that was committed, before it has committed an entry of its own; and a leader may have
// been replaced without knowing. So a read waits for a round of messages that began after it came,
// and that a majority has answered in this term.

type pendingRead struct {
	id    uint64
	round uint64
}

// Read asks for a read with this number. It is in the Reads of an Output, or in its Refused.
func (n *Node) Read(id uint64) error {
	if n.role != Leader {
		return ErrNotLeader
	}
	if !n.hasCommitted() {
		n.parkedReads = append(n.parkedReads, id)
		return nil
	}
	n.newReads = append(n.newReads, id)
	return nil
}

// unparkReads lets the reads go on that wait for the first entry of this leader.
func (n *Node) unparkReads() {
	if n.hasCommitted() {
		n.newReads = append(n.newReads, n.parkedReads...)
		n.parkedReads = nil
	}
}

// beginRound begins a round for the reads that have come since the last one.
func (n *Node) beginRound() {
	if len(n.newReads) == 0 {
		return
	}
	n.round++
	for _, id := range n.newReads {
		n.reads = append(n.reads, pendingRead{id, n.round})
	}
	n.newReads = nil
	n.sendAll(true)
	n.confirmReads()
}

// confirmReads finds the reads whose round a majority has answered. What was committed as they came
// is in this Output, or was in an earlier one.
func (n *Node) confirmReads() {
	for len(n.reads) > 0 {
		r := n.reads[0]
		if !hasMajority(n.members(), func(id ID) bool { return id == n.id || n.progress[id].round >= r.round }) {
			return
		}
		n.out.Reads = append(n.out.Reads, r.id)
		n.reads = n.reads[1:]
	}
}

// refuseReads ends the reads of a leader that leads no longer.
func (n *Node) refuseReads() {
	for _, r := range n.reads {
		n.out.Refused = append(n.out.Refused, r.id)
	}
	n.out.Refused = append(n.out.Refused, n.newReads...)
	n.out.Refused = append(n.out.Refused, n.parkedReads...)
	n.reads, n.newReads, n.parkedReads = nil, nil, nil
}
