package build

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edo-go/edo/stackless/internal/generated"
	"github.com/edo-go/edo/stackless/internal/gocmd"
	"github.com/edo-go/edo/stackless/internal/load"
	"github.com/edo-go/edo/stackless/internal/lower"
	"github.com/edo-go/edo/stackless/internal/overlay"
)

// The module m uses a module that has edo's path and nothing of it, so that little has to be compiled.
var module = map[string]string{
	"edo/go.mod": "module github.com/edo-go/edo\n\ngo 1.26\n",
	"edo/edo.go": "package edo\n\ntype Task struct{}\n\n//edo:step AwaitStep\nfunc Await(task *Task) {}\n\nfunc AwaitStep(task *Task) bool { return true }\n\ntype Step struct{}\n",

	"m/go.mod": "module example.com/m\n\ngo 1.26\n\nrequire github.com/edo-go/edo v0.0.0\n\nreplace github.com/edo-go/edo => ../edo\n",

	"m/low/low.go":      "package low\n\nimport \"github.com/edo-go/edo\"\n\nfunc Low(task *edo.Task) { edo.Await(task) }\n",
	"m/low/other.go":    "package low\n\nconst Other = 1\n",
	"m/high/high.go":    "package high\n\nimport (\n\t\"example.com/m/low\"\n\t\"github.com/edo-go/edo\"\n)\n\nfunc High(task *edo.Task) { low.Low(task) }\n",
	"m/side/side.go":    "package side\n\nimport \"github.com/edo-go/edo\"\n\nfunc Side(task *edo.Task) { edo.Await(task) }\n",
	"m/without/w.go":    "package without\n\nfunc W() {}\n",
	"m/low/low_test.go": "package low\n\nimport (\n\t\"testing\"\n\n\t\"github.com/edo-go/edo\"\n)\n\nfunc TestLow(t *testing.T) { helper(nil) }\nfunc helper(task *edo.Task) { Low(task) }\n",
	"m/low/x_test.go":   "package low_test\n\nimport (\n\t\"testing\"\n\n\t\"example.com/m/high\"\n\t\"example.com/m/low\"\n)\n\nfunc TestX(t *testing.T) { low.Low(nil); high.High(nil) }\n",
}

// A fake is a compiler that appends a line to each file with a function that takes a Task.
type fake struct {
	directives lower.Directives
	compiled   []string // paths in order, with a + for each file of tests
	steps      []string // the directives of the calls of Await
	refuse     map[string]string
	fail       map[string]error
	files      map[string]bool // those that were compiled
	names      []string        // what names of functions begin with
}

func (f *fake) Compile(p *lower.Package) (*lower.Result, error) {
	id := p.Types.Path()
	for _, file := range p.Files {
		if strings.HasSuffix(p.Fset.Position(file.Pos()).Filename, "_test.go") {
			id += "+"
		}
	}
	f.compiled = append(f.compiled, id)
	f.names = append(f.names, p.ImportName)
	if err := f.fail[p.Path]; err != nil {
		if err == errPanic {
			panic("out of order")
		}
		return nil, err
	}
	r := &lower.Result{Files: map[string][]byte{}}
	if f.files == nil {
		f.files = map[string]bool{}
	}
	for _, file := range p.Files {
		if name := p.Fset.Position(file.Pos()).Filename; f.files[name] {
			continue // as the compiler does
		} else {
			f.files[name] = true
		}
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Type.Params.NumFields() == 0 || !strings.Contains(string(p.Src[p.Fset.Position(fn.Pos()).Filename][p.Fset.Position(fn.Type.Params.Pos()).Offset:]), "task *edo.Task") {
				continue
			}
			name := p.Fset.Position(fn.Pos()).Filename
			function := lower.Function{Name: fn.Name.Name, Pos: p.Fset.Position(fn.Pos()), End: p.Fset.Position(fn.End()), Kind: lower.Lowered, FrameSize: 24}
			if reason := f.refuse[fn.Name.Name]; reason != "" {
				function.Kind = lower.Refused
				function.Reasons = []lower.Reason{{Pos: p.Fset.Position(fn.Body.Pos()), Text: reason}}
			} else {
				r.Files[name] = append(p.Src[name][:len(p.Src[name]):len(p.Src[name])], "\n// lowered\n"...)
			}
			r.Functions = append(r.Functions, function)
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				if call, ok := n.(*ast.SelectorExpr); ok && call.Sel.Name == "Await" {
					kind, arg, _ := f.directives.Of(p.Info.Uses[call.Sel].(*types.Func))
					f.steps = append(f.steps, kind+" "+arg)
				}
				return true
			})
		}
	}
	return r, nil
}

var errPanic = errors.New("panic")

// A workbench is the module in a folder, and a cache.
type workbench struct {
	t     *testing.T
	dir   string
	cache *overlay.Cache
	env   *gocmd.Env
}

func newBench(t *testing.T) *workbench {
	t.Helper()
	w := &workbench{t: t, dir: t.TempDir(), env: &gocmd.Env{GOVERSION: "go1.26", GOARCH: "amd64", GOMODCACHE: "/absent"}}
	for name, text := range module {
		w.write(name, text)
	}
	cache, err := overlay.OpenDir(filepath.Join(w.dir, "cache"))
	if err != nil {
		t.Fatal(err)
	}
	w.cache = cache
	return w
}

func (w *workbench) write(name, text string) {
	w.t.Helper()
	name = filepath.Join(w.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		w.t.Fatal(err)
	}
}

// graph lists packages of the module.
func (w *workbench) graph(tests bool, patterns ...string) *load.Graph {
	w.t.Helper()
	g, err := load.List(context.Background(), load.Config{
		Dir: filepath.Join(w.dir, "m"), Tests: tests,
		Env: append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOPROXY=off"),
	}, patterns...)
	if err != nil {
		w.t.Fatal(err)
	}
	return g
}

// lower lowers a graph with a fake compiler.
func (w *workbench) lower(g *load.Graph, f *fake) *Result {
	w.t.Helper()
	r, err := w.try(g, f)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *workbench) try(g *load.Graph, f *fake) (*Result, error) {
	return Lower(context.Background(), Config{
		Graph: g, Cache: w.cache, Env: w.env, Tool: "test",
		NewCompiler: func(d lower.Directives) Compiler { f.directives = d; return f },
	})
}

// want compares what was compiled, and which files the overlay replaces.
func (w *workbench) want(what string, f *fake, r *Result, compiled, replaced string) {
	w.t.Helper()
	var names []string
	for name, by := range r.Replace {
		rel, _ := filepath.Rel(filepath.Join(w.dir, "m"), name)
		if text, err := os.ReadFile(by); by != "" && (err != nil || !strings.HasSuffix(string(text), "\n// lowered\n")) {
			w.t.Errorf("%s is replaced by %q, %v", rel, text, err)
		}
		names = append(names, filepath.ToSlash(rel))
	}
	slices.Sort(names)
	if got := strings.Join(f.compiled, " "); got != compiled {
		w.t.Errorf("%s: compiled %q, want %q", what, got, compiled)
	}
	if got := strings.Join(names, " "); got != replaced {
		w.t.Errorf("%s: replaced %q, want %q", what, got, replaced)
	}
}

func TestOnlyWhatChangedIsLoweredAgain(t *testing.T) {
	w := newBench(t)
	all := "high/high.go low/low.go side/side.go"
	build := func(what, compiled string) {
		t.Helper()
		f := &fake{}
		w.want(what, f, w.lower(w.graph(false, "./high", "./side", "./without"), f), compiled, all)
	}
	build("first", "example.com/m/low example.com/m/high example.com/m/side")
	build("nothing changed", "")
	w.write("m/side/side.go", module["m/side/side.go"]+"// more\n")
	build("a package alone", "example.com/m/side")
	w.write("m/high/high.go", module["m/high/high.go"]+"// more\n")
	build("a package above another", "example.com/m/low example.com/m/high") // high needs the frames of low
	w.write("m/low/other.go", module["m/low/other.go"]+"// more\n")
	build("a package below another", "example.com/m/low example.com/m/high")
	w.write("m/without/w.go", module["m/without/w.go"]+"// more\n")
	build("a package without edo", "")
	w.write("m/side/side.go", module["m/side/side.go"])
	build("back to what it was", "")
	w.write("edo/edo.go", module["edo/edo.go"]+"// more\n")
	build("a module beside", "example.com/m/low example.com/m/high example.com/m/side")
	w.env.GOMODCACHE = "" // it does not stand for all folders
	w.write("edo/edo.go", module["edo/edo.go"]+"// still more\n")
	build("a module beside, without a module cache", "example.com/m/low example.com/m/high example.com/m/side")
	w.env.GOMODCACHE = w.dir // a module in it never changes
	build("a module in the cache", "example.com/m/low example.com/m/high example.com/m/side")
	w.write("edo/edo.go", module["edo/edo.go"]+"// impossible\n")
	build("a module in the cache that changed", "")
	w.env.GOVERSION = "go1.26.1"
	build("another tool chain", "example.com/m/low example.com/m/high example.com/m/side")
	entries, _ := filepath.Glob(filepath.Join(w.dir, "cache", "files", "*", "*-low.go"))
	for _, entry := range entries {
		os.Remove(entry)
	}
	build("a cache with a hole", "example.com/m/low")
}

func TestDirectivesOfADependencyReachTheCompiler(t *testing.T) {
	w := newBench(t)
	f := &fake{}
	w.lower(w.graph(false, "./low"), f)
	if got := strings.Join(f.steps, ", "); got != "step AwaitStep" {
		t.Errorf("Await is %q", got)
	}
}

func TestAFileInSeveralPackagesIsLoweredOnce(t *testing.T) {
	w := newBench(t)
	f := &fake{}
	// low is there alone and for its tests, and high as compiled for the tests of low only.
	all := "high/high.go low/low.go low/low_test.go"
	r := w.lower(w.graph(true, "./low"), f)
	w.want("one test", f, r, "example.com/m/low example.com/m/low+ example.com/m/high example.com/m/low_test+", all)
	f = &fake{}
	again := w.lower(w.graph(true, "./low"), f)
	w.want("again", f, again, "", all)

	// A build without tests has other packages, and the same texts.
	f = &fake{}
	plain := w.lower(w.graph(false, "./high"), f)
	w.want("no test", f, plain, "example.com/m/low example.com/m/high", "high/high.go low/low.go")
	for name, by := range plain.Replace {
		if r.Replace[name] != by {
			t.Errorf("%s: %s and %s", name, by, r.Replace[name])
		}
	}

	// Tests that change are lowered alone, with the frames of what they test.
	w.write("m/low/low_test.go", module["m/low/low_test.go"]+"// more\n")
	f = &fake{}
	changed := w.lower(w.graph(true, "./low"), f)
	low := filepath.Join(w.dir, "m", "low", "low.go")
	if changed.Replace[low] != r.Replace[low] || !slices.Contains(f.compiled, "example.com/m/low+") {
		t.Errorf("compiled %v, and low.go is %s, was %s", f.compiled, changed.Replace[low], r.Replace[low])
	}
}

// The helper of two tests is there only as it is compiled for the one and for the other.
func TestAPackageThatOnlyTestsOfOthersImportIsLowered(t *testing.T) {
	w := newBench(t)
	w.write("m/helper/helper.go", "package helper\n\nimport (\n\t\"example.com/m/low\"\n\t\"example.com/m/side\"\n\t\"github.com/edo-go/edo\"\n)\n\nfunc Help(task *edo.Task) { low.Low(task); side.Side(task) }\n")
	w.write("m/low/x_test.go", "package low_test\n\nimport (\n\t\"testing\"\n\n\t\"example.com/m/helper\"\n)\n\nfunc TestX(t *testing.T) { helper.Help(nil) }\n")
	w.write("m/side/in_test.go", "package side\n\nconst In = 1\n")
	w.write("m/side/x_test.go", "package side_test\n\nimport (\n\t\"testing\"\n\n\t\"example.com/m/helper\"\n)\n\nfunc TestX(t *testing.T) { helper.Help(nil) }\n")
	f := &fake{}
	r := w.lower(w.graph(true, "./low", "./side"), f)
	helper := filepath.Join(w.dir, "m", "helper", "helper.go")
	if r.Replace[helper] == "" {
		t.Errorf("compiled %v, and helper.go is not lowered: %v", f.compiled, r.Replace)
	}
}

func TestTestsThatDoNotTypeCheckLeaveTheirPackageLowered(t *testing.T) {
	w := newBench(t)
	w.write("m/low/low_test.go", "package low\n\nvar x int = \"text\"\n")
	f := &fake{}
	r := w.lower(w.graph(true, "./low"), f)
	name := filepath.Join(w.dir, "m", "low", "low.go")
	if r.Replace[name] == "" {
		t.Errorf("low.go is not lowered; compiled %v", f.compiled)
	}
}

func TestPackagesThatStayAsTheyAre(t *testing.T) {
	w := newBench(t)
	w.write("m/low/low.go", "package low\n\nimport \"github.com/edo-go/edo\"\n\nfunc Low(task *edo.Task) { return 1 }\n")
	w.write("m/side/side.go", "package side\n\nimport \"github.com/edo-go/edo\"\n\n//edo:step SideStep\nfunc Side(task *edo.Task) {}\nfunc SideStep(task *edo.Task) bool { return true }\n")
	w.write("m/crash/c.go", "package crash\n\nimport \"github.com/edo-go/edo\"\n\nfunc F(task *edo.Task) {}\n")
	w.write("m/error/e.go", "package error\n\nimport \"github.com/edo-go/edo\"\n\nfunc F(task *edo.Task) {}\n")
	w.write("m/uses/c.go", "package uses\n\nimport (\n\t\"C\"\n\n\t\"github.com/edo-go/edo\"\n)\n\nfunc F(task *edo.Task, n C.int) {}\n")
	f := &fake{fail: map[string]error{"example.com/m/crash": errPanic, "example.com/m/error": errors.New("no room")}}
	r := w.lower(w.graph(false, "./low", "./side", "./crash", "./error", "./uses"), f)
	want := map[string][2]string{
		"example.com/m/low":   {Broken, "low.go:5:35: too many return values"},
		"example.com/m/side":  {Library, ""},
		"example.com/m/crash": {Failed, "panic: out of order"},
		"example.com/m/error": {Failed, "no room"},
		"example.com/m/uses":  {Cgo, ""},
	}
	for _, u := range r.Units {
		w := want[u.Package.Path]
		if u.State != w[0] || !strings.Contains(u.Failure, w[1]) || (w[1] == "") != (u.Failure == "") {
			t.Errorf("%s: %s %q, want %q", u.Package.Path, u.State, u.Failure, w)
		}
		delete(want, u.Package.Path)
	}
	if len(want) > 0 || len(r.Replace) > 0 {
		t.Errorf("not there: %v; replaced %v", want, r.Replace)
	}
}

func TestDemandsThatAreNotMetAndMalformedDirectivesAreProblems(t *testing.T) {
	w := newBench(t)
	w.write("m/low/low.go", `package low

import "github.com/edo-go/edo"

//edo:stackless
func Low(task *edo.Task) { edo.Await(task) }

//edo:stackless
func Refused(task *edo.Task) { edo.Await(task) }

//edo:stackless
func Taskless() {}

//edo:stakless
func Misspelt(task *edo.Task) {}
`)
	w.write("m/side/side.go", "package side\n\nimport \"github.com/edo-go/edo\"\n\n//edo:step SideStep\nfunc Side(task *edo.Task) {}\nfunc SideStep(task *edo.Task) bool { return true }\n\n//edo:stackless\nfunc F(task *edo.Task) {}\n")
	w.write("m/low/low_test.go", "package low\n\nimport \"github.com/edo-go/edo\"\n\n//edo:stackless\nfunc Refused2(task *edo.Task) {}\n")
	want := `low.go:9:30: Refused must be stackless, and is not: a defer in a loop
low.go:12:6: Taskless must be stackless, and is not: it takes no Task
low.go:14:1: there is no directive //edo:stakless
side.go:10:6: F must be stackless, and is not: a package with step forms that are written by hand is not lowered
low_test.go:6:31: Refused2 must be stackless, and is not: no reason
`
	for _, what := range []string{"compiled", "cached"} {
		var got strings.Builder
		f := &fake{refuse: map[string]string{"Refused": "a defer in a loop", "Refused2": "no reason"}}
		for _, u := range w.lower(w.graph(true, "./low", "./side"), f).Units {
			for _, p := range u.Problems {
				fmt.Fprintf(&got, "%s:%d:%d: %s\n", filepath.Base(p.Pos.Filename), p.Pos.Line, p.Pos.Column, p.Text)
			}
		}
		if got.String() != want {
			t.Errorf("%s:\n%swant\n%s", what, got.String(), want)
		}
	}
}

func TestGeneratedFilesAreReplacedByTheOverlay(t *testing.T) {
	w := newBench(t)
	w.write("m/low/low_stackless.go", generated.Begin("low.go", nil)+"\npackage low\n\n//edo:stepof Low\nfunc Low_step() {}\n")
	f := &fake{}
	r := w.lower(w.graph(false, "./low"), f)
	w.want("generated", f, r, "example.com/m/low", "low/low.go low/low_stackless.go")
	if by := r.Replace[filepath.Join(w.dir, "m", "low", "low_stackless.go")]; by != "" {
		t.Errorf("replaced by %s", by)
	}
}

func TestFunctionsOfAMainPackageWithTestsHaveItsPathInTheirNames(t *testing.T) {
	w := newBench(t)
	w.write("m/cmd/main.go", "package main\n\nimport \"github.com/edo-go/edo\"\n\nfunc main() { wait(nil) }\nfunc wait(task *edo.Task) {}\n")
	w.write("m/cmd/main_test.go", "package main\n\nimport \"testing\"\n\nfunc TestMain(t *testing.T) { wait(nil) }\n")
	for _, test := range []struct {
		tests bool
		want  string
	}{{false, "main"}, {true, "example.com/m/cmd example.com/m/cmd"}, {false, ""}} {
		f := &fake{}
		w.lower(w.graph(test.tests, "./cmd"), f)
		if got := strings.Join(f.names, " "); got != test.want {
			t.Errorf("with tests %t: %q, want %q", test.tests, got, test.want)
		}
	}
}
