package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// A deferred is a deferred call of a lowered function: a method that Poll defers at its entry. It
// does nothing unless the statement was reached, and while Poll only suspends. The method is
// what the source defers, so that recover works in it.
type deferred struct {
	pos    token.Pos
	method string
	bit    string
	lit    *ast.FuncLit // its body; nil: a call
	call   []any
	list   string // not "": the field with the calls that a loop defers
}

// deferred lowers a defer statement: the arguments are evaluated and kept, and the method is armed.
func (f *function) deferred(s *ast.DeferStmt) {
	switch {
	case f.hasGoto:
		refuse(s.Pos(), "a call is deferred in a function with goto: move one of them to a function of its own")
	case len(f.defers) == 64:
		refuse(s.Pos(), "the function defers more than 64 calls: split it")
	}
	f.hoistCall(s.Call)
	if f.inLoop > 0 {
		f.deferInLoop(s)
		return
	}
	d := &deferred{pos: s.Pos(), method: f.fields.fresh("defer" + itoa(len(f.defers)+1)), bit: fmt.Sprintf("1<<%d", len(f.defers))}
	if lit, ok := ast.Unparen(s.Call.Fun).(*ast.FuncLit); ok {
		f.deferLiteral(d, s, lit)
	} else {
		f.deferCall(d, s)
	}
	f.defers = append(f.defers, d)
	f.emit(s.Pos(), f.self+".armed |= "+d.bit)
}

// deferLiteral defers a literal. Its parameters become variables, and so do those of the function
// that it refers to: all of them are fields to the end.
func (f *function) deferLiteral(d *deferred, s *ast.DeferStmt, lit *ast.FuncLit) {
	d.lit = lit
	if lit.Type.Results != nil && lit.Type.Results.NumFields() > 0 {
		refuse(lit.Pos(), "a deferred literal has results, which are lost: leave them out")
	}
	sig := f.u.p.Info.TypeOf(lit).Underlying().(*types.Signature)
	if sig.Variadic() {
		refuse(lit.Pos(), "a deferred literal takes a variable number of arguments: give it a slice")
	}
	if len(s.Call.Args) != sig.Params().Len() {
		refuse(s.Pos(), "a deferred literal gets the results of a call: assign them to variables first")
	}
	for i, arg := range s.Call.Args {
		obj := sig.Params().At(i)
		v := f.declare(obj)
		if v.cell {
			f.emit(arg.Pos(), newCell{v})
		}
		if f.u.isTaskExpr(arg, f.task) {
			refuse(arg.Pos(), "a deferred literal takes the Task: let it use the Task of the function")
		}
		v.pinned = true
		f.emit(arg.Pos(), def{v}, " = ", arg)
	}
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if v := f.variableOf(id); v != nil {
				v.pinned = true
			}
		}
		return true
	})
}

// deferCall defers a call of a known function that does not recover: it is called by the deferred
// method, where recover would find nothing.
func (f *function) deferCall(d *deferred, s *ast.DeferStmt) {
	n := s.Call
	info := f.u.p.Info
	isBuiltin := info.Types[n.Fun].IsBuiltin()
	fn, _ := f.u.callee(n)
	switch {
	case isBuiltin:
		if id, ok := ast.Unparen(n.Fun).(*ast.Ident); ok && id.Name == "recover" {
			refuse(s.Pos(), "recover is deferred itself: call it in a deferred literal")
		}
	case f.u.classify(n, f.task).kind != plainCall:
		refuse(s.Pos(), "a deferred call waits: wait before the function returns, or drop instead")
	case fn == nil && isCancel(info.TypeOf(n.Fun)):
	case fn == nil:
		refuse(s.Pos(), "a deferred function is a value, which may recover: defer a literal that calls it")
	case fn.Signature().Recv() != nil && types.IsInterface(fn.Signature().Recv().Type()):
		refuse(s.Pos(), "a deferred method is one of an interface, which may recover: defer a literal that calls it")
	case f.u.mayRecover(fn):
		refuse(s.Pos(), "the deferred function %s may recover: defer a literal that recovers", fn.Name())
	}
	keep := func(e ast.Expr, t types.Type, pieces ...any) any {
		v := f.plainVariable(e)
		if v != nil && v.obj != nil && len(pieces) == 1 && !f.u.facts[v.obj].modified && types.AssignableTo(v.typ, t) {
			v.pinned = v.pinned || d.list == "" // nothing writes it
			return v
		}
		v = f.temporary("kept", t, e.Pos())
		v.pinned = d.list == ""
		f.assign(e.Pos(), v, pieces...)
		return v
	}
	fun := ast.Unparen(n.Fun)
	if sel, ok := fun.(*ast.SelectorExpr); ok && fn != nil && !f.isQualified(sel) && info.Selections[sel].Kind() == types.MethodVal {
		if f.u.isTaskExpr(sel.X, f.task) {
			d.call = append(d.call, f.taskName())
		} else {
			// The receiver, and not the operand: what is promoted is found when the call is deferred.
			recv := info.Selections[sel].Obj().(*types.Func).Signature().Recv().Type()
			d.call = append(d.call, keep(sel.X, recv, f.receiverValue(sel)...))
		}
		d.call = append(d.call, "."+sel.Sel.Name)
	} else if fn == nil && !isBuiltin {
		d.call = append(d.call, keep(fun, info.TypeOf(fun), fun))
	} else {
		d.call = append(d.call, fun)
	}
	d.call = append(d.call, "(")
	sig, _ := info.TypeOf(n.Fun).Underlying().(*types.Signature)
	for i, arg := range n.Args {
		if i > 0 {
			d.call = append(d.call, ", ")
		}
		tv := info.Types[arg]
		switch {
		case tv.Value != nil || tv.IsNil() || tv.IsType():
			d.call = append(d.call, arg)
		case f.u.isTaskExpr(arg, f.task):
			d.call = append(d.call, f.taskName())
		default:
			if _, isTuple := tv.Type.(*types.Tuple); isTuple {
				refuse(arg.Pos(), "a deferred call gets the results of another: assign them to variables first")
			}
			t := tv.Type
			if sig != nil && !isBuiltin {
				if to := paramType(sig, i, n.Ellipsis.IsValid()); to != nil && types.IsInterface(to) && !isTypeParam(to) {
					t = to
				}
			}
			d.call = append(d.call, keep(arg, types.Default(t), arg))
		}
	}
	if n.Ellipsis.IsValid() {
		d.call = append(d.call, "...")
	}
	d.call = append(d.call, ")")
}

// deferEntry is what Poll defers at its entry: first, and so last, what hands on the results, and last
// the ends of loops. Until Poll suspends it is done, so that a panic ends the function.
func (f *function) deferEntry() string {
	if !f.exits() {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\t%s = true\n", f.done)
	if names := f.handedOn(); len(names) > 0 {
		fmt.Fprintf(&b, "\tdefer %s.%s(&%s, &%s)\n", f.self, f.finishName, f.done, strings.Join(names, ", &"))
	}
	for _, d := range f.defers {
		fmt.Fprintf(&b, "\tdefer %s.%s(&%s, %s)\n", f.self, d.method, f.done, f.taskName())
	}
	for _, e := range f.ends {
		fmt.Fprintf(&b, "\tdefer %s.%s(&%s)\n", f.self, e.method, f.done)
	}
	return b.String()
}

// handedOn are the results of Poll that a deferred method sets, from the variables: named results, which
// other deferred calls may change.
func (f *function) handedOn() []string {
	if f.isNamed && f.finishes() {
		return f.outNames
	}
	return nil
}

// finishes reports whether deferred calls end the function, and may write its results.
func (f *function) finishes() bool { return len(f.defers) > 0 || f.endsWrite }

// deferText is the text of the deferred methods.
func (f *function) deferText(use string) string {
	if !f.finishes() {
		return ""
	}
	var b strings.Builder
	recv := "(" + f.self + " *" + f.frame.name + use + ")"
	// 1. Named results are those of the variables, also after a panic that was recovered.
	if names := f.handedOn(); len(names) > 0 {
		fmt.Fprintf(&b, "\nfunc %s %s(%s *bool", recv, f.finishName, f.done)
		for i, name := range names {
			fmt.Fprintf(&b, ", %s *%s", name, f.u.typeText(f.file, f.sig.Results().At(i).Type(), f.node.Pos()))
		}
		fmt.Fprintf(&b, ") {\n\tif !*%s {\n\t\treturn\n\t}\n", f.done)
		for i, name := range names {
			fmt.Fprintf(&b, "\t*%s = %s\n", name, f.value(f.results[i]))
		}
		b.WriteString("}\n")
	}
	// 2. What the source defers.
	for _, d := range f.defers {
		if d.list != "" {
			b.WriteString(f.listText(d, recv))
			continue
		}
		fmt.Fprintf(&b, "\n%sfunc %s %s(%s *bool, %s *%s.Task) {\n\tif !*%s || %s.armed&(%s) == 0 {\n\t\treturn\n\t}\n\t%s.armed &^= %s\n",
			f.u.line(d.pos), recv, d.method, f.done, f.taskName(), f.file.edo(f.u), f.done, f.self, d.bit, f.self, d.bit)
		if d.lit == nil {
			fmt.Fprintf(&b, "%s\t%s\n}\n", f.u.line(d.pos), f.pieces(nil, d.call))
			continue
		}
		b.WriteString(f.deferBody(d))
		b.WriteString("}\n")
	}
	return b.String()
}

// deferBody is the body of a deferred literal. What literals inside it capture is copied at its
// beginning.
func (f *function) deferBody(d *deferred) string {
	var b strings.Builder
	var pieces []any
	for _, s := range d.lit.Body.List {
		pieces = append(pieces, s)
	}
	f.alias = map[*variable]string{}
	defer func() { f.alias = nil }()
	for _, v := range f.captures(pieces) {
		if f.alias[v] == "" {
			f.alias[v] = f.names.fresh(v.hint)
			fmt.Fprintf(&b, "\t%s := %s\n\t_ = %s\n", f.alias[v], v.storage, f.alias[v])
		}
	}
	for _, s := range d.lit.Body.List {
		fmt.Fprintf(&b, "%s\t%s\n", f.u.line(s.Pos()), f.u.text(f.file, s, f.replace))
	}
	return b.String()
}
