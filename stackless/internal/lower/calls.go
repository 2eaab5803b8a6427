package lower

import (
	"go/ast"
	"go/types"
)

// A callKind says what a call is to the function that makes it.
type callKind uint8

const (
	plainCall  callKind = iota // does not wait
	stepCall                   // waits, and its function has a step form
	frameCall                  // waits, and its function has a frame
	borrowCall                 // waits, and borrows a coroutine
)

// A call is a call that was classified.
type call struct {
	kind callKind
	fn   *types.Func // the function, if it is known
	name *ast.Ident  // its name in the call
	task int         // the argument that is the Task, or -1
	step *stepForm
	info *funcInfo  // of a frameCall in this package
	old  *frameType // of a frameCall of another one
	why  string     // why it borrows
}

// callee returns the function that a call calls, if the text says which, and its name there.
func (u *unit) callee(n *ast.CallExpr) (fn *types.Func, name *ast.Ident) {
	fun := ast.Unparen(n.Fun)
	switch e := fun.(type) {
	case *ast.IndexExpr:
		fun = ast.Unparen(e.X)
	case *ast.IndexListExpr:
		fun = ast.Unparen(e.X)
	}
	switch e := fun.(type) {
	case *ast.Ident:
		fn, _ = u.p.Info.Uses[e].(*types.Func)
		return fn, e
	case *ast.SelectorExpr:
		if sel := u.p.Info.Selections[e]; sel != nil && sel.Kind() != types.MethodVal {
			return nil, nil
		}
		fn, _ = u.p.Info.Uses[e.Sel].(*types.Func)
		return fn, e.Sel
	}
	return nil, nil
}

// isTaskExpr reports whether e is the variable task.
func (u *unit) isTaskExpr(e ast.Expr, task *types.Var) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && task != nil && u.p.Info.Uses[id] == task
}

// receiver is the operand of a method call, or nil.
func receiver(n *ast.CallExpr) ast.Expr {
	if sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr); ok {
		return sel.X
	}
	return nil
}

// classify says what a call is to a function that has the given Task.
func (u *unit) classify(n *ast.CallExpr, task *types.Var) call {
	c := call{task: -1}
	tv := u.p.Info.Types[n.Fun]
	if tv.IsType() || tv.IsBuiltin() {
		return c
	}
	for i, arg := range n.Args {
		if u.isTaskExpr(arg, task) {
			c.task = i
			break
		}
	}
	c.fn, c.name = u.callee(n)
	ofTask := receiver(n) != nil && u.isTaskExpr(receiver(n), task)
	if c.fn != nil {
		kind, arg, ok := u.c.directives.Of(c.fn)
		switch {
		case !ok || kind == "stackless":
		case kind == "step" && (c.task >= 0 || ofTask):
			c.kind = borrowCall
			c.step = u.stepForm(n, c.fn, c.name, arg)
			if c.step == nil {
				c.why = "its step form " + arg + " does not fit it"
				return c
			}
			c.kind = stepCall
			return c
		case kind == "nostep" && c.task >= 0:
			c.kind, c.why = borrowCall, c.fn.Name()+" has no step form: "+arg
			return c
		default:
			return c
		}
	}
	switch {
	case c.task < 0:
		return c
	case c.fn == nil:
		c.kind, c.why = borrowCall, "the function is a value, and borrows none if it was compiled"
		return c
	case c.fn.Signature().Recv() != nil && types.IsInterface(c.fn.Signature().Recv().Type()):
		c.kind, c.why = borrowCall, "the method is one of an interface, and not known before the program runs"
		return c
	}
	if info := u.declared[c.fn.Origin()]; info != nil {
		return u.classifyInfo(c, info)
	}
	if u.spawners[c.fn.Origin()] {
		return c
	}
	if w, known := u.c.waiter(c.fn); known {
		switch {
		case !w.waits:
		case w.frame == nil || !w.frame.isExported || !u.mayImportFrame(w.frame):
			c.kind, c.why = borrowCall, c.fn.Name()+" is not lowered"
		default:
			c.kind, c.old = frameCall, w.frame
		}
		return c
	}
	c.kind, c.why = borrowCall, u.unknown(c.fn)
	return c
}

// unknown says why nothing is known of a function that is given the Task.
func (u *unit) unknown(fn *types.Func) string {
	if fn.Pkg() == u.p.Types {
		return fn.Name() + " takes an edo.Spawner, and does more with it than spawn: let it take a *edo.Task, or say //edo:nowait above it if it does not wait"
	}
	if unused := u.c.directives.Unused(fn); unused != "" {
		return fn.FullName() + " has no step form in this build, as " + unused + ": call edo gen in its module"
	}
	return fn.FullName() + " has no step form: call edo gen in its module, or say //edo:nowait above it if it does not wait"
}

// classifyInfo classifies a call of a function of the package.
func (u *unit) classifyInfo(c call, info *funcInfo) call {
	switch {
	case info.isOld:
		w, known := u.c.waiter(c.fn)
		switch {
		case known && !w.waits:
		case known && w.frame != nil:
			c.kind, c.old = frameCall, w.frame
		default:
			c.kind, c.why = borrowCall, c.fn.Name()+" is not lowered"
		}
	case len(info.refused) > 0:
		c.kind, c.why = borrowCall, c.fn.Name()+" is not lowered: "+info.refused[0].Text
	case info.waits:
		c.kind, c.info = frameCall, info
	}
	return c
}

func (u *unit) mayImportFrame(fr *frameType) bool { return mayImport(u.p.Path, fr.pkg) }
