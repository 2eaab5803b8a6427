package main

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/internal/proof"
)

func TestTheSimulatorFindsTheCircleBesideTheClockAndLetsTheFixPass(t *testing.T) {
	proof.Test(t, under(buggy), under(fixed), func(err error) bool {
		var stall *edo.StallError
		return errors.As(err, &stall) && stall.Island && len(stall.Snapshot.Cycles) == 1 && len(stall.Snapshot.Cycles[0]) == seats
	})
}
