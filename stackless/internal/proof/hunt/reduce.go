package hunt

import (
	"context"
	"errors"
	"fmt"
	"go/types"
	"strings"
	"time"

	"github.com/edo-go/edo/stackless/internal/proof/reduce"
	"github.com/edo-go/edo/stackless/internal/proof/testbed"
)

// candidateLimit is how long a candidate may run: one that lost the end of a loop does not end.
const candidateLimit = 2 * time.Second

// Reduce returns a smaller program of which the finding holds.
func Reduce(ctx context.Context, bed *testbed.Bed, imports types.Importer, f Finding) (string, error) {
	name := "reduce" + f.Program.Name
	began := time.Now()
	fails := func(ctx context.Context, programs []string) (int, error) {
		packages := map[string]map[string]string{}
		for i, source := range programs {
			pkg := fmt.Sprint("c", i)
			source = strings.Replace(source, "package "+packageName(source), "package "+pkg, 1)
			source = strings.Replace(source, fmt.Sprintf("trace.Add(%q", f.Program.Name), fmt.Sprintf("trace.Add(%q", pkg), 1)
			packages[pkg] = map[string]string{"program.go": source}
		}
		if err := bed.Remove(name); err != nil {
			return -1, err
		}
		if err := bed.Packages(name, packages); err != nil {
			return -1, err
		}
		if f.Said != "" {
			return failsToBuild(ctx, bed, name, f.Difference.Builds[1], len(programs))
		}
		return differs(ctx, bed, name, f.Difference, len(programs))
	}
	text, err := reduce.Reduce(ctx, f.Program.Source, imports, fails)
	return text, errors.Join(err, bed.Remove(name), bed.Trim(began))
}

// failsToBuild returns the first of n candidates that the compiler complains about.
func failsToBuild(ctx context.Context, bed *testbed.Bed, name string, build testbed.Build, n int) (int, error) {
	_, err := bed.Compile(ctx, build, name)
	var failed *testbed.CompileError
	if !errors.As(err, &failed) {
		return -1, err
	}
	for i := range n {
		if strings.Contains(failed.Said, fmt.Sprintf("/c%d/program.go:", i)) {
			return i, nil
		}
	}
	return -1, nil
}

// differs returns the first of n candidates that two builds disagree on.
func differs(ctx context.Context, bed *testbed.Bed, name string, d testbed.Difference, n int) (int, error) {
	programs, err := bed.CompileAll(ctx, name, d.Builds[:]...)
	if err != nil {
		return -1, err
	}
	for i := range n {
		var outputs [2]string
		for j, program := range programs {
			o, err := testbed.Run(ctx, candidateLimit, program, "one", fmt.Sprint("c", i), fmt.Sprint(d.Run))
			if err != nil {
				return -1, err
			}
			complaint, _, _ := strings.Cut(o.Stderr, "\n")
			outputs[j] = o.Stdout + o.Status + complaint
			if j == 0 && !strings.HasPrefix(o.Status, "exit status 0") {
				outputs = [2]string{}
				break // it fails in every build
			}
		}
		if d.Builds[0] == testbed.Plain { // which has no schedule
			for j := range outputs {
				outputs[j], _, _ = strings.Cut(outputs[j], "schedule")
			}
		}
		if outputs[0] != outputs[1] {
			return i, nil
		}
	}
	return -1, nil
}
