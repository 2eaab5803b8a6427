package unused

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/edo-go/edo/vet/internal/api"
	"github.com/edo-go/edo/vet/internal/check"
)

// Analyzer reports what is made and not used.
var Analyzer = check.New(check.Spec{
	Name: "unused",
	Doc:  doc,

	SkipTests: true,
	Run: func(pass *check.Pass) {
		for _, file := range pass.Files {
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.ExprStmt:
					if call, ok := ast.Unparen(n.X).(*ast.CallExpr); ok {
						statement(pass, call)
					}
				case *ast.DeferStmt:
					statement(pass, n.Call)
				case *ast.GoStmt:
					statement(pass, n.Call)
				}
				return true
			})
		}
	},
})

// statement reports a call whose result is of use, and is not used.
func statement(pass *check.Pass, call *ast.CallExpr) {
	t, fn := pass.TypesInfo.TypeOf(call), api.Callee(pass.TypesInfo, call)
	if t == nil || fn == nil {
		return
	}
	if _, isTuple := t.(*types.Tuple); isTuple {
		return
	}
	name := api.ShortName(fn)
	switch kind := api.Polled(t); {
	case api.Is(fn, api.Root+".GoValue") && !isUnit(t):
		pass.Reportf(call, "the value of the task is lost: keep the handle, or use edo.Go")
	case api.Is(fn, api.Root+"/stream.All"), api.Is(fn, api.Root+"/stream.Each"):
		pass.Reportf(call, "%s is not ranged over: nothing happens", name)
	case isOption(t):
		pass.Reportf(call, "the option that %s returns is passed to no call: it has no effect", name)
	case kind == "" || api.IsHandle(t) || isBegun(fn) || doesMore(fn):
	case kind == api.Future:
		pass.Reportf(call, "the future that %s returns is not used: nothing happens until it is polled, by edo.Await or edo.Spawn", name)
	default:
		pass.Reportf(call, "the stream that %s returns is not used: nothing happens until it is asked for items", name)
	}
}

// isUnit reports whether a handle is one of a task without a value.
func isUnit(handle types.Type) bool {
	named := api.Pointee(handle)
	if named == nil || named.TypeArgs().Len() != 1 {
		return false
	}
	s, ok := named.TypeArgs().At(0).Underlying().(*types.Struct)
	return ok && s.NumFields() == 0
}

// isOption reports whether t is an option of a package of edo.
func isOption(t types.Type) bool {
	named := api.Named(t)
	return named != nil && named.Obj().Pkg() != nil && api.InLibrary(named.Obj().Pkg().Path()) &&
		strings.HasSuffix(named.Obj().Name(), "Option") && api.Signature(t) == nil
}

// isBegun reports whether a function may have begun what it returns: it was given a Task, a Context or a Spawner.
func isBegun(fn *types.Func) bool {
	sig := fn.Signature()
	if recv := sig.Recv(); recv != nil && (api.IsTask(recv.Type()) || api.IsSpawner(recv.Type())) {
		return true
	}
	for i := range sig.Params().Len() {
		if t := sig.Params().At(i).Type(); api.IsTask(t) || api.IsContext(t) || api.IsSpawner(t) {
			return true
		}
	}
	return false
}

// doesMore reports whether a function may be called for something else than its result: it returns what it was given,
// as a type parameter, or it is a method that can change its receiver, and no XFuture by its name.
func doesMore(fn *types.Func) bool {
	sig := fn.Signature()
	if _, ok := types.Unalias(sig.Results().At(0).Type()).(*types.TypeParam); ok {
		return true
	}
	if sig.Recv() == nil || strings.HasSuffix(fn.Name(), "Future") {
		return false
	}
	switch types.Unalias(sig.Recv().Type()).(type) {
	case *types.Pointer, *types.TypeParam:
		return true
	}
	return types.IsInterface(sig.Recv().Type())
}
