package testbed

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Difference is a run of a random program that two builds do not agree on.
type Difference struct {
	Program string
	AbortAt string // the report at which it is cancelled; 0: it is not
	Builds  [2]Build
	Sums    [2]string
}

func (d Difference) String() string {
	return fmt.Sprintf("%s abort=%s: %s %s, %s %s", d.Program, d.AbortAt, d.Builds[0], d.Sums[0], d.Builds[1], d.Sums[1])
}

// A run is one of a program, and its sums as it prints them: of its reports, and of what the
// scheduler chose.
type run struct{ program, abortAt string }
type sums struct{ reports, schedule string }

// Packages writes sources, files by package, as the random programs of the command in the
// folder name.
func (b *Bed) Packages(name string, packages map[string]map[string]string) error {
	for _, file := range []string{"main.go", "run.go", "run_plain.go"} {
		text, err := files.ReadFile("testdata/program/" + file)
		if err != nil {
			return err
		}
		if err := b.Write(name+"/"+file, string(text)); err != nil {
			return err
		}
	}
	var imports strings.Builder
	imports.WriteString("package main\n\nimport (\n")
	for pkg, sources := range packages {
		fmt.Fprintf(&imports, "\t_ \"proof.test/%s/%s\"\n", name, pkg)
		for file, text := range sources {
			if err := b.Write(name+"/"+pkg+"/"+file, text); err != nil {
				return err
			}
		}
	}
	imports.WriteString(")\n")
	return b.Write(name+"/programs.go", imports.String())
}

// Remove removes the command in the folder name, and what was built of it.
func (b *Bed) Remove(name string) error {
	for _, build := range b.Builds() {
		if err := os.RemoveAll(b.executable(build, name)); err != nil {
			return err
		}
	}
	return os.RemoveAll(filepath.Join(b.Dir, filepath.FromSlash(name)))
}

// Compare builds the command in the folder name in each way, runs all its random programs,
// and returns what differs from the plain build, and where the schedules of the other two
// differ. runs is how many runs were compared.
func (b *Bed) Compare(ctx context.Context, name string) (found []Difference, runs int, err error) {
	builds := b.Builds()
	programs, err := b.CompileAll(ctx, name, builds...)
	if err != nil {
		return nil, 0, err
	}
	results := make([]map[run]sums, len(builds))
	for i, program := range programs {
		if results[i], err = runAll(ctx, program, builds[i] != Lowered); err != nil {
			return nil, 0, err
		}
	}
	for r, coroutine := range results[1] {
		runs++
		reference, by := results[0][r], Plain
		if reference.reports == "" { // a program that the plain build leaves out, or that ended it
			reference, by = coroutine, Coroutine
		}
		for i := 1; i < len(builds); i++ {
			if other := results[i][r]; other.reports != reference.reports {
				found = append(found, Difference{r.program, r.abortAt, [2]Build{by, builds[i]}, [2]string{reference.reports, other.reports}})
			} else if i == 2 && other.schedule != coroutine.schedule {
				found = append(found, Difference{r.program, r.abortAt, [2]Build{Coroutine, Lowered}, [2]string{coroutine.schedule, other.schedule}})
			}
		}
	}
	slices.SortFunc(found, func(x, y Difference) int { return strings.Compare(x.String(), y.String()) })
	return found, runs, nil
}

// CompileAll is Compile in several ways, at once.
func (b *Bed) CompileAll(ctx context.Context, name string, builds ...Build) ([]string, error) {
	programs := make([]string, len(builds))
	errs := make([]error, len(builds))
	var wait sync.WaitGroup
	for i, build := range builds {
		wait.Go(func() { programs[i], errs[i] = b.Compile(ctx, build, name) })
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return programs, nil
}

// runAll runs the programs. One that ends the process has no result, and neither have those
// that would follow; if all must end, that is an error.
func runAll(ctx context.Context, program string, all bool) (map[run]sums, error) {
	o, err := Run(ctx, 5*time.Minute, program)
	if err != nil {
		return nil, err
	}
	if all && o.Status != "exit status 0" {
		return nil, fmt.Errorf("%s: %s\n%s", program, o.Status, o.Stderr[:min(len(o.Stderr), 2000)])
	}
	results := map[run]sums{}
	for line := range strings.Lines(o.Stdout) {
		var r run
		var s sums
		if n, _ := fmt.Sscan(strings.ReplaceAll(line, "abort=", ""), &r.program, &r.abortAt, &s.reports, &s.schedule); n < 3 {
			return nil, fmt.Errorf("%s printed %q", program, line)
		}
		results[r] = s
	}
	return results, nil
}
