package stackless

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkSecondBuild compares edo build with go build, after the body of one function has changed. Both link a
// program of this repository, which has a module of its own here. The caches are warm, and the two take turns in going
// first. It reports the medians:
//
//	go-s, edo-s   seconds
//	edo/go        their ratio
//	edo/go-cpu    the ratio of processor time, which other work on the machine disturbs less
func BenchmarkSecondBuild(b *testing.B) {
	for _, p := range []struct{ name, folder, file, function string }{
		{"example", "examples/coordinator", "direct.go", "direct"},
		{"command", "cmd/edo", "internal/demo/server.go", "handle"},
	} {
		b.Run(p.name, func(b *testing.B) {
			w := newModule(b, p.folder)
			change := w.changes("m/"+p.file, p.function)
			builds := map[string]*spent{"go": {}, "edo": {}}
			order := []string{"go", "edo"}
			for _, tool := range order {
				w.build(tool)
			}
			if out, errs, _ := w.edo("explain", "./"+filepath.Dir(p.file)); !strings.Contains(out, "."+p.function+" is lowered: ") {
				b.Fatalf("%s is not lowered\n%s%s", p.function, out, errs)
			}
			for b.Loop() {
				change()
				for _, tool := range order {
					builds[tool].add(w.build(tool))
				}
				slices.Reverse(order)
			}
			plain, lowered := builds["go"], builds["edo"]
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(plain.time), "go-s")
			b.ReportMetric(median(lowered.time), "edo-s")
			b.ReportMetric(median(lowered.time)/median(plain.time), "edo/go")
			b.ReportMetric(median(lowered.cpu)/median(plain.cpu), "edo/go-cpu")
		})
	}
}

// newModule is a workplace whose module m is a program of this repository, without its tests.
func newModule(b *testing.B, folder string) *workplace {
	b.Helper()
	w := &workplace{t: b, dir: b.TempDir()}
	w.env = append(os.Environ(), asCommand+"=real", "EDOCACHE="+w.path("cache"), "GOFLAGS=", "GOWORK=off", "GOPROXY=off")
	root, err := filepath.Abs("..")
	if err != nil {
		b.Fatal(err)
	}
	from := filepath.Join(root, filepath.FromSlash(folder))
	err = filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := os.ReadFile(name)
		if err == nil {
			// The program's own packages are those of the module that it has here. It may use what is internal to edo.
			own := strings.ReplaceAll(string(text), `"github.com/edo-go/edo/`+folder+`/`, `"github.com/edo-go/edo/m/`)
			w.write("m/"+filepath.ToSlash(name[len(from)+1:]), own)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	w.write("m/go.mod", fmt.Sprintf(`module github.com/edo-go/edo/m

go 1.26

require (
	github.com/edo-go/edo v0.0.0
	github.com/edo-go/edo/stackless v0.0.0
)

replace (
	github.com/edo-go/edo => %[1]s
	github.com/edo-go/edo/stackless => %[1]s/stackless
)
`, filepath.ToSlash(root)))
	return w
}

// changes returns a function that changes the body of a function, each time in another way. The function must have
// a Task. No other build has seen the new text, so that no cache has it.
func (w *workplace) changes(file, function string) func() {
	w.t.Helper()
	text, err := os.ReadFile(w.path(file))
	if err != nil {
		w.t.Fatal(err)
	}
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, text, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	i := slices.IndexFunc(parsed.Decls, func(d ast.Decl) bool {
		fn, ok := d.(*ast.FuncDecl)
		return ok && fn.Name.Name == function
	})
	if i < 0 {
		w.t.Fatalf("there is no function %s in %s", function, file)
	}
	begin := fset.Position(parsed.Decls[i].(*ast.FuncDecl).Body.Lbrace).Offset + 1
	head, tail := text[:begin], text[begin:]
	n := time.Now().UnixNano()
	return func() {
		n++
		w.write(file, fmt.Sprintf("%s\n\tif task == nil {\n\t\tpanic(\"change %d\")\n\t}\n%s", head, n, tail))
	}
}

// build builds the program m, and returns the times of the command and of all that it has called.
func (w *workplace) build(tool string) (elapsed time.Duration, state *os.ProcessState) {
	w.t.Helper()
	cmd, out, errs := w.start(tool, "build", "-o", w.path("program.exe"))
	began := time.Now()
	if out, errs, status := w.wait(cmd, out, errs); status != 0 || out+errs != "" {
		w.t.Fatalf("%s build: status %d\n%s%s", tool, status, out, errs)
	}
	return time.Since(began), cmd.ProcessState
}

// spent is how long builds took, in seconds.
type spent struct{ time, cpu []float64 }

func (s *spent) add(elapsed time.Duration, state *os.ProcessState) {
	s.time = append(s.time, elapsed.Seconds())
	s.cpu = append(s.cpu, (state.UserTime() + state.SystemTime()).Seconds())
}

func median(values []float64) float64 {
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}
