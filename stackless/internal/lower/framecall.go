package lower

import (
	"go/ast"
	"go/types"
)

// A callee is a field of a frame that has the frames of calls of one function.
type callee struct {
	frame *frameType
	text  string // its type
	field string

	occupants []*variable // of its rooms, while the call is under way
}

// frameCall makes a call of a function with a frame. It reports false if that function is
// refused.
func (f *function) frameCall(e *ast.CallExpr, c call) bool {
	fr := c.old
	recursive := false
	if c.info != nil {
		fr = f.u.frameOf(c.info)
		if fr == nil {
			return false
		}
		recursive = c.info.stage == underWay
	}
	typeName, ok := f.frameTypeText(e, c, fr)
	if !ok {
		return false
	}
	fr.isUsed = true
	pieces, ok := f.frameLiteral(e, c, fr, typeName)
	if !ok {
		return false
	}
	results := resultTypes(f.u.p.Info.TypeOf(e.Fun).Underlying().(*types.Signature))
	if !recursive && fr.size > 0 && fr.size <= maxInner && len(fr.typeParams) == 0 {
		if inner := f.inner(fr, typeName); inner != nil {
			f.frame.apart = max(f.frame.apart, fr.apart)
			at := f.self + "." + inner.field
			f.emit(e.Pos(), append([]any{at + " = ", occupied{inner, true}}, pieces...)...).isAtomic = true
			f.emitWait(e, defs(f.resultVariables(e, results)), at+".Poll("+f.taskName()+")", occupied{inner, false}).call = inner
			f.emit(e.Pos(), at+" = "+typeName+"{}", occupied{inner, false})
			return true
		}
	}
	f.keepsStep = true
	f.frame.apart = max(f.frame.apart, fr.size+fr.apart)
	st := f.self + ".st"
	edo := f.file.edo(f.u)
	f.emit(e.Pos(), append(append([]any{st + ".Set(&"}, pieces...), ")")...)
	f.emitWait(e, defs(f.resultVariables(e, results)), edo+".StepState["+typeName+"](&"+st+").Poll("+f.taskName()+")")
	f.emit(e.Pos(), st+".Set(nil)")
	return true
}

// inner returns the field for the frames of a small callee, or nil if the whole would be too
// large.
func (f *function) inner(fr *frameType, typeName string) *callee {
	total := fr.size
	for _, c := range f.callees {
		if c.frame == fr {
			return c
		}
		total += c.frame.size
	}
	if total > maxWhole {
		return nil
	}
	c := &callee{frame: fr, text: typeName, field: f.fields.fresh("call")}
	f.callees = append(f.callees, c)
	f.openRooms(c)
	return c
}

// frameTypeText is the type of the callee's frame, as the file writes it.
func (f *function) frameTypeText(e *ast.CallExpr, c call, fr *frameType) (string, bool) {
	name := fr.name
	if fr.pkg != f.u.p.Types.Path() {
		name = f.file.importName(f.u, c.fn.Pkg()) + "." + name
	}
	if len(fr.typeParams) == 0 {
		return name, true
	}
	var args []types.Type
	if recv := c.fn.Signature().Recv(); recv != nil {
		t := types.Unalias(recv.Type())
		if p, ok := t.(*types.Pointer); ok {
			t = types.Unalias(p.Elem())
		}
		named, ok := t.(*types.Named)
		if !ok {
			return "", false
		}
		args = typeList(named.TypeArgs())
	} else {
		args = typeList(f.u.p.Info.Instances[c.name].TypeArgs)
	}
	if len(args) != len(fr.typeParams) {
		return "", false
	}
	for i, t := range args {
		sep := ", "
		if i == 0 {
			sep = "["
		}
		name += sep + f.u.typeText(f.file, t, e.Pos())
	}
	return name + "]", true
}

// frameLiteral is the frame of a call that begins: its arguments are fields.
func (f *function) frameLiteral(e *ast.CallExpr, c call, fr *frameType, typeName string) ([]any, bool) {
	if c.info != nil && c.info.stage == underWay {
		fr.isMade = true
	}
	var values [][]any
	add := func(value ...any) { values = append(values, value) }
	if c.fn.Signature().Recv() != nil {
		sel, ok := ast.Unparen(e.Fun).(*ast.SelectorExpr)
		if !ok {
			return nil, false
		}
		add(f.receiverValue(sel)...)
	}
	sig := f.u.p.Info.TypeOf(e.Fun).Underlying().(*types.Signature)
	n := sig.Params().Len()
	for i := range n {
		if i == c.task {
			continue
		}
		switch {
		case !sig.Variadic() || i < n-1:
			if i >= len(e.Args) {
				return nil, false // f(g()) with several results
			}
			add(e.Args[i])
		case e.Ellipsis.IsValid():
			add(e.Args[i])
		case len(e.Args) <= i:
			add("nil")
		default:
			value := []any{f.u.typeText(f.file, sig.Params().At(i).Type(), e.Pos()), "{"}
			for _, arg := range e.Args[i:] {
				value = append(value, arg, ", ")
			}
			add(append(value, "}")...)
		}
	}
	return fr.compose(typeName, values), true
}

// receiverValue is the receiver of a method call as the method gets it.
func (f *function) receiverValue(sel *ast.SelectorExpr) []any {
	selection := f.u.p.Info.Selections[sel]
	value := []any{sel.X}
	t := selection.Recv()
	path := selection.Index()
	for _, i := range path[:len(path)-1] {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		field := t.Underlying().(*types.Struct).Field(i)
		value = append(value, "."+field.Name())
		t = field.Type()
	}
	_, wantsPointer := types.Unalias(selection.Obj().(*types.Func).Signature().Recv().Type()).(*types.Pointer)
	_, isPointer := t.Underlying().(*types.Pointer)
	switch {
	case wantsPointer && !isPointer:
		return append(append([]any{"&("}, value...), ")")
	case !wantsPointer && isPointer:
		return append([]any{"*"}, value...)
	}
	return value
}
