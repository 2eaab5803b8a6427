package lower

import "go/ast"

// goroutineState are the functions that change something of the goroutine that calls them. A frame
// has none of its own: it goes on on another one after a wait.
var goroutineState = map[string]bool{
	"runtime.LockOSThread": true, "runtime/debug.SetPanicOnFault": true,
	"runtime/pprof.SetGoroutineLabels": true, "runtime/pprof.Do": true,
}

// checkGoroutine refuses a function that changes something of its goroutine. Literals with a Task of
// their own are other functions.
func (u *unit) checkGoroutine(fi *funcInfo) {
	ast.Inspect(fi.body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return u.literals[n] == nil || !hasTask(u.literals[n].sig)
		case *ast.CallExpr:
			if fn, _ := u.callee(n); fn != nil && goroutineState[fn.FullName()] {
				refuse(n.Pos(), "%s changes the goroutine, and a frame has none of its own", fn.FullName())
			}
		}
		return true
	})
}
