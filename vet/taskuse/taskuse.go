package taskuse

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/edo-go/edo/vet/internal/api"
	"github.com/edo-go/edo/vet/internal/check"
	"github.com/edo-go/edo/vet/internal/roles"
)

// Analyzer reports a Task outside of its function.
var Analyzer = check.New(check.Spec{
	Name:     "taskuse",
	Doc:      doc,
	Requires: []*analysis.Analyzer{roles.Analyzer},
	Run: func(pass *check.Pass) {
		c := &checker{Pass: pass, roles: pass.ResultOf[roles.Analyzer].(*roles.Roles)}
		for _, file := range pass.Files {
			if !pass.IsSkipped(file.Pos()) {
				c.file(file)
			}
		}
	},
})

type checker struct {
	*check.Pass
	roles *roles.Roles
}

func (c *checker) file(file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			c.goroutine(n)
		case *ast.FuncLit:
			if c.roles.Lit(n).Kind.HasOwnTask() {
				c.child(n)
			}
		case *ast.FuncDecl:
			if n.Body != nil {
				c.stores(n.Body)
			}
		case *ast.SendStmt:
			if c.isTask(n.Value) {
				c.Reportf(n.Value, "the Task is sent to another function: it belongs to the one that it was given to")
			}
		}
		return true
	})
}

// isTask reports whether an expression is a Task, and neither nil nor made here.
func (c *checker) isTask(e ast.Expr) bool {
	tv := c.TypesInfo.Types[e]
	return tv.Type != nil && !tv.IsNil() && api.IsTask(tv.Type)
}

// goroutine reports the Tasks that a go statement takes along.
func (c *checker) goroutine(s *ast.GoStmt) {
	const text = "the Task is used by another goroutine than its function's, and every operation fails there: spawn with edo.Go or edo.Blocking"
	if lit, ok := ast.Unparen(s.Call.Fun).(*ast.FuncLit); ok {
		c.foreign(lit, text)
	} else if sel, ok := ast.Unparen(s.Call.Fun).(*ast.SelectorExpr); ok && c.isTask(sel.X) && !isFree(sel) {
		c.Reportf(sel.X, "%s", text)
	}
	for _, arg := range s.Call.Args {
		if c.isTask(arg) {
			c.Reportf(arg, "%s", text)
		}
	}
}

// child reports the Tasks of other functions in a function that runs as a task of its own.
func (c *checker) child(lit *ast.FuncLit) {
	fn := c.roles.Lit(lit).Callee
	text := "the Task is that of another function, and every operation fails here: the function that " + api.ShortName(fn) + " runs has a Task of its own"
	name := taskParameter(lit, c.TypesInfo)
	for _, id := range c.outer(lit) {
		d := analysis.Diagnostic{Pos: id.Pos(), End: id.End(), Message: text}
		if name != "" && name != id.Name && !c.shadowed(id, name, lit) {
			d.SuggestedFixes = []analysis.SuggestedFix{{
				Message:   "use " + name,
				TextEdits: []analysis.TextEdit{{Pos: id.Pos(), End: id.End(), NewText: []byte(name)}},
			}}
		}
		c.Report(d)
	}
}

// foreign reports the Tasks that a literal has from outside.
func (c *checker) foreign(lit *ast.FuncLit, text string) {
	for _, id := range c.outer(lit) {
		c.Reportf(id, "%s", text)
	}
}

// outer returns the uses of Tasks in a literal that are declared outside of it. Those in a literal that runs as a task
// are that one's.
func (c *checker) outer(lit *ast.FuncLit) (ids []*ast.Ident) {
	free := map[*ast.Ident]bool{}
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return !c.roles.Lit(n).Kind.HasOwnTask()
		case *ast.GoStmt:
			return false
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok && isFree(n) {
				free[id] = true
			}
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				if id, ok := l.(*ast.Ident); ok {
					free[id] = true // it gets another value
				}
			}
		case *ast.Ident:
			v, ok := c.TypesInfo.Uses[n].(*types.Var)
			if ok && !free[n] && !v.IsField() && api.IsTask(v.Type()) && (v.Pos() < lit.Pos() || v.Pos() >= lit.End()) {
				ids = append(ids, n)
			}
		}
		return true
	})
	return ids
}

// isFree reports whether a selector is a method of a Task that works everywhere.
func isFree(sel *ast.SelectorExpr) bool { return sel.Sel.Name == "Runtime" || sel.Sel.Name == "Name" }

// taskParameter returns the name of the Task that a literal is given, or "".
func taskParameter(lit *ast.FuncLit, info *types.Info) string {
	for _, field := range lit.Type.Params.List {
		if api.IsTask(info.TypeOf(field.Type)) && len(field.Names) == 1 && field.Names[0].Name != "_" {
			return field.Names[0].Name
		}
	}
	return ""
}

// shadowed reports whether name means another thing at id than the parameter of lit.
func (c *checker) shadowed(id *ast.Ident, name string, lit *ast.FuncLit) bool {
	scope := c.Pkg.Scope().Innermost(id.Pos())
	if scope == nil {
		return true
	}
	_, obj := scope.LookupParent(name, id.Pos())
	return obj == nil || obj.Pos() < lit.Pos() || obj.Pos() >= lit.Body.Pos()
}

// stores reports the Tasks that a function keeps where they outlive it. A place to which it also assigns nil, as in a
// deferred function, is cleared in time.
func (c *checker) stores(b *ast.BlockStmt) {
	type assignment struct{ to, value ast.Expr }
	var all []assignment
	cleared := map[string]bool{}
	ast.Inspect(b, func(n ast.Node) bool {
		s, ok := n.(*ast.AssignStmt)
		if !ok || len(s.Lhs) != len(s.Rhs) {
			return true
		}
		for i, to := range s.Lhs {
			if c.TypesInfo.Types[s.Rhs[i]].IsNil() {
				cleared[types.ExprString(to)] = true
			} else if c.isTask(s.Rhs[i]) {
				all = append(all, assignment{to, s.Rhs[i]})
			}
		}
		return true
	})
	for _, a := range all {
		if !cleared[types.ExprString(a.to)] {
			c.store(a.to, a.value)
		}
	}
}

// store reports a Task that is kept where it outlives its function: in a variable of the package, in what a
// parameter or a receiver points to.
func (c *checker) store(to, value ast.Expr) {
	const text = "the Task is kept in %s, which outlives the function that it belongs to: pass it as an argument"
	switch to := ast.Unparen(to).(type) {
	case *ast.Ident:
		if v, ok := c.TypesInfo.Uses[to].(*types.Var); ok && v.Parent() == c.Pkg.Scope() {
			c.Reportf(value, text, "a variable of the package")
		}
	case *ast.SelectorExpr:
		if base := c.base(to); base != nil && (base.Parent() == c.Pkg.Scope() || c.isShared(base)) {
			c.Reportf(value, text, types.ExprString(to))
		}
	case *ast.IndexExpr:
		if base := c.base(to); base != nil && (base.Parent() == c.Pkg.Scope() || c.isShared(base)) {
			c.Reportf(value, text, types.ExprString(to.X))
		}
	}
}

// base returns the variable at the root of a path of fields and elements, or nil.
func (c *checker) base(e ast.Expr) *types.Var {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.SelectorExpr:
			if v, ok := c.TypesInfo.Uses[x.Sel].(*types.Var); ok && !v.IsField() {
				return v // of another package
			}
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return api.Variable(c.TypesInfo, e)
		}
	}
}

// isShared reports whether v is a receiver or a parameter, and refers to something of the caller's.
func (c *checker) isShared(v *types.Var) bool {
	if v.Kind() != types.ParamVar && v.Kind() != types.RecvVar {
		return false
	}
	switch v.Type().Underlying().(type) {
	case *types.Pointer, *types.Map, *types.Slice:
		return true
	}
	return false
}
