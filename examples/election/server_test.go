package main

import (
	"errors"
	"testing"

	"github.com/edo-go/edo/examples/internal/proof"
	"github.com/edo-go/edo/sim"
)

func TestTheSimulatorFindsTwoLeadersAndLetsTheFixPass(t *testing.T) {
	proof.Test(t, under(false), under(true), func(err error) bool {
		var broken *sim.InvariantError
		return errors.As(err, &broken) && broken.Name == "one server leads at most"
	})
}
