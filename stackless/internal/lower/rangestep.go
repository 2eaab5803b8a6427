package lower

import (
	"go/ast"
	"go/types"
	"strings"
)

// A loopEnd is what runs when a loop over an iterator with a step form is left: the function that
// has the name of the step form with End for Step. The iterator keeps something in the loop's own
// Step until then. It is a method of the frame, which is also deferred by each Poll, as it must run
// when the function returns, panics or exits in the loop.
type loopEnd struct {
	body   *ast.BlockStmt
	method string
	call   []any
	kept   []*variable // what the call takes, which is forgotten after it
	ways   []way
}

// A way leads out of a loop, past its end, to a label outside.
type way struct{ begin, to *label }

// wayTo is the label of the way to a label.
func (e *loopEnd) wayTo(to *label) *label {
	for _, w := range e.ways {
		if w.to == to {
			return w.begin
		}
	}
	w := way{&label{hint: "leave"}, to}
	e.ways = append(e.ways, w)
	return w.begin
}

// has reports whether a label is one in the body of the loop.
func (e *loopEnd) has(l types.Object) bool {
	return l != nil && e.body.Pos() <= l.Pos() && l.Pos() < e.body.End()
}

// rangeStep returns the call of an iterator with a step form over which a loop ranges.
func (u *unit) rangeStep(s *ast.RangeStmt, task *types.Var) (call, bool) {
	n, ok := ast.Unparen(s.X).(*ast.CallExpr)
	if !ok {
		return call{}, false
	}
	c := call{task: -1}
	for i, arg := range n.Args {
		if u.isTaskExpr(arg, task) {
			c.task = i
		}
	}
	c.fn, c.name = u.callee(n)
	if c.fn == nil || c.task != 0 {
		return call{}, false
	}
	kind, name, ok := u.c.directives.Of(c.fn)
	if !ok || kind != "range" {
		return call{}, false
	}
	c.step = u.stepForm(n, c.fn, c.name, name)
	return c, true
}

// rangeOverStep lowers a loop over an iterator with a step form: each turn is a call that waits.
func (f *function) rangeOverStep(s *ast.RangeStmt, c call, name string) {
	f.checkShared(s)
	n := ast.Unparen(s.X).(*ast.CallExpr)
	yield, ok := f.u.p.Info.TypeOf(s.X).Underlying().(*types.Signature)
	if !ok || yield.Params().Len() != 1 {
		refuse(s.Pos(), "%s is no iterator", c.fn.Name())
	}
	var values []types.Type
	for v := range yield.Params().At(0).Type().Underlying().(*types.Signature).Params().Variables() {
		values = append(values, v.Type())
	}
	if c.step == nil || len(c.step.waiting) > 0 || !c.step.fits(2, values) {
		refuse(s.Pos(), "the step form of %s does not fit it", c.fn.Name())
	}
	f.hoistForCall(n)
	pieces, end := f.rangePieces(s, n, c)
	more := f.temporary("more", types.Typ[types.Bool], s.Pos())
	results := []any{def{more}}
	var vars []*variable
	for _, t := range values {
		v := f.temporary("v", t, s.Pos())
		vars = append(vars, v)
		results = append(results, def{v})
	}
	again, after := &label{hint: "again"}, &label{hint: "end"}
	f.placeLabel(again)
	f.emitWait(n, results, pieces...)
	f.emit(s.Pos(), "if !", more, " { goto ", after, " }")
	var key, value []any
	if len(vars) > 0 {
		key = []any{vars[0]}
	}
	if len(vars) > 1 {
		value = []any{vars[1]}
	}
	f.turn(s, key, value)
	f.loopOf(target{name: name, breaks: after, resumes: again, end: end}, s.Body)
	f.jump(s.Body.End()-1, again)
	if end != nil {
		for _, w := range end.ways {
			f.placeLabel(w.begin)
			f.runEnd(s, end)
			f.jump(s.Body.End()-1, w.to)
		}
	}
	f.placeLabel(after)
	if end != nil {
		f.runEnd(s, end) // it does nothing if there were no more values
	}
}

// runEnd runs the end of a loop.
func (f *function) runEnd(s *ast.RangeStmt, end *loopEnd) {
	f.emit(s.Body.End()-1, f.self+"."+end.method+"(&"+f.done+")")
}

// rangePieces is the call that makes a step of a loop, and the end of the loop. The arguments are
// evaluated once.
func (f *function) rangePieces(s *ast.RangeStmt, n *ast.CallExpr, c call) (pieces []any, end *loopEnd) {
	endName := f.u.endOf(c)
	if endName != "" && c.step.state {
		end = &loopEnd{body: s.Body, method: f.fields.fresh("end" + itoa(len(f.ends)+1))}
		f.ends = append(f.ends, end)
	}
	pieces = f.stepFun(n, c, c.step.name)
	call := []any{"("}
	if !c.step.ofTask {
		call = append(call, f.taskName())
	}
	state := "&" + f.self + ".st"
	if end != nil {
		loop := f.temporary("loop", f.u.stepType(), s.Pos())
		loop.pinned = true
		end.call = []any{f.qualified(c.fn.Pkg(), endName) + f.typeArgs(c.name) + "(&", loop}
		call = append(call, ", &", loop)
	} else if c.step.state {
		f.keepsStep = true
		call = append(call, ", "+state)
	}
	for i := f.firstArg(c.step); i < len(n.Args); i++ {
		arg := f.rangeArgument(n.Args[i], paramType(c.step.direct, i, n.Ellipsis.IsValid()), end)
		if i > 0 {
			call = append(call, ", ")
		}
		call = append(call, arg)
		if end != nil {
			end.call = append(end.call, ", ", arg)
		}
	}
	if n.Ellipsis.IsValid() {
		call = append(call, "...")
	}
	if end != nil {
		end.call = append(end.call, ")")
	}
	return append(append(pieces, call...), ")"), end
}

// endOf is the name of the function that runs when a loop over the iterator is left, or "".
func (u *unit) endOf(c call) string {
	name := strings.TrimSuffix(c.step.name, "Step") + "End"
	if c.fn.Signature().Recv() != nil {
		return ""
	}
	if _, ok := c.fn.Pkg().Scope().Lookup(name).(*types.Func); !ok {
		return ""
	}
	return name
}

// qualified is the name of a package's function as the file writes it.
func (f *function) qualified(p *types.Package, name string) string {
	if prefix := f.file.importName(f.u, p); prefix != "" {
		return prefix + "." + name
	}
	return name
}

// typeArgs are the type arguments with which the text instantiates a function, or "".
func (f *function) typeArgs(ident *ast.Ident) string {
	var list []string
	for _, t := range typeList(f.u.p.Info.Instances[ident].TypeArgs) {
		list = append(list, f.u.typeText(f.file, t, ident.Pos()))
	}
	if len(list) == 0 {
		return ""
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// sharesResults reports whether others than the function can write one of its results.
func (u *unit) sharesResults(sig *types.Signature) bool {
	for v := range sig.Results().Variables() {
		if facts := u.facts[v]; facts != nil && facts.shared() {
			return true
		}
	}
	return false
}

// hasLoopEnds reports whether the function has a loop with an end.
func (f *function) hasLoopEnds() bool {
	found := false
	inspectOwn(f.body, func(n ast.Node) bool {
		if s, ok := n.(*ast.RangeStmt); ok {
			c, isStep := f.u.rangeStep(s, f.task)
			found = found || isStep && c.step != nil && f.u.endOf(c) != ""
		}
		return !found
	})
	return found
}

// rangeArgument is an argument of the call of each turn, which is evaluated once. The end of a loop
// takes it at any time, so that it lies in a field of its own until then.
func (f *function) rangeArgument(e ast.Expr, to types.Type, end *loopEnd) any {
	a := f.argument(e, to)
	v, isVariable := a.(*variable)
	if !isVariable {
		return a
	}
	if v.obj != nil && (f.u.facts[v.obj].modified || end != nil && !f.isOnlyHere(v)) {
		v = f.temporary("arg", v.typ, e.Pos())
		f.assign(e.Pos(), v, e)
	}
	if end != nil {
		v.pinned = true
		end.kept = append(end.kept, v)
	}
	return v
}

// isOnlyHere reports whether the function refers to a variable once, in a place that it comes to
// once.
func (f *function) isOnlyHere(v *variable) bool {
	n := 0
	ast.Inspect(f.body, func(node ast.Node) bool {
		if id, ok := node.(*ast.Ident); ok && f.u.p.Info.Uses[id] == v.obj {
			n++
		}
		return true
	})
	return n == 1 && f.inLoop == 0 && !f.hasGoto
}

// endText is the text of the methods that end loops.
func (f *function) endText(use string) string {
	var b strings.Builder
	for _, e := range f.ends {
		b.WriteString("\n" + f.u.line(e.body.Rbrace) + "func (" + f.self + " *" + f.frame.name + use + ") " + e.method + "(" + f.done + " *bool) {\n")
		b.WriteString("\tif !*" + f.done + " {\n\t\treturn\n\t}\n")
		b.WriteString(f.u.line(e.body.Rbrace) + "\t" + f.pieces(nil, e.call) + "\n")
		for _, v := range e.kept {
			if f.keeps(v) {
				b.WriteString("\t" + f.value(v) + " = " + f.u.zero(f.file, v.typ, v.pos) + "\n")
			}
		}
		b.WriteString("}\n")
	}
	return b.String()
}
