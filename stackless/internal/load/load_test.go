package load

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edo-go/edo/stackless/internal/generated"
)

// tree writes files below a new folder, and returns it.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// config is a Config for dir that depends on nothing around it.
func config(dir string, env ...string) Config {
	return Config{Dir: dir, Env: append(append(os.Environ(), "GOFLAGS=", "GOWORK=", "GOPROXY=off"), env...)}
}

func list(t *testing.T, c Config, patterns ...string) *Graph {
	t.Helper()
	g, err := List(context.Background(), c, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func check(t *testing.T, g *Graph) *Checker {
	t.Helper()
	c, err := NewChecker(context.Background(), g, "amd64")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// main is the IDs of the packages that may be lowered.
func mainPackages(g *Graph) string {
	var ids []string
	for _, p := range g.Packages {
		if p.Main {
			ids = append(ids, p.ID)
		}
	}
	return strings.Join(ids, ", ")
}

// modules are two modules of a workspace, and one that is neither in it nor in the standard library but imports one of
// them.
var modules = map[string]string{
	"go.work":  "go 1.26\n\nuse (\n\t./m\n\t./lib\n)\n",
	"m/go.mod": "module example.com/m\n\ngo 1.26\n\nrequire (\n\texample.com/lib v0.0.0\n\texample.com/above v0.0.0\n)\n\nreplace (\n\texample.com/lib => ../lib\n\texample.com/above => ../above\n)\n",

	"m/main.go":           "package main\n\nimport (\n\t\"os\"\n\n\t\"example.com/above\"\n\t\"example.com/lib\"\n)\n\nfunc main() { os.Exit(above.Twice(lib.N(tagged))) }\n",
	"m/plain.go":          "//go:build !fancy\n\npackage main\n\nconst tagged = 1\n",
	"m/fancy.go":          "//go:build fancy\n\npackage main\n\nconst tagged = 2\n",
	"m/broken/b.go":       "package broken\n\nvar x int = \"text\"\n",
	"m/needs/n.go":        "package needs\n\nimport (\n\t_ \"example.com/m/broken\"\n\t_ \"example.com/nowhere\"\n)\n",
	"m/syntax/s.go":       "package syntax\n\nfunc {\n",
	"m/tested/t.go":       "package tested\n\nimport \"example.com/lib\"\n\nfunc F(n lib.N) int { return helper(int(n)) }\nfunc helper(n int) int { return n }\n",
	"m/tested/i.go":       "package tested\n\ntype I interface{ M() }\n",
	"m/tested/in.go":      "package tested\n\nvar hook func()\n",
	"m/tested/in_test.go": "package tested\n\nimport \"testing\"\n\nfunc TestIn(t *testing.T) { hook = Hook }\nfunc Hook() {}\n",
	"m/tested/x_test.go":  "package tested_test\n\nimport (\n\t\"testing\"\n\n\t\"example.com/m/tested\"\n\t\"example.com/m/user\"\n)\n\nfunc TestX(t *testing.T) { tested.Hook(); var i tested.I = user.T{}; i.M() }\n",
	"m/user/u.go":         "package user\n\nimport \"example.com/m/tested\"\n\ntype T struct{ tested.I }\n",

	"lib/go.mod":   "module example.com/lib\n\ngo 1.26\n",
	"lib/lib.go":   "package lib\n\ntype N int\n",
	"above/go.mod": "module example.com/above\n\ngo 1.26\n\nrequire example.com/lib v0.0.0\n",
	"above/a.go":   "package above\n\nimport \"example.com/lib\"\n\nfunc Twice(n lib.N) int { var unused int; return int(2 * n) }\n",
}

func TestWorkspacePackagesHaveSyntaxAndOthersDoNot(t *testing.T) {
	dir := tree(t, modules)
	g := list(t, config(filepath.Join(dir, "m")), ".")
	if got, want := mainPackages(g), "example.com/lib, example.com/m"; got != want {
		t.Errorf("main packages %s, want %s", got, want)
	}
	c := check(t, g)
	checked, err := c.Check(g.Lookup("example.com/m"))
	if err != nil {
		t.Fatal(err)
	}
	if err := checked.FirstError(); err != nil {
		t.Fatal(err)
	}
	// above imports a package that has syntax, and so its types come from its source, without function bodies:
	// its unused variable is no error here.
	if above := g.Lookup("example.com/above"); above.Main || !above.Source {
		t.Errorf("main %t, source %t", above.Main, above.Source)
	}
	if standard := g.Lookup("os"); standard.Source || !standard.Standard() {
		t.Error("the standard library comes from its source")
	}
	if len(checked.Info.Defs) == 0 || len(checked.Syntax) != 2 {
		t.Errorf("%d definitions, %d files", len(checked.Info.Defs), len(checked.Syntax))
	}
}

func TestBuildFlagsChooseTheFiles(t *testing.T) {
	dir := tree(t, modules)
	base := config(filepath.Join(dir, "m"))
	byFlag, byEnv := base, config(base.Dir, "GOFLAGS=-tags=fancy")
	byFlag.Flags = []string{"-tags", "fancy"}
	for _, test := range []struct {
		config Config
		want   string
	}{{base, "plain.go"}, {byFlag, "fancy.go"}, {byEnv, "fancy.go"}} {
		p := list(t, test.config, "example.com/m").Lookup("example.com/m")
		if !slices.Contains(p.Files, filepath.Join(base.Dir, test.want)) || len(p.Files) != 2 {
			t.Errorf("%s is not in %v", test.want, p.Files)
		}
	}
}

func TestPackagesThatDoNotTypeCheckAreNoFailure(t *testing.T) {
	dir := tree(t, modules)
	g := list(t, config(filepath.Join(dir, "m")), "./broken", "./needs", "./syntax", "example.com/m/absent")
	c := check(t, g)
	for id, want := range map[string]string{
		"example.com/m/broken": "b.go:3:13: cannot use \"text\"",
		"example.com/m/needs":  "n.go:5:4: could not import example.com/nowhere",
		"example.com/m/syntax": "s.go:3:6: ",
	} {
		checked, err := c.Check(g.Lookup(id))
		if err != nil {
			t.Fatal(err)
		}
		if err := checked.FirstError(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", id, err, want)
		}
	}
	if absent := g.Lookup("example.com/m/absent"); absent == nil || absent.Failure == "" {
		t.Errorf("a package that is not there: %+v", absent)
	}
}

func TestEachTestVariantHasItsOwnTypes(t *testing.T) {
	dir := tree(t, modules)
	with := config(filepath.Join(dir, "m"))
	with.Tests = true
	g := list(t, with, "./tested")
	want := "example.com/lib, example.com/m/tested, example.com/m/tested [example.com/m/tested.test], " +
		"example.com/m/user [example.com/m/tested.test], example.com/m/tested_test [example.com/m/tested.test]"
	ids := strings.Split(mainPackages(g), ", ")
	slices.Sort(ids)
	wanted := strings.Split(want, ", ")
	slices.Sort(wanted)
	if !slices.Equal(ids, wanted) {
		t.Fatalf("%q, want %q", ids, wanted)
	}
	c := check(t, g)
	types := map[string]bool{}
	for _, p := range g.Packages {
		if !p.Main {
			continue
		}
		checked, err := c.Check(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := checked.FirstError(); err != nil {
			t.Errorf("%s: %v", p.ID, err)
		}
		if checked.Types.Path() != p.Path || strings.Contains(p.Path, "[") {
			t.Errorf("%s has the path %s", p.ID, checked.Types.Path())
		}
		types[p.Path] = true
	}
	if len(types) != 4 {
		t.Errorf("paths %v", types)
	}
}

func TestVendoredPackagesAreFound(t *testing.T) {
	dir := tree(t, map[string]string{
		"go.mod":                        "module example.com/m\n\ngo 1.26\n\nrequire example.com/dep v1.0.0\n",
		"main.go":                       "package main\n\nimport \"example.com/dep\"\n\nfunc main() { dep.F() }\n",
		"vendor/modules.txt":            "# example.com/dep v1.0.0\n## explicit; go 1.26\nexample.com/dep\n",
		"vendor/example.com/dep/dep.go": "package dep\n\nfunc F() {}\n",
	})
	g := list(t, config(dir), ".")
	checked, err := check(t, g).Check(g.Lookup("example.com/m"))
	if err != nil {
		t.Fatal(err)
	}
	if err := checked.FirstError(); err != nil {
		t.Fatal(err)
	}
	if dep := g.Lookup("example.com/dep"); dep.Main || dep.Source {
		t.Errorf("vendored: main %t, source %t", dep.Main, dep.Source)
	}
}

func TestTheOverlayOfTheUserIsSeen(t *testing.T) {
	dir := tree(t, modules)
	m := filepath.Join(dir, "m")
	other := filepath.Join(dir, "other.go")
	if err := os.WriteFile(other, []byte("package main\n\nfunc tagged() {}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	json := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(json, []byte(`{"Replace": {"plain.go": "../other.go"}}`), 0o666); err != nil {
		t.Fatal(err)
	}
	with := config(m)
	with.Flags = []string{"-overlay=" + json}
	with.Overlay = map[string]string{filepath.Join(m, "plain.go"): other}
	g := list(t, with, ".")
	checked, err := check(t, g).Check(g.Lookup("example.com/m"))
	if err != nil {
		t.Fatal(err)
	}
	if string(checked.Src[filepath.Join(m, "plain.go")]) != "package main\n\nfunc tagged() {}\n" {
		t.Error("the replacement was not read")
	}
}

func TestGoListThatFailsIsAnErrorWithItsText(t *testing.T) {
	dir := tree(t, map[string]string{"go.mod": "modul example.com/m\n"})
	_, err := List(context.Background(), config(dir), ".")
	failed, ok := err.(*Error)
	if !ok || failed.Status != 1 || !strings.Contains(failed.Error(), "unknown directive: modul") {
		t.Errorf("%T %v", err, err)
	}
}

func TestGeneratedFilesOfTheMainModuleAreLeftOut(t *testing.T) {
	dir := tree(t, map[string]string{
		"go.mod":          "module example.com/m\n\ngo 1.26\n",
		"a.go":            "package m\n",
		"a_stackless.go":  generated.Begin("a.go", nil) + "\npackage m\n",
		"my_stackless.go": "package m\n",
	})
	p := list(t, config(dir), ".").Lookup("example.com/m")
	if !slices.Equal(p.Files, []string{filepath.Join(dir, "a.go"), filepath.Join(dir, "my_stackless.go")}) ||
		!slices.Equal(p.Generated, []string{filepath.Join(dir, "a_stackless.go")}) {
		t.Errorf("files %v, generated %v", p.Files, p.Generated)
	}
}

func TestOneModuleOfAWorkspaceMayBeChosen(t *testing.T) {
	dir := tree(t, modules)
	c := config(filepath.Join(dir, "m"))
	c.Module = "example.com/m"
	g := list(t, c, ".")
	if got := mainPackages(g); got != "example.com/m" {
		t.Errorf("main packages %s", got)
	}
	if lib := g.Lookup("example.com/lib"); lib.Source || lib.Module != "example.com/lib" {
		t.Errorf("lib: %+v", lib)
	}
}
