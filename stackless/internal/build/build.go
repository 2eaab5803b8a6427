package build

import (
	"cmp"
	"context"
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/edo-go/edo/stackless/internal/directive"
	"github.com/edo-go/edo/stackless/internal/gocmd"
	"github.com/edo-go/edo/stackless/internal/load"
	"github.com/edo-go/edo/stackless/internal/lower"
	"github.com/edo-go/edo/stackless/internal/overlay"
)

// A Compiler lowers packages, each after those that it imports. It is a [lower.Compiler] but in tests.
type Compiler interface {
	Compile(*lower.Package) (*lower.Result, error)
}

// A Config says what is lowered, and with what.
type Config struct {
	Graph       *load.Graph
	Cache       *overlay.Cache
	Env         *gocmd.Env
	Tool        string // identity of this program
	NewCompiler func(lower.Directives) Compiler
}

// A Result is a build that was lowered.
type Result struct {
	Units   []*Unit           // of the main modules' packages that use edo, in the order of dependencies
	Replace map[string]string // the overlay: source file → lowered file, or empty for a generated file that it replaces
}

// Lower lowers a build. An error means that nothing could be done; that a package cannot be lowered is in its unit.
func Lower(ctx context.Context, config Config) (*Result, error) {
	b := &builder{
		Config:   config,
		ctx:      ctx,
		keys:     keys{config.Graph, config.Env, config.Tool, map[*load.Package]string{}},
		compiled: map[*load.Package]*made{},
	}
	r := &Result{Replace: map[string]string{}}
	for _, p := range config.Graph.Packages {
		if !lowers(p) || p != first(config.Graph, p) && p.ForTest != p.Path {
			continue
		}
		u, err := b.unit(p)
		if err != nil {
			return nil, err
		}
		r.Units = append(r.Units, u)
		for name, file := range u.Files {
			r.Replace[name] = file.Path
		}
		if u.State == Compiled {
			for _, name := range p.Generated {
				r.Replace[name] = ""
			}
		}
	}
	return r, nil
}

// lowers reports whether a package may have functions to lower.
func lowers(p *load.Package) bool { return p.Main && p.UsesEdo && p.Failure == "" }

// first is the package that makes the text of the files which packages with the path of p have in common.
func first(g *load.Graph, p *load.Package) *load.Package {
	rank := func(p *load.Package) int {
		switch p.ForTest {
		case "":
			return 0
		case p.Path:
			return 1
		}
		return 2
	}
	var best *load.Package
	for _, q := range g.ByPath(p.Path) {
		if lowers(q) && (best == nil || rank(q) < rank(best)) {
			best = q
		}
	}
	if best == nil {
		return p
	}
	return best
}

// linkName is what the names of the functions of p begin with at run time. A main package that has tests is linked
// into the program of the tests alone, under its own path.
func linkName(g *load.Graph, p *load.Package) string {
	if p.Name != "main" {
		return p.Path
	}
	for _, q := range g.ByPath(p.Path) {
		if q.ForTest == q.Path {
			return p.Path
		}
	}
	return "main"
}

// A builder lowers one build. It loads nothing before the first package that is not in the cache.
type builder struct {
	Config
	ctx      context.Context
	keys     keys
	checker  *load.Checker
	table    *directive.Table
	compiler Compiler
	compiled map[*load.Package]*made
}

// made is what was compiled in this run.
type made struct {
	state    string
	result   *lower.Result
	problems []lower.Reason
	failure  string
}

// unit returns the unit of p, from the cache if it is there.
func (b *builder) unit(p *load.Package) (*Unit, error) {
	key, err := b.keys.of(p)
	if err != nil {
		return nil, err
	}
	u := new(Unit)
	if b.Cache.Unit(key, u) && b.whole(u) {
		u.Package, u.Cached = p, true
		return u, nil
	}
	m, err := b.compile(p)
	if err != nil {
		return nil, err
	}
	u = &Unit{State: m.state, Files: map[string]overlay.File{}, Problems: m.problems, Failure: m.failure, Package: p}
	if m.result != nil {
		u.Functions = m.result.Functions
		for name, text := range m.result.Files {
			if u.Files[name], err = b.Cache.PutFile(filepath.Base(name), text); err != nil {
				return nil, err
			}
		}
	}
	if u.keep() {
		err = b.Cache.PutUnit(key, u)
	}
	return u, err
}

// whole reports whether the files of a cached unit are all there.
func (b *builder) whole(u *Unit) bool {
	for _, file := range u.Files {
		if !b.Cache.Has(file) {
			return false
		}
	}
	return true
}

// compile compiles p, after the packages that it imports, whose frames the compiler has to know, and after the package
// that makes the text of the same files.
func (b *builder) compile(p *load.Package) (*made, error) {
	if m, ok := b.compiled[p]; ok {
		return m, nil
	}
	b.compiled[p] = nil // under way
	if b.checker == nil {
		checker, err := load.NewChecker(b.ctx, b.Graph, b.Env.GOARCH)
		if err != nil {
			return nil, err
		}
		b.checker = checker
		b.table = directive.NewTable(b.sources)
		b.compiler = b.NewCompiler(b.table)
	}
	for _, q := range append([]*load.Package{first(b.Graph, p)}, p.Imports...) {
		if lowers(q) {
			if _, err := b.compile(q); err != nil {
				return nil, err
			}
		}
	}
	checked, err := b.checker.Check(p)
	if err != nil {
		return nil, err
	}
	m, err := b.lower(checked)
	if err != nil {
		return nil, err
	}
	b.compiled[p] = m
	return m, nil
}

// lower lowers a package whose imports are lowered.
func (b *builder) lower(p *load.Checked) (*made, error) {
	directives, errs := directive.Parse(b.checker.Fset, p.Syntax)
	b.table.Add(p.Path, directives)
	if err := p.FirstError(); err != nil {
		return &made{state: Broken, failure: err.Error()}, nil
	}
	if err := served(p.Types); err != nil {
		return nil, err
	}
	m := &made{state: Compiled}
	own := b.own(p)
	for _, err := range errs {
		if own(err.At) {
			m.problems = append(m.problems, lower.Reason{Pos: err.Pos, Text: err.Text})
		}
	}
	switch {
	case directives.Written():
		m.state = Library
	case p.Cgo:
		m.state = Cgo
	default:
		var err error
		if m.result, err = b.callCompiler(p); err != nil {
			m.state, m.failure = Failed, err.Error()
		}
	}
	demanded := directives.Demands()
	maps.DeleteFunc(demanded, func(_ string, d directive.Directive) bool { return !own(d.Pos) })
	m.problems = append(m.problems, demands(b.checker.Fset, demanded, m)...)
	slices.SortStableFunc(m.problems, func(x, y lower.Reason) int {
		return cmp.Or(strings.Compare(x.Pos.Filename, y.Pos.Filename), x.Pos.Line-y.Pos.Line, x.Pos.Column-y.Pos.Column)
	})
	return m, nil
}

// served reports whether the edo that a package imports can run lowered functions. A module may require an old one.
func served(p *types.Package) error {
	for _, q := range p.Imports() {
		if q.Path() == load.EdoPath && q.Scope().Lookup("Step") == nil {
			return fmt.Errorf("the %s of this build is too old for compiled tasks: it has no type Step", load.EdoPath)
		}
	}
	return nil
}

// own returns a function that tells the files whose text is made from p from those of another package with the same
// path.
func (b *builder) own(p *load.Checked) func(token.Pos) bool {
	others := map[string]bool{}
	if other := first(b.Graph, p.Package); other != p.Package {
		for _, name := range other.Files {
			others[name] = true
		}
	}
	return func(pos token.Pos) bool { return !others[b.checker.Fset.File(pos).Name()] }
}

// callCompiler calls the compiler. A bug of it must not keep the program from being built: a panic is an error of this package
// alone, whose functions stay on coroutines.
func (b *builder) callCompiler(p *load.Checked) (result *lower.Result, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return b.compiler.Compile(&lower.Package{
		Path:       p.Path,
		ImportName: linkName(b.Graph, p.Package),
		Fset:       b.checker.Fset,
		Files:      p.Syntax,
		Src:        p.Src,
		Types:      p.Types,
		Info:       p.Info,
		Sizes:      b.checker.Sizes,
	})
}

// sources returns the files of a dependency in which there may be directives.
func (b *builder) sources(path string) (sources []directive.Source) {
	for _, p := range b.Graph.ByPath(path) {
		if p.Standard() || !p.UsesEdo {
			continue
		}
		for _, name := range p.Files {
			if text, err := b.Graph.ReadFile(name); err == nil {
				sources = append(sources, directive.Source{Name: name, Text: text})
			}
		}
		break // the other variants have the same files
	}
	return sources
}
