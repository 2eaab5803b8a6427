package held

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/edo-go/edo/vet/internal/api"
	"github.com/edo-go/edo/vet/internal/body"
	"github.com/edo-go/edo/vet/internal/roles"
)

// A Summary is what a function of the package does to locks, in itself and by its calls of others.
type Summary struct {
	Locks   map[*types.Var]bool // true: for writing, at some place
	Unlocks map[*types.Var]bool
	calls   []*types.Func
}

// Identity returns the variable or field that a lock is, or nil for one that has no name, as an element.
func Identity(info *types.Info, lock ast.Expr) *types.Var {
	switch x := ast.Unparen(lock).(type) {
	case *ast.Ident:
		return api.Variable(info, x)
	case *ast.SelectorExpr:
		if v, ok := info.ObjectOf(x.Sel).(*types.Var); ok {
			return v.Origin()
		}
	}
	return nil
}

// Operation returns what a call does, if it is a method of a mutex of one of the packages, and the expression of that. A lock
// that becomes a Guard is unlocked by that.
func Operation(info *types.Info, call *ast.CallExpr, packages ...string) (effect Effect, lock ast.Expr, isWrite bool) {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return None, nil, false
	}
	t := info.TypeOf(sel.X)
	if t == nil || !isLock(api.Named(t), packages) && !isLock(api.Pointee(t), packages) {
		return None, nil, false
	}
	switch sel.Sel.Name {
	case "Lock":
		return Locks, sel.X, true
	case "RLock":
		return Locks, sel.X, false
	case "Unlock", "RUnlock", "Downgrade", "Guard":
		return Unlocks, sel.X, false
	}
	return None, nil, false
}

func isLock(named *types.Named, packages []string) bool {
	for _, path := range packages {
		if api.IsNamed(named, path, "Mutex") || api.IsNamed(named, path, "RWMutex") {
			return true
		}
	}
	return false
}

// Summarize finds what each function of a package does to the locks of some packages.
func Summarize(pass *analysis.Pass, r *roles.Roles, packages ...string) map[*types.Func]*Summary {
	functions := map[*types.Func]*Summary{}
	for _, file := range pass.Files {
		for _, decl := range file.Decls {
			decl, ok := decl.(*ast.FuncDecl)
			if !ok || decl.Body == nil {
				continue
			}
			if fn, ok := pass.TypesInfo.Defs[decl.Name].(*types.Func); ok {
				functions[fn] = summarize(pass, r, decl.Body, packages)
			}
		}
	}
	for found := true; found; {
		found = false
		for _, s := range functions {
			for _, callee := range s.calls {
				if other := functions[callee]; other != nil {
					found = merge(s.Locks, other.Locks) || found
					found = merge(s.Unlocks, other.Unlocks) || found
				}
			}
		}
	}
	return functions
}

func summarize(pass *analysis.Pass, r *roles.Roles, b *ast.BlockStmt, packages []string) *Summary {
	s := &Summary{map[*types.Var]bool{}, map[*types.Var]bool{}, nil}
	body.Walk(b, r.IsOnce, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		effect, lock, isWrite := Operation(pass.TypesInfo, call, packages...)
		if effect == None {
			if callee := api.Callee(pass.TypesInfo, call); callee != nil && callee.Pkg() == pass.Pkg {
				s.calls = append(s.calls, callee)
			}
			return true
		}
		switch v := Identity(pass.TypesInfo, lock); {
		case v == nil:
		case effect == Locks:
			s.Locks[v] = s.Locks[v] || isWrite
		default:
			s.Unlocks[v] = true
		}
		return true
	})
	return s
}

// merge adds what b has to a, and reports whether a has grown.
func merge(a, b map[*types.Var]bool) (grown bool) {
	for v, is := range b {
		if was, ok := a[v]; !ok || is && !was {
			a[v], grown = is, true
		}
	}
	return grown
}
