package directive

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"

	"github.com/edo-go/edo/stackless/internal/generated"
)

// A Table answers for the functions of all packages of a build. Packages whose syntax is at hand are added; the others
// are read from their source at the first question about them.
//
// A Table is used by one goroutine.
type Table struct {
	packages map[string]*Package
	unused   map[string]string // packages → which generated file is not used, and why
	source   func(path string) []Source
}

// A Source is a file of a dependency.
type Source struct {
	Name string
	Text []byte
}

// NewTable returns a Table. The function source returns the files of a package that was not added, or nil if it has no
// directives for certain: the standard library, and packages that do not import edo.
func NewTable(source func(path string) []Source) *Table {
	return &Table{packages: map[string]*Package{}, unused: map[string]string{}, source: source}
}

// Add makes p the directives of the package path.
func (t *Table) Add(path string, p *Package) { t.packages[path] = p }

// Of returns the directive of fn. The instance of a generic function has that of the function.
func (t *Table) Of(fn *types.Func) (kind, arg string, ok bool) {
	if fn == nil || fn.Pkg() == nil {
		return "", "", false // a method of error
	}
	path := fn.Pkg().Path()
	p := t.packages[path]
	if p == nil {
		p, t.unused[path] = parseSources(t.source(path))
		t.packages[path] = p
	}
	d, ok := p.of[Name(fn.Origin())]
	return d.Kind, d.Arg, ok
}

// Unused says which generated file of the package of fn is not used, and why, or "".
func (t *Table) Unused(fn *types.Func) string {
	t.Of(fn)
	if fn.Pkg() == nil {
		return ""
	}
	return t.unused[fn.Pkg().Path()]
}

// parseSources reads a dependency. Its errors are for its author: a directive with an error counts as none, and the
// calls borrow a coroutine. So does a generated file that is out of date: it is named, with the reason.
func parseSources(sources []Source) (p *Package, unused string) {
	texts := map[string][]byte{}
	any := false
	for _, source := range sources {
		texts[filepath.Base(source.Name)] = source.Text
		any = any || HasAny(source.Text)
	}
	if !any {
		return &Package{}, ""
	}
	// Every other file is parsed, as a step form may be declared in a file without directives.
	fset := token.NewFileSet()
	var files []*ast.File
	for _, source := range sources {
		if generated.Is(source.Text) {
			why := generated.Unused(source.Text, func(base string) ([]byte, bool) {
				text, ok := texts[base]
				return text, ok
			})
			if why != "" {
				unused = filepath.Base(source.Name) + " is not used: " + why
				continue
			}
		}
		file, err := parser.ParseFile(fset, source.Name, source.Text, parser.ParseComments|parser.SkipObjectResolution)
		if err == nil {
			files = append(files, file)
		}
	}
	p, _ = Parse(fset, files)
	return p, unused
}
