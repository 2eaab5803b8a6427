package consensus

import (
	"testing"

	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/examples/raft/consensus/planted"
)

// The random runs find each fault, but one that needs three accidents in a row: that one has a scenario.
func TestPlantedFaultsAreFound(t *testing.T) {
	trial.Faults(t, "TestRaftHoldsWhateverHappens", 3000, planted.Faults)
}
