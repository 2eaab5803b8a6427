package consensus

import (
	"errors"
	"testing"
)

// led returns three servers, of which the first one leads, and has committed.
func led(t *testing.T) *cluster {
	t.Helper()
	c := of(3)
	if err := c.elect(1, 1, 2, 3); err != nil {
		t.Fatal(err)
	}
	c.among(1, 2, 3)
	return c
}

// The successor leads as soon as the messages have come: no timeout passes, and it has all entries.
func TestALeaderHandsOverWithoutATimeout(t *testing.T) {
	c := led(t)
	one, two := c.servers[0].node, c.servers[1].node
	for range 5 {
		if _, err := one.Propose([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := one.HandOver(2); err != nil {
		t.Fatal(err)
	}
	if _, err := one.Propose([]byte("y")); !errors.Is(err, ErrHandingOver) {
		t.Errorf("a command meanwhile: %v", err)
	}
	if err := one.HandOver(3); !errors.Is(err, ErrHandingOver) {
		t.Errorf("a second handover: %v", err)
	}
	if _, err := one.Remove(3); !errors.Is(err, ErrHandingOver) {
		t.Errorf("a change of the membership: %v", err)
	}
	c.among(1, 2, 3)
	if one.role != Follower || two.role != Leader || one.leader != 2 {
		t.Fatalf("%+v", c.statuses())
	}
	if last := two.log.last().Index; two.commit != last || last < 7 {
		t.Errorf("of %d entries %d are committed", last, two.commit)
	}
	if c.check.err != nil {
		t.Error(c.check.err)
	}
}

// A successor that does not answer is given up, and the leader goes on. It is not told before it has all.
func TestALeaderGoesOnWhenItsSuccessorDoesNotAnswer(t *testing.T) {
	c := led(t)
	one := c.servers[0].node
	if _, err := one.Propose([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := one.HandOver(2); err != nil {
		t.Fatal(err)
	}
	for range c.options.ElectionTicks {
		one.Tick()
		c.among(1, 3)
		if one.progress[2].isTold {
			t.Fatal("a server is told to lead that has not acknowledged the last entry")
		}
	}
	if _, err := one.Propose([]byte("y")); err != nil {
		t.Errorf("when it is given up: %v", err)
	}
	c.among(1, 2, 3)
	if one.role != Leader || c.check.err != nil {
		t.Errorf("it is a %v, %v", one.role, c.check.err)
	}
}

func TestOnlyALeaderHandsOverAndOnlyToAVoter(t *testing.T) {
	c := led(t)
	if err := c.servers[1].node.HandOver(1); !errors.Is(err, ErrNotLeader) {
		t.Errorf("a follower: %v", err)
	}
	if err := c.servers[0].node.HandOver(4); !errors.Is(err, ErrNoVoter) {
		t.Errorf("to a server that is no member: %v", err)
	}
	if err := c.servers[0].node.HandOver(1); err != nil || c.servers[0].node.successor != 0 {
		t.Errorf("to itself: %v", err)
	}
}
