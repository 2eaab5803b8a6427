package consensus

// takeEntries is the follower's side of the log (paper, 5.3 and figure 2).
func (n *Node) takeEntries(m Message) {
	last := m.At.Index + Index(len(m.Entries))
	switch {
	case last <= n.commit:
		// All of it is here, and so is more. What is committed the leader has too.
		n.send(Message{Kind: Appended, To: m.From, IsYes: true, Match: n.commit, Round: m.Round})
		return
	case m.At.Index < n.log.base.Index:
		m.Entries = m.Entries[n.log.base.Index-m.At.Index:] // the snapshot covers the others
		m.At = n.log.base
	}
	if !n.log.has(m.At) {
		n.send(Message{Kind: Appended, To: m.From, At: m.At, Match: n.guessMatch(m.At.Index), Round: m.Round})
		return
	}
	n.merge(m.Entries)
	n.commit = max(n.commit, min(m.Commit, last))
	n.send(Message{Kind: Appended, To: m.From, IsYes: true, Match: last, Round: m.Round})
}

// merge makes the log have these entries. Where it has them already, it stays as it is, with all that
// comes after: the message may be an old one. An entry of another term was never committed. It goes,
// and all after it.
func (n *Node) merge(entries []Entry) {
	for k, e := range entries {
		if n.log.has(Position{e.Index, e.Term}) {
			continue
		}
		if e.Index <= n.commit {
			panic("consensus: a leader without a committed entry")
		}
		if e.Index <= n.log.last().Index {
			n.log.truncate(e.Index)
			n.memberships = n.memberships.truncate(e.Index)
		}
		n.append(entries[k:]...)
		return
	}
}

// guessMatch returns an entry up to which the log may be equal to that of a leader that has other
// entries at i. It goes back by a term at a time, not by an entry.
func (n *Node) guessMatch(i Index) Index {
	if last := n.log.last().Index; last < i {
		return last
	}
	return max(n.commit, n.log.firstOfTerm(i)-1)
}
