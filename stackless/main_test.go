package stackless

import (
	"bytes"
	"go/ast"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edo-go/edo/stackless/internal/build"
	"github.com/edo-go/edo/stackless/internal/lower"
)

// The test binary is also the edo command, with a compiler whose work can be seen: it makes "lowered" of the text
// "plain" in files that have a function with a Task, and refuses functions with "refused" in their names. The frame of
// a function calls the function. If the variable is "real", the compiler is the real one.
const asCommand = "EDO_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		t := newTool(os.Stdout, os.Stderr)
		if os.Getenv(asCommand) != "real" {
			t.newCompiler = func(lower.Directives) build.Compiler { return marker{} }
		}
		os.Exit(t.command(os.Args[1], os.Args[2:]))
	}
	os.Exit(m.Run())
}

func (t *tool) command(name string, args []string) int {
	switch name {
	case "explain":
		return t.explain(args)
	case "gen":
		return t.gen(args)
	}
	return t.run(name, args)
}

// A marker is the compiler of these tests.
type marker map[string]bool // files that were compiled

func (m marker) Compile(p *lower.Package) (*lower.Result, error) {
	r := &lower.Result{Files: map[string][]byte{}}
	for _, file := range p.Files {
		name := p.Fset.Position(file.Pos()).Filename
		if m[name] {
			continue
		}
		m[name] = true
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || !takesTask(p.Info.Defs[fn.Name].(*types.Func)) {
				continue
			}
			f := lower.Function{
				Name: p.Path + "." + fn.Name.Name, Kind: lower.Lowered, FrameSize: 24,
				Pos: p.Fset.Position(fn.Pos()), End: p.Fset.Position(fn.End()),
			}
			body := lower.Reason{Pos: p.Fset.Position(fn.Body.Pos()), Text: "the body is odd"}
			switch {
			case strings.Contains(fn.Name.Name, "refused"):
				f.Kind, f.FrameSize, f.Reasons = lower.Refused, 0, []lower.Reason{body}
			case strings.Contains(fn.Name.Name, "borrows"):
				f.Borrows = []lower.Reason{body}
			}
			if f.Kind == lower.Lowered {
				if r.Files[name] == nil {
					r.Files[name] = bytes.ReplaceAll(p.Src[name], []byte(`"plain"`), []byte(`"lowered"`))
				}
				r.Files[name] = append(r.Files[name], frame(fn)...)
			}
			r.Functions = append(r.Functions, f)
		}
	}
	return r, nil
}

// frame is the text of a frame.
func frame(fn *ast.FuncDecl) string {
	result, call := "", "f.call(task); return true"
	if fn.Type.Results != nil {
		result, call = ", r0 string", "return true, f.call(task)"
	}
	name := fn.Name.Name
	return strings.NewReplacer("NAME", name, "RESULT", result, "BODY", strings.ReplaceAll(call, "f.call", name)).Replace(
		"\ntype NAME_edoFrame struct{}\n\nfunc (*NAME_edoFrame) Poll(task *edo.Task) (done boolRESULT) { BODY }\n")
}

func takesTask(fn *types.Func) bool {
	params := fn.Signature().Params()
	return params.Len() > 0 && strings.HasSuffix(params.At(0).Type().String(), "/edo.Task")
}

// files are a workspace of a module m and a module lib, and a module with edo's path and nothing of it, so that little
// has to be compiled.
var files = map[string]string{
	"go.work":    "go 1.26\n\nuse (\n\t./m\n\t./lib\n)\n",
	"edo/go.mod": "module github.com/edo-go/edo\n\ngo 1.26\n",
	"edo/edo.go": "package edo\n\ntype (\n\tTask struct{}\n\tStep struct{}\n)\n\nfunc StepState[S any](st *Step) *S { return nil }\nfunc (st *Step) Set(state any) {}\n",
	"lib/go.mod": "module example.com/lib\n\ngo 1.26\n\nrequire github.com/edo-go/edo v0.0.0\n\nreplace github.com/edo-go/edo => ../edo\n",
	"lib/lib.go": "package lib\n\nimport \"github.com/edo-go/edo\"\n\nfunc Name(task *edo.Task) string { return \"plain\" }\n",
	"m/go.mod":   "module example.com/m\n\ngo 1.26\n\nrequire (\n\texample.com/lib v0.0.0\n\tgithub.com/edo-go/edo v0.0.0\n)\n\nreplace (\n\texample.com/lib => ../lib\n\tgithub.com/edo-go/edo => ../edo\n)\n",

	"m/cmd/main.go": `package main

import (
	"fmt"
	"os"

	"example.com/lib"
	"github.com/edo-go/edo"
)

func main() {
	var line string
	fmt.Scanln(&line)
	fmt.Println(name(nil), lib.Name(nil), tagged, line, os.Args[1:])
	fmt.Fprintln(os.Stderr, os.Getppid())
	if len(os.Args) > 1 {
		os.Exit(3)
	}
}

func name(task *edo.Task) string { return "plain" }
`,
	"m/cmd/tag.go":   "//go:build tagged\n\npackage main\n\nconst tagged = \"tagged\"\n",
	"m/cmd/untag.go": "//go:build !tagged\n\npackage main\n\nconst tagged = \"untagged\"\n",

	"m/tested/t.go":      "package tested\n\nimport \"github.com/edo-go/edo\"\n\nfunc name(task *edo.Task) string { return \"plain\" }\n",
	"m/tested/t_test.go": "package tested\n\nimport (\n\t\"testing\"\n\n\t\"github.com/edo-go/edo\"\n)\n\nfunc TestName(t *testing.T) { t.Log(name(nil), own(nil)) }\n\nfunc own(task *edo.Task) string { return \"plain\" }\n",

	"m/light/l.go": "package light\n\nimport \"github.com/edo-go/edo\"\n\nfunc f(task *edo.Task) string { return \"plain\" }\n",

	"m/broken/b.go": "package broken\n\nimport \"github.com/edo-go/edo\"\n\nfunc f(task *edo.Task) string { return 1 }\n",

	"m/demand/d.go": `package demand

import "github.com/edo-go/edo"

// One waits.
//
//edo:stackless
func refusedOne(task *edo.Task) {
}

func refusedTwo(task *edo.Task) {
}

func borrows(task *edo.Task) {
}
`,
}

// A place is a folder with the files, and a cache.
type workplace struct {
	t   testing.TB
	dir string
	env []string
}

func newWorkplace(t *testing.T) *workplace {
	t.Helper()
	w := &workplace{t: t, dir: t.TempDir()}
	for name, text := range files {
		w.write(name, text)
	}
	w.env = append(os.Environ(), asCommand+"=1", "EDOCACHE="+w.path("cache"), "GOFLAGS=", "GOWORK=", "GOPROXY=off")
	return w
}

func (w *workplace) path(name string) string { return filepath.Join(w.dir, filepath.FromSlash(name)) }

func (w *workplace) write(name, text string) {
	w.t.Helper()
	name = w.path(name)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		w.t.Fatal(err)
	}
}

// start prepares a command in the folder of m.
func (w *workplace) start(name string, args ...string) (cmd *exec.Cmd, out, errs *strings.Builder) {
	w.t.Helper()
	self, err := os.Executable()
	if err != nil {
		w.t.Fatal(err)
	}
	if name == "go" {
		self = "go"
	}
	cmd = exec.Command(self, args...)
	cmd.Dir, cmd.Env = w.path("m"), w.env
	out, errs = new(strings.Builder), new(strings.Builder)
	cmd.Stdout, cmd.Stderr = out, errs
	return cmd, out, errs
}

// edo runs the edo command.
func (w *workplace) edo(args ...string) (out, errs string, status int) {
	w.t.Helper()
	return w.wait(w.start("edo", args...))
}

// plain runs the go command.
func (w *workplace) plain(args ...string) (out, errs string, status int) {
	w.t.Helper()
	return w.wait(w.start("go", args...))
}

func (w *workplace) wait(cmd *exec.Cmd, out, errs *strings.Builder) (string, string, int) {
	w.t.Helper()
	err := cmd.Run()
	if _, ok := err.(*exec.ExitError); err != nil && !ok {
		w.t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}
