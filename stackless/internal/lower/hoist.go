package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// hoist makes operations of the calls that gc makes before the last wait in the expressions of
// a statement, and of what gc copies before it. The order is that of the text. What is left of
// the expressions reads variables, and calls what comes after the last wait.
//
// The order in which gc evaluates is that of (*orderState).expr1 in cmd/compile/internal/walk:
// calls, receives, slice expressions, type assertions, conversions that allocate and most
// built-in functions are copied to temporaries at their place. Variables, fields, elements and
// maps are read after that.
func (f *function) hoist(exprs ...ast.Expr) {
	last := -1
	for i, e := range exprs {
		if e != nil && f.u.waitsIn(e, f.task) {
			last = i
		}
	}
	for i, e := range exprs {
		if i <= last && e != nil {
			f.hoistExpr(e, i < last)
		}
	}
}

// hoistExpr hoists from one expression. If more is set, a wait comes after it in the statement.
func (f *function) hoistExpr(e ast.Expr, more bool) {
	if !more && !f.u.waitsIn(e, f.task) {
		return // calls after the last wait stay
	}
	info := f.u.p.Info
	if tv := info.Types[e]; tv.Value != nil || tv.IsType() || tv.IsNil() || tv.IsBuiltin() {
		return
	}
	switch e := e.(type) {
	case *ast.Ident, *ast.BasicLit, *ast.FuncLit:
	case *ast.ParenExpr:
		f.hoistExpr(e.X, more)
	case *ast.SelectorExpr:
		if f.isQualified(e) {
			return
		}
		f.hoistExpr(e.X, more)
		if sel := info.Selections[e]; sel.Kind() == types.MethodVal && more && !f.isLast && !f.isFixed(e.X) {
			refuse(e.Pos(), "a method value is made before a wait of the same statement: assign it to a variable first")
		}
	case *ast.StarExpr:
		f.hoistExpr(e.X, more)
	case *ast.IndexExpr:
		if f.isInstance(e) {
			return
		}
		f.hoistExpr(e.X, more || f.u.waitsIn(e.Index, f.task))
		f.hoistExpr(e.Index, more)
		f.checkKey(e, more)
	case *ast.IndexListExpr:
		// an instance of a generic function
	case *ast.SliceExpr:
		parts := []ast.Expr{e.X, e.Low, e.High, e.Max}
		f.hoistParts(parts, more)
		if more {
			f.keep(e)
		}
	case *ast.TypeAssertExpr:
		f.hoistExpr(e.X, more)
		if more && !isPointerShaped(info.TypeOf(e)) {
			f.keep(e)
		}
	case *ast.CompositeLit:
		f.hoistComposite(e, more)
	case *ast.KeyValueExpr:
		f.hoistExpr(e.Value, more)
	case *ast.UnaryExpr:
		f.hoistExpr(e.X, more)
		if more && e.Op == token.ARROW {
			f.keep(e)
		}
	case *ast.BinaryExpr:
		f.hoistBinary(e, more)
	case *ast.CallExpr:
		f.hoistCallExpr(e, more)
	default:
		refuse(e.Pos(), "the compiler does not know how to evaluate %T before a wait: assign it to a variable first", e)
	}
}

// hoistParts hoists from operands that are evaluated in order.
func (f *function) hoistParts(parts []ast.Expr, more bool) {
	last := -1
	for i, p := range parts {
		if p != nil && f.u.waitsIn(p, f.task) {
			last = i
		}
	}
	for i, p := range parts {
		if p != nil {
			f.hoistExpr(p, more || i < last)
		}
	}
}

// keep evaluates e now, and lets a temporary stand for it.
func (f *function) keep(e ast.Expr) {
	t := f.temporary("t", types.Default(f.u.p.Info.TypeOf(e)), e.Pos())
	if _, isTuple := f.u.p.Info.TypeOf(e).(*types.Tuple); isTuple {
		refuse(e.Pos(), "several results are used before a wait of the same statement: assign them to variables first")
	}
	f.assign(e.Pos(), t, original{e})
	f.subst[e] = []any{t}
}

// isQualified reports whether e is a name of another package.
func (f *function) isQualified(e *ast.SelectorExpr) bool {
	id, ok := e.X.(*ast.Ident)
	if !ok {
		return false
	}
	_, ok = f.u.p.Info.Uses[id].(*types.PkgName)
	return ok
}

// isInstance reports whether e instantiates a generic function.
func (f *function) isInstance(e *ast.IndexExpr) bool {
	_, ok := f.u.p.Info.TypeOf(e.X).(*types.Signature)
	return ok
}

// hoistComposite hoists from the elements of a composite literal.
func (f *function) hoistComposite(e *ast.CompositeLit, more bool) {
	if _, ok := f.u.p.Info.TypeOf(e).Underlying().(*types.Map); ok {
		if f.u.waitsIn(e, f.task) {
			refuse(e.Pos(), "a map literal has an element that waits: assign the element to a variable first")
		}
		f.keep(e)
		return
	}
	f.hoistParts(e.Elts, more)
	f.checkConversions(e.Pos(), f.elementTypes(e), more)
}

// hoistBinary hoists from the operands of an operator.
func (f *function) hoistBinary(e *ast.BinaryExpr, more bool) {
	if e.Op != token.LAND && e.Op != token.LOR {
		f.hoistParts([]ast.Expr{e.X, e.Y}, more)
		if more && !f.isLast || f.u.waitsIn(e.Y, f.task) {
			switch f.u.p.Info.TypeOf(e.X).Underlying().(type) {
			case *types.Struct, *types.Array:
				if (e.Op == token.EQL || e.Op == token.NEQ) && !(f.isFixed(e.X) && f.isFixed(e.Y)) {
					refuse(e.Pos(), "structs or arrays are compared before a wait of the same statement: assign the result to a variable first")
				}
			}
			f.checkConversions(e.Pos(), []converted{{e.X, f.u.p.Info.TypeOf(e.Y)}, {e.Y, f.u.p.Info.TypeOf(e.X)}}, more)
		}
		return
	}
	// The right operand is evaluated only if the left one does not decide.
	if !f.u.waitsIn(e.Y, f.task) {
		if !more {
			f.hoistExpr(e.X, false)
			return
		}
		f.hoistExpr(e.X, f.u.waitsIn(e.X, f.task))
		f.keep(e)
		return
	}
	f.hoistExpr(e.X, false)
	t := f.temporary("t", types.Default(f.u.p.Info.TypeOf(e)), e.Pos())
	end := &label{hint: "decided"}
	f.assign(e.X.Pos(), t, e.X)
	not := ""
	if e.Op == token.LAND {
		not = "!"
	}
	f.emit(e.OpPos, "if "+not, t, " { goto ", end, " }")
	f.hoistExpr(e.Y, false)
	f.assign(e.Y.Pos(), t, e.Y)
	f.placeLabel(end)
	f.subst[e] = []any{t}
}

// hoistCallExpr hoists from the function and the arguments of a call, and then the call.
func (f *function) hoistCallExpr(e *ast.CallExpr, more bool) {
	info := f.u.p.Info
	tv := info.Types[e.Fun]
	switch {
	case tv.IsType():
		f.hoistExpr(e.Args[0], more)
		if !more {
			return
		}
		to := info.TypeOf(e).Underlying()
		if _, ok := to.(*types.Slice); ok && isString(info.TypeOf(e.Args[0])) {
			f.keep(e)
		} else {
			f.checkConversions(e.Pos(), []converted{{e.Args[0], info.TypeOf(e)}}, more)
		}
		return
	case tv.IsBuiltin():
		f.hoistParts(e.Args, more)
		if more {
			f.keep(e)
		}
		return
	}
	c := f.u.classify(e, f.task)
	if c.kind != plainCall {
		f.wait(e, c)
		return
	}
	f.hoistCall(e)
	if more {
		f.keep(e)
	}
}

func isString(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// hoistCall hoists from the function and the arguments of a call that is made later.
func (f *function) hoistCall(e *ast.CallExpr) {
	if !f.u.waitsIn(e, f.task) {
		return
	}
	f.hoistParts(f.operands(e), false)
	f.checkArguments(e, false)
}

// hoistAssignment hoists from an assignment: the left side comes first.
func (f *function) hoistAssignment(s *ast.AssignStmt) {
	if s.Tok == token.DEFINE {
		f.hoist(s.Rhs...)
		f.checkMoves(s)
		return
	}
	var parts []ast.Expr
	for _, lhs := range s.Lhs {
		if id, ok := ast.Unparen(lhs).(*ast.Ident); ok && id.Name == "_" {
			continue
		}
		parts = append(parts, lhs)
	}
	for _, lhs := range parts {
		f.hoistLeft(lhs, s)
	}
	f.hoist(s.Rhs...)
	f.checkMoves(s)
}

// hoistLeft hoists the calls in an operand on the left of an assignment whose right side waits.
func (f *function) hoistLeft(lhs ast.Expr, s *ast.AssignStmt) {
	switch e := lhs.(type) {
	case *ast.Ident:
	case *ast.ParenExpr:
		f.hoistLeft(e.X, s)
	case *ast.SelectorExpr:
		if !f.isQualified(e) {
			f.hoistExpr(e.X, true)
		}
	case *ast.StarExpr:
		f.hoistExpr(e.X, true)
	case *ast.IndexExpr:
		f.hoistExpr(e.X, true)
		f.hoistExpr(e.Index, true)
		f.checkKey(e, true)
	default:
		refuse(lhs.Pos(), "the compiler does not know how to assign to %T across a wait", lhs)
	}
}
