package goroot

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/edo-go/edo/stackless/internal/proof/testbed/bedtest"
)

// TestTheProgramsOfTheToolChainDoTheSameInEveryBuild runs them, and compares the list of what is
// run and refused. With EDO_PROOF_UPDATE set it writes the list.
func TestTheProgramsOfTheToolChainDoTheSameInEveryBuild(t *testing.T) {
	bed := bedtest.New(t)
	root, err := Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(root + "/test"); err != nil {
		t.Skip("GOROOT has no folder test: install a release of Go from go.dev, which has it")
	}
	files, err := Files(root, Patterns...)
	if err != nil {
		t.Fatal(err)
	}
	lines, found, err := Check(t.Context(), bed, files)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range found {
		t.Error(d)
	}
	const name = "testdata/goroot.txt"
	text := list(lines)
	if os.Getenv("EDO_PROOF_UPDATE") != "" {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for line := range strings.Lines(string(want)) {
		known[line] = true
	}
	if !known["Go "+runtime.Version()+"\n"] {
		t.Logf("the list is of another Go than %s, and is not compared", runtime.Version())
		return
	}
	for line := range strings.Lines(text) {
		if !known[line] {
			t.Errorf("not in %s: %s", name, line)
		}
		delete(known, line)
	}
	for line := range known {
		t.Errorf("only in %s: %s", name, line)
	}
}

// list is the text of the committed file.
func list(lines []Line) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Go %s\n", runtime.Version())
	for _, l := range lines {
		fmt.Fprintln(&b, l)
	}
	return b.String()
}

// TestOnlyProgramsThatAreRunWithoutArgumentsAreRun has one file of each kind.
func TestOnlyProgramsThatAreRunWithoutArgumentsAreRun(t *testing.T) {
	for source, want := range map[string]bool{
		"// run\n\npackage main\n":                          true,
		"// run\n\n//go:build linux\n\npackage main\n":      true,
		"// run -goexperiment x\n\npackage main\n":          false,
		"// errorcheck\n\npackage main\n":                   false,
		"//go:build linux\n// +build linux\n\npackage p\n":  false,
		"package main\n\n// run\n":                          false,
		"// errorcheckandrundir -0\n\n// run\npackage p\n":  false,
		"// runoutput\n\npackage main\n\nfunc main() { }\n": false,
	} {
		is, why := File{Path: "test/x.go", Source: source}.isProgram()
		if is != want || !is && why == "" {
			t.Errorf("%q: %v, %q", source, is, why)
		}
	}
}
