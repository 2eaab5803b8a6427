package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The environment variables by which a command makes a test hunt: [Explore] then goes on after a
// failure, and does not fail the test.
const (
	// HuntVariable names a directory. Each kind of failure, by its text without numbers and its
	// places, is written there to a file of its
	// own, NAME.json, a [Failure]: that with the fewest switches. What was done is in
	// progress.FIRST.json, every second, a [Progress].
	HuntVariable = "EDO_HUNT"
	// HuntSeedsVariable has the first seed and the step to the next, as in "2,4": so several
	// processes share the seeds. Otherwise it is "0,1".
	HuntSeedsVariable = "EDO_HUNT_SEEDS"
	// HuntForVariable is for how long each Explore does so, as in "30s". Otherwise it is for as many
	// seeds as the test says.
	HuntForVariable = "EDO_HUNT_FOR"
)

// Progress is what a process that hunts has done so far, in all its calls of Explore.
type Progress struct {
	Test     string `json:"test"`     // of the present Explore
	Seed     uint64 `json:"seed"`     // of the present run
	Runs     int    `json:"runs"`     // runs of the function, of those that shrink too
	Choices  int    `json:"choices"`  // steps of them
	Pairs    int    `json:"pairs"`    // pairs of steps of two tasks that have followed each other, in one Explore
	Failures int    `json:"failures"` // runs that have failed, without those that shrink
	Kinds    int    `json:"kinds"`    // how many kinds of failures there are
	Done     bool   `json:"done"`
}

// hunted is the sum of the hunts of this process that have ended, of which the files are in dir.
var hunted struct {
	sync.Mutex
	dir string
	Progress
}

func hunts() bool { return os.Getenv(HuntVariable) != "" }

// hunt explores until the time is up.
func (e *exploration) hunt(seeds int) {
	e.t.Helper()
	e.slow.end() // the command that hunts tells of runs that do not end
	h := &hunt{e: e, dir: os.Getenv(HuntVariable), step: 1, seeds: seeds, kinds: map[string]int{}}
	if err := h.read(); err != nil {
		e.t.Fatalf("sim: %v", err)
		return
	}
	if err := h.run(); err != nil {
		e.t.Fatalf("sim: hunt: %v", err)
	}
}

type hunt struct {
	e           *exploration
	dir         string
	first, step uint64
	seeds       int
	until       time.Time      // zero: for so many seeds
	kinds       map[string]int // text without numbers, and places: the fewest switches so far
	failures    int

	mu      sync.Mutex
	present Progress // what is written every second, also while a run does not end
}

// read reads the environment.
func (h *hunt) read() error {
	if text := os.Getenv(HuntSeedsVariable); text != "" {
		first, step, _ := strings.Cut(text, ",")
		var err1, err2 error
		h.first, err1 = strconv.ParseUint(first, 10, 64)
		h.step, err2 = strconv.ParseUint(step, 10, 64)
		if err1 != nil || err2 != nil || h.step == 0 {
			return fmt.Errorf("%s is %q: it must be the first seed and the step, as in 0,4", HuntSeedsVariable, text)
		}
	}
	if text := os.Getenv(HuntForVariable); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			return fmt.Errorf("%s is %q: it must be a duration, as in 30s", HuntForVariable, text)
		}
		h.until = time.Now().Add(d)
	}
	return os.MkdirAll(h.dir, 0o777)
}

func (h *hunt) isOver(n int) bool {
	if h.until.IsZero() {
		return n >= h.seeds
	}
	return time.Now().After(h.until)
}

func (h *hunt) run() error {
	h.e.t.Helper()
	over, told := make(chan struct{}), make(chan struct{})
	h.begin(h.first)
	go func() {
		defer close(told)
		for tick := time.NewTicker(time.Second); ; {
			_ = h.tell(false) // the last one says whether it can be written
			select {
			case <-tick.C:
			case <-over:
				tick.Stop()
				return
			}
		}
	}()
	err := h.search()
	close(over)
	<-told
	if err != nil {
		return err
	}
	return h.tell(true)
}

// search tries seeds until the time is up.
func (h *hunt) search() error {
	h.e.t.Helper()
	for n := 0; !h.isOver(n); n++ {
		seed := h.first + uint64(n)*h.step
		h.begin(seed)
		f := h.e.try(seed)
		if f == nil {
			continue
		}
		h.failures++
		if err := h.keep(f); err != nil {
			return err
		}
		if errors.Is(f.Err, errTestFailed) {
			break // no further one would be noticed
		}
	}
	return nil
}

// begin notes what was done before the run of a seed.
func (h *hunt) begin(seed uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.present = Progress{
		Test: h.e.t.Name(), Seed: seed, Runs: h.e.runs, Choices: h.e.choices, Pairs: h.e.corpus.Pairs.Len(),
		Failures: h.failures, Kinds: len(h.kinds),
	}
}

// keep writes f, unless a failure of its kind with as few switches was written.
func (h *hunt) keep(f *Failure) error {
	kind := kindOf(f.first) + "\n" + strings.Join(f.Places, " ")
	if fewest, ok := h.kinds[kind]; ok && fewest <= f.Switches {
		return nil
	}
	h.kinds[kind] = f.Switches
	sum := fnv.New64a()
	sum.Write([]byte(f.Test + "\n" + kind))
	return writeFailure(filepath.Join(h.dir, fmt.Sprintf("%016x.json", sum.Sum64())), f)
}

// tell writes the progress.
func (h *hunt) tell(done bool) error {
	if done {
		h.begin(h.present.Seed)
	}
	hunted.Lock()
	defer hunted.Unlock()
	h.mu.Lock()
	p := h.present
	h.mu.Unlock()
	if hunted.dir != h.dir {
		hunted.dir, hunted.Progress = h.dir, Progress{}
	}
	p.Done = done
	p.Runs += hunted.Runs
	p.Choices += hunted.Choices
	p.Failures += hunted.Failures
	p.Kinds += hunted.Kinds
	p.Pairs = max(p.Pairs, hunted.Pairs)
	if done {
		hunted.Progress = p
	}
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return writeWhole(filepath.Join(h.dir, fmt.Sprintf("progress.%d.json", h.first)), append(text, '\n'))
}
