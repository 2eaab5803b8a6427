package kv

import (
	"bytes"
	"errors"
	"testing"

	"github.com/edo-go/edo/examples/raft/wire"
)

// opened returns a store with a session, and its number.
func opened() (*Store, uint64) {
	s := NewStore()
	return s, s.Apply(1, Command{Op: Open}).Session
}

func TestACommandThatComesTwiceIsAppliedOnce(t *testing.T) {
	s, id := opened()
	c := Command{Op: Append, Session: id, Number: 1, Key: "k", Value: "x"}
	for index := range uint64(3) {
		if r := s.Apply(2+index, c); r != (Result{IsDone: true}) {
			t.Errorf("the result is %+v", r)
		}
	}
	if v := s.Get("k"); v != "x" {
		t.Errorf("the value is %q", v)
	}
}

func TestACommandThatComesTwiceHasTheResultOfTheFirst(t *testing.T) {
	s, id := opened()
	c := Command{Op: Replace, Session: id, Number: 1, Key: "k", Old: "a", Value: "b"}
	s.Apply(2, Command{Op: Put, Session: s.Apply(2, Command{Op: Open}).Session, Number: 1, Key: "k", Value: "a"})
	if first, second := s.Apply(3, c), s.Apply(4, c); !first.IsDone || !second.IsDone {
		t.Errorf("the results are %+v and %+v", first, second)
	}
}

func TestAnOldCommandIsNotApplied(t *testing.T) {
	s, id := opened()
	s.Apply(2, Command{Op: Put, Session: id, Number: 2, Key: "k", Value: "new"})
	if r := s.Apply(3, Command{Op: Put, Session: id, Number: 1, Key: "k", Value: "old"}); r.Outcome != Stale {
		t.Errorf("the result is %+v", r)
	}
	if v := s.Get("k"); v != "new" {
		t.Errorf("the value is %q", v)
	}
}

func TestReplaceNeedsTheOldValue(t *testing.T) {
	s, id := opened()
	for i, step := range []struct {
		c      Command
		isDone bool
		value  string
	}{
		{Command{Op: Replace, Old: "x", Value: "y"}, false, ""},
		{Command{Op: Replace, Old: "", Value: "y"}, true, "y"},
		{Command{Op: Replace, Old: "", Value: "z"}, false, "y"},
		{Command{Op: Append, Value: "!"}, true, "y!"},
		{Command{Op: Replace, Old: "y!", Value: ""}, true, ""},
	} {
		step.c.Session, step.c.Number, step.c.Key = id, uint64(i+1), "k"
		r := s.Apply(uint64(i+2), step.c)
		if r.IsDone != step.isDone || s.Get("k") != step.value {
			t.Errorf("%+v: %+v, and the value is %q", step.c, r, s.Get("k"))
		}
	}
}

func TestTheSessionThatWasUsedLeastRecentlyEnds(t *testing.T) {
	s := NewStore()
	s.most = 2
	one, two := s.Apply(1, Command{Op: Open}).Session, s.Apply(2, Command{Op: Open}).Session
	s.Apply(3, Command{Op: Put, Session: one, Number: 1, Key: "k", Value: "v"})
	three := s.Apply(4, Command{Op: Open}).Session
	for id, want := range map[uint64]Outcome{one: Applied, two: Expired, three: Applied} {
		if r := s.Apply(5, Command{Op: Put, Session: id, Number: 2, Key: "k", Value: "v"}); r.Outcome != want {
			t.Errorf("session %d: %+v", id, r)
		}
	}
}

func TestASnapshotIsTheState(t *testing.T) {
	s, id := opened()
	s.Apply(2, Command{Op: Put, Session: id, Number: 1, Key: "k", Value: "v"})
	s.Apply(3, Command{Op: Put, Session: id, Number: 2, Key: "a", Value: "b"})
	again := NewStore()
	if err := again.Restore(s.Snapshot()); err != nil {
		t.Fatal(err)
	}
	if again.Get("k") != "v" || again.Get("a") != "b" || !bytes.Equal(again.Snapshot(), s.Snapshot()) {
		t.Errorf("%+v was restored as %+v", s, again)
	}
	if again.Apply(4, Command{Op: Append, Session: id, Number: 2, Key: "a", Value: "c"}); again.Get("a") != "b" {
		t.Error("the session was not restored")
	}
}

func TestAPartOfASnapshotIsRefusedAndTheStateStays(t *testing.T) {
	s, id := opened()
	s.Apply(2, Command{Op: Put, Session: id, Number: 1, Key: "k", Value: "v"})
	b := s.Snapshot()
	for n := 1; n < len(b); n++ {
		if err := s.Restore(b[:n]); !errors.Is(err, wire.ErrMalformed) || s.Get("k") != "v" {
			t.Errorf("%d bytes of %d: %v, and the value is %q", n, len(b), err, s.Get("k"))
		}
	}
}

// Whatever the bytes are, reading them does not panic, and what was read is written as the same bytes.
func FuzzCommand(f *testing.F) {
	f.Add(AppendCommand(nil, Command{Op: Replace, Session: 300, Number: 2, Key: "key", Value: "value", Old: "old"}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := ParseCommand(b); err == nil && !bytes.Equal(AppendCommand(nil, c), b) {
			t.Errorf("%x is read as %+v", b, c)
		}
	})
}

// Whatever the bytes are, restoring them does not panic, and what was restored is a state.
func FuzzRestore(f *testing.F) {
	s, id := opened()
	s.Apply(2, Command{Op: Put, Session: id, Number: 1, Key: "k", Value: "v"})
	f.Add(s.Snapshot())
	f.Fuzz(func(t *testing.T, b []byte) {
		one, two := NewStore(), NewStore()
		if one.Restore(b) == nil && (two.Restore(one.Snapshot()) != nil || !bytes.Equal(one.Snapshot(), two.Snapshot())) {
			t.Errorf("%x is restored as %+v, and then %+v", b, one, two)
		}
	})
}
