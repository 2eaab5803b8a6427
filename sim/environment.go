package sim

import (
	"fmt"
	"os"
	"strconv"

	"github.com/edo-go/edo/internal/schedule"
)

// The environment variables that make all simulations of a test binary try more than the tests say.
const (
	// SeedsVariable is how many seeds each [Explore] tries, instead of the number in the test.
	SeedsVariable = "EDO_SEEDS"
	// StrategyVariable is the [Strategy] of all simulations that leave it to their seed.
	StrategyVariable = "EDO_STRATEGY"
	// ShiftVariable is a number that is added to the seed of each simulation outside of Explore and
	// [All], so that tests of one seed try another one. Simulations in the quiet order, or that replay a
	// schedule, keep theirs.
	ShiftVariable = "EDO_SHIFT"
)

// seedsOf returns how many seeds an Explore tries: n, unless the environment says another number.
func seedsOf(n int) (int, error) {
	text := os.Getenv(SeedsVariable)
	if text == "" {
		return n, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("sim: %s is %q: it must be how many seeds to try", SeedsVariable, text)
	}
	return n, nil
}

// kind returns how the seed of c chooses.
func (c *Config) kind() (schedule.Kind, error) {
	if c.Strategy == "" && !c.Quiet {
		return kindOfEnvironment()
	}
	return schedule.KindOf(string(c.Strategy))
}

// kindOfEnvironment returns how the environment says that seeds choose: the mixture, if it says nothing.
func kindOfEnvironment() (schedule.Kind, error) {
	kind, err := schedule.KindOf(os.Getenv(StrategyVariable))
	if err != nil {
		err = fmt.Errorf("%s: %w", StrategyVariable, err)
	}
	return kind, err
}

// shiftSeed makes the seed of c another one, if the environment says so.
func (c *Config) shiftSeed() {
	text := os.Getenv(ShiftVariable)
	if text == "" || c.Quiet || c.Schedule != "" || schedule.OwnerOfSession() != nil {
		return
	}
	shift, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		panic(fmt.Errorf("sim: %s is %q: it must be a decimal number", ShiftVariable, text))
	}
	c.Seed += shift
}
