package vet_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/edo-go/edo/vet"
	"github.com/edo-go/edo/vet/internal/vettest"
)

func TestTheAnalyzersAreValidAndInTheOrderOfTheirNames(t *testing.T) {
	all := vet.Analyzers()
	if err := analysis.Validate(all); err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(all))
	for i, a := range all {
		names[i] = a.Name
	}
	if checks := names[:len(names)-1]; !slices.IsSorted(checks) || names[len(names)-1] != "allow" {
		t.Errorf("got %q", names)
	}
}

func TestThePageHasEachAnalyzerWithItsSummary(t *testing.T) {
	text, err := os.ReadFile("../docs/vet.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for _, a := range vet.Analyzers() {
		summary, _, _ := strings.Cut(a.Doc, "\n")
		summary = strings.TrimPrefix(summary, "report ")
		if row := fmt.Sprintf("| [%s](#%[1]s) | %s |", a.Name, strings.ReplaceAll(summary, "//edo:allow", "`//edo:allow`")); !strings.Contains(page, row) {
			t.Errorf("docs/vet.md has no row %s", row)
		}
		if !strings.Contains(page, "\n## "+a.Name+"\n") {
			t.Errorf("docs/vet.md has no section %s", a.Name)
		}
		if !strings.Contains(a.Doc, "wrong") {
			t.Errorf("the documentation of %s has no example of what is wrong", a.Name)
		}
		if n := strings.Count(page, "| [") - len(vet.Analyzers()); n != 0 {
			t.Errorf("docs/vet.md has %d rows too many", n)
		}
	}
}

// The cases of an analyzer are in the folder testdata of its package.
func TestEachAnalyzerReportsItsCasesAndNothingElse(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command")
	}
	vettest.Run(t, vet.Analyzers())
}

// build builds edovet, and returns the name of its file.
func build(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command")
	}
	name := filepath.Join(t.TempDir(), "edovet.exe")
	if out, err := exec.Command("go", "build", "-o", name, "./cmd/edovet").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return name
}

// module writes a module that uses edo of this repository, and returns its folder.
func module(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	mod := "module example.com/m\n\ngo 1.26\n\nrequire github.com/edo-go/edo v0.0.0\n\nreplace github.com/edo-go/edo => " + root + "\n"
	for name, text := range map[string]string{"go.mod": mod, "m.go": source} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// run runs edovet in a folder, and returns what it printed.
func run(t *testing.T, edovet, dir string, args ...string) (text string, failed bool) {
	t.Helper()
	cmd := exec.Command(edovet, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	out, err := cmd.CombinedOutput()
	return string(out), err != nil
}

func TestEdovet(t *testing.T) {
	edovet := build(t)
	t.Run("is a tool of go vet", func(t *testing.T) { isATool(t, edovet) })
	t.Run("says what does not compile", func(t *testing.T) { saysWhatIsBroken(t, edovet) })
}

func isATool(t *testing.T, edovet string) {
	dir := module(t, `package m

import (
	"time"

	"github.com/edo-go/edo"
)

func wait() { time.Sleep(time.Second) }

func Serve(task *edo.Task) {
	edo.Go(task, func(child *edo.Task) error { return task.Err() })
	wait()
}
`)
	text, failed := run(t, edovet, dir, "./...")
	for _, want := range []string{
		"m.go:12:52: the Task is that of another function, and every operation fails here: the function that edo.Go runs has a Task of its own",
		"m.go:13:2: a task calls wait, which calls time.Sleep, and holds up its worker: use timer.Sleep",
	} {
		if !failed || !strings.Contains(text, want) {
			t.Errorf("got %v\n%s", failed, text)
		}
	}
	if text, failed := run(t, edovet, dir, "-fix", "-taskuse", "."); failed {
		t.Errorf("fix: %s", text)
	}
	if fixed, err := os.ReadFile(filepath.Join(dir, "m.go")); err != nil || !strings.Contains(string(fixed), "return child.Err()") {
		t.Errorf("after the fix: %v\n%s", err, fixed)
	}
	if text, failed := run(t, edovet, dir, "help", "blocking"); failed || !strings.Contains(text, "holds up a worker") && !strings.Contains(text, "hold up a worker") {
		t.Errorf("help: %v\n%s", failed, text)
	}
}

func saysWhatIsBroken(t *testing.T, edovet string) {
	dir := module(t, "package m\n\nimport \"github.com/edo-go/edo\"\n\nfunc F(task *edo.Task) { task.Missing() }\n")
	text, failed := run(t, edovet, dir, ".")
	if !failed || !strings.Contains(text, "m.go:5:31: task.Missing undefined") || strings.Contains(text, "panic") {
		t.Errorf("got %v\n%s", failed, text)
	}
	broken := filepath.Join(t.TempDir(), "broken.cfg")
	if err := os.WriteFile(broken, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if text, failed := run(t, edovet, dir, broken); !failed || !strings.Contains(text, "cannot decode JSON config file") {
		t.Errorf("got %v\n%s", failed, text)
	}
}
