package wire

import "github.com/edo-go/edo/examples/raft/consensus"

// AppendMessage appends a message. All fields are written, whichever the kind: those that mean nothing
// are zero, and take a byte each.
func AppendMessage(b []byte, m consensus.Message) []byte {
	b = append(b, byte(m.Kind))
	b = AppendUint(b, uint64(m.From))
	b = AppendUint(b, uint64(m.To))
	b = AppendUint(b, uint64(m.Term))
	b = AppendPosition(b, m.At)
	b = AppendBool(b, m.IsYes)
	b = AppendUint(b, uint64(m.Match))
	b = AppendUint(b, uint64(m.Commit))
	b = AppendUint(b, m.Round)
	b = AppendEntries(b, m.Entries)
	b = AppendMembers(b, m.Members)
	b = AppendUint(b, uint64(m.Offset))
	b = AppendBytes(b, m.Data)
	b = AppendBool(b, m.IsLast)
	return AppendBool(b, m.IsHandedOver)
}

// maxOffset is more bytes than a snapshot has.
const maxOffset = 1 << 40

// Message reads a message. One that a server cannot have sent is malformed: a node may rely on what
// is checked here.
func (r *Reader) Message() consensus.Message {
	m := consensus.Message{
		Kind: consensus.MessageKind(r.Byte()),
		From: consensus.ID(r.Uint()), To: consensus.ID(r.Uint()), Term: consensus.Term(r.Uint()),
		At: r.Position(), IsYes: r.Bool(), Match: consensus.Index(r.Uint()),
		Commit: consensus.Index(r.Uint()), Round: r.Uint(),
		Entries: r.Entries(), Members: r.Members(),
	}
	offset := r.Uint()
	m.Data, m.IsLast = r.Bytes(), r.Bool()
	m.IsHandedOver = r.Bool()
	isGap := len(m.Entries) > 0 && m.Entries[0].Index != m.At.Index+1
	if !m.Kind.IsValid() || offset > maxOffset || isGap {
		r.fail()
		return consensus.Message{}
	}
	m.Offset = int(offset)
	return m
}
