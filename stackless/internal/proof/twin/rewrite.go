package twin

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"sync"
)

// Names that the pass adds; no program of the tool chain has them.
const (
	taskName = "task0"
	suffix   = "_task0"
	edoName  = "edo0"
	through  = "waits0.Through"
)

// A Result is a rewritten program.
type Result struct {
	Source string
	Twins  int            // functions that got one
	Waits  int            // that were put into them
	Plain  map[string]int // calls and literals that stay plain, by reason
}

// Rewrite rewrites a program of one file. A program without a function main is a test: it
// gets one that runs its functions TestXxx.
func Rewrite(name, source string) (Result, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return Result{}, err
	}
	info := &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Defs:       map[*ast.Ident]types.Object{},
		Uses:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	config := types.Config{Importer: withoutCgo(fset), GoVersion: goVersion(source)}
	if _, err := config.Check("main", fset, []*ast.File{f}, info); err != nil {
		return Result{}, err
	}
	w := &writer{
		fset: fset, info: info, source: source,
		twins:  map[types.Object]bool{},
		result: Result{Plain: map[string]int{}},
	}
	for _, d := range f.Decls {
		if d, ok := d.(*ast.FuncDecl); ok && hasTwin(d) {
			w.twins[info.Defs[d.Name]] = true
		}
	}
	w.file(f)
	return w.result, nil
}

// withoutCgo imports packages from their sources, those without C: the command cgo of Go 1.26 leaves objects in the
// temporary folder, and calls the C compiler for each program that imports package net.
func withoutCgo(fset *token.FileSet) types.Importer {
	forbidCgo()
	return importer.ForCompiler(fset, "source", nil)
}

// forbidCgo changes what the importer of sources looks at, which this process uses for nothing else.
var forbidCgo = sync.OnceFunc(func() { build.Default.CgoEnabled = false })

// goVersion is the language version that a line //go:build go1.N asks for, or nothing.
func goVersion(source string) string {
	if _, rest, ok := strings.Cut(source, "//go:build go1."); ok {
		line, _, _ := strings.Cut(rest, "\n")
		return "go1." + strings.TrimSpace(line)
	}
	return ""
}

// hasTwin reports whether a function can take a Task.
func hasTwin(d *ast.FuncDecl) bool {
	return d.Body != nil && d.Name.Name != "_" && !(d.Recv == nil && d.Name.Name == "init")
}

// A writer collects insertions into the text of a file, in the order of their places.
type writer struct {
	fset       *token.FileSet
	info       *types.Info
	source     string
	twins      map[types.Object]bool
	insertions []insertion
	operands   int // that could wait
	result     Result
}

// An insertion is text that comes before the byte at offset.
type insertion struct {
	offset int
	text   string
}

func (w *writer) insert(at token.Pos, text string) {
	w.insertions = append(w.insertions, insertion{w.fset.Position(at).Offset, text})
}

// cut returns the text from one position to another, with what was inserted there.
func (w *writer) cut(from, to token.Pos) string {
	slices.SortStableFunc(w.insertions, func(x, y insertion) int { return x.offset - y.offset })
	var b strings.Builder
	at, end := w.fset.Position(from).Offset, w.fset.Position(to).Offset
	for _, i := range w.insertions {
		b.WriteString(w.source[at:i.offset])
		b.WriteString(i.text)
		at = i.offset
	}
	b.WriteString(w.source[at:end])
	w.insertions = nil
	return b.String()
}

// file writes the program: the original, its function main under another name, and the
// twins.
func (w *writer) file(f *ast.File) {
	var twins strings.Builder
	var tests []string
	isTest := true
	for _, d := range f.Decls {
		d, ok := d.(*ast.FuncDecl)
		if !ok || !hasTwin(d) {
			continue
		}
		w.insertions = nil
		w.insert(d.Name.End(), suffix)
		w.parameter(d.Type.Params)
		w.block(d.Body)
		fmt.Fprintf(&twins, "\n%s\n", w.cut(d.Type.Func, d.End()))
		w.result.Twins++
		switch {
		case d.Recv != nil:
		case d.Name.Name == "main":
			isTest = false
		case strings.HasPrefix(d.Name.Name, "Test") && d.Type.Params.NumFields() == 1:
			tests = append(tests, d.Name.Name)
		}
	}
	w.insertions = nil
	w.insert(f.Name.End(), "\n\nimport "+edoName+" \"github.com/edo-go/edo\"\nimport waits0 \"proof.test/waits\"\nimport os0 \"os\"\n")
	for id, object := range w.info.Uses {
		if id.Name == "main" && object.Parent() == object.Pkg().Scope() {
			w.insert(id.Pos(), "plain_")
		}
	}
	for _, d := range f.Decls {
		if d, ok := d.(*ast.FuncDecl); ok && d.Recv == nil && d.Name.Name == "main" {
			w.insert(d.Name.Pos(), "plain_")
		}
	}
	var b strings.Builder
	b.WriteString(w.cut(f.FileStart, f.FileEnd))
	b.WriteString(twins.String())
	b.WriteString("\nvar _, _ = " + edoName + ".Yield, waits0.Int\n")
	if isTest {
		fmt.Fprintf(&b, "\nfunc main() {\n\ttesting.Main(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{\n")
		for _, t := range tests {
			fmt.Fprintf(&b, "\t\t{Name: %q, F: func(t *testing.T) { run0(func(%s *%s.Task) { %s%s(%[2]s, t) }) }},\n", t, taskName, edoName, t, suffix)
		}
		b.WriteString("\t}, nil, nil)\n}\n")
	} else {
		fmt.Fprintf(&b, "\nfunc main() {\n\trun0(func(%s *%s.Task) { main%s(%[1]s) })\n}\n", taskName, edoName, suffix)
	}
	fmt.Fprintf(&b, `
func run0(main func(%[1]s *%[2]s.Task)) {
	if err := %[2]s.Run(func(%[1]s *%[2]s.Task) error { main(%[1]s); return nil }); err != nil {
		os0.Stderr.WriteString(err.Error() + "\n")
		os0.Exit(2)
	}
}
`, taskName, edoName)
	w.result.Source = b.String()
}

// parameter puts the Task before the parameters of a function, or of a literal. Where the
// others have no names they get the blank one.
func (w *writer) parameter(params *ast.FieldList) {
	text := taskName + " *" + edoName + ".Task"
	if params.NumFields() > 0 {
		text += ", "
	}
	w.insert(params.Opening+1, text)
	if fields := params.List; len(fields) > 0 && len(fields[0].Names) == 0 {
		for _, f := range fields {
			w.insert(f.Type.Pos(), "_ ")
		}
	}
}
