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
			Pass:  pass,
			edges: map[edge]place{},
		}
		c.functions = held.Summarize(pass.Pass, pass.ResultOf[roles.Analyzer].(*roles.Roles), packages...)
		for _, file := range pass.Files {
			body.Functions(file, func(_ *ast.FuncDecl, _ *ast.FuncLit, b *ast.BlockStmt) { c.follow(b) })
		}
		c.report()
	},
})

// packages are those whose locks are followed.
var packages = []string{"sync", api.Root + "/lock"}

type checker struct {
	*check.Pass
	functions map[*types.Func]*held.Summary
	edges     map[edge]place
}

// An edge says that its second lock is locked while the first one is held.
type edge struct{ first, second *types.Var }

// A place is where the code does so.
type place struct {
	call    *ast.CallExpr
	by      *types.Func // the function that locks, if call is not the lock itself
	isWrite bool        // one of the two is locked for writing
}

// follow finds the edges of one function.
func (c *checker) follow(b *ast.BlockStmt) {
	w := &held.Walker{
		Info:      c.TypesInfo,
		Packages:  packages,
		Functions: c.functions,
		Visit: func(call *ast.CallExpr, locks []held.Lock) {
			if len(locks) == 0 {
				return
			}
			effect, lock, isWrite := held.Operation(c.TypesInfo, call, packages...)
			if effect == held.Locks {
				for _, l := range locks {
					c.add(held.Identity(c.TypesInfo, l.Expr), held.Identity(c.TypesInfo, lock), place{call, nil, isWrite || l.IsWrite})
				}
				return
			}
			fn := api.Callee(c.TypesInfo, call)
			s := c.functions[fn]
			if effect != held.None || s == nil {
				return
			}
			for _, l := range locks {
				first := held.Identity(c.TypesInfo, l.Expr)
				if first == nil || s.Unlocks[first] {
					continue // fn gives it back, perhaps before
				}
				for second, isWrite := range s.Locks {
					c.add(first, second, place{call, fn, isWrite || l.IsWrite})
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
