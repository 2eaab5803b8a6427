package blocking

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/edo-go/edo/vet/internal/api"
	"github.com/edo-go/edo/vet/internal/body"
	"github.com/edo-go/edo/vet/internal/causes"
	"github.com/edo-go/edo/vet/internal/check"
	"github.com/edo-go/edo/vet/internal/held"
	"github.com/edo-go/edo/vet/internal/roles"
)

// Analyzer reports what holds up a worker.
var Analyzer = check.New(check.Spec{
	Name:     "blocking",
	Doc:      doc,
	Requires: []*analysis.Analyzer{roles.Analyzer, causes.Analyzer},

	SkipTests: true,
	Run: func(pass *check.Pass) {
		c := &checker{
			Pass:   pass,
			roles:  pass.ResultOf[roles.Analyzer].(*roles.Roles),
			causes: pass.ResultOf[causes.Analyzer].(*causes.Causes),
			apart:  map[*types.Func]bool{},
		}
		c.mutexes = held.Summarize(pass.Pass, c.roles, "sync")
		c.findApart()
		for _, file := range pass.Files {
			if !pass.IsSkipped(file.Pos()) {
				c.file(file)
			}
		}
	},
})

type checker struct {
	*check.Pass
	roles  *roles.Roles
	causes *causes.Causes
	apart  map[*types.Func]bool // functions of the package that run on goroutines of their own

	mutexes map[*types.Func]*held.Summary // what the functions of the package do to mutexes of package sync
}

// findApart finds the functions that are passed to edo.Blocking and the like, and those that these call.
func (c *checker) findApart() {
	for found := true; found; {
		found = false
		for _, file := range c.Files {
			body.Functions(file, func(decl *ast.FuncDecl, lit *ast.FuncLit, b *ast.BlockStmt) {
				if decl != nil {
					fn, _ := c.TypesInfo.Defs[decl.Name].(*types.Func)
					isApart := c.roles.PassedAs(decl, roles.Apart) && !c.roles.PassedAs(decl, roles.Spawns) && !c.roles.PassedAs(decl, roles.Simulates)
					if fn == nil || !isApart && !c.apart[fn] {
						return
					}
					found = found || !c.apart[fn]
					c.apart[fn] = true
				} else if c.roles.Lit(lit).Kind != roles.Apart {
					return
				}
				ast.Inspect(b, func(n ast.Node) bool {
					if call, ok := n.(*ast.CallExpr); ok {
						if fn := api.Callee(c.TypesInfo, call); fn != nil && fn.Pkg() == c.Pkg && !c.apart[fn] {
							c.apart[fn], found = true, true
						}
					}
					return true
				})
			})
		}
	}
}

// file looks at the functions of a file, from the outside in.
func (c *checker) file(file *ast.File) {
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			c.inner(decl, "")
			continue
		}
		obj, _ := c.TypesInfo.Defs[fn.Name].(*types.Func)
		if obj == nil {
			continue
		}
		turn := turnOf(obj.Signature())
		if turn == "" && c.roles.PassedAs(fn, roles.Polls) {
			turn = combined
		}
		if c.apart[obj] {
			turn = ""
		}
		c.function(fn.Type, fn.Body, turn)
	}
}

// The turns on which a function can run, as reports tell them.
const (
	direct   = "a task"
	polled   = "a poll"
	combined = "a function that is called in a poll"
)

// turnOf returns the turn of a function of a type, or "".
func turnOf(sig *types.Signature) string {
	switch {
	case api.HasContext(sig) >= 0:
		return polled
	case api.HasTask(sig) >= 0:
		return direct
	}
	return ""
}

// function looks at one function, which runs on a turn, or on none that matters, and then at the literals in it.
func (c *checker) function(t *ast.FuncType, b *ast.BlockStmt, turn string) {
	if turn != "" {
		c.body(t, b, turn)
	}
	c.inner(b, turn)
}

// inner looks at the function literals below a node. outer is the turn of the function around it.
func (c *checker) inner(n ast.Node, outer string) {
	ast.Inspect(n, func(n ast.Node) bool {
		lit, ok := n.(*ast.FuncLit)
		if !ok {
			return true
		}
		turn := turnOf(api.Signature(c.TypesInfo.TypeOf(lit)))
		switch c.roles.Lit(lit).Kind {
		case roles.Apart:
			turn = ""
		case roles.Polls:
			turn = combined
		case roles.Once:
			if turn != "" {
				turn = outer
			}
		}
		c.function(lit.Type, lit.Body, turn)
		return false
	})
}

// isPart reports whether a literal is called at once, and has no Task of its own by which it is found.
func (c *checker) isPart(lit *ast.FuncLit) bool {
	return c.roles.IsOnce(lit) && turnOf(api.Signature(c.TypesInfo.TypeOf(lit))) == ""
}

// body reports what blocks in a function that runs on a turn.
func (c *checker) body(t *ast.FuncType, b *ast.BlockStmt, turn string) {
	c.causes.Walk(causes.Blocks, b, c.isPart, func(n ast.Node, fn *types.Func, cause *causes.Cause) {
		what := cause.Text
		if fn != nil && what != "calls "+api.ShortName(fn) {
			what = "calls " + fn.Name() + ", which " + what
		}
		use := ""
		if cause.Use != "" {
			use = ": use " + cause.Use
		}
		c.Report(analysis.Diagnostic{
			Pos: n.Pos(), End: head{n}.End(),
			Message:        turn + " " + what + ", and holds up its worker" + use,
			SuggestedFixes: c.sleeps(t, b, n, fn),
		})
	})
	c.heldMutexes(b, turn)
}

// head is the first line of a statement, or an expression.
type head struct{ ast.Node }

func (h head) End() token.Pos {
	switch n := h.Node.(type) {
	case *ast.SelectStmt:
		return n.Body.Lbrace
	case *ast.RangeStmt:
		return n.Body.Lbrace
	}
	return h.Node.End()
}
