package lower

import (
	"go/ast"
	"go/types"
)

// goroutineState are the functions that change something of the goroutine that calls them. A frame
// has none of its own: it goes on on another one after a wait.
var goroutineState = map[string]bool{
	"runtime.LockOSThread": true, "runtime/debug.SetPanicOnFault": true,
	"runtime/pprof.SetGoroutineLabels": true, "runtime/pprof.Do": true,
}

// findChangers finds the functions of the package that change their goroutine, or call one that
// does.
func (u *unit) findChangers() {
	bodies := map[*types.Func]*ast.BlockStmt{}
	for _, f := range u.files {
		for _, decl := range f.syntax.Decls {
			decl, ok := decl.(*ast.FuncDecl)
			if !ok || decl.Body == nil {
				continue
			}
			if fn, ok := u.p.Info.Defs[decl.Name].(*types.Func); ok {
				bodies[fn] = decl.Body
			}
		}
	}
	for grown := true; grown; {
		grown = false
		for fn, body := range bodies {
			if u.changers[fn] {
				continue
			}
			if call, _ := u.changesGoroutine(body); call != nil {
				u.changers[fn] = true
				grown = true
			}
		}
	}
}

// changesGoroutine returns the first call in body that changes the goroutine, and the function that
// it calls. Literals with a Task of their own are other functions.
func (u *unit) changesGoroutine(body ast.Node) (call *ast.CallExpr, fn *types.Func) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			sig, ok := u.p.Info.TypeOf(n).Underlying().(*types.Signature)
			return ok && !hasTask(sig)
		case *ast.CallExpr:
			if callee, _ := u.callee(n); call == nil && callee != nil && u.isChanger(callee) {
				call, fn = n, callee
			}
		}
		return call == nil
	})
	return call, fn
}

// isChanger reports whether fn changes the goroutine that calls it.
func (u *unit) isChanger(fn *types.Func) bool {
	return goroutineState[fn.FullName()] || u.changers[fn.Origin()] || u.c.changers[funcKey(fn)]
}

// checkGoroutine refuses a function that changes something of its goroutine.
func (u *unit) checkGoroutine(fi *funcInfo) {
	if call, fn := u.changesGoroutine(fi.body); call != nil {
		refuse(call.Pos(), "%s changes the goroutine, and a frame has none of its own", fn.FullName())
	}
}
