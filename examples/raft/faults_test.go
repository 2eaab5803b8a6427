package main

import (
	"os"
	"testing"

	"github.com/edo-go/edo/examples/internal/trial"
)

// everyFault names the environment variable that has the test plant all faults, and not one of them.
const everyFault = "EDO_EVERY_FAULT"

// Each part breaks the service in its own way. Seen from the clients it is always the same: no order
// explains all answers, or there is none.
func TestPlantedFaultsAreFound(t *testing.T) {
	faults := []trial.Fault{
		{
			Name: "a record is not synced", File: "storage/files.go",
			Old: "return f.Wait(task, file.Sync)",
			New: "if FAULT { return nil }\n	return f.Wait(task, file.Sync)",
		},
		{
			Name: "a new leader answers reads at once", File: "consensus/read.go",
			Old: "	if !n.hasCommitted() {\n		n.parkedReads",
			New: "	if !FAULT && !n.hasCommitted() {\n		n.parkedReads",
		},
		{
			Name: "a candidate with an old log is elected", File: "consensus/election.go",
			Old: "isYes := !m.At.IsBehind(n.log.last())",
			New: "isYes := FAULT || !m.At.IsBehind(n.log.last())",
		},
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
	}
	if os.Getenv(everyFault) == "" {
		faults = faults[3:4] // the failure of each is made short, which takes ten seconds and more
	}
	trial.Faults(t, "TestTheServiceIsLinearizableWhateverHappens", 400, faults)
}
