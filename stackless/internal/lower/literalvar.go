package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A local variable that is declared with a function literal, and not written again, stands for the
// literal: to spawn the variable is to spawn the literal. What the literal captures is the same where
// it is spawned, as the scope of the variable lies inside the scope of each.

// findLiteralVariables notes these variables of a file.
func (u *unit) findLiteralVariables(f *file) {
	note := func(name *ast.Ident, value ast.Expr) {
		v, isNew := u.p.Info.Defs[name].(*types.Var)
		lit, isLiteral := ast.Unparen(value).(*ast.FuncLit)
		if !isNew || !isLiteral {
			return
		}
		if facts := u.facts[v]; facts != nil && facts.level != nil && !facts.modified && !facts.addressed {
			u.literalOf[v] = lit
		}
	}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE && len(n.Lhs) == len(n.Rhs) {
				for i, lhs := range n.Lhs {
					if name, ok := lhs.(*ast.Ident); ok {
						note(name, n.Rhs[i])
					}
				}
			}
		case *ast.ValueSpec:
			if len(n.Names) == len(n.Values) {
				for i, name := range n.Names {
					note(name, n.Values[i])
				}
			}
		}
		return true
	})
}

// literalAt is the function literal that e is, or stands for, in f: a variable of another function
// stands for nothing, as that does not have what the literal captures. It is nil if e is none.
func (u *unit) literalAt(e ast.Expr, f *function) *funcInfo {
	switch e := ast.Unparen(e).(type) {
	case *ast.FuncLit:
		return u.literals[e]
	case *ast.Ident:
		v, _ := u.p.Info.Uses[e].(*types.Var)
		lit := u.literalOf[v]
		if lit == nil || f == nil || u.facts[v].level != f.node {
			return nil
		}
		fi := u.literals[lit]
		if fi == nil {
			return nil
		}
		isPossible := true
		refused := attempt(func() {
			for _, obj := range u.capturedBy(fi) {
				isPossible = isPossible && (f.vars[obj] != nil || u.means(e, obj))
			}
		})
		if refused != nil || !isPossible {
			return nil
		}
		return fi
	}
	return nil
}

// means reports whether the name of a variable means it where e stands.
func (u *unit) means(e ast.Expr, v *types.Var) bool {
	scope := u.p.Types.Scope().Innermost(e.Pos())
	if scope == nil {
		return false
	}
	_, obj := scope.LookupParent(v.Name(), e.Pos())
	return obj == v
}
