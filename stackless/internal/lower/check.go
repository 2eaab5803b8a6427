package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// checkAll refuses the functions whose Task is used in ways that hide a wait. It comes before
// all else: whether a function waits is known only if its Task does not escape.
func (u *unit) checkAll() {
	for _, fi := range u.infos {
		if !fi.isOld && len(fi.refused) == 0 {
			u.check(fi)
		}
	}
	u.findKeepers()
}

// checkAgain checks the uses of the Tasks again when it is known which functions of the package wait: a
// literal may wait by calling one of them. It reports whether more was found; what was found waits.
func (u *unit) checkAgain() (found bool) {
	for _, fi := range u.infos {
		if fi.isOld || len(fi.refused) > 0 {
			continue
		}
		before, infos := fi.hidden, u.infos
		if refused := u.checkTask(fi); len(refused) > 0 {
			u.infos = infos
			fi.refused = append(fi.refused, refused...)
			fi.keeps, found = true, true
		}
		found = found || before == nil && fi.hidden != nil
	}
	if found {
		u.findKeepers()
	}
	return found
}

// check checks one function. The literals of step forms, which wait with the Task of the function
// around them, are checked with it.
func (u *unit) check(fi *funcInfo) {
	refused := attempt(func() { u.checkSyntax(fi) })
	if refused != nil {
		fi.refused = append(fi.refused, u.reason(refused))
	}
	infos := u.infos
	kept := u.checkTask(fi)
	fi.keeps = fi.keeps || len(kept) > 0
	fi.refused = append(fi.refused, kept...)
	if len(fi.refused) > 0 {
		u.infos = infos // its literals stay as they are too
	}
}

// checkSyntax refuses what no part of the compiler knows.
func (u *unit) checkSyntax(fi *funcInfo) {
	for _, spec := range fi.file.syntax.Imports {
		if spec.Path.Value == `"C"` {
			refuse(spec.Pos(), "the file uses cgo: move the function to a file that does not")
		}
	}
	ast.Inspect(fi.node, func(n ast.Node) bool {
		switch n := n.(type) {
		case nil:
		case *ast.Ident:
			if obj := u.p.Info.Defs[n]; obj != nil {
				switch n.Name {
				case "true", "false", "nil":
					refuse(n.Pos(), "the name %s has a meaning of its own here: rename it", n.Name)
				}
			}
		case *ast.BadDecl, *ast.BadExpr, *ast.BadStmt:
			refuse(n.Pos(), "the source has an error")
		case *ast.FuncDecl, *ast.GenDecl, *ast.ImportSpec, *ast.TypeSpec, *ast.ValueSpec, *ast.Comment, *ast.CommentGroup,
			*ast.Field, *ast.FieldList,
			*ast.BasicLit, *ast.CompositeLit, *ast.FuncLit, *ast.ParenExpr, *ast.SelectorExpr, *ast.IndexExpr, *ast.IndexListExpr,
			*ast.SliceExpr, *ast.TypeAssertExpr, *ast.CallExpr, *ast.StarExpr, *ast.UnaryExpr, *ast.BinaryExpr, *ast.KeyValueExpr,
			*ast.ArrayType, *ast.StructType, *ast.FuncType, *ast.InterfaceType, *ast.MapType, *ast.ChanType, *ast.Ellipsis,
			*ast.DeclStmt, *ast.EmptyStmt, *ast.LabeledStmt, *ast.ExprStmt, *ast.SendStmt, *ast.IncDecStmt, *ast.AssignStmt,
			*ast.GoStmt, *ast.DeferStmt, *ast.ReturnStmt, *ast.BranchStmt, *ast.BlockStmt, *ast.IfStmt, *ast.CaseClause,
			*ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.CommClause, *ast.SelectStmt, *ast.ForStmt, *ast.RangeStmt:
		default:
			refuse(n.Pos(), "the compiler does not know %T", n)
		}
		return true
	})
	u.checkGoroutine(fi)
	for _, name := range []string{"true", "false", "nil", "new", "bool", "panic", "len", "uint8", "uint32", "uint64", "string"} {
		if u.p.Types.Scope().Lookup(name) != nil || u.p.Info.Scopes[fi.file.syntax].Lookup(name) != nil {
			refuse(fi.node.Pos(), "the package gives the name %s another meaning: rename it", name)
		}
	}
}

// checkTask returns the uses of the Task that could let code wait which the compiler does not see.
func (u *unit) checkTask(fi *funcInfo) []Reason {
	w := &taskWalk{u: u, fi: fi, allowed: map[*ast.Ident]bool{}, ranged: map[*ast.CallExpr]bool{}, checked: map[ast.Node]bool{}}
	w.walk(fi.body, false)
	if fi.hidden = w.hidden; fi.hidden != nil {
		fi.keeps = true // perhaps in such a literal
	}
	return w.refused
}

// A taskWalk looks at the uses of one function's Task.
type taskWalk struct {
	u       *unit
	fi      *funcInfo
	allowed map[*ast.Ident]bool
	ranged  map[*ast.CallExpr]bool // calls over whose result a loop ranges
	checked map[ast.Node]bool      // literals that were checked by themselves
	hidden  *Reason                // the first literal that waits with the Task
	refused []Reason
}

// refuse notes a use that is refused.
func (w *taskWalk) refuse(pos token.Pos, format string, args ...any) {
	w.refused = append(w.refused, w.u.reason(&refusal{pos, fmt.Sprintf(format, args...)}))
}

func (w *taskWalk) walk(node ast.Node, inLiteral bool) {
	info := w.u.p.Info
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			if w.checked[n] {
				return false
			}
			if n != node {
				w.walk(n, true)
				return false
			}
		case *ast.RangeStmt:
			if c, ok := ast.Unparen(n.X).(*ast.CallExpr); ok && !inLiteral {
				w.ranged[c] = true
			}
		case *ast.BinaryExpr:
			if n.Op == token.EQL || n.Op == token.NEQ {
				w.allow(n.X)
				w.allow(n.Y)
			}
		case *ast.CallExpr:
			w.call(n, inLiteral)
		case *ast.Ident:
			if w.fi.task != nil && info.Uses[n] == w.fi.task && !w.allowed[n] {
				w.refuse(n.Pos(), "the Task is used other than as the first argument or the receiver of a call, so that waits could be hidden: give it to functions only")
			}
		}
		if e, ok := n.(ast.Expr); ok && !inLiteral {
			w.foreign(e)
		}
		return true
	})
}

// foreign refuses a Task that is not the one of the function.
func (w *taskWalk) foreign(e ast.Expr) {
	tv, ok := w.u.p.Info.Types[e]
	if _, isParen := e.(*ast.ParenExpr); !ok || isParen || tv.IsType() || w.u.isTaskExpr(e, w.fi.task) {
		return
	}
	isForeign := isTask(tv.Type)
	if results, ok := tv.Type.(*types.Tuple); ok {
		for v := range results.Variables() {
			isForeign = isForeign || isTask(v.Type())
		}
	}
	if isForeign {
		w.refuse(e.Pos(), "a Task is used that is not the function's own: wait with the Task that the function was given")
	}
}

// allow allows the Task as the operand e.
func (w *taskWalk) allow(e ast.Expr) {
	if w.u.isTaskExpr(e, w.fi.task) {
		w.allowed[ast.Unparen(e).(*ast.Ident)] = true
	}
}

// call checks the Task in a call.
func (w *taskWalk) call(n *ast.CallExpr, inLiteral bool) {
	u, task := w.u, w.fi.task
	c := u.classify(n, task)
	isReceiver := receiver(n) != nil && u.isTaskExpr(receiver(n), task)
	if c.task < 0 && !isReceiver {
		return
	}
	if tv := u.p.Info.Types[n.Fun]; tv.IsType() || tv.IsBuiltin() {
		return // a use that is not allowed
	}
	if inLiteral && c.kind != plainCall && w.hidden == nil {
		reason := u.reason(&refusal{n.Pos(), "a function literal waits with the Task of the function around it, so each poll needs one: " +
			"give the literal a Task of its own, or wait outside it"})
		w.hidden = &reason
	}
	if isReceiver {
		w.allow(receiver(n))
	}
	if c.task < 0 {
		return
	}
	if c.fn != nil {
		if kind, _, ok := u.c.directives.Of(c.fn); ok && kind == "range" && !w.ranged[n] {
			w.refuse(n.Pos(), "an iterator that waits is kept: call %s in the range clause of a loop", c.fn.Name())
		}
	}
	sig, ok := u.p.Info.TypeOf(n.Fun).Underlying().(*types.Signature)
	if !ok {
		return
	}
	at := c.task
	if sig.Variadic() && at >= sig.Params().Len()-1 || at >= sig.Params().Len() {
		return
	}
	if t := sig.Params().At(at).Type(); isTask(t) || isSpawner(t) {
		w.allow(n.Args[at])
	}
	if c.kind == stepCall && !inLiteral {
		w.stepLiterals(n, c)
	}
}

// stepLiterals checks the literals that a step form gets and that wait with the Task of this
// function.
func (w *taskWalk) stepLiterals(n *ast.CallExpr, c call) {
	for i := range n.Args {
		lit, ok := ast.Unparen(n.Args[i]).(*ast.FuncLit)
		if !ok || !c.step.waiting[i] {
			continue
		}
		fi := w.u.literals[lit]
		if fi == nil || fi.task != nil {
			if fi != nil && fi.lent && fi.task == w.fi.task {
				w.checked[lit] = true // by itself, before
			}
			continue
		}
		fi.task, fi.lent = w.fi.task, true
		w.u.infos = append(w.u.infos, fi)
		if refused := attempt(func() { w.u.checkSyntax(fi) }); refused != nil {
			w.refused = append(w.refused, w.u.reason(refused))
		}
		w.refused = append(w.refused, w.u.checkTask(fi)...)
		w.checked[lit] = true
	}
}

// findWaits finds which functions wait: those with a call that waits, among them calls of
// functions that were found to wait.
func (u *unit) findWaits() {
	for _, fi := range u.infos {
		fi.waits = len(fi.refused) > 0 || fi.hidden != nil
	}
	for grown := true; grown; {
		grown = false
		for _, fi := range u.infos {
			if !fi.waits && !fi.isOld && u.waitsIn(fi.body, fi.task) {
				fi.waits, grown = true, true
			}
		}
	}
}

// waitsIn reports whether a part of a function with the given Task waits.
func (u *unit) waitsIn(node ast.Node, task *types.Var) bool {
	found := false
	inspectOwn(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			found = found || u.classify(n, task).kind != plainCall
		case *ast.RangeStmt:
			if _, ok := u.rangeStep(n, task); ok {
				found = true
			}
		}
		return !found
	})
	return found
}
