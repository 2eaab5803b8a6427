package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// loop lowers the body of a loop: continue goes to next, break to end.
func (f *function) loop(name string, body *ast.BlockStmt, next, end *label) {
	f.loopOf(target{name: name, breaks: end, resumes: next}, body)
}

// loopOf lowers the body of a loop that is the target t.
func (f *function) loopOf(t target, body *ast.BlockStmt) {
	f.targets = append(f.targets, t)
	f.inLoop++
	f.list(body.List)
	f.inLoop--
	if f.inLoop == 0 {
		f.listed = nil
	}
	f.targets = f.targets[:len(f.targets)-1]
}

// forStmt lowers a for loop whose parts wait.
func (f *function) forStmt(s *ast.ForStmt, name string) {
	first := len(f.all)
	if s.Init != nil {
		f.stmt(s.Init)
	}
	var own []*variable // the variables of the loop
	for _, v := range f.all[first:] {
		if v.obj != nil && isDeclaredIn(f.u, v.obj, s.Init) {
			own = append(own, v)
		}
	}
	again, next, end := &label{hint: "again"}, &label{hint: "next"}, &label{hint: "end"}
	f.placeLabel(again)
	f.inLoop++
	if s.Cond != nil {
		f.hoist(s.Cond)
		f.emit(s.Cond.Pos(), "if !(", s.Cond, ") { goto ", end, " }")
	}
	f.inLoop--
	f.loop(name, s.Body, next, end)
	f.placeLabel(next)
	f.inLoop++
	// Each turn has variables of its own, which begin with the values of the last one.
	for _, v := range own {
		if v.cell && !f.u.loopVariablesAreShared(f.file) {
			last := f.names.fresh("last")
			f.emit(s.Pos(), "{ "+last+" := ", v, "; ", newCell{v}, "; ", def{v}, " = "+last+" }")
		}
	}
	if s.Post != nil {
		f.stmt(s.Post)
	}
	f.inLoop--
	f.jump(s.Body.End()-1, again)
	f.placeLabel(end)
}

// isDeclaredIn reports whether s declares obj.
func isDeclaredIn(u *unit, obj *types.Var, s ast.Stmt) bool {
	return s != nil && s.Pos() <= obj.Pos() && obj.Pos() < s.End()
}

// rangeStmt lowers a loop over something whose body waits, or which itself waits.
func (f *function) rangeStmt(s *ast.RangeStmt, name string) {
	if c, ok := f.u.rangeStep(s, f.task); ok {
		f.rangeOverStep(s, c, name)
		return
	}
	if f.rangeOverKnown(s, name) {
		return
	}
	t := coreType(f.u.p.Info.TypeOf(s.X))
	if isTypeParam(f.u.p.Info.TypeOf(s.X)) && !isMap(t) && !isSlice(t) {
		refuse(s.X.Pos(), "a loop that waits ranges over a value of a type parameter: index it, or give it a type")
	}
	switch t := t.(type) {
	case *types.Basic:
		if t.Info()&types.IsString != 0 {
			f.rangeOverString(s, name)
		} else {
			f.rangeOverInt(s, name)
		}
	case *types.Slice:
		f.rangeOverList(s, name, false)
	case *types.Array:
		f.rangeOverList(s, name, true)
	case *types.Pointer:
		f.rangeOverList(s, name, true)
	case *types.Chan:
		f.rangeOverChannel(s, name)
	case *types.Map:
		f.rangeOverMap(s, t, name)
	case *types.Signature:
		f.refused = append(f.refused, refusal{s.Pos(), "a loop that waits ranges over an iterator that the compiler does not know: collect its values in a slice first"})
		f.loop(name, s.Body, &label{}, &label{}) // for the reasons in it
	default:
		refuse(s.Pos(), "the compiler does not know how to range over %s", t)
	}
}

// isUsed reports whether a variable of a range clause is there.
func isUsed(e ast.Expr) bool {
	if e == nil {
		return false
	}
	id, ok := e.(*ast.Ident)
	return !ok || id.Name != "_"
}

func isMap(t types.Type) bool {
	_, ok := t.(*types.Map)
	return ok
}

func isSlice(t types.Type) bool {
	_, ok := t.(*types.Slice)
	return ok
}

// turn appends what a turn of a range begins with: key and value are assigned. A key that is nil
// has its value already.
func (f *function) turn(s *ast.RangeStmt, key, value []any) {
	f.turnWith(s, s.Key, key, s.Value, value)
}

// turnWith is turn for the variables k and v of the clause.
func (f *function) turnWith(s *ast.RangeStmt, k ast.Expr, key []any, v ast.Expr, value []any) {
	var left, right []any
	add := func(e ast.Expr, pieces []any) {
		if !isUsed(e) || pieces == nil {
			return
		}
		if len(left) > 0 {
			left, right = append(left, ", "), append(right, ", ")
		}
		left = append(left, f.rangeVariable(s, e))
		right = append(right, pieces...)
	}
	add(k, key)
	add(v, value)
	if len(left) > 0 {
		f.emit(s.Pos(), append(append(left, " = "), right...)...)
	}
}

// rangeVariable is the left side of the assignment of a variable of a range clause. One that the
// clause declares is a new one in each turn.
func (f *function) rangeVariable(s *ast.RangeStmt, e ast.Expr) any {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		if f.u.waitsIn(e, f.task) {
			refuse(e.Pos(), "a variable of a range clause waits: assign it in the body")
		}
		return e
	}
	if obj, ok := f.u.p.Info.Defs[id].(*types.Var); ok && s.Tok == token.DEFINE {
		v := f.vars[obj]
		if v == nil {
			v = f.declare(obj)
		}
		if v.cell {
			f.emit(id.Pos(), newCell{v})
		}
		return def{v}
	}
	if v := f.variableOf(id); v != nil {
		return def{v}
	}
	return e
}

// checkShared refuses loop variables that all turns share, as before Go 1.22, and that are
// captured.
func (f *function) checkShared(s *ast.RangeStmt) {
	if !f.u.loopVariablesAreShared(f.file) || s.Tok != token.DEFINE {
		return
	}
	for _, e := range []ast.Expr{s.Key, s.Value} {
		if id, ok := e.(*ast.Ident); ok {
			if obj, ok := f.u.p.Info.Defs[id].(*types.Var); ok && f.u.facts[obj].shared() {
				refuse(e.Pos(), "a variable that all turns of a loop share is captured: use Go 1.22 or later in go.mod")
			}
		}
	}
}

// stable is the value of e, as a piece that has it for the whole loop: a constant, a variable that is
// never written again, or a temporary.
func (f *function) stable(e ast.Expr, hint string, t types.Type) any {
	f.hoist(e)
	if f.u.p.Info.Types[e].Value != nil {
		return e
	}
	if v := f.plainVariable(e); v != nil && v.obj != nil && !f.u.facts[v.obj].modified && types.Identical(v.typ, t) {
		return v
	}
	v := f.temporary(hint, t, e.Pos())
	f.assign(e.Pos(), v, e)
	return v
}

// index is the variable that counts the turns of a range: the key itself, if nothing else writes
// it, and else a temporary from which each turn has its key.
func (f *function) index(s *ast.RangeStmt, key ast.Expr, t types.Type) (i *variable, isKey bool) {
	if id, ok := key.(*ast.Ident); ok && s.Tok == token.DEFINE && id.Name != "_" {
		if obj, ok := f.u.p.Info.Defs[id].(*types.Var); ok {
			if facts := f.u.facts[obj]; !facts.modified && !facts.addressed {
				return f.declare(obj), true
			}
		}
	}
	return f.temporary("i", t, s.Pos()), false
}

// rangeOverInt lowers a loop over the integers below one.
func (f *function) rangeOverInt(s *ast.RangeStmt, name string) {
	f.checkShared(s)
	t := types.Default(f.u.p.Info.TypeOf(s.X))
	if isUsed(s.Key) {
		t = f.u.p.Info.TypeOf(s.Key)
	}
	n := f.stable(s.X, "n", t)
	f.count(s, name, t, n, nil)
}

// rangeOverList lowers a loop over a slice, an array or a pointer to an array, which is evaluated
// once. An array of which only the length counts is not evaluated.
func (f *function) rangeOverList(s *ast.RangeStmt, name string, isArray bool) {
	f.checkShared(s)
	var x any = s.X
	if !isArray || isUsed(s.Value) {
		x = f.stable(s.X, "list", f.u.p.Info.TypeOf(s.X))
	} else if mayCall(s.X) {
		refuse(s.X.Pos(), "a loop that waits ranges over the length of an array that a call returns: assign it to a variable first")
	}
	f.count(s, name, types.Typ[types.Int], []any{"len(", x, ")"}, x)
}

// count lowers a loop that counts from 0 to n. The values are the elements of list.
func (f *function) count(s *ast.RangeStmt, name string, t types.Type, n, list any) {
	f.countWith(s, name, t, n, s.Key, s.Value, list)
}

// countWith is count for the variables key and value of the clause.
func (f *function) countWith(s *ast.RangeStmt, name string, t types.Type, n any, key, value ast.Expr, list any) {
	i, isKey := f.index(s, key, t)
	f.assign(s.Pos(), i, "0")
	again, next, end := &label{hint: "again"}, &label{hint: "next"}, &label{hint: "end"}
	f.placeLabel(again)
	f.emit(s.Pos(), "if !(", i, " < ", n, ") { goto ", end, " }")
	f.turnAt(s, i, isKey, key, value, list)
	f.loop(name, s.Body, next, end)
	f.placeLabel(next)
	f.emit(s.Pos(), def{i}, " = ", i, " + 1")
	f.jump(s.Body.End()-1, again)
	f.placeLabel(end)
}

// turnAt is what the turn of index i begins with.
func (f *function) turnAt(s *ast.RangeStmt, i *variable, isKey bool, key, value ast.Expr, list any) {
	from := []any{i}
	if isKey {
		from = nil
	}
	f.turnWith(s, key, from, value, []any{list, "[", i, "]"})
}

// rangeOverString lowers a loop over the runes of a string. Each turn decodes one, by a range over
// the rest of the string that stops at the second.
func (f *function) rangeOverString(s *ast.RangeStmt, name string) {
	f.checkShared(s)
	f.hoist(s.X)
	x := f.temporary("text", types.Default(f.u.p.Info.TypeOf(s.X)), s.X.Pos())
	intType := types.Typ[types.Int]
	from, to := f.temporary("from", intType, s.Pos()), f.temporary("to", intType, s.Pos())
	char := f.temporary("char", types.Typ[types.Rune], s.Pos())
	f.assign(s.X.Pos(), x, s.X)
	f.assign(s.Pos(), to, "0")
	again, end := &label{hint: "again"}, &label{hint: "end"}
	f.placeLabel(again)
	f.assign(s.Pos(), from, to)
	f.emit(s.Pos(), "if !(", from, " < len(", x, ")) { goto ", end, " }")
	f.assign(s.Pos(), to, "len(", x, ")")
	f.assign(s.Pos(), char, "0")
	j, c := f.names.fresh("j"), f.names.fresh("c")
	f.emit(s.Pos(), "for "+j+", "+c+" := range ", x, "[", from, ":] { if "+j+" > 0 { ", to, " = ", from, " + "+j+"; break }; ", char, " = "+c+" }")
	f.turn(s, []any{from}, []any{char})
	f.loop(name, s.Body, again, end)
	f.jump(s.Body.End()-1, again)
	f.placeLabel(end)
}

// rangeOverChannel lowers a loop over what a channel of Go receives.
func (f *function) rangeOverChannel(s *ast.RangeStmt, name string) {
	f.checkShared(s)
	f.hoist(s.X)
	t := f.u.p.Info.TypeOf(s.X)
	ch := f.temporary("ch", t, s.X.Pos())
	f.assign(s.X.Pos(), ch, s.X)
	v := f.temporary("v", t.Underlying().(*types.Chan).Elem(), s.Pos())
	ok := f.temporary("ok", types.Typ[types.Bool], s.Pos())
	again, end := &label{hint: "again"}, &label{hint: "end"}
	f.placeLabel(again)
	f.emit(s.Pos(), def{v}, ", ", def{ok}, " = <-", ch)
	f.emit(s.Pos(), "if !", ok, " { goto ", end, " }")
	f.turn(s, []any{v}, nil)
	f.loop(name, s.Body, again, end)
	f.jump(s.Body.End()-1, again)
	f.placeLabel(end)
}
