package lower

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/edo-go/edo/stackless/internal/directive"
	"github.com/edo-go/edo/stackless/internal/load"
)

var show = flag.Bool("show", false, "print the lowered text of the test programs")

// A workspace is a module in a folder of its own that uses edo from this repository.
type workspace struct {
	t   *testing.T
	dir string
}

// newWorkspace copies the packages of testdata below dir into a new module.
func newWorkspace(t *testing.T, dir string) *workspace {
	t.Helper()
	w := &workspace{t: t, dir: t.TempDir()}
	_, here, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(here), "..", "..", "..")
	if err := os.CopyFS(w.dir, os.DirFS(filepath.Join("testdata", dir))); err != nil {
		t.Fatal(err)
	}
	mod := "module example.com/m\n\ngo 1.26\n\nrequire github.com/edo-go/edo v0.0.0\n\nreplace github.com/edo-go/edo => " + root + "\n"
	if err := os.WriteFile(filepath.Join(w.dir, "go.mod"), []byte(mod), 0o666); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *workspace) env() []string {
	return append(os.Environ(), "GOWORK=off", "GOFLAGS=", "GOPROXY=off")
}

// compile lowers the packages that the pattern names, and returns what became of their functions
// and an overlay.
func (w *workspace) compile(patterns ...string) (functions []Function, overlay string) {
	w.t.Helper()
	ctx := context.Background()
	graph, err := load.List(ctx, load.Config{Dir: w.dir, Env: w.env(), Tests: true}, patterns...)
	if err != nil {
		w.t.Fatal(err)
	}
	checker, err := load.NewChecker(ctx, graph, runtime.GOARCH)
	if err != nil {
		w.t.Fatal(err)
	}
	table := directive.NewTable(func(path string) (sources []directive.Source) {
		for _, p := range graph.Packages {
			if p.Path == path && p.UsesEdo {
				for _, name := range p.Files {
					text, err := graph.ReadFile(name)
					if err != nil {
						w.t.Fatal(err)
					}
					sources = append(sources, directive.Source{Name: name, Text: text})
				}
			}
		}
		return sources
	})
	c := New(table)
	replace := map[string]string{}
	for _, p := range graph.Packages {
		if !p.Main {
			continue
		}
		checked, err := checker.Check(p)
		if err != nil {
			w.t.Fatal(err)
		}
		if err := checked.FirstError(); err != nil {
			w.t.Fatal(err)
		}
		d, errs := directive.Parse(checker.Fset, checked.Syntax)
		if len(errs) > 0 {
			w.t.Fatal(errs[0])
		}
		table.Add(p.Path, d)
		result, err := c.Compile(&Package{
			Path: p.Path, Fset: checker.Fset, Files: checked.Syntax, Src: checked.Src, Types: checked.Types, Info: checked.Info, Sizes: checker.Sizes,
		})
		if err != nil {
			w.t.Fatal(err)
		}
		functions = append(functions, result.Functions...)
		for name, text := range result.Files {
			if *show {
				w.t.Logf("%s:\n%s", name, text)
			}
			to := filepath.Join(w.t.TempDir(), filepath.Base(name))
			if err := os.WriteFile(to, text, 0o666); err != nil {
				w.t.Fatal(err)
			}
			replace[name] = to
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		w.t.Fatal(err)
	}
	overlay = filepath.Join(w.t.TempDir(), "overlay.json")
	if err := os.WriteFile(overlay, text, 0o666); err != nil {
		w.t.Fatal(err)
	}
	return functions, overlay
}

// build builds all programs, with or without an overlay, and returns the folder that they are in.
func (w *workspace) build(overlay string) string {
	w.t.Helper()
	bin := w.t.TempDir()
	args := []string{"build", "-o", bin + string(filepath.Separator)}
	if overlay != "" {
		args = append(args, "-overlay="+overlay)
	}
	cmd := exec.Command("go", append(args, "./...")...)
	cmd.Dir, cmd.Env = w.dir, w.env()
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Fatalf("%v: %s", err, clip(out))
	}
	return bin
}

// output is what a program writes to its standard output, and its exit status.
func (w *workspace) output(program string) string {
	w.t.Helper()
	out, err := exec.Command(program).Output()
	status := 0
	if err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			w.t.Fatal(err)
		}
		status = exit.ExitCode()
	}
	return fmt.Sprintf("%sexit status %d\n", out, status)
}

func clip(out []byte) []byte { return out[:min(len(out), 4000)] }

// lineOf is the line of the source at which a function begins.
func lineOf(t *testing.T, fn Function) string {
	t.Helper()
	text, err := os.ReadFile(fn.Pos.Filename)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\n")[fn.Pos.Line-1]
}

// The programs of testdata/run do the same in both builds. Functions with a comment "refused" on
// their first line are refused, and all others are lowered. A comment "bytes: N" there says how large the
// frame is, and "borrows nothing" that no call in it borrows a coroutine.
func TestLoweredProgramsDoWhatTheirSourceDoes(t *testing.T) {
	w := newWorkspace(t, "run")
	functions, overlay := w.compile("./...")
	for _, fn := range functions {
		wantRefused := strings.Contains(lineOf(t, fn), "// refused")
		if isRefused := fn.Kind == Refused; isRefused != wantRefused {
			t.Errorf("%s: %s is %s: %v", fn.Pos, fn.Name, fn.Kind, fn.Reasons)
		}
	}
	for _, fn := range functions {
		if strings.Contains(lineOf(t, fn), "// borrows nothing") && len(fn.Borrows) > 0 {
			t.Errorf("%s borrows a coroutine: %v", fn.Name, fn.Borrows)
		}
		if _, size, ok := strings.Cut(lineOf(t, fn), "// bytes: "); ok && size != fmt.Sprint(fn.FrameSize) {
			t.Errorf("the frame of %s has %d bytes, want %s", fn.Name, fn.FrameSize, size)
		}
	}
	plain, lowered := w.build(""), w.build(overlay)
	programs, err := os.ReadDir(plain)
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range programs {
		t.Run(program.Name(), func(t *testing.T) {
			want := w.output(filepath.Join(plain, program.Name()))
			got := w.output(filepath.Join(lowered, program.Name()))
			if got != want {
				t.Errorf("the plain build says\n%s\nand the lowered one\n%s", clip([]byte(want)), clip([]byte(got)))
			}
			if !bytes.Contains([]byte(want), []byte("exit status 0")) {
				t.Errorf("the plain build fails: %s", clip([]byte(want)))
			}
		})
	}
}
