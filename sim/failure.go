package sim

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// The environment variables that make [Explore] and [All] replay one run.
const (
	// SeedVariable names the seed.
	SeedVariable = "EDO_SEED"
	// ScheduleVariable has the schedule. Without a seed, the seed is 0.
	ScheduleVariable = "EDO_SCHEDULE"
)

// A Failure is a run that has failed, as [Explore] and [All] tell it. It is an error.
type Failure struct {
	// Test is the name of the test.
	Test string `json:"test"`
	// Seed is the seed of the run.
	Seed uint64 `json:"seed"`
	// Strategy is how the seed chose; empty when the run was not the seed's own.
	Strategy string `json:"strategy,omitempty"`
	// Schedule is the shortest schedule that was found which fails in the same way: one word.
	// It is empty when the run made no choice, or the program is not deterministic.
	Schedule string `json:"schedule,omitempty"`
	// Text is the text of the error, under the schedule if there is one.
	Text string `json:"error"`
	// Choices is how many choices the first failing run has made between several things.
	Choices int `json:"choices"`
	// Switches is how many choices of the schedule are not the quiet one, which is to go on,
	// or else to run what has been runnable for longest.
	Switches int `json:"switches"`
	// Differs says, if it is not empty, that a second run that made the same choices was
	// another one, and where the two part.
	Differs string `json:"differs,omitempty"`
	// Places are the lines of the program by which [HuntVariable] tells failures with the same text apart: where
	// the schedule holds tasks up, where it panicked, and where tasks wait that wait for ever.
	Places []string `json:"places,omitempty"`
	// Story is what the tasks did in the last simulation under the schedule, by time. Of a long one it is what is
	// around the first switches, and the end.
	Story string `json:"-"`
	// Err is the error of the first run.
	Err error `json:"-"`

	first  string // the text of the first run's error
	misfit error  // not nil: the run was to replay a schedule, and was another one
}

// Unwrap returns the error of the first run.
func (f *Failure) Unwrap() error { return f.Err }

// Error tells the failure, and how to replay it.
func (f *Failure) Error() string {
	var b strings.Builder
	isBySeed := f.Strategy != "" || f.Schedule == ""
	fmt.Fprintf(&b, "sim: seed %d fails: %s", f.Seed, f.first)
	if isBySeed {
		fmt.Fprintf(&b, "\nreplay: %s", f.command(false))
	}
	if f.Differs != "" {
		fmt.Fprintf(&b, "\nthe program is not a function of its seed %s: %s", suspects, f.Differs)
	}
	if f.misfit != nil {
		fmt.Fprintf(&b, "\n%v", f.misfit)
	}
	if f.Schedule == "" {
		f.writeStory(&b)
		return b.String()
	}
	fmt.Fprintf(&b, "\nwith %s, of %s: %s", count(f.Switches, "switch", "switches"), count(f.Choices, "choice", "choices"), f.command(true))
	if f.Text != f.first {
		fmt.Fprintf(&b, "\nthere it fails with: %s", f.Text)
	}
	f.writeStory(&b)
	return b.String()
}

// suspects is what makes a program depend on more than its seed.
const suspects = "(a range over a map, a goroutine, the clock of the machine, package math/rand, what an earlier run has left in a variable?)"

// writeStory writes the story, if there is one.
func (f *Failure) writeStory(b *strings.Builder) {
	if f.Story != "" {
		fmt.Fprintf(b, "\nwhat happened there (EDO_STORY=- tells it by task too):\n%s", f.Story)
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// command returns the command that replays the failure.
func (f *Failure) command(bySchedule bool) string {
	schedule := ""
	if bySchedule {
		schedule = " " + ScheduleVariable + "=" + f.Schedule
	}
	parts := strings.Split(f.Test, "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	strategy := ""
	if name := os.Getenv(StrategyVariable); name != "" && !bySchedule {
		strategy = StrategyVariable + "=" + name + " "
	}
	return strategy + SeedVariable + "=" + strconv.FormatUint(f.Seed, 10) + schedule + " go test -run '" + strings.Join(parts, "/") + "'"
}

var digits = regexp.MustCompile(`[0-9]+`)

// kindOf returns what is equal for failures of one kind: the first line, without numbers.
func kindOf(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return digits.ReplaceAllString(line, "#")
}
