package hunt

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
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

// Seeds generates n programs, from the seed first on, and compares their builds. runs is how
// many runs of programs were compared.
func Seeds(ctx context.Context, bed *testbed.Bed, first uint64, n int) (found []Finding, runs int, err error) {
	programs := map[string]random.Program{}
	for i := range n {
		p := random.Generate(first+uint64(i), fmt.Sprint("p", i/perPackage))
		programs[p.Name] = p
	}
	name := fmt.Sprint("seeds", first)
	began := time.Now()
	defer func() { err = errors.Join(err, bed.Remove(name), bed.Trim(began)) }()
	for {
		packages := map[string]map[string]string{}
		for _, p := range programs {
			pkg := packageName(p.Source)
			if packages[pkg] == nil {
				packages[pkg] = map[string]string{}
			}
			packages[pkg][p.Name+".go"] = p.Source
		}
		if err := bed.Remove(name); err != nil {
			return nil, 0, err
		}
		if err := bed.Packages(name, packages); err != nil {
			return nil, 0, err
		}
		differences, runs, err := bed.Compare(ctx, name)
		var failed *testbed.CompileError
		if errors.As(err, &failed) && failed.Build != testbed.Plain {
			culprits := named(failed.Said, programs)
			if len(culprits) == 0 {
				return nil, 0, err
			}
			for _, p := range culprits { // the others are compared without them
				found = append(found, Finding{p, testbed.Difference{Builds: [2]testbed.Build{testbed.Coroutine, failed.Build}}, failed.Said})
				delete(programs, p.Name)
			}
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		for _, d := range differences {
			found = append(found, Finding{programs[d.Program], d, ""})
		}
		return found, runs, nil
	}
}

var (
	fileName   = regexp.MustCompile(`(P\d+)\.go:`)
	packageOf  = regexp.MustCompile(`(?m)^package (\w+)`)
	positioned = regexp.MustCompile(`(?m)^.*\.go:\d+.*$`)
)

// named are the programs whose files a message of the compiler names.
func named(said string, programs map[string]random.Program) []random.Program {
	found := map[string]random.Program{}
	for _, m := range fileName.FindAllStringSubmatch(said, -1) {
		if p, ok := programs[m[1]]; ok {
			found[p.Name] = p
		}
	}
	return slices.SortedFunc(maps.Values(found), func(x, y random.Program) int { return int(x.Seed) - int(y.Seed) })
}

func packageName(source string) string { return packageOf.FindStringSubmatch(source)[1] }

// firstLine is the first line of a message that has a position.
func firstLine(said string) string {
	if line := positioned.FindString(said); line != "" {
		return line
	}
	return said[:min(len(said), 200)]
}
