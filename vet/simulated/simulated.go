package simulated

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/edo-go/edo/vet/internal/api"
	"github.com/edo-go/edo/vet/internal/body"
	"github.com/edo-go/edo/vet/internal/causes"
	"github.com/edo-go/edo/vet/internal/check"
	"github.com/edo-go/edo/vet/internal/roles"
)

// Analyzer reports what a simulation cannot replay.
var Analyzer = check.New(check.Spec{
	Name:     "simulated",
	Doc:      doc,
	Requires: []*analysis.Analyzer{roles.Analyzer, causes.Analyzer},
	Run: func(pass *check.Pass) {
		c := &checker{
			Pass:   pass,
			roles:  pass.ResultOf[roles.Analyzer].(*roles.Roles),
			causes: pass.ResultOf[causes.Analyzer].(*causes.Causes),
			decls:  map[*types.Func]*ast.FuncDecl{},
			seen:   map[*ast.BlockStmt]bool{},
		}
		c.run()
	},
})

type checker struct {
	*check.Pass
	roles  *roles.Roles
	causes *causes.Causes
	decls  map[*types.Func]*ast.FuncDecl
	seen   map[*ast.BlockStmt]bool
	next   []*ast.BlockStmt // bodies of functions that a simulation runs
}

// run looks at the functions that a simulation runs, and at those that they call.
func (c *checker) run() {
	for _, file := range c.Files {
		body.Functions(file, func(decl *ast.FuncDecl, lit *ast.FuncLit, b *ast.BlockStmt) {
			if decl != nil {
				if fn, ok := c.TypesInfo.Defs[decl.Name].(*types.Func); ok {
					c.decls[fn] = decl
				}
				if c.roles.PassedAs(decl, roles.Simulates) {
					c.add(b)
				}
			} else if c.roles.Lit(lit).Kind == roles.Simulates {
				c.add(b)
			}
		})
	}
	for len(c.next) > 0 {
		b := c.next[0]
		c.next = c.next[1:]
		c.body(b)
	}
}

func (c *checker) add(b *ast.BlockStmt) {
	if !c.seen[b] {
		c.seen[b] = true
		c.next = append(c.next, b)
	}
}

// body looks at one function.
func (c *checker) body(b *ast.BlockStmt) {
	body.Walk(b, c.part, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			c.call(n)
		case *ast.RangeStmt:
			if isMap(c.TypesInfo, n.X) && c.isVisible(n.Body) {
				c.Reportf(span{n.For, n.Body.Lbrace}, "a simulation runs this loop in the order of the map, which differs from run to run: range over sorted keys")
			}
		}
		return true
	})
}

// part reports whether a literal is a part of the function around it in the simulation, and has not been looked at.
func (c *checker) part(lit *ast.FuncLit) bool {
	return c.roles.IsSimulated(lit) && c.roles.Lit(lit).Kind != roles.Simulates
}

func (c *checker) call(call *ast.CallExpr) {
	fn := api.Callee(c.TypesInfo, call)
	if fn == nil {
		return
	}
	if decl := c.decls[fn]; decl != nil {
		c.add(decl.Body)
		return
	}
	cause := c.causes.Of(causes.Clock, fn)
	if cause == nil {
		return
	}
	what := cause.Text
	if what != "calls "+api.ShortName(fn) {
		what = "calls " + fn.Name() + ", which " + what
	}
	use := ""
	if cause.Use != "" {
		use = ": use " + cause.Use
	}
	c.Reportf(call, "a simulation runs this, and it %s, which differs from run to run%s", what, use)
}

// isMap reports whether a loop over e has the order of a map.
func isMap(info *types.Info, e ast.Expr) bool {
	if t := info.TypeOf(e); t != nil {
		if _, ok := t.Underlying().(*types.Map); ok {
			return true
		}
	}
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	fn := api.Callee(info, call)
	return api.Is(fn, "maps.Keys") || api.Is(fn, "maps.Values") || api.Is(fn, "maps.All")
}

// isVisible reports whether the order in which a body runs can be seen by other tasks: it calls a function of edo, or one
// that is given a Task or a Spawner.
func (c *checker) isVisible(b *ast.BlockStmt) (is bool) {
	body.Walk(b, c.roles.IsOnce, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		fn := api.Callee(c.TypesInfo, call)
		if fn == nil || fn.Pkg() == nil {
			return true
		}
		for _, arg := range call.Args {
			if t := c.TypesInfo.TypeOf(arg); t != nil && (api.IsTask(t) || api.IsSpawner(t)) {
				is = true
			}
		}
		is = is || acts(fn)
		return true
	})
	return is
}

// acts reports whether a method of edo does something that another task can see.
func acts(fn *types.Func) bool {
	if !api.InLibrary(fn.Pkg().Path()) {
		return false
	}
	switch fn.Name() {
	case "Send", "TrySend", "Close", "Drop", "Wake", "Abort", "Cancel", "Unlock", "Release", "NotifyOne", "NotifyAll":
		return true
	}
	return false
}

type span struct{ from, to token.Pos }

func (s span) Pos() token.Pos { return s.from }
func (s span) End() token.Pos { return s.to }
