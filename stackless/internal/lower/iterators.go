package lower

import (
	"go/ast"
	"go/types"
)

// A known iterator is one of the standard library that ranges over its argument: a loop over it does the
// same as a range over the argument, which is evaluated once, before the first turn. These are all
// whose source is no more than that.
type knownIterator struct {
	ofMap            bool
	hasKey, hasValue bool // what it yields
	backward         bool
}

var knownIterators = map[string]knownIterator{
	"maps.All":        {ofMap: true, hasKey: true, hasValue: true},
	"maps.Keys":       {ofMap: true, hasKey: true},
	"maps.Values":     {ofMap: true, hasValue: true},
	"slices.All":      {hasKey: true, hasValue: true},
	"slices.Values":   {hasValue: true},
	"slices.Backward": {hasKey: true, hasValue: true, backward: true},
}

// knownIterator returns the iterator of the standard library over which a loop ranges, and its argument.
func (u *unit) knownIterator(s *ast.RangeStmt) (it knownIterator, x ast.Expr, ok bool) {
	call, ok := ast.Unparen(s.X).(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return it, nil, false
	}
	fn, _ := u.callee(call)
	if fn == nil || fn.Pkg() == nil || fn.Signature().Recv() != nil {
		return it, nil, false
	}
	it, ok = knownIterators[fn.Pkg().Path()+"."+fn.Name()]
	return it, call.Args[0], ok
}

// rangeOverKnown lowers a loop over a known iterator as one over its argument. It reports false if it
// cannot.
func (f *function) rangeOverKnown(s *ast.RangeStmt, name string) bool {
	it, x, ok := f.u.knownIterator(s)
	if !ok {
		return false
	}
	if _, isTuple := f.u.p.Info.TypeOf(x).(*types.Tuple); isTuple {
		return false
	}
	// The first variable of the clause is the value if the iterator yields no key.
	key, value := s.Key, s.Value
	if !it.hasKey {
		key, value = nil, s.Key
	}
	t := f.u.p.Info.TypeOf(ast.Unparen(s.X).(*ast.CallExpr).Fun).Underlying().(*types.Signature).Params().At(0).Type()
	switch core := coreType(t).(type) {
	case *types.Map:
		f.mapTurns(s, x, core, key, value, name)
	case *types.Slice:
		f.checkShared(s)
		list := f.stable(x, "list", t)
		if it.backward {
			f.countDown(s, name, list, key, value)
		} else {
			f.countWith(s, name, types.Typ[types.Int], []any{"len(", list, ")"}, key, value, list)
		}
	default:
		return false
	}
	return true
}

// countDown lowers a loop from the last element of a list to the first.
func (f *function) countDown(s *ast.RangeStmt, name string, list any, key, value ast.Expr) {
	i, isKey := f.index(s, key, types.Typ[types.Int])
	f.assign(s.Pos(), i, "len(", list, ") - 1")
	again, next, end := &label{hint: "again"}, &label{hint: "next"}, &label{hint: "end"}
	f.placeLabel(again)
	f.emit(s.Pos(), "if !(", i, " >= 0) { goto ", end, " }")
	f.turnAt(s, i, isKey, key, value, list)
	f.loop(name, s.Body, next, end)
	f.placeLabel(next)
	f.emit(s.Pos(), def{i}, " = ", i, " - 1")
	f.jump(s.Body.End()-1, again)
	f.placeLabel(end)
}
