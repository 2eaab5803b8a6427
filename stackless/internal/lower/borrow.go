package lower

import (
	"go/ast"
	"go/types"
)

// borrow makes a call on a coroutine, which is borrowed until it has returned. The function and
// the arguments are kept in the frame until the coroutine has begun.
func (f *function) borrow(e *ast.CallExpr, c call, why string) {
	f.borrows = append(f.borrows, Reason{Pos: f.u.p.Fset.Position(e.Pos()), Text: why, May: c.fn == nil})
	sig := f.u.p.Info.TypeOf(e.Fun).Underlying().(*types.Signature)
	fun := f.borrowedFun(e, c)
	args := []any{"("}
	for i, arg := range e.Args {
		if i > 0 {
			args = append(args, ", ")
		}
		if f.u.isTaskExpr(arg, f.task) {
			args = append(args, f.taskName())
			continue
		}
		args = append(args, f.argument(arg, paramType(sig, i, e.Ellipsis.IsValid())))
	}
	if e.Ellipsis.IsValid() {
		args = append(args, "...")
	}
	args = append(args, ")")
	results := f.resultVariables(e, resultTypes(sig))
	call := []any{}
	for i, r := range results {
		r.must = true // the coroutine writes it
		if i > 0 {
			call = append(call, ", ")
		}
		call = append(call, def{r})
	}
	if len(results) > 0 {
		call = append(call, " = ")
	}
	call = append(append(call, fun...), args...)
	edo := f.file.edo(f.u)
	borrow := ".LendStep("
	if f.u.mayKeep(e, c) {
		borrow = ".BorrowStep("
	}
	pieces := []any{edo + borrow + f.taskName() + ", &" + f.self + ".st, func(" + f.taskName() + " *" + edo + ".Task) { "}
	pieces = append(append(pieces, call...), " })")
	f.keepsStep = true
	if c.fn != nil {
		f.emitWait(e, nil, pieces...)
		return
	}
	// A function value may be one that makes steps.
	st := "&" + f.self + ".st"
	ask := []any{"if " + edo + ".AskStep(" + f.taskName() + ", " + st + ", "}
	ask = append(append(ask, fun...), ") { ")
	ask = append(ask, call...)
	ask = append(ask, "; "+f.done+" = "+edo+".HasStepped("+st+") } else { "+f.done+" = ")
	ask = append(append(ask, pieces...), " }; if !"+f.done+" { ", suspend{}, " }")
	f.emit(e.Pos(), ask...).waits = true
}

// borrowedFun is the function of a call on a coroutine.
func (f *function) borrowedFun(e *ast.CallExpr, c call) []any {
	fun := ast.Unparen(e.Fun)
	if sel, ok := fun.(*ast.SelectorExpr); ok && !f.isQualified(sel) {
		if s := f.u.p.Info.Selections[sel]; s.Kind() == types.MethodVal {
			return append(f.receiver(sel), "."+sel.Sel.Name)
		}
	}
	if c.fn != nil {
		return []any{fun}
	}
	if v := f.plainVariable(fun); v != nil {
		return []any{v}
	}
	t := f.temporary("fn", f.u.p.Info.TypeOf(fun), fun.Pos())
	f.assign(fun.Pos(), t, fun)
	return []any{t}
}
