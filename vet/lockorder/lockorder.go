package lockorder

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/edo-go/edo/vet/internal/api"
	"github.com/edo-go/edo/vet/internal/body"
	"github.com/edo-go/edo/vet/internal/check"
	"github.com/edo-go/edo/vet/internal/held"
	"github.com/edo-go/edo/vet/internal/roles"
)

// Analyzer reports locks that are locked in opposite orders.
var Analyzer = check.New(check.Spec{
	Name:     "lockorder",
	Doc:      doc,
	Requires: []*analysis.Analyzer{roles.Analyzer},
	Run: func(pass *check.Pass) {
		c := &checker{
			Pass:      pass,
			roles:     pass.ResultOf[roles.Analyzer].(*roles.Roles),
			functions: map[*types.Func]*summary{},
			edges:     map[edge]place{},
		}
		c.summarize()
		for _, file := range pass.Files {
			body.Functions(file, func(_ *ast.FuncDecl, _ *ast.FuncLit, b *ast.BlockStmt) { c.follow(b) })
		}
		c.report()
	},
})

type checker struct {
	*check.Pass
	roles     *roles.Roles
	functions map[*types.Func]*summary
	edges     map[edge]place
}

// A summary is what a function does to locks, in itself and by its calls.
type summary struct {
	locks   map[*types.Var]bool // true: for writing, at some place
	unlocks map[*types.Var]bool
	calls   []*types.Func
}

// An edge says that its second lock is locked while the first one is held.
type edge struct{ first, second *types.Var }

// A place is where the code does so.
type place struct {
	call    *ast.CallExpr
	by      *types.Func // the function that locks, if call is not the lock itself
	isWrite bool        // one of the two is locked for writing
}

// operation returns what a call does, if it is a method of a lock, and the expression of that lock.
func (c *checker) operation(call *ast.CallExpr) (effect held.Effect, lock ast.Expr, isWrite bool) {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return held.None, nil, false
	}
	if t := c.TypesInfo.TypeOf(sel.X); !isLock(api.Named(t)) && !isLock(api.Pointee(t)) {
		return held.None, nil, false
	}
	switch sel.Sel.Name {
	case "Lock":
		return held.Locks, sel.X, true
	case "RLock":
		return held.Locks, sel.X, false
	case "Unlock", "RUnlock", "Downgrade", "Guard":
		return held.Unlocks, sel.X, false
	}
	return held.None, nil, false
}

func isLock(named *types.Named) bool {
	for _, path := range []string{"sync", api.Root + "/lock"} {
		if api.IsNamed(named, path, "Mutex") || api.IsNamed(named, path, "RWMutex") {
			return true
		}
	}
	return false
}

// identity returns the variable or field that a lock is, or nil for one that has no name, as an element.
func (c *checker) identity(lock ast.Expr) *types.Var {
	switch x := ast.Unparen(lock).(type) {
	case *ast.Ident:
		return api.Variable(c.TypesInfo, x)
	case *ast.SelectorExpr:
		v, _ := c.TypesInfo.ObjectOf(x.Sel).(*types.Var)
		if v != nil {
			return v.Origin()
		}
	}
	return nil
}

// summarize finds what each function of the package locks.
func (c *checker) summarize() {
	for _, file := range c.Files {
		for _, decl := range file.Decls {
			decl, ok := decl.(*ast.FuncDecl)
			if !ok || decl.Body == nil {
				continue
			}
			fn, ok := c.TypesInfo.Defs[decl.Name].(*types.Func)
			if !ok {
				continue
			}
			s := &summary{map[*types.Var]bool{}, map[*types.Var]bool{}, nil}
			c.functions[fn] = s
			body.Walk(decl.Body, c.roles.IsOnce, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				effect, lock, isWrite := c.operation(call)
				if effect == held.None {
					if callee := api.Callee(c.TypesInfo, call); callee != nil && callee.Pkg() == c.Pkg {
						s.calls = append(s.calls, callee)
					}
					return true
				}
				v := c.identity(lock)
				switch {
				case v == nil:
				case effect == held.Locks:
					s.locks[v] = s.locks[v] || isWrite
				default:
					s.unlocks[v] = true
				}
				return true
			})
		}
	}
	for found := true; found; {
		found = false
		for _, s := range c.functions {
			for _, callee := range s.calls {
				if other := c.functions[callee]; other != nil {
					found = merge(s.locks, other.locks) || found
					found = merge(s.unlocks, other.unlocks) || found
				}
			}
		}
	}
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

// follow finds the edges of one function.
func (c *checker) follow(b *ast.BlockStmt) {
	writes := map[*ast.CallExpr]bool{}
	w := &held.Walker{
		Info: c.TypesInfo,
		Effect: func(call *ast.CallExpr) (held.Effect, ast.Expr) {
			effect, lock, isWrite := c.operation(call)
			writes[call] = isWrite
			return effect, lock
		},
		Visit: func(call *ast.CallExpr, locks []held.Lock) {
			if len(locks) == 0 {
				return
			}
			effect, lock, isWrite := c.operation(call)
			if effect == held.Locks {
				for _, l := range locks {
					c.add(c.identity(l.Expr), c.identity(lock), place{call, nil, isWrite || writes[l.Call]})
				}
				return
			}
			fn := api.Callee(c.TypesInfo, call)
			s := c.functions[fn]
			if effect != held.None || s == nil {
				return
			}
			for _, l := range locks {
				first := c.identity(l.Expr)
				if first == nil || s.unlocks[first] {
					continue // fn gives it back, perhaps before
				}
				for second, isWrite := range s.locks {
					c.add(first, second, place{call, fn, isWrite || writes[l.Call]})
				}
			}
		},
	}
	w.Walk(b)
}

// add notes an edge. Of several places the first in the source stands.
func (c *checker) add(first, second *types.Var, p place) {
	if first == nil || second == nil || first == second {
		return
	}
	e := edge{first, second}
	if was, ok := c.edges[e]; !ok || p.isWrite && !was.isWrite || p.isWrite == was.isWrite && p.call.Pos() < was.call.Pos() {
		c.edges[e] = p
	}
}

// report reports the edges that have an opposite one, once for each pair.
func (c *checker) report() {
	type pair struct {
		e    edge
		a, b place
	}
	var pairs []pair
	for e, p := range c.edges {
		other, ok := c.edges[edge{e.second, e.first}]
		if ok && (p.isWrite || other.isWrite) && other.call.Pos() < p.call.Pos() {
			pairs = append(pairs, pair{e, p, other})
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int { return int(a.a.call.Pos() - b.a.call.Pos()) })
	for _, p := range pairs {
		how := "locks " + name(p.e.second)
		if p.a.by != nil {
			how = "calls " + p.a.by.Name() + ", which locks " + name(p.e.second) + ","
		}
		at := c.Fset.Position(p.b.call.Pos())
		c.Report(analysis.Diagnostic{
			Pos: p.a.call.Pos(), End: p.a.call.End(),
			Message: fmt.Sprintf("this %s and holds %s; line %d locks them in the opposite order: two tasks may wait for each other for ever",
				how, name(p.e.first), at.Line),
			Related: []analysis.RelatedInformation{{Pos: p.b.call.Pos(), End: p.b.call.End(), Message: "the opposite order"}},
		})
	}
}

// name returns the name of a lock, as in reports.
func name(v *types.Var) string { return v.Name() }
