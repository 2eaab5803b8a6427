package consensus

// Elections (paper, 5.2 and 5.4.1). A server that hears no leader asks first whether it would be
// elected (thesis, 9.6), in the state that it has: a server that cannot win does not drive up the
// term, which would end the leader that the others have.

// restartTimer begins a new election timeout. It is drawn anew each time, so that two servers do not
// split the votes again and again.
func (n *Node) restartTimer() {
	n.elapsed = 0
	n.timeout = n.options.ElectionTicks + n.options.Rand.IntN(n.options.ElectionTicks)
}

// hearsLeader reports whether the server has heard a leader, or is one, within the shortest timeout.
func (n *Node) hearsLeader() bool {
	return n.role == Leader || n.leader != 0 && n.elapsed < n.options.ElectionTicks
}

// mayCampaign reports whether the server is a voter. One that was removed counts until that is
// committed: without it there may be no other that can be elected (thesis, 4.2.2).
func (n *Node) mayCampaign() bool {
	last := len(n.memberships) - 1
	if isVoter(n.memberships[last].members, n.id) {
		return true
	}
	return last > 0 && n.memberships[last].index > n.commit && isVoter(n.memberships[last-1].members, n.id)
}

// enterTerm makes the server a follower in a term that has no leader yet.
func (n *Node) enterTerm(t Term) {
	n.setState(State{Term: t})
	n.stepDown(0)
}

// stepDown makes the server a follower of leader, in its term.
func (n *Node) stepDown(leader ID) {
	if n.role == Leader {
		n.restartTimer()
		n.refuseReads()
		n.progress, n.successor = nil, 0
	}
	n.role, n.leader = Follower, leader
	n.votes = nil
}

// follow takes note that leader leads in this term, and is there.
func (n *Node) follow(leader ID) {
	if n.role == Leader {
		panic("consensus: two leaders in one term")
	}
	n.stepDown(leader)
	n.restartTimer()
}

func (n *Node) setState(s State) {
	n.state = s
	n.isStateNew = true
}

// askPreVotes begins to ask whether the others would vote for this server.
func (n *Node) askPreVotes() {
	n.restartTimer()
	n.role, n.leader = PreCandidate, 0
	n.askVotes(Message{Kind: AskPreVote, Term: n.state.Term + 1})
}

// campaign begins an election, at the wish of the leader or because there is none.
func (n *Node) campaign(isHandedOver bool) {
	n.restartTimer()
	n.role = Candidate
	n.setState(State{Term: n.state.Term + 1, Vote: n.id})
	n.askVotes(Message{Kind: AskVote, Term: n.state.Term, IsHandedOver: isHandedOver})
}

func (n *Node) askVotes(ask Message) {
	ask.At = n.log.last()
	n.votes = map[ID]bool{n.id: true}
	for _, m := range n.members() {
		if m.IsVoter && m.ID != n.id {
			ask.To = m.ID
			n.send(ask)
		}
	}
	n.endVote()
}

// answerVote votes. The log of the candidate must have all that may be committed, and so be no less
// up to date than that of a majority.
func (n *Node) answerVote(m Message) {
	isYes := !m.At.IsBehind(n.log.last())
	if m.Kind == AskPreVote {
		isYes = isYes && m.Term > n.state.Term
		answer := Message{Kind: PreVote, To: m.From, IsYes: isYes}
		if isYes {
			answer.Term = m.Term
		}
		n.send(answer)
		return
	}
	isYes = isYes && (n.state.Vote == 0 || n.state.Vote == m.From)
	if isYes {
		n.setState(State{Term: n.state.Term, Vote: m.From})
		n.restartTimer()
	}
	n.send(Message{Kind: Vote, To: m.From, IsYes: isYes})
}

// countVote counts an answer.
func (n *Node) countVote(m Message) {
	isAsked := m.Kind == PreVote && n.role == PreCandidate && (!m.IsYes || m.Term == n.state.Term+1) ||
		m.Kind == Vote && n.role == Candidate
	if !isAsked {
		return
	}
	n.votes[m.From] = m.IsYes
	n.endVote()
}

// endVote goes on when a majority agrees. Otherwise the timeout comes.
func (n *Node) endVote() {
	if !hasMajority(n.members(), func(id ID) bool { return n.votes[id] }) {
		return
	}
	if n.role == PreCandidate {
		n.campaign(false)
	} else {
		n.becomeLeader()
	}
}

// becomeLeader begins to lead. The first entry does nothing: with it the entries of earlier terms are
// committed, which cannot be counted by themselves (paper, 5.4.2).
func (n *Node) becomeLeader() {
	n.role, n.leader = Leader, n.id
	n.votes = nil
	n.progress = map[ID]*progress{}
	n.elapsed, n.heartbeat, n.commitBefore = 0, 0, n.commit
	n.lead(Entry{Kind: Nothing})
	n.sendAll(true)
}

// answerOld tells the sender of an old term which term it is, if it waits for an answer.
func (n *Node) answerOld(m Message) {
	switch m.Kind {
	case AskPreVote:
		n.send(Message{Kind: PreVote, To: m.From})
	case AskVote:
		n.send(Message{Kind: Vote, To: m.From})
	case Append, Chunk:
		n.send(Message{Kind: Appended, To: m.From, At: m.At})
	}
}
