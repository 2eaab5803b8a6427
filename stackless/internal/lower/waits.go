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
func (f *function) emitWait(e ast.Expr, results []any, call ...any) {
	pieces := []any{"if " + f.done}
	for _, r := range results {
		pieces = append(pieces, ", ", r)
	}
	pieces = append(pieces, " = ")
	pieces = append(pieces, call...)
	pieces = append(pieces, "; !"+f.done+" { ", suspend{}, " }")
	f.emit(e.Pos(), pieces...).waits = true
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
		args = append(args, f.argument(e.Args[i], paramType(s.direct, i, e.Ellipsis.IsValid())))
	}
	if e.Ellipsis.IsValid() {
		args = append(args, "...")
	}
	args = append(args, ")")
	return append(fun, args...), true
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

// A callee is a field of a frame that has the frames of calls of one function.
type callee struct {
	frame *frameType
	text  string // its type
	field string
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
		if inner := f.inner(fr, typeName); inner != "" {
			at := f.self + "." + inner
			f.emit(e.Pos(), append([]any{at + " = "}, pieces...)...)
			f.emitWait(e, defs(f.resultVariables(e, results)), at+".Poll("+f.taskName()+")")
			f.emit(e.Pos(), at+" = "+typeName+"{}")
			return true
		}
	}
	f.keepsStep = true
	st := f.self + ".st"
	edo := f.file.edo(f.u)
	f.emit(e.Pos(), append(append([]any{st + ".Set(&"}, pieces...), ")")...)
	f.emitWait(e, defs(f.resultVariables(e, results)), edo+".StepState["+typeName+"](&"+st+").Poll("+f.taskName()+")")
	f.emit(e.Pos(), st+".Set(nil)")
	return true
}

// inner returns the field for the frames of a small callee, or "" if the whole would be too
// large.
func (f *function) inner(fr *frameType, typeName string) string {
	total := fr.size
	for _, c := range f.callees {
		if c.frame == fr {
			return c.field
		}
		total += c.frame.size
	}
	if total > maxWhole {
		return ""
	}
	c := &callee{frame: fr, text: typeName, field: f.fields.fresh("call")}
	f.callees = append(f.callees, c)
	return c.field
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
	fields := fr.params
	pieces := []any{typeName + "{"}
	add := func(value ...any) {
		pieces = append(pieces, fields[0]+": ")
		pieces = append(append(pieces, value...), ", ")
		fields = fields[1:]
	}
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
	pieces = append(pieces, "}")
	return pieces, true
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

// borrow makes a call on a coroutine, which is borrowed until it has returned. The function and
// the arguments are kept in the frame until the coroutine has begun.
func (f *function) borrow(e *ast.CallExpr, c call, why string) {
	f.borrows = append(f.borrows, Reason{f.u.p.Fset.Position(e.Pos()), why})
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
	pieces := []any{edo + ".BorrowStep(" + f.taskName() + ", &" + f.self + ".st, func(" + f.taskName() + " *" + edo + ".Task) { "}
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
