package main

import (
	"testing"

	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/examples/raft/consensus/planted"
)

// Each part breaks the service in its own way. Seen from the clients it is always the same: no order
// explains all answers, or there is none. A vote or a term that is not saved is not among the faults:
// the tests of package consensus find those.
func TestPlantedFaultsAreFound(t *testing.T) {
	faults := []trial.Fault{
		{
			Name: "a record is not synced", File: "storage/files.go",
			Old: "return f.Wait(task, file.Sync)",
			New: "if FAULT { return nil }\n	return f.Wait(task, file.Sync)",
		},
		planted.Named("a new leader answers reads at once", "consensus", 210),
		planted.Named("a candidate with an old log is elected", "consensus", 0),
		{
			Name: "a command that comes twice is applied twice", File: "kv/store.go",
			Old: "	case c.Number > own.number:",
			New: "	case FAULT || c.Number > own.number:",
		},
		{
			Name: "sessions forget their last command in a snapshot", File: "kv/snapshot.go",
			Old: "		b = wire.AppendUint(b, one.number)",
			New: "		b = wire.AppendUint(b, map[bool]uint64{false: one.number}[FAULT])",
		},
		{
			Name: "the state is not restored from a snapshot", File: "apply.go",
			Old: "		if err := s.store.Restore(out.Snapshot.Data); err != nil {",
			New: "		if err := s.store.Restore(map[bool][]byte{false: out.Snapshot.Data}[FAULT]); err != nil {",
		},
		{
			Name: "a command gets a new number when it is sent again", File: "client.go",
			Old: "		c.next(r, err)",
			New: "		if FAULT && q.Action == write {\n			c.number++\n			q.Command.Number = c.number\n		}\n		c.next(r, err)",
		},
		planted.Named("a read does not ask a majority", "consensus", 335),
		{
			Name: "a command is answered by the entry of another leader", From: 75, File: "apply.go",
			Old: "if one.term != e.Term {",
			New: "if !FAULT && one.term != e.Term {",
		},
		{
			Name: "messages are sent before what they promise is saved", From: 505, File: "server.go",
			Old: "	out := s.node.Take()\n",
			New: "	out := s.node.Take()\n	if FAULT {\n		for _, m := range out.Messages {\n			s.links.send(m, s.was.Members)\n		}\n		out.Messages = nil\n	}\n",
		},
		{
			Name: "the log goes on after a sync that has failed", File: "storage/files.go",
			Old: "return f.Wait(task, file.Sync)",
			New: "err = f.Wait(task, file.Sync)\n	if FAULT && task.Err() == nil { return nil }\n	return err",
		},
		planted.Named("a majority is half", "consensus", 0),
	}
	trial.Faults(t, "TestTheServiceIsLinearizableWhateverHappens", 1000, faults)
}
