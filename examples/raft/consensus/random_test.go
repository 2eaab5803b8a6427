package consensus

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/sim"
)

// tried is what all seeds together have done. A test that has tried nothing shows nothing.
type tried struct{ leaders, commits, snapshots, installed, changes, reads, handovers int }

// Any accidents may happen: what the paper promises holds. When they are over, the cluster goes on.
func TestRaftHoldsWhateverHappens(t *testing.T) {
	var all tried
	trial.Explore(t, 200, func(seed uint64) (err error) {
		c := newCluster(seed)
		defer c.explain(t, &err)
		for range 6 {
			c.accident = c.draw()
			c.run(3000)
		}
		c.settle()
		all.leaders += len(c.check.leaders)
		all.commits += len(c.check.committed)
		all.snapshots += c.check.snapshots
		all.installed += c.check.installed
		all.changes += c.check.changes
		all.reads += c.check.answered
		all.handovers += c.check.handovers
		return c.check.err
	})
	t.Logf("%+v", all)
	if os.Getenv(sim.SeedVariable) == "" &&
		(all.leaders == 0 || all.commits == 0 || all.snapshots == 0 || all.installed == 0 || all.changes == 0 || all.reads == 0 || all.handovers == 0) {
		t.Errorf("not all was tried: %+v", all)
	}
}

// draw draws how bad a phase is: some accidents often, others not at all.
func (c *cluster) draw() accidents {
	some := func(least, most int) int {
		if c.rng.IntN(2) == 0 {
			return 0
		}
		return least + c.rng.IntN(most-least)
	}
	switch c.rng.IntN(6) {
	case 0: // two leaders change the membership, one after the other
		return accidents{tick: 200, restart: 100, propose: 2, change: 30, hasty: 500, cut: 6, heal: 2, slow: 1}
	case 1: // a leader with entries that it does not commit gets a snapshot of another one
		return accidents{tick: 200, restart: 100, propose: 40, compact: 30, cut: 4, heal: 3, torn: 500, crash: 2}
	}
	return accidents{
		tick: 100 + c.rng.IntN(300), restart: 20 + c.rng.IntN(200), heal: 1 + c.rng.IntN(8),
		propose: 5 + c.rng.IntN(40), read: some(5, 50), change: some(5, 50), hasty: some(100, 400), compact: some(5, 20), handOver: some(2, 20),
		crash: some(2, 15), coup: some(5, 40), cut: some(1, 15), torn: some(100, 500),
		slow: ID(c.rng.IntN(2 * len(c.servers))),
		lose: some(0, 200), double: some(0, 300),
	}
}

// settle ends all accidents, and requires that all members then agree on one more entry.
func (c *cluster) settle() {
	if c.check.err != nil {
		return
	}
	c.accident = accidents{tick: 60, restart: 500}
	clear(c.cut)
	for range 400 {
		c.run(1000)
		if c.check.err != nil || c.agree() {
			return
		}
	}
	c.check.failf("the cluster does not go on: %+v", c.statuses())
}

// agree reports whether a leader has committed something, and all of its members have applied it. It
// proposes something if not.
func (c *cluster) agree() bool {
	for _, s := range c.servers {
		if s.node == nil || s.node.role != Leader || !s.node.hasCommitted() {
			continue
		}
		all := true
		for _, m := range s.node.members() {
			all = all && m.IsVoter && c.servers[m.ID-1].machine.applied == s.node.commit
		}
		if all && s.node.log.last().Index == s.node.commit {
			return true
		}
		if s.pending == nil {
			c.propose(s)
		}
	}
	return false
}

func (c *cluster) statuses() (all []Status) {
	for _, s := range c.servers {
		if s.node != nil {
			all = append(all, s.node.Status())
		}
	}
	return all
}

// explain makes an error of a panic, and logs what has happened in the run of a single seed.
func (c *cluster) explain(t *testing.T, err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("a panic: %v\n%s", p, debug.Stack())
	}
	if *err != nil && os.Getenv(sim.SeedVariable) != "" {
		t.Log(strings.Join(c.log, "\n"))
	}
}

// Two runs under a seed are the same.
func TestASeedIsARun(t *testing.T) {
	run := func() string {
		c := newCluster(7)
		c.accident = accidents{tick: 250, propose: 40, restart: 50, crash: 5, compact: 5, change: 10, lose: 50, double: 50}
		c.run(5000)
		return fmt.Sprintf("%+v %+v", c.statuses(), c.network)
	}
	if one, two := run(), run(); one != two {
		t.Error(errors.New("the second run was another one"))
	}
}
