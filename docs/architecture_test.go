package docs

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A floor has packages that do not import each other: they import lower floors alone.
type floor struct {
	name     string
	packages string // by their directories; "edo" is the root
}

// floors are those of the core module, the highest first.
var floors = []floor{
	{"programs", "examples/hello examples/oneshot examples/mpsc examples/helloserver examples/bytecount examples/coordinator examples/miniredis examples/proxy examples/supervised examples/tail examples/bank examples/philosophers examples/lostwake examples/election examples/jobs examples/raft"},
	{"parts of examples", "examples/internal/parts examples/internal/proof"},
	{"running and testing", "sim sim/linear sim/world edotest"},
	{"telling", "sim/story console"},
	{"recording", "internal/events"},
	{"their parts", "examples/raft/kv examples/raft/storage"},
	{"and their bytes", "examples/raft/wire"},
	{"and their rules", "examples/raft/consensus"},
	{"supervisors", "supervise"},
	{"frames, and TLS", "codec tlsconn"},
	{"windows of time", "stream/window"},
	{"bytes and time", "socket aio timer sim/disk"},
	{"streams", "stream stream/sink"},
	{"groups, channels, locks", "scope joinset cancel selector future oneshot mpsc mpmc broadcast watch lock"},
	{"their common parts", "internal/own internal/budget internal/alarm internal/fanout"},
	{"into the types", "internal/inside"},
	{"the public types", "edo"},
	{"asking tasks", "internal/survey"},
	{"what a task is", "internal/core internal/driver/real internal/driver/simulated"},
	{"readiness", "internal/poller internal/fan report"},
	{"the outside", "internal/driver"},
	{"the scheduler", "internal/sched"},
	{"mechanisms", "internal/coro internal/discard internal/lost internal/schedule internal/spin internal/waiters"},
	{"the ground", "internal/backoff internal/carried internal/fifo internal/gid internal/held internal/invariant internal/origin " +
		"internal/release internal/reuse internal/roster internal/waitgraph internal/wheel"},
}

// testOnly are packages that tests alone import. They stand beside the floors.
var testOnly = strings.Fields("docs docs/recipes examples/internal/trial examples/raft/consensus/planted internal/chantest internal/chaos internal/differential " +
	"internal/faults internal/faults/wire internal/idletest internal/invariant/interleave internal/own/owntest internal/planted internal/tasktest")

// drawing returns the floors as text, each with its packages, in lines of 100 columns at
// the most.
func drawing() string {
	var b strings.Builder
	for _, f := range floors {
		line := fmt.Sprintf("%-24s", f.name)
		for _, p := range strings.Fields(f.packages) {
			if len(line)+1+len(p) > 100 {
				fmt.Fprintln(&b, strings.TrimRight(line, " "))
				line = strings.Repeat(" ", 24)
			}
			line += " " + p
		}
		fmt.Fprintln(&b, line)
	}
	return b.String()
}

// importsOf returns the packages of the core module by their directories, each with the
// packages of the module that its ordinary files import.
func importsOf(t *testing.T) map[string][]string {
	t.Helper()
	packages := map[string][]string{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			_, other := os.Stat(filepath.Join(path, "go.mod"))
			if path != ".." && (other == nil || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		dir := directory(filepath.Dir(path))
		if strings.HasSuffix(path, "_test.go") {
			packages[dir] = append(packages[dir], []string{}...)
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if rest, ours := strings.CutPrefix(imported, module); ours {
				packages[dir] = append(packages[dir], directory("../"+strings.TrimPrefix(rest, "/")))
			}
		}
		packages[dir] = append(packages[dir], []string{}...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

// directory returns the name of the package in dir, a directory relative to this one.
func directory(dir string) string {
	dir = filepath.ToSlash(filepath.Clean(dir))
	if dir == ".." {
		return "edo"
	}
	return strings.TrimPrefix(dir, "../")
}

func TestEveryImportPointsDown(t *testing.T) {
	rank := map[string]int{}
	for i, f := range floors {
		for _, p := range strings.Fields(f.packages) {
			if _, twice := rank[p]; twice {
				t.Errorf("%s is on two floors", p)
			}
			rank[p] = len(floors) - i
		}
	}
	packages := importsOf(t)
	if len(packages) < 50 {
		t.Fatalf("only %d packages were found", len(packages))
	}
	for p, imports := range packages {
		onlyTests := slices.Contains(testOnly, p)
		if rank[p] == 0 && !onlyTests {
			t.Errorf("%s is on no floor", p)
			continue
		}
		for _, imported := range imports {
			switch {
			case onlyTests:
			case slices.Contains(testOnly, imported):
				t.Errorf("%s imports %s, which is for tests", p, imported)
			case rank[imported] >= rank[p]:
				t.Errorf("%s imports %s, which is on no lower floor", p, imported)
			}
		}
	}
	for p := range rank {
		if _, exists := packages[p]; !exists {
			t.Errorf("there is no package %s", p)
		}
	}
}

func architecture(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func TestArchitectureDrawsTheFloors(t *testing.T) {
	if want := "\n```\n" + drawing() + "```\n"; !strings.Contains(architecture(t), want) {
		t.Errorf("the page has another drawing than this:\n%s", want)
	}
}

func TestArchitectureSaysWhatEveryPackageIs(t *testing.T) {
	packages := importsOf(t)
	described := map[string]bool{}
	_, list, _ := strings.Cut(architecture(t), "\n## The packages\n")
	list, _, _ = strings.Cut(list, "\n## ")
	for _, entry := range strings.Split(list, "\n- **")[1:] {
		entry, _, _ = strings.Cut(entry, "\n\n")
		names, text, _ := strings.Cut(entry, "**")
		if lines := strings.Count(strings.TrimRight(entry, "\n"), "\n") + 1; lines > 3 || len(text) < 20 {
			t.Errorf("the entry of %s has %d lines, want one to three", names, lines)
		}
		for _, found := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(names, -1) {
			if described[found[1]] {
				t.Errorf("%s is described twice", found[1])
			}
			described[found[1]] = true
			if _, exists := packages[found[1]]; !exists {
				t.Errorf("the page describes %s, which is no package", found[1])
			}
		}
	}
	for p := range packages {
		if !described[p] {
			t.Errorf("the page does not describe %s", p)
		}
	}
}

// TestArchitectureWalksThroughFunctionsThatExist looks at the names of the walks: package and
// function, or package, type and method.
func TestArchitectureWalksThroughFunctionsThatExist(t *testing.T) {
	_, walks, found := strings.Cut(architecture(t), "\n## Three walks\n")
	if !found {
		t.Fatal("the page has no walks")
	}
	declared := map[string]map[string]bool{}
	for p := range importsOf(t) {
		short := filepath.Base(p)
		if declared[short] == nil {
			declared[short] = map[string]bool{}
		}
		dir := filepath.Join("..", p)
		if p == "edo" {
			dir = ".."
		}
		funcs, _ := functionsIn(t, dir, short, false)
		for name := range funcs {
			declared[short][name] = true
		}
	}
	names := regexp.MustCompile("`([a-z]+)\\.([A-Za-z]+(?:\\.[A-Za-z]+)?)`").FindAllStringSubmatch(walks, -1)
	for _, name := range names {
		if !declared[name[1]][name[1]+"."+name[2]] {
			t.Errorf("a walk names %s.%s, which there is not", name[1], name[2])
		}
	}
	if len(names) < 60 {
		t.Errorf("the walks name only %d functions", len(names))
	}
}
