package schedule

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
)

// A Check says of which run a schedule is, so that a replay of another one is noticed. The zero Check says nothing.
type Check struct {
	Choices int    // how many choices among several things the run has made; 0: it is not known
	Test    string // the sum of the name of the test, in hexadecimal digits; empty: it is not known
}

// CheckOf returns the check of a run of a test.
func CheckOf(choices int, test string) Check { return Check{choices, sumOf(test)} }

func sumOf(test string) string {
	h := fnv.New32a()
	h.Write([]byte(test))
	return fmt.Sprintf("%04x", h.Sum32()&0xffff)
}

// checkMark is between the choices of a schedule and its check, where there is one.
const checkMark = "_"

// String returns c as the end of the word of a schedule.
func (c Check) String() string {
	if c == (Check{}) {
		return ""
	}
	return checkMark + strconv.Itoa(c.Choices) + "." + c.Test
}

// parseCheck returns the check that String has made, without its mark.
func parseCheck(text string) (Check, bool) {
	choices, test, ok := strings.Cut(text, ".")
	n, err := strconv.ParseUint(choices, 10, 31)
	_, err2 := strconv.ParseUint(test, 16, 16)
	if !ok || err != nil || err2 != nil || len(test) != 4 || strings.ToLower(test) != test {
		return Check{}, false
	}
	return Check{int(n), test}, true
}

// misfit is a choice that a schedule makes and that there was not.
type misfit struct {
	choice int // its number, from 1
	index  int // of the candidate
	of     int // how many there were
}

// Misfit says why the run that has just followed f, and has made so many choices, is not the one of the
// schedule; empty: nothing says so. test is the name of the test of the run; empty: it is not known.
func (f *Follow) Misfit(c Check, choices int, test string) string {
	switch left := len(f.Choices) - f.at; {
	case test != "" && c.Test != "" && c.Test != sumOf(test):
		return "it is that of another test than " + test
	case f.wrong.of != 0:
		return fmt.Sprintf("choice %d of the schedule takes the candidate with index %d, and there were %d", f.wrong.choice, f.wrong.index, f.wrong.of)
	case left != 0:
		return fmt.Sprintf("the run has ended after %d of the %d choices of the schedule", f.at, len(f.Choices))
	case c.Choices != 0 && c.Choices != choices:
		return fmt.Sprintf("the run of the schedule has made %d choices, and this one %d", c.Choices, choices)
	}
	return ""
}
