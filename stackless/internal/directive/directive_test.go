package directive

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/edo-go/edo/stackless/internal/generated"
)

// parse returns the directives of one file, and the errors as "line:col: text".
func parse(t *testing.T, src string) (*Package, []string) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	p, errs := Parse(fset, []*ast.File{file})
	var texts []string
	for _, err := range errs {
		texts = append(texts, strings.TrimPrefix(err.Error(), "p.go:"))
	}
	return p, texts
}

func TestDirectivesOfFunctionsMethodsAndInterfaces(t *testing.T) {
	p, errs := parse(t, `package p

// Await waits.
//
//edo:step AwaitStep
func Await() {}
func AwaitStep() {}

//edo:spawn GoStep
func Go() {}
func GoStep() {}

type Q[T any] struct{}

//edo:step RecvStep
func (q *Q[T]) Recv() {}
func (q *Q[T]) RecvStep() {}

//edo:range NextStep
func (q Q[T]) All() {}
func (Q[T]) NextStep() {}

type Waiter interface {
	// Wait waits.
	//
	//edo:nostep the wait is the caller's
	Wait()
}

//edo:nowait
func Peek() {}

//edo:stackless
func serve() {}

// edo:step is prose.
func other() {}

//edo:stepof Recv
func (q *Q[T]) Generated() {}

//edo:stepof serving
func serving_edoStep() {}
func serving() {}
`)
	if want := []string{"39:1: //edo:stepof: Q.Recv has a directive already, //edo:step"}; strings.Join(errs, "\n") != strings.Join(want, "\n") {
		t.Errorf("errors\n%s\nwant\n%s", strings.Join(errs, "\n"), strings.Join(want, "\n"))
	}
	want := map[string]string{
		"Await":       "step AwaitStep",
		"Go":          "spawn GoStep",
		"Q.Recv":      "step RecvStep",
		"Q.All":       "range NextStep",
		"Waiter.Wait": "nostep the wait is the caller's",
		"Peek":        "nowait ",
		"serve":       "stackless ",
		"serving":     "step serving_edoStep",
	}
	for name, text := range want {
		if d := p.of[name]; d.Kind+" "+d.Arg != text {
			t.Errorf("%s: %q, want %q", name, d.Kind+" "+d.Arg, text)
		}
	}
	if len(p.of) != len(want) {
		t.Errorf("%d directives, want %d: %v", len(p.of), len(want), p.of)
	}
}

func TestAFunctionMaySpawnInThePlaceOfAMethod(t *testing.T) {
	for src, isRight := range map[string]bool{
		"type T int\n//edo:spawn G\nfunc (T) F() {}\nfunc G() {}":     true,
		"type T int\n//edo:spawn G\nfunc (T) F() {}\nfunc (T) G() {}": true,
		"type T int\n//edo:spawn H\nfunc (T) F() {}\nfunc G() {}":     false,
	} {
		if _, errs := parse(t, "package p\n"+src); (len(errs) == 0) != isRight {
			t.Errorf("%s: got %v", src, errs)
		}
	}
}

func TestMalformedDirectivesAreErrorsWithPositions(t *testing.T) {
	tests := []struct{ src, want string }{
		{"//edo:step\nfunc F() {}", `3:1: //edo:step needs the name of a function, and has ""`},
		{"//edo:spawn a.b\nfunc F() {}", `3:1: //edo:spawn needs the name of a function, and has "a.b"`},
		{"//edo:step G\nfunc F() {}", `3:1: //edo:step: the package does not declare G`},
		{"type T int\n//edo:step G\nfunc (T) F() {}\nfunc G() {}", `4:1: //edo:step: the package does not declare T.G`},
		{"//edo:stepof F\nfunc G() {}", `3:1: //edo:stepof: the package does not declare F`},
		{"//edo:nostep\nfunc F() {}", `3:1: //edo:nostep needs a reason`},
		{"//edo:nowait never\nfunc F() {}", `3:1: //edo:nowait takes no argument, and has "never"`},
		{"//edo:allows\nfunc F() {}", `3:1: there is no directive //edo:allows`},
		{"//edo:stackles\nfunc F() {}", `3:1: there is no directive //edo:stackles`},
		{"//edo:stackless\n\nfunc F() {}", `3:1: //edo:stackless is not in the doc comment of a function`},
		{"//edo:stackless\nvar f = 1", `3:1: //edo:stackless is not in the doc comment of a function`},
		{"func F() {\n//edo:stackless\n_ = func() {}\n}", `4:1: //edo:stackless is not in the doc comment of a function`},
		{"//edo:nowait\n//edo:stackless\nfunc F() {}", `4:1: //edo:stackless: F has a directive already, //edo:nowait`},
	}
	for _, test := range tests {
		_, errs := parse(t, "package p\n\n"+test.src+"\n")
		if strings.Join(errs, "\n") != test.want {
			t.Errorf("%q:\n%s\nwant\n%s", test.src, strings.Join(errs, "\n"), test.want)
		}
	}
}

func TestOnlyStepFormsMakeAPackageALibrary(t *testing.T) {
	for src, want := range map[string]bool{
		"//edo:stackless\nfunc F() {}":              false,
		"//edo:nostep why\nfunc F() {}":             false,
		"//edo:step G\nfunc F() {}\nfunc G() {}":    true,
		"//edo:spawn G\nfunc F() {}\nfunc G() {}":   true,
		"//edo:range G\nfunc F() {}\nfunc G() {}":   true,
		"//edo:step Missing\nfunc F() {}":           false,
		"// a package without\nfunc F() {}":         false,
		"//edo:nowait\nfunc F() {}\n\nfunc G() { }": false,
	} {
		if p, _ := parse(t, "package p\n\n"+src+"\n"); p.Written() != want {
			t.Errorf("%q: written %t", src, !want)
		}
	}
}

func TestTableReadsTheSourceOfADependencyOnce(t *testing.T) {
	const src = `package dep

import "errors"

type Q[T any] struct{}

// Recv waits.
//
//edo:step RecvStep
func (q *Q[T]) Recv() {}

func Use() { new(Q[int]).Recv(); _ = errors.New("").Error() }
`
	// The step form is in a file without directives.
	const second = "package dep\n\nfunc (q *Q[T]) RecvStep() {}\n"
	fset := token.NewFileSet()
	var files []*ast.File
	for _, text := range []string{src, second} {
		file, err := parser.ParseFile(fset, "", text, 0) // as export data: without comments
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	if _, err := config.Check("example.com/dep", fset, files, info); err != nil {
		t.Fatal(err)
	}
	reads := 0
	table := NewTable(func(path string) []Source {
		if path == "example.com/dep" {
			reads++
			return []Source{{"a.go", []byte(src)}, {"b.go", []byte(second)}}
		}
		return nil
	})
	asked := 0
	for range 2 {
		for ident, object := range info.Uses {
			fn, ok := object.(*types.Func)
			if !ok {
				continue
			}
			kind, arg, found := table.Of(fn) // Recv as a method of Q[int], errors.New, error.Error
			if wantFound := ident.Name == "Recv"; found != wantFound || found && (kind != Step || arg != "RecvStep") {
				t.Errorf("%s: %q %q %t", ident.Name, kind, arg, found)
			}
			asked++
		}
	}
	if asked != 6 || reads != 1 {
		t.Errorf("%d questions, the source was read %d times", asked, reads)
	}
}

func TestGeneratedStepFormsCountWhileTheyAreFresh(t *testing.T) {
	const src = "package dep\n\nfunc F() {}\n"
	file := generated.Begin("f.go", []byte(src)) + "\npackage dep\n\n//edo:stepof F\nfunc F_edoStep() {}\n"
	for text, want := range map[string]string{src: "F_edoStep", src + "// changed\n": ""} {
		p, unused := parseSources([]Source{{"dir/f_stackless.go", []byte(file)}, {"dir/f.go", []byte(text)}})
		if got := p.of["F"].Arg; got != want || (unused == "") != (want != "") {
			t.Errorf("%q: the step form is %q, want %q: %s", text, got, want, unused)
		}
	}
}
