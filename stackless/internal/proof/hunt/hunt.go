package hunt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/edo-go/edo/stackless/internal/proof/random"
	"github.com/edo-go/edo/stackless/internal/proof/testbed"
)

// perPackage is how many programs lie in a package. What all packages instantiate of edo costs the Go
// compiler as much as a hundred programs, and memory bounds how many there can be.
const perPackage = 256

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
		halves[i*2/n] = append(halves[i*2/n], random.Generate(first+uint64(i), "p"))
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
		places, differences, n, err := compareOnce(ctx, bed, programs, runs)
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
		culprits := places.named(failed.Said)
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
func compareOnce(ctx context.Context, bed *testbed.Bed, programs []random.Program, runs int) (places places, found []testbed.Difference, compared int, err error) {
	name := fmt.Sprint("seeds", programs[0].Seed)
	defer func() { err = errors.Join(err, bed.Remove(name)) }()
	if places, err = write(bed, name, programs); err != nil {
		return nil, nil, 0, err
	}
	found, compared, err = bed.Compare(ctx, name, runs, testbed.Coroutine, testbed.Lowered)
	return places, found, compared, err
}

// write writes programs as a command, in files of many.
func write(bed *testbed.Bed, name string, programs []random.Program) (places, error) {
	at := places{}
	packages := map[string]map[string]string{}
	for i := 0; i < len(programs); i += perPackage {
		pkg := fmt.Sprint("p", i/perPackage)
		some := programs[i:min(i+perPackage, len(programs))]
		text, lines := random.File(pkg, some...)
		packages[pkg] = map[string]string{fileName: text}
		at[pkg] = place{some, lines}
	}
	return at, bed.Packages(name, packages)
}

const fileName = "programs.go"

// places are those of programs in the files of a command, by package.
type places map[string]place

// A place is that of programs in a file.
type place struct {
	programs []random.Program
	lines    []int // the first of each
}

var (
	inFile     = regexp.MustCompile(`(p\d+)/` + regexp.QuoteMeta(fileName) + `:(\d+)`)
	packageOf  = regexp.MustCompile(`(?m)^package (\w+)`)
	positioned = regexp.MustCompile(`(?m)^.*\.go:\d+.*$`)
)

// named are the programs in which a message of the compiler names a line.
func (at places) named(said string) map[string]random.Program {
	found := map[string]random.Program{}
	for _, m := range inFile.FindAllStringSubmatch(said, -1) {
		line, err := strconv.Atoi(m[2])
		p, ok := at[m[1]]
		if err != nil || !ok {
			continue
		}
		i, isFirst := slices.BinarySearch(p.lines, line)
		if !isFirst {
			i--
		}
		if i >= 0 {
			found[p.programs[i].Name] = p.programs[i]
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

// Parallel generates n programs whose tasks share nothing, and runs them lowered at the same time on
// several workers: frames move between these. A bed whose builds have the race detector finds what
// is written without order.
func Parallel(ctx context.Context, bed *testbed.Bed, first uint64, n, runs int) (found []testbed.Difference, compared int, err error) {
	var programs []random.Program
	for i := range n {
		programs = append(programs, random.Parallel(first+uint64(i), "p"))
	}
	name, began := fmt.Sprint("parallel", first), time.Now()
	defer func() { err = errors.Join(err, bed.Remove(name), bed.Trim(began)) }()
	if _, err := write(bed, name, programs); err != nil {
		return nil, 0, err
	}
	return bed.Parallel(ctx, name, runs)
}
