package unclosed

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/edo-go/edo/vet/internal/api"
	"github.com/edo-go/edo/vet/internal/body"
	"github.com/edo-go/edo/vet/internal/check"
)

// Analyzer reports what a function makes and no path closes.
var Analyzer = check.New(check.Spec{
	Name: "unclosed",
	Doc:  doc,

	SkipTests: true,
	Run: func(pass *check.Pass) {
		if api.InLibrary(pass.Pkg.Path()) {
			return // it makes these things
		}
		for _, file := range pass.Files {
			if pass.IsSkipped(file.Pos()) {
				continue
			}
			body.Functions(file, func(_ *ast.FuncDecl, _ *ast.FuncLit, b *ast.BlockStmt) {
				c := &checker{Pass: pass, made: map[*types.Var]*thing{}}
				c.function(b)
			})
		}
	},
})

// A thing is a variable with something that is to be closed.
type thing struct {
	kind
	id      *ast.Ident
	from    *ast.AssignStmt
	after   ast.Stmt // the statement behind which a deferred close has its place, or nil
	escapes bool     // it is closed, or handed on
}

type checker struct {
	*check.Pass
	made map[*types.Var]*thing
	all  []*thing
}

// function looks at the things that a function makes in its own statements, and at each use of them.
func (c *checker) function(b *ast.BlockStmt) {
	ast.Inspect(b, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.BlockStmt:
			c.list(n.List)
		case *ast.CaseClause:
			c.list(n.Body)
		case *ast.CommClause:
			c.list(n.Body)
		}
		return true
	})
	if len(c.all) == 0 {
		return
	}
	c.uses(b)
	for _, t := range c.all {
		if !t.escapes {
			c.report(t)
		}
	}
}

// list notes the things that the statements of a list make.
func (c *checker) list(list []ast.Stmt) {
	for i, s := range list {
		s, ok := s.(*ast.AssignStmt)
		if !ok || s.Tok != token.DEFINE || len(s.Rhs) != 1 {
			continue
		}
		call, ok := ast.Unparen(s.Rhs[0]).(*ast.CallExpr)
		if !ok {
			continue
		}
		fn := api.Callee(c.TypesInfo, call)
		if fn == nil || fn.Pkg() == nil || !api.InLibrary(fn.Pkg().Path()) {
			continue
		}
		for _, l := range s.Lhs {
			id, ok := l.(*ast.Ident)
			if !ok || id.Name == "_" {
				continue
			}
			v, ok := c.TypesInfo.Defs[id].(*types.Var)
			if !ok {
				continue
			}
			k, ok := kindOf(v.Type())
			if !ok {
				continue
			}
			t := &thing{kind: k, id: id, from: s, after: c.place(s, list[i+1:])}
			c.made[v] = t
			c.all = append(c.all, t)
		}
	}
}

// place returns the statement behind which a close can be deferred: the assignment, or the check of its error.
func (c *checker) place(s *ast.AssignStmt, next []ast.Stmt) ast.Stmt {
	err := api.Variable(c.TypesInfo, s.Lhs[len(s.Lhs)-1])
	if err == nil || !api.IsError(err.Type()) {
		return s
	}
	if len(next) == 0 {
		return nil
	}
	check, ok := next[0].(*ast.IfStmt)
	if !ok || check.Init != nil || check.Else != nil || !body.Leaves(c.TypesInfo, check.Body.List) {
		return nil
	}
	if v, ok := api.IsNilError(c.TypesInfo, check.Cond, "!="); !ok || v != err {
		return nil
	}
	return check
}

// uses looks at each use of the things: those as the receiver of a harmless method leave it open, any other may close it.
func (c *checker) uses(b *ast.BlockStmt) {
	harmless := map[*ast.Ident]bool{}
	ast.Inspect(b, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr)
			if !ok {
				return true
			}
			id, ok := ast.Unparen(sel.X).(*ast.Ident)
			if !ok {
				return true
			}
			v, _ := c.TypesInfo.Uses[id].(*types.Var)
			if t := c.made[v]; t != nil && strings.Contains(t.harmless, " "+sel.Sel.Name+" ") {
				harmless[id] = true
			}
		case *ast.BinaryExpr: // a comparison with nil
			for _, e := range []ast.Expr{n.X, n.Y} {
				if id, ok := ast.Unparen(e).(*ast.Ident); ok {
					harmless[id] = true
				}
			}
		case *ast.Ident:
			v, _ := c.TypesInfo.Uses[n].(*types.Var)
			if t := c.made[v]; t != nil && !harmless[n] {
				t.escapes = true
			}
		}
		return true
	})
}

func (c *checker) report(t *thing) {
	d := analysis.Diagnostic{
		Pos: t.id.Pos(), End: t.id.End(),
		Message: fmt.Sprintf("%s %s is never closed, nor handed on: %s: call %s.%s", t.what, t.id.Name, t.harm, t.id.Name, t.close),
	}
	if t.defers && t.after != nil {
		d.SuggestedFixes = []analysis.SuggestedFix{{
			Message:   "defer " + t.close,
			TextEdits: []analysis.TextEdit{{Pos: t.after.End(), End: t.after.End(), NewText: []byte("\ndefer " + t.id.Name + "." + t.close + "()")}},
		}}
	}
	c.Report(d)
}
