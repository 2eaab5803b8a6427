package hunt

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// progress is what a process writes of itself, and the sum of several. The names of its fields are
// those of sim.Progress.
type progress struct {
	Test     string `json:"test"` // of the present Explore
	Seed     uint64 `json:"seed"` // of the present run
	Runs     int    `json:"runs"`
	Choices  int    `json:"choices"`
	Pairs    int    `json:"pairs"`
	Failures int    `json:"failures"`

	kinds int
}

// progress returns the sum of what the processes have written. The pairs of steps that they have
// reached are mostly the same ones: the sum has the most of one process.
func (f *fleet) progress() (sum progress) {
	kinds := map[string]bool{}
	for i := range f.processes {
		files, _ := filepath.Glob(filepath.Join(f.folder(i), "*.json"))
		for _, file := range files {
			name := filepath.Base(file)
			if !isProgress(name) {
				kinds[name] = true
				continue
			}
			p, ok := readProgress(file)
			if !ok {
				continue
			}
			sum.Runs += p.Runs
			sum.Choices += p.Choices
			sum.Failures += p.Failures
			sum.Pairs = max(sum.Pairs, p.Pairs)
		}
	}
	sum.kinds = len(kinds)
	return sum
}

// of returns what a process has written of itself.
func (f *fleet) of(i int) (progress, bool) {
	return readProgress(filepath.Join(f.folder(i), fmt.Sprintf("progress.%d.json", i)))
}

func readProgress(file string) (p progress, ok bool) {
	text, err := os.ReadFile(file)
	return p, err == nil && json.Unmarshal(text, &p) == nil
}

// isProgress reports whether a file has the progress of a process, and not a failure.
func isProgress(name string) bool {
	ok, _ := filepath.Match("progress.*.json", name)
	return ok
}

// line returns p, after a time, as one line.
func (p progress) line(after time.Duration) string {
	rate := float64(p.Runs) / max(after.Seconds(), 0.001)
	return fmt.Sprintf("%v: %s schedules, %s/s; %s pairs of steps; %s failures of %s",
		after.Round(time.Second), number(p.Runs), number(int(rate)), number(p.Pairs), number(p.Failures), kindsText(p.kinds))
}

func kindsText(n int) string {
	if n == 1 {
		return "1 kind"
	}
	return number(n) + " kinds"
}

// number returns n with a comma for each thousand.
func number(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
