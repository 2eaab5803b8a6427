package main

import (
	"strings"
	"testing"

	"github.com/edo-go/edo/examples/internal/proof"
)

func TestTheSimulatorFindsTheLostJobAndLetsTheFixPass(t *testing.T) {
	proof.Test(t, under(buggy), under(fixed), func(err error) bool {
		return strings.Contains(err.Error(), "4 jobs of 5 are done")
	})
}
