package lower

import (
	"go/ast"
	"go/types"
)

// rangeOverMap lowers a loop over a map. The frame has the place in the map between the turns.
func (f *function) rangeOverMap(s *ast.RangeStmt, t *types.Map, name string) {
	f.mapTurns(s, s.X, t, s.Key, s.Value, name)
}

// mapTurns lowers a loop over the entries of the map x, with the variables for key and value.
func (f *function) mapTurns(s *ast.RangeStmt, x ast.Expr, t *types.Map, key, value ast.Expr, name string) {
	f.checkShared(s)
	f.hoist(x)
	var m any = x
	if f.u.p.Info.Types[x].IsNil() { // the argument of an iterator
		nothing := f.temporary("m", t, x.Pos())
		f.assign(x.Pos(), nothing, x)
		m = nothing
	}
	k, v := f.u.entryType(t.Key(), key), f.u.entryType(t.Elem(), value)
	entries := f.temporary("entries", f.u.mapRange(k, v, s), x.Pos())
	typeArgs := "[" + f.u.typeText(f.file, k, s.Pos()) + ", " + f.u.typeText(f.file, v, s.Pos()) + "]"
	f.assign(x.Pos(), entries, f.file.edo(f.u)+".RangeMap"+typeArgs+"(", m, ")")
	again, end := &label{hint: "again"}, &label{hint: "end"}
	f.placeLabel(again)
	f.emit(s.Pos(), "if !", entries, ".Next() { goto ", end, " }")
	f.turnWith(s, key, []any{entries, ".Key()"}, value, []any{entries, ".Value()"})
	f.loop(name, s.Body, again, end)
	f.jump(s.Body.End()-1, again)
	f.placeLabel(end)
}

// entryType is the type in which a loop reads the keys, or the values, of a map: their own if the
// package can name it, else that of the variable, to which they are assigned.
func (u *unit) entryType(t types.Type, e ast.Expr) types.Type {
	switch {
	case !isUsed(e):
		return types.NewStruct(nil, nil)
	case u.canName(t):
		return t
	}
	if v := u.p.Info.TypeOf(e); v != nil {
		return v
	}
	return t
}

// mapRange is the type *edo.MapRange for keys and values of the given types.
func (u *unit) mapRange(key, value types.Type, s *ast.RangeStmt) types.Type {
	generic := u.edo.Scope().Lookup("MapRange")
	if generic == nil {
		refuse(s.Pos(), "a loop that waits ranges over a map, and the version of edo in go.mod has no MapRange")
	}
	named, err := types.Instantiate(nil, generic.Type(), []types.Type{key, value}, false)
	if err != nil {
		refuse(s.Pos(), "a loop that waits ranges over a map: %v", err)
	}
	return types.NewPointer(named)
}

// coreType is the type below that of a value over which a loop ranges. A type parameter has one if all
// its types have the same; nil: it has none.
func coreType(t types.Type) types.Type {
	p, ok := types.Unalias(t).(*types.TypeParam)
	if !ok {
		return t.Underlying()
	}
	var core types.Type
	for e := range p.Constraint().Underlying().(*types.Interface).EmbeddedTypes() {
		terms := []types.Type{e}
		if union, ok := types.Unalias(e).(*types.Union); ok {
			terms = nil
			for term := range union.Terms() {
				terms = append(terms, term.Type())
			}
		}
		for _, term := range terms {
			under := term.Underlying()
			if types.IsInterface(under) || core != nil && !types.Identical(core, under) {
				return nil
			}
			core = under
		}
	}
	return core
}
