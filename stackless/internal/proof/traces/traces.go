package traces

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edo-go/edo/stackless/internal/proof/testbed"
)

//go:embed testdata/record.go
var recorder string

// patches make the simulated driver record.
var patches = []testbed.Patch{
	{
		File: "internal/driver/simulated/driver.go",
		Old:  "	start  time.Time\n	trace",
		New:  "	record record\n	start  time.Time\n	trace",
	},
	{
		File: "internal/driver/simulated/driver.go",
		Old:  "	d.change.L = &d.mu\n",
		New:  "	d.change.L = &d.mu\n	d.record.event(\"seed %d\", c.Seed)\n",
	},
	{
		File: "internal/driver/simulated/driver.go",
		Old:  "	if n == 1 {\n		return 0\n	}\n",
		New:  "	d.record.event(\"%d:%d\", d.Now(), n)\n	if n == 1 {\n		return 0\n	}\n",
	},
	{
		File: "internal/driver/simulated/driver.go",
		Old:  "	return d.random.Uint64()\n",
		New:  "	d.record.event(\"random\")\n	return d.random.Uint64()\n",
	},
	{
		File: "internal/driver/simulated/driver.go",
		Old:  "	if d.trace != nil {\n		d.trace(n, int(hi))",
		New:  "	d.record.event(\"chose %d\", hi)\n	if d.trace != nil {\n		d.trace(n, int(hi))",
	},
	{
		File: "internal/driver/simulated/driver.go",
		Old:  "	d.net.close()\n",
		New:  "	d.net.close()\n	d.record.end()\n",
	},
}

// skipped are the tests of the examples that run none in a simulation.
const skipped = "SeveralWorkers|EndsByItself|Signal|Interrupt|CompilerRefuses|Compile"

// A Comparison is of the traces of one pattern of packages.
type Comparison struct {
	Runs   int // of simulations, in each build
	Events int
	// Different has the traces that one build has more often than the other, coroutine first.
	Different [2][]string
}

// Compare runs the tests of the packages that the pattern matches, in a copy of the repository
// that it makes in work. edo is the program.
func Compare(ctx context.Context, repo, edo, work, pattern string) (Comparison, error) {
	root := filepath.Join(work, "traced")
	if err := testbed.Copy(repo, root); err != nil {
		return Comparison{}, err
	}
	if err := os.WriteFile(filepath.Join(root, "internal/driver/simulated/record.go"), []byte(recorder), 0o644); err != nil {
		return Comparison{}, err
	}
	for _, p := range patches {
		if _, err := p.Apply(root); err != nil {
			return Comparison{}, err
		}
	}
	var lists [2][]string
	for i, tool := range []string{"go", edo} {
		var err error
		if lists[i], err = run(ctx, root, tool, filepath.Join(work, fmt.Sprint("traces", i)), pattern); err != nil {
			return Comparison{}, err
		}
	}
	c := Comparison{Runs: len(lists[0])}
	for _, t := range lists[0] {
		c.Events += strings.Count(t, " ")
	}
	c.Different[0], c.Different[1] = without(lists[0], lists[1]), without(lists[1], lists[0])
	return c, os.RemoveAll(root)
}

// run runs the tests by a tool, and returns the traces, sorted.
func run(ctx context.Context, root, tool, folder, pattern string) ([]string, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, tool, "test", "-count=1", "-skip="+skipped, pattern)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "EDO_PROOF_TRACES="+folder, "GOTOOLCHAIN=local", "GOFLAGS=-buildvcs=false")
	if said, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s test %s: %w\n%s", tool, pattern, err, said)
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			return nil, err
		}
		for line := range bytes.Lines(text) {
			list = append(list, string(line))
		}
	}
	if len(list) == 0 {
		return nil, errors.New("no simulation was run")
	}
	slices.Sort(list)
	return list, os.RemoveAll(folder)
}

// without returns what the sorted list x has more often than y.
func without(x, y []string) []string {
	var rest []string
	for len(x) > 0 {
		switch {
		case len(y) == 0 || x[0] < y[0]:
			rest = append(rest, x[0])
			x = x[1:]
		case x[0] == y[0]:
			x, y = x[1:], y[1:]
		default:
			y = y[1:]
		}
	}
	return rest
}
