package twin

import (
	"go/ast"
	"go/token"
	"go/types"
)

// every says that one in so many operands waits.
const every = 3

// operand puts waits into an expression that is used as a value, and sometimes around it.
func (w *writer) operand(e ast.Expr) {
	wait := false
	if w.maySurround(e) {
		w.operands++
		wait = w.operands%every == 0
	}
	if wait {
		w.result.Waits++
		w.insert(e.Pos(), through+"("+taskName+", ")
	}
	w.inside(e)
	if wait {
		w.insert(e.End(), ")")
	}
}

// maySurround reports whether a call that returns e may stand for e.
func (w *writer) maySurround(e ast.Expr) bool {
	tv, ok := w.info.Types[e]
	if id, isIdent := e.(*ast.Ident); isIdent && !ok {
		if v, isVar := w.info.Uses[id].(*types.Var); isVar {
			tv, ok = types.TypeAndValue{Type: v.Type()}, true
		}
	} else if !tv.IsValue() || tv.Value != nil || tv.IsNil() {
		return false
	}
	if !ok || tv.Type == nil {
		return false
	}
	switch t := tv.Type.(type) {
	case *types.Tuple:
		return false
	case *types.Basic:
		if t.Info()&types.IsUntyped != 0 || t.Kind() == types.UnsafePointer {
			return false
		}
	}
	switch e := e.(type) {
	case *ast.CompositeLit: // its type may be left out
		return false
	case *ast.FuncLit:
		return false
	case *ast.ParenExpr:
		return false
	case *ast.BinaryExpr: // its type may come from the context
		switch e.Op {
		case token.SHL, token.SHR:
			return false
		case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ, token.LAND, token.LOR:
			return tv.Type == types.Typ[types.Bool]
		}
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			return tv.Type == types.Typ[types.Bool]
		}
	case *ast.Ident:
		if _, ok := w.info.Uses[e].(*types.Var); !ok { // a function, perhaps a generic one
			return false
		}
	}
	return true
}

// inside puts waits into the operands of an expression.
func (w *writer) inside(e ast.Expr) {
	if tv, ok := w.info.Types[e]; ok && (tv.IsType() || tv.Value != nil) {
		return // a constant must remain one
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		w.inside(e.X)
	case *ast.BinaryExpr:
		if e.Op == token.SHL || e.Op == token.SHR {
			w.inside(e.X)
			w.inside(e.Y)
			return
		}
		w.operand(e.X)
		w.operand(e.Y)
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			w.inside(e.X)
			return
		}
		w.operand(e.X)
	case *ast.StarExpr:
		w.operand(e.X)
	case *ast.SelectorExpr:
		if w.info.Selections[e] != nil {
			w.inside(e.X) // its address may be taken
		}
	case *ast.IndexExpr:
		if !w.info.Types[e.Index].IsType() {
			w.inside(e.X)
			w.operand(e.Index)
		}
	case *ast.SliceExpr:
		w.inside(e.X)
		for _, i := range []ast.Expr{e.Low, e.High, e.Max} {
			if i != nil {
				w.operand(i)
			}
		}
	case *ast.TypeAssertExpr:
		w.operand(e.X)
	case *ast.CompositeLit:
		_, isMap := w.info.TypeOf(e).Underlying().(*types.Map)
		for _, x := range e.Elts {
			if pair, ok := x.(*ast.KeyValueExpr); ok {
				if isMap {
					w.operand(pair.Key)
				}
				x = pair.Value
			}
			w.operand(x)
		}
	case *ast.CallExpr:
		w.call(e)
	case *ast.FuncLit:
		w.result.Plain["a function literal that is a value"]++
	}
}

// call puts waits into a call, and makes it one of a twin if there is one.
func (w *writer) call(e *ast.CallExpr) {
	if w.info.Types[e.Fun].IsType() { // a conversion
		for _, a := range e.Args {
			w.operand(a)
		}
		return
	}
	if lit, ok := e.Fun.(*ast.FuncLit); ok && len(e.Args) == lit.Type.Params.NumFields() {
		w.result.Twins++
		w.literal(lit)
		w.passTask(e)
		w.arguments(e)
		return
	}
	name := w.twinName(e)
	if name == nil {
		w.function(e.Fun)
		w.arguments(e)
		return
	}
	w.function(e.Fun)
	w.insert(name.End(), suffix)
	w.passTask(e)
	w.arguments(e)
}

// function puts waits into what is called.
func (w *writer) function(e ast.Expr) {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		if w.info.Selections[e] != nil {
			w.inside(e.X)
		}
	case *ast.ParenExpr:
		w.function(e.X)
	case *ast.CallExpr:
		w.call(e)
	case *ast.FuncLit:
		w.result.Plain["a variadic function literal"]++
	}
}

// literal makes a literal that is called where it stands take the Task.
func (w *writer) literal(lit *ast.FuncLit) {
	w.parameter(lit.Type.Params)
	w.block(lit.Body)
}

// passTask gives the Task to a call.
func (w *writer) passTask(e *ast.CallExpr) {
	if len(e.Args) == 0 {
		w.insert(e.Lparen+1, taskName)
		return
	}
	w.insert(e.Lparen+1, taskName+", ")
}

// arguments puts waits into the arguments of a call.
func (w *writer) arguments(e *ast.CallExpr) {
	for _, a := range e.Args {
		if tv := w.info.Types[a]; tv.IsType() {
			continue // of new and make
		} else if _, ok := tv.Type.(*types.Tuple); ok || w.isUnsafe(e) {
			w.inside(a)
			continue
		}
		w.operand(a)
	}
}

// isUnsafe reports whether a call is of package unsafe.
func (w *writer) isUnsafe(e *ast.CallExpr) bool {
	s, ok := e.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	b, ok := w.info.Uses[s.Sel].(*types.Builtin)
	return ok && b.Pkg() != nil
}

// twinName returns the name in a call whose function has a twin, or nil.
func (w *writer) twinName(e *ast.CallExpr) *ast.Ident {
	if len(e.Args) == 1 {
		if _, ok := w.info.TypeOf(e.Args[0]).(*types.Tuple); ok {
			w.result.Plain["a call whose arguments are the results of another"]++
			return nil
		}
	}
	fun := ast.Unparen(e.Fun)
	switch f := fun.(type) {
	case *ast.IndexExpr:
		fun = f.X
	case *ast.IndexListExpr:
		fun = f.X
	}
	var name *ast.Ident
	switch f := fun.(type) {
	case *ast.Ident:
		name = f
	case *ast.SelectorExpr:
		s := w.info.Selections[f]
		if s == nil || s.Kind() != types.MethodVal {
			break
		}
		if types.IsInterface(s.Recv()) {
			w.result.Plain["a call through an interface"]++
			return nil
		}
		name = f.Sel
	}
	if name == nil {
		return nil
	}
	switch o := w.info.Uses[name].(type) {
	case *types.Func:
		if w.twins[o.Origin()] {
			return name
		}
	case *types.Var:
		w.result.Plain["a call of a function value"]++
	}
	return nil
}
