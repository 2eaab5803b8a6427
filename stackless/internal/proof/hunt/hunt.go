package hunt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/edo-go/edo/stackless/internal/proof/random"
	"github.com/edo-go/edo/stackless/internal/proof/testbed"
)

// perPackage is how many programs lie in a package. Few large packages cost less to link, and
// several are compiled at once.
const perPackage = 64

// A Finding is a program that the builds do not agree on.
type Finding struct {
	Program    random.Program
	Difference testbed.Difference
	Said       string // by the compiler, if a build fails
}

// String says what differs, in a line.
func (f Finding) String() string {
	if f.Said != "" {
		return fmt.Sprintf("%s: the %s build fails: %s", f.Program.Name, f.Difference.Builds[1], firstLine(f.Said))
	}
	return f.Difference.String()
}

// Seeds generates n programs, from the seed first on, and compares the build of each that has
// coroutines with the lowered one, in so many runs. compared is how many runs were compared.
func Seeds(ctx context.Context, bed *testbed.Bed, first uint64, n, runs int) (found []Finding, compared int, err error) {
	began := time.Now()
	// Two halves at the same time: while one is linked or runs, which takes a single processor, the
	// other is compiled.
	var halves [2][]random.Program
	for i := range n {
		p := random.Generate(first+uint64(i), fmt.Sprint("p", i/perPackage))
		halves[i*2/n] = append(halves[i*2/n], p)
	}
	var results [2]struct {
		found    []Finding
		compared int
		err      error
	}
	var wait sync.WaitGroup
	for i := range halves {
		r := &results[i]
		wait.Go(func() { r.found, r.compared, r.err = compare(ctx, bed, halves[i], runs) })
	}
	wait.Wait()
	return slices.Concat(results[0].found, results[1].found), results[0].compared + results[1].compared,
		errors.Join(results[0].err, results[1].err, bed.Trim(began))
}

// compare is Seeds of programs. A program that the compiler complains about is a finding, and the
// others are compared without it. If the compiler names none, a half of them is compared at a time.
func compare(ctx context.Context, bed *testbed.Bed, programs []random.Program, runs int) (found []Finding, compared int, err error) {
	for len(programs) > 0 {
		differences, n, err := compareOnce(ctx, bed, programs, runs)
		byName := map[string]random.Program{}
		for _, p := range programs {
			byName[p.Name] = p
		}
		var failed *testbed.CompileError
		switch {
		case err == nil:
			for _, d := range differences {
				found = append(found, Finding{byName[d.Program], d, ""})
			}
			return found, compared + n, nil
		case !errors.As(err, &failed) || ctx.Err() != nil:
			return found, compared, err
		}
		culprits := named(failed.Said, byName)
		if len(culprits) == 0 && len(programs) == 1 {
			culprits = byName
		}
		if len(culprits) == 0 {
			f, n, err := compare(ctx, bed, programs[:len(programs)/2], runs)
			found, compared = append(found, f...), compared+n
			if err != nil {
				return found, compared, err
			}
			programs = programs[len(programs)/2:]
			continue
		}
		for _, p := range slices.SortedFunc(maps.Values(culprits), bySeed) {
			found = append(found, Finding{p, testbed.Difference{Builds: [2]testbed.Build{testbed.Coroutine, failed.Build}}, failed.Said})
		}
		programs = slices.DeleteFunc(programs, func(p random.Program) bool {
			_, is := culprits[p.Name]
			return is
		})
	}
	return found, compared, nil
}

// compareOnce builds programs together.
func compareOnce(ctx context.Context, bed *testbed.Bed, programs []random.Program, runs int) (found []testbed.Difference, compared int, err error) {
	name := fmt.Sprint("seeds", programs[0].Seed)
	defer func() { err = errors.Join(err, bed.Remove(name)) }()
	if err := write(bed, name, programs); err != nil {
		return nil, 0, err
	}
	return bed.Compare(ctx, name, runs, testbed.Coroutine, testbed.Lowered)
}

// write writes programs as a command.
func write(bed *testbed.Bed, name string, programs []random.Program) error {
	packages := map[string]map[string]string{}
	for _, p := range programs {
		pkg := packageName(p.Source)
		if packages[pkg] == nil {
			packages[pkg] = map[string]string{}
		}
		packages[pkg][p.Name+".go"] = p.Source
	}
	return bed.Packages(name, packages)
}

var (
	fileName   = regexp.MustCompile(`(P\d+)\.go:`)
	packageOf  = regexp.MustCompile(`(?m)^package (\w+)`)
	positioned = regexp.MustCompile(`(?m)^.*\.go:\d+.*$`)
)

// named are the programs whose files a message of the compiler names.
func named(said string, programs map[string]random.Program) map[string]random.Program {
	found := map[string]random.Program{}
	for _, m := range fileName.FindAllStringSubmatch(said, -1) {
		if p, ok := programs[m[1]]; ok {
			found[p.Name] = p
		}
	}
	return found
}

func bySeed(x, y random.Program) int { return cmp.Compare(x.Seed, y.Seed) }

func packageName(source string) string { return packageOf.FindStringSubmatch(source)[1] }

// firstLine is the first line of a message that has a position.
func firstLine(said string) string {
	if line := positioned.FindString(said); line != "" {
		return line
	}
	return said[:min(len(said), 200)]
}
