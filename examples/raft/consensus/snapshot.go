package consensus

// Snapshots (paper, 7). Each server makes its own, and drops the log up to there. A leader sends its
// own to a server that needs entries which are gone, in chunks: heartbeats go between them.

// partial is a snapshot of which some chunks have come.
type partial struct {
	from ID // leaders may write the same state in other bytes
	term Term
	at   Position
	data []byte
}

// Compact says that data is the state of the state machine after the entry at i, which was committed
// in an Output. The next Output has the snapshot.
func (n *Node) Compact(i Index, data []byte) {
	t, isKnown := n.log.term(i)
	if !isKnown || i <= n.snapshot.Index || i > n.applied {
		return // a newer one has come meanwhile
	}
	n.setSnapshot(Snapshot{Position{i, t}, n.memberships.at(i), data})
}

// setSnapshot drops what s covers.
func (n *Node) setSnapshot(s Snapshot) {
	n.snapshot = s
	n.isSnapshotNew = true
	n.log.compact(s.Position)
	n.memberships = n.memberships.compact(s.Index)
}

// sendChunk sends the next chunk to a server, or again the one that it was sent.
func (n *Node) sendChunk(to ID, p *progress) {
	s := &n.snapshot
	if p.chunks != s.Position {
		p.chunks, p.offset = s.Position, 0
	}
	end := min(len(s.Data), p.offset+n.options.ChunkBytes)
	n.send(Message{
		Kind: Chunk, To: to, At: s.Position, Members: s.Members, Round: n.round,
		Offset: p.offset, Data: s.Data[p.offset:end], IsLast: end == len(s.Data),
	})
	p.isProbing, p.isWaiting = true, true
}

// takeChunk takes a chunk from the leader, and with the last one the snapshot.
func (n *Node) takeChunk(m Message) {
	if m.At.Index <= n.commit {
		n.partial = nil
		n.send(Message{Kind: Appended, To: m.From, IsYes: true, Match: n.commit, Round: m.Round})
		return
	}
	p := n.partial
	if p == nil || p.from != m.From || p.term != m.Term || p.at != m.At {
		p = &partial{from: m.From, term: m.Term, at: m.At}
		n.partial = p
	}
	if m.Offset == len(p.data) {
		p.data = append(p.data, m.Data...)
		if m.IsLast {
			n.install(Snapshot{m.At, m.Members, p.data})
			n.send(Message{Kind: Appended, To: m.From, IsYes: true, Match: m.At.Index, Round: m.Round})
			return
		}
	}
	n.send(Message{Kind: ChunkTaken, To: m.From, At: m.At, Offset: len(p.data), Round: m.Round})
}

// install makes the snapshot of the leader that of this server.
func (n *Node) install(s Snapshot) {
	n.partial = nil
	if !n.log.has(s.Position) {
		n.memberships = memberships{{s.Index, s.Members}}
	}
	n.setSnapshot(s)
	n.memberships[0] = membershipAt{s.Index, s.Members}
	n.commit, n.applied = s.Index, s.Index
	n.out.Restore = true
}

// noteChunkTaken sends the next chunk.
func (n *Node) noteChunkTaken(m Message) {
	p := n.heard(m)
	if p == nil {
		return
	}
	if p.chunks == m.At && m.At.Index > p.match && p.isWaiting {
		p.offset = min(m.Offset, len(n.snapshot.Data))
		p.isWaiting = false
		n.replicate(m.From, false)
	}
	n.confirmReads()
}
