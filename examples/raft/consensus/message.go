package consensus

import "fmt"

// Message is what servers send each other. Which fields mean something depends on its kind:
//
//	AskPreVote      At: the end of the candidate's log; Term: the one it would have
//	PreVote         IsYes
//	AskVote         At: the end of the candidate's log; IsHandedOver
//	Vote            IsYes
//	Append          At: the entry before Entries; Commit; Round
//	Appended        IsYes: Match is the last entry that is equal; otherwise the follower has no
//	                entry at At, and Match may be the last equal one; Round
//	Chunk           At, Members: of the snapshot; Offset, Data, IsLast: the piece of it; Round
//	ChunkTaken      At: of the snapshot; Offset: how many bytes of it have come; Round
//	TakeOver        none: the leader wants the server to lead
//
// Append without entries is a heartbeat. The Round of an answer is that of the question: it shows
// that the sender took the leader for its leader after that round had begun.
type Message struct {
	Kind     MessageKind
	From, To ID
	Term     Term

	At      Position
	IsYes   bool
	Match   Index
	Commit  Index
	Round   uint64
	Entries []Entry // shared with the log of the sender: read only

	Members []Member
	Offset  int
	Data    []byte // shared with the snapshot of the sender: read only
	IsLast  bool

	IsHandedOver bool // the leader has told the candidate to campaign
}

// MessageKind says what a message is for.
type MessageKind uint8

const (
	AskPreVote MessageKind = iota + 1
	PreVote
	AskVote
	Vote
	Append
	Appended
	Chunk
	ChunkTaken
	TakeOver
)

var messageNames = [...]string{
	AskPreVote: "AskPreVote", PreVote: "PreVote", AskVote: "AskVote", Vote: "Vote",
	Append: "Append", Appended: "Appended", Chunk: "Chunk", ChunkTaken: "ChunkTaken", TakeOver: "TakeOver",
}

// String returns the name of k.
func (k MessageKind) String() string {
	if k.IsValid() {
		return messageNames[k]
	}
	return fmt.Sprintf("MessageKind(%d)", uint8(k))
}

// IsValid reports whether there is such a kind.
func (k MessageKind) IsValid() bool { return k >= AskPreVote && k <= TakeOver }

// isFromLeader reports whether only a leader sends such messages.
func (k MessageKind) isFromLeader() bool { return k == Append || k == Chunk || k == TakeOver }
