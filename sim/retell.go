package sim

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/schedule"
	"github.com/edo-go/edo/sim/story"
)

// A story of more than mostLines lines is told in parts: what is around its first switches, and its end.
const (
	mostLines    = 40
	mostSwitches = 6
	mostFaults   = 12 // of hosts, and of the network: the last ones of each
	around       = 2
	atEnd        = 10
)

// longestLine is how many characters of a line of a story are told.
const longestLine = 400

// retell calls run, in which all simulations of the exploration have logs. A log changes no choice.
func (e *exploration) retell(run func() error) error {
	e.logs = &[]*story.Log{}
	defer func() { e.logs = nil }()
	err := run()
	e.told = *e.logs
	return err
}

// log returns a log for a simulation that the calling goroutine makes, if its story will be told.
func (c *Config) log() *story.Log {
	e, ok := schedule.OwnerOfSession().(*exploration)
	if !ok || e.logs == nil {
		return c.Story
	}
	log := c.Story
	if log == nil {
		log = &story.Log{}
	}
	*e.logs = append(*e.logs, log)
	return log
}

// tell gives f the story of the run that was retold last, and the places of the program in it.
func (e *exploration) tell(f *Failure, err error) {
	f.Places = placesOf(e.told, err)
	if n := len(e.told); n != 0 {
		f.Story = shortStory(e.told[n-1])
	}
	e.told = nil
}

// shortStory returns a story by time, and of a long one the parts that matter.
func shortStory(log *story.Log) string {
	byTime, _, _ := strings.Cut(log.Text(), "by task:\n")
	lines := strings.Split(strings.TrimSuffix(strings.TrimPrefix(byTime, "by time:\n"), "\n"), "\n")
	isTold := func(int) bool { return true }
	if len(lines) > mostLines {
		isTold = partsOf(lines)
	}
	var out []string
	left := 0
	tellGap := func() {
		if left != 0 {
			out = append(out, fmt.Sprintf("%8s  %s", "…", count(left, "line", "lines")))
		}
		left = 0
	}
	for i, line := range lines {
		if !isTold(i) {
			left++
			continue
		}
		tellGap()
		if r := []rune(line); len(r) > longestLine {
			line = string(r[:longestLine]) + "…"
		}
		out = append(out, line)
	}
	tellGap()
	return strings.Join(out, "\n")
}

// partsOf returns which lines of a long story are told.
func partsOf(lines []string) (isTold func(i int) bool) {
	var switches []int
	faults := map[bool][]int{} // true: of hosts, which the many of the network must not push out
	for i, line := range lines {
		if len(switches) < mostSwitches && strings.Contains(line, heldUp) {
			switches = append(switches, i)
		}
		if of := isOfWorld.FindStringSubmatch(line); of != nil {
			isOfHost := of[1] != "network"
			faults[isOfHost] = append(faults[isOfHost], i)
		}
	}
	last := func(all []int) []int { return all[max(0, len(all)-mostFaults):] }
	told := slices.Concat(last(faults[true]), last(faults[false]))
	return func(i int) bool {
		return i >= len(lines)-atEnd || slices.Contains(told, i) ||
			slices.ContainsFunc(switches, func(at int) bool { return i >= at-around && i <= at+around })
	}
}

// isOfWorld matches what a story says of hosts, and of the network between them.
var isOfWorld = regexp.MustCompile(`^ *\S+  (host [^:]+|network): `)

// heldUp is what a story says of a switch.
const heldUp = " is held up before its operation"

// placesOf returns the lines of the program which tell a failure from another one with the same text: where the
// schedule has held tasks up, where it panicked, and where tasks wait that wait for ever.
func placesOf(logs []*story.Log, err error) (places []string) {
	add := func(place string) {
		if place != "" && !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	var stall *edo.StallError
	isStall := errors.As(err, &stall)
	for _, log := range logs {
		waits := map[int]string{}
		for _, e := range log.Events() {
			switch e.Kind {
			case "held":
				add(e.Place)
			case "waits":
				waits[e.Task] = e.Place
			case "woken", "fired": // and not by the end of the simulation, which cancels those that wait for ever
				delete(waits, e.Task)
			}
		}
		if isStall {
			for _, place := range waits {
				add(place)
			}
		}
	}
	var panicked *edo.PanicError
	if errors.As(err, &panicked) {
		add(placeOfPanic(panicked.Stack))
	}
	slices.Sort(places)
	return places
}

// placeOfPanic returns the line that has panicked, by the stack.
func placeOfPanic(stack []byte) string {
	for line := range strings.Lines(string(origin.TrimStack(stack))) {
		if file, ok := strings.CutPrefix(line, "\t"); ok {
			file, _, _ = strings.Cut(strings.TrimSpace(file), " +0x")
			return filepath.Base(file)
		}
	}
	return ""
}
