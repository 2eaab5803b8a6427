package goroot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/edo-go/edo/stackless/internal/proof/testbed"
	"github.com/edo-go/edo/stackless/internal/proof/twin"
)

// limit is how long a program may run.
const limit = time.Minute

// unlike are the programs that may do something else when they are lowered, and why.
var unlike = map[string]string{
	"test/closure.go": "it counts allocations, and frames are some",
}

// A Line is what is known of a file.
type Line struct {
	Path    string
	Refused string // why it is not run, or nothing
	Twins   int    // functions that wait
	Waits   int    // in them
	Note    string // in what the original differs, if it does
}

func (l Line) String() string {
	if l.Refused != "" {
		return l.Path + ": refused: " + l.Refused
	}
	note := ""
	if l.Note != "" {
		note = "; " + l.Note
	}
	return fmt.Sprintf("%s: run with %d functions and %d waits%s", l.Path, l.Twins, l.Waits, note)
}

// A Difference is a program that two builds do not agree on.
type Difference struct {
	Path   string
	Build  testbed.Build
	Want   testbed.Outcome // of the plain build
	Got    testbed.Outcome
	Source string
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: the %s build: %s\n%s%s\nthe plain build: %s\n%s%s",
		d.Path, d.Build, d.Got.Status, d.Got.Stdout, d.Got.Stderr, d.Want.Status, d.Want.Stdout, d.Want.Stderr)
}

// Check runs the programs among files. The list has a line for each.
func Check(ctx context.Context, bed *testbed.Bed, files []File) (list []Line, found []Difference, err error) {
	const folder = "goroot"
	rewritten := map[string]twin.Result{}
	lines := map[string]Line{}
	for _, f := range files {
		line := Line{Path: f.Path}
		if ok, why := f.isProgram(); !ok {
			line.Refused = why
		} else if r, err := twin.Rewrite(f.Path, f.Source); err != nil {
			line.Refused = "it does not type-check: " + reason(err.Error())
		} else if err := errors.Join(
			bed.Write(folder+"/"+f.folder()+"/main.go", r.Source),
			bed.Write("originals/"+f.folder()+"/main.go", f.Source)); err != nil {
			return nil, nil, err
		} else {
			line.Twins, line.Waits = r.Twins, r.Waits
			rewritten[f.Path] = r
		}
		lines[f.Path] = line
	}
	originals, _, err := bed.CompileEach(ctx, testbed.Plain, "originals")
	if err != nil {
		return nil, nil, err
	}
	programs := map[testbed.Build]map[string]string{}
	said := map[testbed.Build]string{}
	for _, b := range bed.Builds() {
		if programs[b], said[b], err = bed.CompileEach(ctx, b, folder); err != nil {
			return nil, nil, err
		}
		if len(programs[b]) == 0 {
			return nil, nil, fmt.Errorf("no program could be built, %s:\n%s", b, said[b])
		}
	}
	for _, f := range files {
		line := lines[f.Path]
		if line.Refused != "" {
			continue
		}
		var plain testbed.Outcome
		for _, b := range bed.Builds() {
			o := testbed.Outcome{Status: "not built: " + about(said[b], f.folder())}
			if program, ok := programs[b][f.folder()]; ok {
				if o, err = testbed.Run(ctx, limit, program); err != nil {
					return nil, nil, err
				}
			}
			switch {
			case b == testbed.Plain:
				plain = o
				if strings.HasPrefix(o.Status, "not built") {
					line.Refused = o.Status
				} else if strings.HasPrefix(o.Status, "did not end") {
					line.Refused = o.Status
				}
			case line.Refused != "":
			case !same(o, plain):
				if b == testbed.Coroutine {
					line.Refused = "with coroutines it does something else: " + reason(o.Status+": "+o.Stderr+o.Stdout)
				} else if why := unlike[f.Path]; why != "" {
					line.Refused = "lowered it does something else: " + why
				} else {
					found = append(found, Difference{f.Path, b, plain, o, rewritten[f.Path].Source})
				}
			}
		}
		if program, ok := originals[f.folder()]; ok && line.Refused == "" {
			o, err := testbed.Run(ctx, limit, program)
			if err != nil {
				return nil, nil, err
			}
			if !same(o, plain) {
				line.Note = "the original does something else: " + reason(o.Status+": "+o.Stderr+o.Stdout)
			}
		}
		lines[f.Path] = line
	}
	for _, path := range slices.Sorted(maps.Keys(lines)) {
		list = append(list, lines[path])
	}
	return list, found, errors.Join(os.RemoveAll(bed.Dir+"/"+folder), os.RemoveAll(bed.Dir+"/originals"))
}

// same reports whether two builds did the same. What a program that fails writes on standard
// error has addresses and the names of functions.
func same(x, y testbed.Outcome) bool {
	if x.Stdout != y.Stdout || x.Status != y.Status {
		return false
	}
	return x.Status != "exit status 0" || x.Stderr == y.Stderr
}

var spaces = regexp.MustCompile(`\s+`)

// reason is the beginning of a message, as a part of a line.
func reason(text string) string {
	text = strings.TrimSpace(spaces.ReplaceAllString(text, " "))
	return text[:min(len(text), 160)]
}

// about is what the compiler said about the program in a folder.
func about(said, folder string) string {
	for line := range strings.Lines(said) {
		if strings.Contains(line, "/"+folder+"/") && strings.Contains(line, ".go:") {
			_, message, _ := strings.Cut(line, ".go:")
			return reason(message)
		}
	}
	return reason(said)
}
