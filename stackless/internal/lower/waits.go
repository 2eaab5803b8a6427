package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// wait makes the operations of a call that waits, and lets temporaries stand for its results.
func (f *function) wait(e *ast.CallExpr, c call) {
	// What is called before the call itself, in order.
	f.hoistForCall(e)
	switch c.kind {
	case stepCall:
		if !f.stepCall(e, c) {
			f.borrow(e, c, "a function that it is given is not lowered")
		}
	case frameCall:
		if !f.frameCall(e, c) {
			f.borrow(e, c, c.fn.Name()+" is not lowered")
		}
	case borrowCall:
		f.borrow(e, c, c.why)
	}
}

// hoistForCall hoists all calls in the function and the arguments of a call that waits.
func (f *function) hoistForCall(e *ast.CallExpr) {
	parts := f.operands(e)
	last := -1
	for i, part := range parts {
		if _, isTuple := f.u.p.Info.TypeOf(part).(*types.Tuple); isTuple {
			refuse(part.Pos(), "a call that waits gets the results of another call: assign them to variables first")
		}
		if mayCall(part) {
			last = i
		}
	}
	was := f.isLast
	for i, part := range parts {
		f.isLast = i >= last
		f.hoistExpr(part, true)
	}
	f.isLast = was
}

// operands are what a call evaluates before it is made: the function, or the receiver of a method,
// and the arguments.
func (f *function) operands(e *ast.CallExpr) []ast.Expr {
	fun := e.Fun
	if sel, ok := ast.Unparen(fun).(*ast.SelectorExpr); ok && !f.isQualified(sel) && f.u.p.Info.Selections[sel].Kind() == types.MethodVal {
		fun = sel.X
	}
	return append([]ast.Expr{fun}, e.Args...)
}

// mayCall reports whether evaluating e may run code that changes variables.
func mayCall(e ast.Expr) bool {
	found := false
	inspectOwn(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		}
		return !found
	})
	return found
}

// resultVariables makes temporaries for the results of a call, which stand for it from now on.
func (f *function) resultVariables(e *ast.CallExpr, results []types.Type) []*variable {
	var rs []*variable
	pieces := []any{}
	for i, t := range results {
		r := f.temporary("t", t, e.Pos())
		rs = append(rs, r)
		if i > 0 {
			pieces = append(pieces, ", ")
		}
		pieces = append(pieces, r)
	}
	f.subst[e] = pieces
	return rs
}

// emitWait appends the operation that makes a step of a call: the results are written when it
// is done, and else Poll returns.
func (f *function) emitWait(e ast.Expr, results []any, call ...any) *op {
	pieces := []any{"if " + f.done}
	for _, r := range results {
		pieces = append(pieces, ", ", r)
	}
	pieces = append(pieces, " = ")
	pieces = append(pieces, call...)
	pieces = append(pieces, "; !"+f.done+" { ", suspend{}, " }")
	o := f.emit(e.Pos(), pieces...)
	o.waits = true
	return o
}

func defs(vs []*variable) (pieces []any) {
	for _, v := range vs {
		pieces = append(pieces, def{v})
	}
	return pieces
}

// stepCall makes a call of a step form. It reports false if a literal among the arguments is not
// lowered.
func (f *function) stepCall(e *ast.CallExpr, c call) bool {
	results := resultTypes(c.step.direct)
	if !c.step.fits(1, results) {
		return false
	}
	pieces, ok := f.stepPieces(e, c)
	if !ok {
		return false
	}
	f.emitWait(e, defs(f.resultVariables(e, results)), pieces...)
	return true
}

// stepPieces is the call of the step form. Its arguments are the same at each step.
func (f *function) stepPieces(e *ast.CallExpr, c call) (pieces []any, ok bool) {
	s := c.step
	if e.Ellipsis.IsValid() && s.futures[s.direct.Params().Len()-1] {
		return nil, false
	}
	closures := map[int][]any{}
	for i := range e.Args {
		if s.waiting[i] {
			closure, ok := f.stepClosure(e.Args[i], s.sig.Params().At(s.first+i-f.firstArg(s)).Type())
			if !ok {
				return nil, false
			}
			closures[i] = closure
		}
	}
	fun := f.stepFun(e, c, s.name)
	args := []any{"("}
	if !s.ofTask {
		args = append(args, f.taskName())
		if s.state {
			args = append(args, ", ")
		}
	}
	if s.state {
		args = append(args, "&"+f.self+".st")
		f.keepsStep = true
	}
	for i := f.firstArg(s); i < len(e.Args); i++ {
		if i > 0 || s.state || !s.ofTask {
			args = append(args, ", ")
		}
		if closure, ok := closures[i]; ok {
			t := f.temporary("fn", s.sig.Params().At(s.first+i-f.firstArg(s)).Type(), e.Args[i].Pos())
			f.assign(e.Args[i].Pos(), t, closure...)
			args = append(args, t)
			continue
		}
		if at := min(i, s.direct.Params().Len()-1); s.futures[at] {
			args = append(args, f.futureArgument(e.Args[i], s.sig.Params().At(s.first+at-f.firstArg(s)).Type()))
			continue
		}
		args = append(args, f.argument(e.Args[i], paramType(s.direct, i, e.Ellipsis.IsValid())))
	}
	if e.Ellipsis.IsValid() {
		args = append(args, "...")
	}
	args = append(args, ")")
	return append(fun, args...), true
}

// futureArgument is an argument that is a future in the place of a function that waits. It is made
// once.
func (f *function) futureArgument(e ast.Expr, t types.Type) any {
	if list, ok := t.(*types.Slice); ok {
		t = list.Elem()
	}
	v := f.temporary("future", t, e.Pos())
	f.assign(e.Pos(), v, async{e, types.Unalias(t).(*types.Named).TypeArgs().At(0)})
	return v
}

// asyncText is the future of a function: its frame, or a coroutine.
func (f *function) asyncText(a async) string {
	edo := f.file.edo(f.u)
	of := "[" + f.u.typeText(f.file, a.result, a.e.Pos()) + "]("
	if frame, ok := f.u.frameValue(f.file, a.e, f); ok {
		return edo + ".AsyncStep" + of + frame + ")"
	}
	return edo + ".Async" + of + f.u.text(f.file, a.e, f.replace) + ")"
}

// firstArg is the first argument after the Task.
func (f *function) firstArg(s *stepForm) int {
	if s.ofTask {
		return 0
	}
	return 1
}

// stepFun is the function of a call with another name: the step form beside the direct form.
func (f *function) stepFun(e *ast.CallExpr, c call, name string) []any {
	fun := ast.Unparen(e.Fun)
	if sel, ok := fun.(*ast.SelectorExpr); ok && !f.isQualified(sel) {
		return append(f.receiver(sel), "."+name)
	}
	f.subst[c.name] = []any{name}
	return []any{fun}
}

// receiver is the operand of a method, which is evaluated once.
func (f *function) receiver(sel *ast.SelectorExpr) []any {
	if f.u.isTaskExpr(sel.X, f.task) {
		return []any{f.taskName()}
	}
	if v := f.plainVariable(sel.X); v != nil {
		return []any{v}
	}
	selection := f.u.p.Info.Selections[sel]
	t := f.u.p.Info.TypeOf(sel.X)
	if takesAddress(selection) {
		r := f.temporary("recv", types.NewPointer(t), sel.Pos())
		f.assign(sel.Pos(), r, "&", sel.X)
		return []any{r}
	}
	r := f.temporary("recv", t, sel.Pos())
	f.assign(sel.Pos(), r, sel.X)
	return []any{r}
}

// argument is an argument of a call that is made at each step: it is evaluated once, unless it
// cannot change.
func (f *function) argument(e ast.Expr, to types.Type) any {
	info := f.u.p.Info
	if tv := info.Types[e]; tv.Value != nil || tv.IsNil() {
		return e
	}
	t := info.TypeOf(e)
	becomesInterface := to != nil && types.IsInterface(to) && !types.IsInterface(t) && !isTypeParam(to)
	if v := f.plainVariable(e); v != nil && (!becomesInterface || isPointerShaped(t)) {
		return v
	}
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		if _, isFunc := info.Uses[id].(*types.Func); isFunc {
			return e
		}
	}
	if becomesInterface && (!isPointerShaped(t) || !f.u.canName(t)) || to != nil && !f.u.canName(t) {
		t = to
	}
	a := f.temporary("arg", types.Default(t), e.Pos())
	f.assign(e.Pos(), a, e)
	return a
}

func isTypeParam(t types.Type) bool {
	_, ok := types.Unalias(t).(*types.TypeParam)
	return ok
}
