package testbed

import (
	"cmp"
	"context"
	"errors"
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
	Run     int
	Builds  [2]Build
	Sums    [2]string
}

func (d Difference) String() string {
	return fmt.Sprintf("%s run %d: %s %s, %s %s", d.Program, d.Run, d.Builds[0], d.Sums[0], d.Builds[1], d.Sums[1])
}

// A runKey names one run of a program.
type runKey struct {
	program string
	number  int
}

// sums are those of a run as a program prints them: of its reports, and of what the scheduler
// chose. If the run ended the process, the first says how.
type sums struct{ reports, schedule string }

// Packages writes sources, files by package, as the random programs of the command in the
// folder name.
func (b *Bed) Packages(name string, packages map[string]map[string]string) error {
	for _, file := range []string{"main.go", "run.go", "run_plain.go", "parallel.go", "parallel_plain.go"} {
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

// Results are those of all runs of the programs of a command, in one build.
type Results map[runKey]sums

// Compare builds the command in the folder name in several ways, runs all its programs so often, and
// returns what differs from the first build that has the program. The schedules of the others are
// compared with that of the coroutines. compared is how many runs were compared.
func (b *Bed) Compare(ctx context.Context, name string, runs int, builds ...Build) (found []Difference, compared int, err error) {
	programs, err := b.CompileAll(ctx, name, builds...)
	if err != nil {
		return nil, 0, err
	}
	results := make([]Results, len(builds))
	errs := make([]error, len(builds))
	var wait sync.WaitGroup
	for i, program := range programs {
		wait.Go(func() { results[i], errs[i] = b.runAll(ctx, program, runs) })
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, 0, err
	}
	found, compared = Differences(builds, results)
	return found, compared, nil
}

// Results builds the command in the folder name, and runs all its programs so often.
func (b *Bed) Results(ctx context.Context, name string, build Build, runs int) (Results, error) {
	program, err := b.Compile(ctx, build, name)
	if err != nil {
		return nil, err
	}
	return b.runAll(ctx, program, runs)
}

// Differences compares the results of builds, as Compare does.
func Differences(builds []Build, results []Results) (found []Difference, compared int) {
	keys := map[runKey]bool{}
	for _, r := range results {
		for key := range r {
			keys[key] = true
		}
	}
	for key := range keys {
		compared++
		var reference sums
		by := -1
		var schedule string
		for i, build := range builds {
			s, ok := results[i][key]
			switch {
			case !ok && build == Plain: // which leaves programs out
				continue
			case by < 0:
				reference, by = s, i
			case s.reports != reference.reports:
				found = append(found, Difference{key.program, key.number, [2]Build{builds[by], build}, [2]string{reference.reports, s.reports}})
			case build == Lowered && builds[i-1] == Coroutine && s.schedule != schedule:
				found = append(found, Difference{key.program, key.number, [2]Build{Coroutine, Lowered}, [2]string{schedule, s.schedule}})
			}
			schedule = s.schedule
		}
	}
	slices.SortFunc(found, func(x, y Difference) int { return strings.Compare(x.String(), y.String()) })
	return found, compared
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
	for _, err := range errs { // the first one: if the reference cannot be built, that matters most
		if err != nil {
			return nil, err
		}
	}
	return programs, nil
}

// endless is as how many runs that end their process one counts that never ends.
const endless = 10

// runAll runs the programs. The run that ends the process has the first line of its complaint for
// a sum; the program's other runs are left out, and the next programs run in another process.
// After many of these the programs that are left have no results, so that they differ.
func (b *Bed) runAll(ctx context.Context, program string, runs int) (Results, error) {
	results := Results{}
	for from, ends := 0, 0; ; {
		o, err := Run(ctx, 10*time.Minute, program, "all", fmt.Sprint(runs), fmt.Sprint(from), b.Limit.String())
		if err != nil {
			return nil, err
		}
		last := runKey{number: runs - 1}
		next := from
		for line := range strings.Lines(o.Stdout) {
			var s sums
			if n, _ := fmt.Sscan(line, &next, &last.program, &last.number, &s.reports, &s.schedule); n < 4 {
				return nil, fmt.Errorf("%s printed %q", program, line)
			}
			results[last] = s
		}
		switch {
		case o.Status == "exit status 0":
			return results, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		}
		if last.program != "" && last.number == runs-1 {
			next++
		}
		if last.number++; last.number == runs {
			last.number = 0
		}
		name, err := Run(ctx, time.Minute, program, "name", fmt.Sprint(next))
		if err != nil || name.Status != "exit status 0" {
			return nil, fmt.Errorf("%s: %s\n%s", program, o.Status, o.Stderr[:min(len(o.Stderr), 2000)])
		}
		last.program = strings.TrimSpace(name.Stdout)
		complaint, _, _ := strings.Cut(o.Stderr, "\n")
		if ends++; strings.Contains(complaint, "did not end within") {
			ends += endless - 1
		}
		results[last] = sums{reports: fmt.Sprintf("%s %q", o.Status, complaint)}
		if ends >= b.Ends {
			return results, nil
		}
		from = next + 1
	}
}

// Parallel builds the lowered command in the folder name, and runs all its programs at the same time,
// on several workers. It returns those that do something else than in the simulator, and an error that
// has what the race detector says. compared is how many runs were compared.
func (b *Bed) Parallel(ctx context.Context, name string, runs int) (found []Difference, compared int, err error) {
	program, err := b.Compile(ctx, Lowered, name)
	if err != nil {
		return nil, 0, err
	}
	alone, err := b.runAll(ctx, program, runs)
	if err != nil {
		return nil, 0, err
	}
	o, err := Run(ctx, 10*time.Minute, program, "parallel", fmt.Sprint(runs))
	if err != nil {
		return nil, 0, err
	}
	if o.Status != "exit status 0" {
		return nil, 0, fmt.Errorf("on several workers: %s\n%s", o.Status, o.Stderr[:min(len(o.Stderr), 20_000)])
	}
	for line := range strings.Lines(o.Stdout) {
		var n int
		var key runKey
		var s sums
		if _, err := fmt.Sscan(line, &n, &key.program, &key.number, &s.reports, &s.schedule); err != nil {
			return nil, 0, fmt.Errorf("%s printed %q", program, line)
		}
		compared++
		if alone[key].reports != s.reports {
			found = append(found, Difference{key.program, key.number, [2]Build{Lowered, "parallel"}, [2]string{alone[key].reports, s.reports}})
		}
	}
	slices.SortFunc(found, func(x, y Difference) int { return cmp.Compare(x.String(), y.String()) })
	return found, compared, nil
}
