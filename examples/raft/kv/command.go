package kv

import "github.com/edo-go/edo/examples/raft/wire"

// Op says what a command does.
type Op uint8

const (
	Open    Op = iota // a session, whose number is the index of this entry
	Put               // Value becomes the value
	Append            // Value is appended to the value
	Replace           // Value becomes the value if it is Old; see Result.IsDone
)

// Command changes the state. A key without a value has the empty text.
type Command struct {
	Op      Op
	Session uint64 // of all but Open
	Number  uint64 // of the command in its session: 1, 2, 3, …
	Key     string
	Value   string
	Old     string
}

// AppendCommand appends a command.
func AppendCommand(b []byte, c Command) []byte {
	b = append(b, byte(c.Op))
	b = wire.AppendUint(b, c.Session)
	b = wire.AppendUint(b, c.Number)
	b = wire.AppendText(b, c.Key)
	b = wire.AppendText(b, c.Value)
	return wire.AppendText(b, c.Old)
}

// ParseCommand reads a command.
func ParseCommand(b []byte) (Command, error) {
	r := wire.NewReader(b)
	c := Command{Op: Op(r.Byte()), Session: r.Uint(), Number: r.Uint(), Key: r.Text(), Value: r.Text(), Old: r.Text()}
	if c.Op > Replace {
		return Command{}, wire.ErrMalformed
	}
	return c, r.End()
}

// Outcome says what became of a command.
type Outcome uint8

const (
	Applied Outcome = iota
	Expired         // there is no such session, any more
	Stale           // the session has had a later command, so that no client waits for this answer
)

// Result is the answer to a command.
type Result struct {
	Outcome Outcome
	Session uint64 // of Open
	IsDone  bool   // of Replace: the value was Old
}
