package wire

import "github.com/edo-go/edo/examples/raft/consensus"

// AppendEntry appends an entry of the log.
func AppendEntry(b []byte, e consensus.Entry) []byte {
	b = AppendUint(b, uint64(e.Index))
	b = AppendUint(b, uint64(e.Term))
	b = append(b, byte(e.Kind))
	switch e.Kind {
	case consensus.Command:
		b = AppendBytes(b, e.Data)
	case consensus.Membership:
		b = AppendMembers(b, e.Members)
	}
	return b
}

// Entry reads an entry.
func (r *Reader) Entry() consensus.Entry {
	e := consensus.Entry{Index: consensus.Index(r.Uint()), Term: consensus.Term(r.Uint()), Kind: consensus.EntryKind(r.Byte())}
	switch e.Kind {
	case consensus.Nothing:
	case consensus.Command:
		e.Data = r.Bytes()
	case consensus.Membership:
		e.Members = r.Members()
	default:
		r.fail()
	}
	return e
}

// AppendEntries appends entries, with their number in front.
func AppendEntries(b []byte, entries []consensus.Entry) []byte {
	b = AppendUint(b, uint64(len(entries)))
	for _, e := range entries {
		b = AppendEntry(b, e)
	}
	return b
}

// Entries reads entries, which follow each other without a gap.
func (r *Reader) Entries() (entries []consensus.Entry) {
	for range r.Count() {
		e := r.Entry()
		if n := len(entries); n > 0 && e.Index != entries[n-1].Index+1 {
			r.fail()
		}
		entries = append(entries, e)
	}
	return entries
}

// AppendMembers appends members, with their number in front.
func AppendMembers(b []byte, members []consensus.Member) []byte {
	b = AppendUint(b, uint64(len(members)))
	for _, m := range members {
		b = AppendUint(b, uint64(m.ID))
		b = AppendText(b, m.Addr)
		b = AppendBool(b, m.IsVoter)
	}
	return b
}

// Members reads members, which are in the order of their IDs.
func (r *Reader) Members() (members []consensus.Member) {
	for range r.Count() {
		m := consensus.Member{ID: consensus.ID(r.Uint()), Addr: r.Text(), IsVoter: r.Bool()}
		if n := len(members); n > 0 && m.ID <= members[n-1].ID {
			r.fail()
		}
		members = append(members, m)
	}
	return members
}

// AppendPosition appends a position.
func AppendPosition(b []byte, p consensus.Position) []byte {
	return AppendUint(AppendUint(b, uint64(p.Index)), uint64(p.Term))
}

// Position reads a position.
func (r *Reader) Position() consensus.Position {
	return consensus.Position{Index: consensus.Index(r.Uint()), Term: consensus.Term(r.Uint())}
}

// AppendState appends a state.
func AppendState(b []byte, s consensus.State) []byte {
	return AppendUint(AppendUint(b, uint64(s.Term)), uint64(s.Vote))
}

// State reads a state.
func (r *Reader) State() consensus.State {
	return consensus.State{Term: consensus.Term(r.Uint()), Vote: consensus.ID(r.Uint())}
}

// AppendSnapshot appends a snapshot.
func AppendSnapshot(b []byte, s consensus.Snapshot) []byte {
	b = AppendPosition(b, s.Position)
	b = AppendMembers(b, s.Members)
	return AppendBytes(b, s.Data)
}

// Snapshot reads a snapshot.
func (r *Reader) Snapshot() consensus.Snapshot {
	return consensus.Snapshot{Position: r.Position(), Members: r.Members(), Data: r.Bytes()}
}
