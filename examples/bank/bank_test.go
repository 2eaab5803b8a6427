package main

import (
	"errors"
	"testing"

	"github.com/edo-go/edo/examples/internal/proof"
	"github.com/edo-go/edo/sim"
)

func TestTheSimulatorFindsTheLostMoneyAndLetsTheFixPass(t *testing.T) {
	proof.Test(t, under(buggy), under(fixed), func(err error) bool {
		var broken *sim.InvariantError
		return errors.As(err, &broken) && broken.Name == "the bank has 300"
	})
}
