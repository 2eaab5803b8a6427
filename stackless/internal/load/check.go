package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// A Checked package has its syntax and its types.
type Checked struct {
	*Package
	Syntax []*ast.File       // in the order of Files
	Src    map[string][]byte // the text of each file
	Types  *types.Package
	Info   *types.Info // empty but for packages of the main modules
	Errors []error     // nothing may be lowered if there are any; the compiler will report them
}

// A Checker type-checks packages of one Graph, each once, when it is first asked for. It is used by one goroutine.
type Checker struct {
	Fset  *token.FileSet
	Sizes types.Sizes

	ctx     context.Context
	graph   *Graph
	checked map[string]*Checked
	exports map[string]string // import path → file with export data
	gc      types.Importer
}

// NewChecker returns a Checker for a build for the architecture goarch.
func NewChecker(ctx context.Context, g *Graph, goarch string) (*Checker, error) {
	sizes := types.SizesFor("gc", goarch)
	if sizes == nil {
		return nil, fmt.Errorf("the sizes of types on %s are not known", goarch)
	}
	c := &Checker{Fset: token.NewFileSet(), Sizes: sizes, ctx: ctx, graph: g, checked: map[string]*Checked{}}
	c.gc = importer.ForCompiler(c.Fset, "gc", func(path string) (io.ReadCloser, error) {
		file := c.exports[path]
		if file == "" {
			return nil, fmt.Errorf("no export data of %s", path)
		}
		return os.Open(file)
	})
	return c, nil
}

// Check returns p with its types. An error means that nothing can be checked: the go command failed, or its export data
// cannot be read. Errors in the source are in the result.
func (c *Checker) Check(p *Package) (*Checked, error) {
	if done := c.checked[p.ID]; done != nil {
		return done, nil
	}
	if err := c.findExports(); err != nil {
		return nil, err
	}
	for _, q := range p.Imports {
		if !q.Source {
			continue
		}
		if _, err := c.Check(q); err != nil {
			return nil, err
		}
	}
	checked, err := c.check(p)
	if err != nil {
		return nil, err
	}
	c.checked[p.ID] = checked
	return checked, nil
}

// check type-checks p, whose imports are checked.
func (c *Checker) check(p *Package) (*Checked, error) {
	checked := &Checked{Package: p, Src: map[string][]byte{}, Info: &types.Info{}}
	c.parse(checked)
	if p.Main {
		checked.Info = &types.Info{
			Types:        map[ast.Expr]types.TypeAndValue{},
			Instances:    map[*ast.Ident]types.Instance{},
			Defs:         map[*ast.Ident]types.Object{},
			Uses:         map[*ast.Ident]types.Object{},
			Implicits:    map[ast.Node]types.Object{},
			Selections:   map[*ast.SelectorExpr]*types.Selection{},
			Scopes:       map[ast.Node]*types.Scope{},
			FileVersions: map[*ast.File]string{},
		}
	}
	imports := packageImporter{checker: c, of: p}
	config := types.Config{
		Importer:         &imports,
		Sizes:            c.Sizes,
		FakeImportC:      p.Cgo,
		IgnoreFuncBodies: !p.Main,
		Error:            func(err error) { checked.Errors = append(checked.Errors, err) },
	}
	if p.GoVersion != "" {
		config.GoVersion = "go" + p.GoVersion
	}
	checked.Types, _ = config.Check(p.Path, c.Fset, checked.Syntax, checked.Info) // errors are in checked.Errors
	if imports.failed != nil {
		return nil, imports.failed
	}
	return checked, nil
}

// parse reads and parses the files of a package. It does so one by one: the order of positions, which the results of
// a compilation may depend on, is then always the same.
func (c *Checker) parse(checked *Checked) {
	for _, name := range checked.Files {
		src, err := c.graph.ReadFile(name)
		if err != nil {
			checked.Errors = append(checked.Errors, err)
			continue
		}
		checked.Src[name] = src
		file, err := parser.ParseFile(c.Fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
		if file != nil {
			checked.Syntax = append(checked.Syntax, file)
		}
		if err != nil {
			checked.Errors = append(checked.Errors, err)
		}
	}
}

// findExports asks the go command for the export data of all packages that packages with syntax import.
func (c *Checker) findExports() error {
	if c.exports != nil {
		return nil
	}
	c.exports = map[string]string{}
	var needed []string
	for _, p := range c.graph.Packages {
		if !p.Source {
			continue
		}
		for _, q := range p.Imports {
			if !q.Source && q.Failure == "" && q.ID == q.Path {
				needed = append(needed, q.Path)
			}
		}
	}
	slices.Sort(needed)
	needed = slices.Compact(needed)
	if len(needed) == 0 {
		return nil
	}
	args := append([]string{"-e", "-export", "-pgo=off", "-json=ImportPath,Export", "--"}, needed...)
	return c.graph.config.list(c.ctx, args, func(decoder *json.Decoder) error {
		var l struct{ ImportPath, Export string }
		if err := decoder.Decode(&l); err != nil {
			return err
		}
		c.exports[l.ImportPath] = l.Export
		return nil
	})
}

// A packageImporter resolves the imports of one package. Which package an import path means depends on the package
// that imports it: vendoring and tests make a difference.
type packageImporter struct {
	checker *Checker
	of      *Package
	failed  error // export data that this program cannot read
}

func (i *packageImporter) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	p := i.checker.graph.imported(i.of, path)
	if p == nil {
		return nil, fmt.Errorf("package %s is not in the build", path)
	}
	if p.Source {
		if checked := i.checker.checked[p.ID]; checked != nil && checked.Types != nil {
			return checked.Types, nil
		}
		return nil, fmt.Errorf("import cycle through %s", path)
	}
	if p.Failure != "" {
		return nil, errors.New(p.Failure)
	}
	if i.checker.exports[p.Path] == "" {
		return nil, fmt.Errorf("package %s does not compile", path)
	}
	imported, err := i.checker.gc.Import(p.Path)
	if err != nil && i.failed == nil {
		i.failed = fmt.Errorf("export data of %s: %w", path, err)
	}
	return imported, err
}

// FirstError is the first thing wrong with the source of a package, or nil.
func (c *Checked) FirstError() error {
	if len(c.Errors) == 0 {
		return nil
	}
	err := c.Errors[0]
	var typeError types.Error
	if errors.As(err, &typeError) {
		position := typeError.Fset.Position(typeError.Pos)
		return fmt.Errorf("%s:%d:%d: %s", filepath.ToSlash(position.Filename), position.Line, position.Column, typeError.Msg)
	}
	return err
}
