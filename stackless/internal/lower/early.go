package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Some operands gc copies at their place, before the calls that come after them, and others it
// reads after all calls. Which it does can depend on the size of the type. So an operand that gc
// may copy early is lowered only if nothing can change it meanwhile.

// isFixed reports whether the value of e is the same whenever it is read in the statement: it is
// made of constants and variables that only the function itself writes.
func (f *function) isFixed(e ast.Expr) bool {
	tv := f.u.p.Info.Types[e]
	if tv.Value != nil || tv.IsNil() || tv.IsType() {
		return true
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return f.isFixed(e.X)
	case *ast.Ident:
		if _, ok := f.u.p.Info.Uses[e].(*types.Func); ok {
			return true
		}
		return f.plainVariable(e) != nil || f.u.isTaskExpr(e, f.task)
	case *ast.FuncLit:
		return true
	case *ast.SelectorExpr:
		if f.isQualified(e) {
			_, isFunc := f.u.p.Info.Uses[e.Sel].(*types.Func)
			return isFunc
		}
		sel := f.u.p.Info.Selections[e]
		return sel.Kind() == types.FieldVal && !sel.Indirect() && f.isFixed(e.X)
	case *ast.UnaryExpr:
		return e.Op != token.ARROW && e.Op != token.AND && f.isFixed(e.X)
	case *ast.BinaryExpr:
		return e.Op != token.QUO && e.Op != token.REM && f.isFixed(e.X) && f.isFixed(e.Y)
	}
	if pieces, ok := f.subst[e]; ok && len(pieces) == 1 {
		_, isVariable := pieces[0].(*variable)
		return isVariable
	}
	return false
}

// checkKey refuses a key of a map that gc copies before a wait.
func (f *function) checkKey(e *ast.IndexExpr, more bool) {
	if f.isLast {
		return
	}
	if m, ok := f.u.p.Info.TypeOf(e.X).Underlying().(*types.Map); ok && more && !f.isFixed(e.Index) {
		if b, ok := m.Key().Underlying().(*types.Basic); !ok || b.Info()&(types.IsInteger|types.IsString) == 0 {
			refuse(e.Index.Pos(), "the key of a map is read before a wait of the same statement: assign it to a variable first")
		}
	}
}

// elementTypes are the elements of a composite literal with the types that they are converted
// to.
func (f *function) elementTypes(e *ast.CompositeLit) (es []converted) {
	t := f.u.p.Info.TypeOf(e).Underlying()
	if p, ok := t.(*types.Pointer); ok { // &T left out inside another literal
		t = p.Elem().Underlying()
	}
	for i, elt := range e.Elts {
		value := elt
		var to types.Type
		switch t := t.(type) {
		case *types.Slice:
			to = t.Elem()
		case *types.Array:
			to = t.Elem()
		case *types.Struct:
			to = t.Field(min(i, t.NumFields()-1)).Type()
		}
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			value = kv.Value
			if id, ok := kv.Key.(*ast.Ident); ok {
				if field, ok := f.u.p.Info.Uses[id].(*types.Var); ok && field.IsField() {
					to = field.Type()
				}
			}
		}
		es = append(es, converted{value, to})
	}
	return es
}

// A converted expression is converted to a type without a word in the text.
type converted struct {
	e  ast.Expr
	to types.Type
}

// checkConversions refuses operands that gc copies before a wait because they become interfaces.
func (f *function) checkConversions(pos token.Pos, es []converted, more bool) {
	more = more && !f.isLast
	last := -1
	for i, c := range es {
		if f.u.waitsIn(c.e, f.task) {
			last = i
		}
	}
	for i, c := range es {
		if (more || i < last) && c.to != nil && types.IsInterface(c.to) && f.copiesToInterface(c.e) {
			refuse(c.e.Pos(), "a value becomes an interface before a wait of the same statement: assign it to a variable first")
		}
	}
}

// copiesToInterface reports whether gc may copy the value of e early when it becomes an interface,
// and a later call could change it.
func (f *function) copiesToInterface(e ast.Expr) bool {
	t := f.u.p.Info.TypeOf(e)
	if t == nil || types.IsInterface(t) || f.isFixed(e) {
		return false
	}
	if _, ok := f.subst[e]; ok {
		return false
	}
	switch b := t.Underlying().(type) {
	case *types.Basic:
		return b.Info()&types.IsUntyped == 0 && b.Info()&types.IsComplex != 0
	case *types.Slice:
		return false
	}
	return !isPointerShaped(t)
}

func isPointerShaped(t types.Type) bool {
	switch t := t.Underlying().(type) {
	case *types.Pointer, *types.Map, *types.Chan, *types.Signature:
		return true
	case *types.Basic:
		return t.Kind() == types.UnsafePointer
	}
	return false
}

// checkArguments refuses arguments that gc copies before a wait of a later argument.
func (f *function) checkArguments(e *ast.CallExpr, more bool) {
	sig, ok := f.u.p.Info.TypeOf(e.Fun).Underlying().(*types.Signature)
	if !ok {
		return
	}
	var es []converted
	for i, arg := range e.Args {
		es = append(es, converted{arg, paramType(sig, i, e.Ellipsis.IsValid())})
	}
	f.checkConversions(e.Pos(), es, more)
}

// paramType is the type that argument i is converted to.
func paramType(sig *types.Signature, i int, spread bool) types.Type {
	n := sig.Params().Len()
	if sig.Variadic() && i >= n-1 && !spread {
		if s, ok := sig.Params().At(n - 1).Type().(*types.Slice); ok {
			return s.Elem()
		}
		return nil
	}
	if i >= n {
		return nil
	}
	return sig.Params().At(i).Type()
}

// checkMoves refuses an assignment of several values in which one is read before a wait: gc
// copies such a value when it becomes an interface.
func (f *function) checkMoves(s *ast.AssignStmt) {
	if len(s.Lhs) != len(s.Rhs) {
		return
	}
	var es []converted
	for i, rhs := range s.Rhs {
		es = append(es, converted{rhs, f.u.p.Info.TypeOf(s.Lhs[i])})
	}
	f.checkConversions(s.Pos(), es, false)
}
