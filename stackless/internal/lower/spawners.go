package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A function that takes an edo.Spawner may be given a Task. If it does no more with it than spawn, it
// does not wait, and a call of it is a plain call.

// findSpawners finds the functions of the package that only spawn with the Spawners that they take:
// of all those that take one, the rest is taken out until none is left that does more.
func (u *unit) findSpawners() {
	decls := map[*types.Func]*ast.FuncDecl{}
	for _, f := range u.files {
		for _, decl := range f.syntax.Decls {
			decl, ok := decl.(*ast.FuncDecl)
			if !ok || decl.Body == nil {
				continue
			}
			fn, ok := u.p.Info.Defs[decl.Name].(*types.Func)
			if !ok || len(spawnerParams(fn.Signature())) == 0 {
				continue
			}
			if task, _, _ := taskParam(fn.Signature()); task == nil {
				decls[fn] = decl
				u.spawners[fn] = true
			}
		}
	}
	for shrunk := true; shrunk; {
		shrunk = false
		for fn, decl := range decls {
			if u.spawners[fn] && !u.onlySpawns(decl, fn) {
				delete(u.spawners, fn)
				shrunk = true
			}
		}
	}
}

// spawnerParams are the parameters of sig that are Spawners.
func spawnerParams(sig *types.Signature) map[*types.Var]bool {
	params := map[*types.Var]bool{}
	for v := range sig.Params().Variables() {
		if isSpawner(v.Type()) {
			params[v] = true
		}
	}
	return params
}

// onlySpawns reports whether each use of a Spawner that fn takes is an argument of a function that
// only spawns.
func (u *unit) onlySpawns(decl *ast.FuncDecl, fn *types.Func) bool {
	params := spawnerParams(fn.Signature())
	allowed := map[*ast.Ident]bool{}
	allow := func(e ast.Expr) {
		if id, ok := ast.Unparen(e).(*ast.Ident); ok {
			allowed[id] = true
		}
	}
	only := true
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if n.Op == token.EQL || n.Op == token.NEQ {
				allow(n.X)
				allow(n.Y)
			}
		case *ast.CallExpr:
			callee, _ := u.callee(n)
			if callee == nil || !u.isSpawnFunction(callee) {
				break
			}
			sig := callee.Signature()
			for i, arg := range n.Args {
				if i < sig.Params().Len() && isSpawner(sig.Params().At(i).Type()) {
					allow(arg)
				}
			}
		case *ast.Ident:
			if v, ok := u.p.Info.Uses[n].(*types.Var); ok && params[v] && !allowed[n] {
				only = false
			}
		}
		return only
	})
	return only
}

// isSpawnFunction reports whether fn only spawns with a Spawner.
func (u *unit) isSpawnFunction(fn *types.Func) bool {
	if kind, _, ok := u.c.directives.Of(fn); ok {
		return kind == "spawn" || kind == "nowait"
	}
	if u.spawners[fn.Origin()] {
		return true
	}
	w, known := u.c.waiter(fn)
	return known && w.onlySpawns
}
