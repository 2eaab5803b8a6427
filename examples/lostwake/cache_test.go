package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/internal/proof"
)

func TestTheSimulatorFindsTheLostWakeAndLetsTheFixPass(t *testing.T) {
	proof.Test(t, under(buggy), under(fixed), func(err error) bool {
		var stall *edo.StallError
		return errors.As(err, &stall) && strings.Contains(err.Error(), "waits for lock: notify")
	})
}
