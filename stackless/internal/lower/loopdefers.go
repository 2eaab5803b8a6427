package lower

import (
	"fmt"
	"go/ast"
	"go/types"
)

// The calls that a loop defers are a list in the frame. When the function ends, one deferred method
// makes them, the last first. A call that panics, or exits the goroutine, ends the method, which
// has deferred itself, and goes on with the rest. So the calls are not themselves deferred by Poll, and
// recover finds nothing in them: what recovers is refused. The loops inside another one share its list.

// deferInLoop lowers a defer statement in a loop.
func (f *function) deferInLoop(s *ast.DeferStmt) {
	if f.u.p.Types.Scope().Lookup("append") != nil || f.u.p.Info.Scopes[f.file.syntax].Lookup("append") != nil {
		refuse(s.Pos(), "the package gives the name append another meaning: rename it")
	}
	if f.listed == nil {
		f.listed = &deferred{pos: s.Pos(), method: f.fields.fresh("defer" + itoa(len(f.defers)+1)), list: f.fields.fresh("deferred")}
		f.defers = append(f.defers, f.listed)
	}
	d := &deferred{list: f.listed.list}
	if lit, ok := ast.Unparen(s.Call.Fun).(*ast.FuncLit); ok {
		f.deferLiteralInLoop(d, s, lit)
	} else {
		f.deferCall(d, s)
	}
	list := f.self + "." + d.list
	call := append(append([]any{"func() { "}, d.call...), " }")
	f.emit(s.Pos(), list+" = append("+list+", ", closure{call}, ")")
}

// deferLiteralInLoop makes the call of a literal that a loop defers: the literal is a closure, as in the
// source.
func (f *function) deferLiteralInLoop(d *deferred, s *ast.DeferStmt, lit *ast.FuncLit) {
	inspectOwn(lit.Body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if b, ok := f.u.p.Info.Uses[id].(*types.Builtin); ok && b.Name() == "recover" {
				refuse(id.Pos(), "a literal that is deferred in a loop recovers: move the body of the loop to a function of its own")
			}
		}
		return true
	})
	sig := f.u.p.Info.TypeOf(lit).Underlying().(*types.Signature)
	if sig.Variadic() || len(s.Call.Args) != sig.Params().Len() {
		refuse(s.Pos(), "a literal that is deferred in a loop takes a variable number of arguments, or the results of a call: give it variables")
	}
	fn := f.temporary("fn", sig, lit.Pos())
	f.assign(lit.Pos(), fn, lit)
	d.call = []any{fn, "("}
	for i, arg := range s.Call.Args {
		if f.u.isTaskExpr(arg, f.task) {
			refuse(arg.Pos(), "a deferred literal takes the Task: let it use the Task of the function")
		}
		v := f.temporary("kept", sig.Params().At(i).Type(), arg.Pos())
		f.assign(arg.Pos(), v, arg)
		d.call = append(d.call, v, ", ")
	}
	d.call = append(d.call, ")")
}

// listText is the text of the method that makes the calls of a list.
func (f *function) listText(d *deferred, recv string) string {
	task := f.taskName()
	list, n, last := f.self+"."+d.list, f.names.fresh("n"), f.names.fresh("last")
	return fmt.Sprintf("\n%[1]sfunc %[2]s %[3]s(%[4]s *bool, %[5]s *%[6]s.Task) {\n\tif !*%[4]s || len(%[7]s) == 0 {\n\t\treturn\n\t}\n"+
		"\tdefer %[8]s.%[3]s(%[4]s, %[5]s)\n\tfor %[9]s := len(%[7]s); %[9]s > 0; %[9]s = len(%[7]s) {\n\t\t%[10]s := %[7]s[%[9]s-1]\n"+
		"\t\t%[7]s[%[9]s-1] = nil\n\t\t%[7]s = %[7]s[:%[9]s-1]\n\t\t%[10]s()\n\t}\n}\n",
		f.u.line(d.pos), recv, d.method, f.done, task, f.file.edo(f.u), list, f.self, n, last)
}
