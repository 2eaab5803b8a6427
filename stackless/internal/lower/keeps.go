package lower

import (
	"go/ast"
	"go/types"
)

// A function keeps its Task if something may wait with it after the function has returned: it has
// stored it, or put it in a closure, or given it to a function that may do so. What the compiler
// does not see may. A call that borrows a coroutine for such a function says so, and the runtime
// lets the caller wait anywhere from then on.

// findKeepers finds which functions keep their Task, after their own uses of it were checked.
func (u *unit) findKeepers() {
	for _, fi := range u.infos {
		if fi.isOld && fi.fn != nil {
			w, known := u.c.waiter(fi.fn)
			fi.keeps = !known || w.keeps
		}
	}
	for grown := true; grown; {
		grown = false
		for _, fi := range u.infos {
			if !fi.isOld && !fi.keeps && u.givesAway(fi) {
				fi.keeps, grown = true, true
			}
		}
	}
}

// givesAway reports whether a function gives its Task to one that may keep it.
func (u *unit) givesAway(fi *funcInfo) bool {
	found := false
	ast.Inspect(fi.body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			found = found || u.mayKeep(call, u.classify(call, fi.task))
		}
		return !found
	})
	return found
}

// mayKeep reports whether the function that n calls may keep the Task that it is given.
func (u *unit) mayKeep(n *ast.CallExpr, c call) bool {
	if c.fn != nil {
		switch kind, _, ok := u.c.directives.Of(c.fn); {
		case !ok || kind == "stackless":
		case kind == "step" || kind == "nostep":
			return u.givenMayKeep(n, c)
		default:
			return false
		}
	}
	return c.task >= 0 && (c.fn == nil || u.keeps(c.fn))
}

// givenMayKeep reports whether n gives the Task on to a function among its arguments that may
// keep it.
func (u *unit) givenMayKeep(n *ast.CallExpr, c call) bool {
	for i, arg := range n.Args {
		t := u.p.Info.TypeOf(arg)
		if t == nil || !takesTask(t) || c.step != nil && !c.step.waiting[i] {
			continue
		}
		arg = ast.Unparen(arg)
		if lit, ok := arg.(*ast.FuncLit); ok {
			if fi := u.literals[lit]; fi == nil || fi.keeps {
				return true
			}
			continue
		}
		if fn, _ := u.callee(&ast.CallExpr{Fun: arg}); fn == nil || u.keeps(fn) {
			return true
		}
	}
	return false
}

// keeps reports whether a function may keep its Task. That of an interface may.
func (u *unit) keeps(fn *types.Func) bool {
	if recv := fn.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
		return true
	}
	if info := u.declared[fn.Origin()]; info != nil {
		return info.keeps
	}
	if u.spawners[fn.Origin()] {
		return false
	}
	w, known := u.c.waiter(fn)
	return !known || w.keeps
}
