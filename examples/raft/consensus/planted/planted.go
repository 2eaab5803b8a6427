// Package planted has mistakes that the tests of package consensus must find. The service that is built on it
// shows some of them to its clients: its tests take those from here.
package planted

import (
	"fmt"
	"path"
	"slices"

	"github.com/edo-go/edo/examples/internal/trial"
)

// Faults are the mistakes. Each has been made before. Their files are in the folder of package consensus, and their
// seeds are those of its random runs.
var Faults = []trial.Fault{
	{
		Name: "the vote is not saved", From: 680, File: "election.go",
		Old: "n.setState(State{Term: n.state.Term, Vote: m.From})",
		New: "if FAULT { n.state.Vote = m.From } else { n.setState(State{Term: n.state.Term, Vote: m.From}) }",
	},
	{
		Name: "the term is not saved", From: 310, File: "election.go",
		Old: "n.setState(State{Term: t})",
		New: "if FAULT { n.state = State{Term: t} } else { n.setState(State{Term: t}) }",
	},
	{
		Name: "a server votes twice in a term", File: "election.go",
		Old: "(n.state.Vote == 0 || n.state.Vote == m.From)",
		New: "(FAULT || n.state.Vote == 0 || n.state.Vote == m.From)",
	},
	{
		Name: "a candidate with an old log is elected", File: "election.go",
		Old: "isYes := !m.At.IsBehind(n.log.last())",
		New: "isYes := FAULT || !m.At.IsBehind(n.log.last())",
	},
	{
		Name: "a successor is elected with any log", From: 1390, File: "election.go",
		Old: "isYes = isYes && (",
		New: "isYes = (isYes || FAULT && m.IsHandedOver) && (",
	},
	{
		Name: "entries of older terms are committed by counting", From: 660, File: "replicate.go",
		Old: "t != n.state.Term {",
		New: "!FAULT && t != n.state.Term {",
	},
	{
		Name: "learners count", From: 215, File: "replicate.go",
		Old: "case !m.IsVoter:",
		New: "case !FAULT && !m.IsVoter:",
	},
	{
		Name: "a majority is half", File: "replicate.go",
		Old: "matches[(len(matches)-1)/2]",
		New: "matches[map[bool]int{true: len(matches)/2, false: (len(matches)-1)/2}[FAULT]]",
	},
	{
		Name: "an old message truncates the log", File: "append.go",
		Old: "if n.log.has(Position{e.Index, e.Term}) {",
		New: "if !FAULT && n.log.has(Position{e.Index, e.Term}) {",
	},
	{
		Name: "entries are taken without a look at the one before", File: "append.go",
		Old: "if !n.log.has(m.At) {",
		New: "if _, isKnown := n.log.term(m.At.Index); !n.log.has(m.At) && !(FAULT && isKnown) {",
	},
	{
		Name: "a follower commits what it was not sent", From: 50, File: "append.go",
		Old: "min(m.Commit, last))",
		New: "min(m.Commit, map[bool]Index{true: n.log.last().Index, false: last}[FAULT]))",
	},
	{
		Name: "the membership is changed before an entry of the leader", File: "change.go",
		Test: "TestALeaderThatChangesTheMembershipHasCommittedAnEntryOfItsOwn",
		Old:  "case !n.hasCommitted():",
		New:  "case !FAULT && !n.hasCommitted():",
	},
	{
		Name: "two changes of the membership at a time", File: "change.go",
		Old: "case n.memberships[len(n.memberships)-1].index > n.commit:",
		New: "case !FAULT && n.memberships[len(n.memberships)-1].index > n.commit:",
	},
	{
		Name: "a membership stays when its entry goes", File: "append.go",
		Old: "n.memberships = n.memberships.truncate(e.Index)",
		New: "if !FAULT { n.memberships = n.memberships.truncate(e.Index) }",
	},
	{
		Name: "a read does not ask a majority", From: 195, File: "read.go",
		Old: "return id == n.id || n.progress[id].round >= r.round",
		New: "return FAULT || id == n.id || n.progress[id].round >= r.round",
	},
	{
		Name: "a read joins a round that has begun", From: 195, File: "read.go",
		Old: "	n.round++\n",
		New: "	if !FAULT { n.round++ }\n",
	},
	{
		Name: "a new leader answers reads at once", File: "read.go",
		Old: "	if !n.hasCommitted() {\n		n.parkedReads",
		New: "	if !FAULT && !n.hasCommitted() {\n		n.parkedReads",
	},
	{
		Name: "the log stays when a snapshot of another log comes", From: 310, File: "log.go",
		Old: "	if l.has(p) {\n",
		New: "	if l.has(p) || FAULT && p.Index <= l.last().Index {\n",
	},
	{
		Name: "a void log stays after a crash behind the snapshot", From: 205, File: "entry.go",
		Old: "if e.Index == s.Index && e.Term == s.Term {",
		New: "if e.Index == s.Index && (FAULT || e.Term == s.Term) {",
	},
	{
		Name: "chunks of two leaders are mixed", File: "snapshot.go",
		Old: "p.from != m.From || p.term != m.Term || p.at != m.At {",
		New: "!FAULT && (p.from != m.From || p.term != m.Term || p.at != m.At) {",
	},
	{
		Name: "a server that was removed does not campaign", File: "election.go",
		Old: "return last > 0 &&",
		New: "return !FAULT && last > 0 &&",
	},
}

// Named returns the fault with a name for a test that has package consensus in the folder dir. The seeds of that
// test begin with from.
func Named(name, dir string, from int) trial.Fault {
	i := slices.IndexFunc(Faults, func(f trial.Fault) bool { return f.Name == name })
	if i < 0 {
		panic(fmt.Errorf("planted: there is no fault %q", name))
	}
	f := Faults[i]
	f.File, f.From, f.Test = path.Join(dir, f.File), from, ""
	return f
}
