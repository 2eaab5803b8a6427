package wire

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/edo-go/edo/examples/raft/consensus"
)

var members = []consensus.Member{{ID: 1, Addr: "127.0.0.1:1", IsVoter: true}, {ID: 7, Addr: "b"}}

// messages have each kind, and each field with something in it.
var messages = []consensus.Message{
	{Kind: consensus.AskPreVote, From: 1, To: 2, Term: 3, At: consensus.Position{Index: 4, Term: 5}},
	{Kind: consensus.PreVote, From: 1, To: 2, Term: 3, IsYes: true},
	{Kind: consensus.AskVote, From: 1, To: 2, Term: 1 << 60},
	{Kind: consensus.Vote, From: 1, To: 2},
	{Kind: consensus.Append, From: 1, To: 2, Term: 3, At: consensus.Position{Index: 4, Term: 3}, Commit: 4, Round: 200, Entries: []consensus.Entry{
		{Index: 5, Term: 3, Kind: consensus.Command, Data: []byte("x")},
		{Index: 6, Term: 3, Kind: consensus.Command},
		{Index: 7, Term: 3, Kind: consensus.Membership, Members: members},
		{Index: 8, Term: 3, Kind: consensus.Nothing},
	}},
	{Kind: consensus.Appended, From: 1, To: 2, Term: 3, IsYes: true, Match: 9, Round: 1},
	{Kind: consensus.Chunk, From: 1, To: 2, Term: 3, Members: members, Offset: 70_000, Data: []byte("data"), IsLast: true},
	{Kind: consensus.ChunkTaken, From: 1, To: 2, Term: 3, Offset: 5},
	{Kind: consensus.TakeOver, From: 1, To: 2, Term: 3},
	{Kind: consensus.AskVote, From: 1, To: 2, Term: 4, IsHandedOver: true},
}

func TestAMessageIsReadAsItWasWritten(t *testing.T) {
	for _, m := range messages {
		r := NewReader(AppendMessage(nil, m))
		if got := r.Message(); r.End() != nil || !reflect.DeepEqual(got, m) {
			t.Errorf("wrote %+v, read %+v, %v", m, got, r.End())
		}
	}
}

func TestAPartOfAMessageIsMalformed(t *testing.T) {
	for _, m := range messages {
		b := AppendMessage(nil, m)
		for n := range len(b) {
			r := NewReader(b[:n])
			if r.Message(); !errors.Is(r.End(), ErrMalformed) {
				t.Errorf("%d of %d bytes of %+v: %v", n, len(b), m, r.End())
			}
		}
		r := NewReader(append(b, 0))
		if r.Message(); !errors.Is(r.End(), ErrMalformed) {
			t.Errorf("a byte too many after %+v: %v", m, r.End())
		}
	}
}

func TestWhatNoServerSendsIsMalformed(t *testing.T) {
	two := []consensus.Entry{{Index: 5, Term: 1}, {Index: 7, Term: 1}}
	for name, m := range map[string]consensus.Message{
		"no kind":       {},
		"another kind":  {Kind: consensus.TakeOver + 1},
		"a kind":        {Kind: consensus.Append, Entries: []consensus.Entry{{Index: 1, Kind: 9}}},
		"a gap":         {Kind: consensus.Append, At: consensus.Position{Index: 4}, Entries: two},
		"a gap before":  {Kind: consensus.Append, At: consensus.Position{Index: 3}, Entries: two[:1]},
		"an offset":     {Kind: consensus.Chunk, Offset: maxOffset + 1},
		"member twice":  {Kind: consensus.Chunk, Members: []consensus.Member{{ID: 1}, {ID: 1}}},
		"member before": {Kind: consensus.Chunk, Members: []consensus.Member{{ID: 2}, {ID: 1}}},
	} {
		r := NewReader(AppendMessage(nil, m))
		if r.Message(); !errors.Is(r.End(), ErrMalformed) {
			t.Errorf("%s: %v", name, r.End())
		}
	}
}

func TestASnapshotIsReadAsItWasWritten(t *testing.T) {
	s := consensus.Snapshot{Position: consensus.Position{Index: 9, Term: 2}, Members: members, Data: []byte("state")}
	r := NewReader(AppendSnapshot(nil, s))
	if got := r.Snapshot(); r.End() != nil || !reflect.DeepEqual(got, s) {
		t.Errorf("wrote %+v, read %+v, %v", s, got, r.End())
	}
}

// Whatever the bytes are, reading them does not panic, and what was read is written as the same bytes.
func FuzzMessage(f *testing.F) {
	for _, m := range messages {
		f.Add(AppendMessage(nil, m))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := NewReader(b)
		m := r.Message()
		if r.End() == nil && !bytes.Equal(AppendMessage(nil, m), b) {
			t.Errorf("%x is read as %+v", b, m)
		}
	})
}
