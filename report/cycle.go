package report

import (
	"fmt"
	"strings"
)

// maxSteps is how many tasks of a cycle a text names.
const maxSteps = 8

// cycleText returns a cycle of n waits in words: "a cycle of waits: A waits for lock: mutex
// #2, held by B (taken at x.go:12); B waits for …". Each task waits for the next, and the
// last for the first. A long cycle is cut: the text has its first tasks and the last one.
func cycleText(n int, task func(i int) *Task) string {
	if n == 1 {
		return "a task that waits for itself: " + stepText(task(0))
	}
	var parts []string
	for i := range n {
		if n > maxSteps && i == maxSteps-1 {
			parts = append(parts, fmt.Sprintf("and so on, by way of %d more", n-maxSteps))
		}
		if n > maxSteps && i >= maxSteps-1 && i != n-1 {
			continue
		}
		parts = append(parts, stepText(task(i)))
	}
	return "a cycle of waits: " + strings.Join(parts, "; ")
}

// stepText returns the name of a task of a cycle and its waits.
func stepText(t *Task) string {
	text := clip(t.Name)
	if t.ID != 0 {
		text = fmt.Sprintf("#%d %s", t.ID, text)
	}
	for i, w := range t.Waits {
		switch {
		case i == 0:
			text += " waits for "
		case i == maxWaits:
			return text + fmt.Sprintf(", or for %d more", len(t.Waits)-maxWaits)
		default:
			text += ", or for "
		}
		text += clip(w.Text())
	}
	return text
}
