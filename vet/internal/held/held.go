package held

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"github.com/edo-go/edo/vet/internal/api"
	"github.com/edo-go/edo/vet/internal/body"
)

// An Effect is what a call does to a lock.
type Effect uint8

const (
	None Effect = iota
	Locks
	Unlocks
)

// A Lock is one that is held.
type Lock struct {
	Expr    ast.Expr      // as the code names it
	Call    *ast.CallExpr // that has locked it
	IsWrite bool          // it is not locked for reading alone
	path    string        // Expr as text
}

// A Walker follows the locks of a function.
type Walker struct {
	Info *types.Info

	// Packages are those whose Mutex and RWMutex are followed. Functions are the functions of the package: a call of one that
	// unlocks a lock ends what is known of that.
	Packages  []string
	Functions map[*types.Func]*Summary

	// Visit is called with each call, before its effect, and what is held then.
	Visit func(call *ast.CallExpr, held []Lock)

	held map[string]Lock
	sum  int // locks that were locked
	seq  map[string]int
}

// Walk follows a function body.
func (w *Walker) Walk(b *ast.BlockStmt) {
	w.held, w.seq = map[string]Lock{}, map[string]int{}
	w.list(b.List)
}

// list follows statements that run one after another.
func (w *Walker) list(list []ast.Stmt) {
	for _, s := range list {
		w.stmt(s)
	}
}

// branch follows one way that the function may go, and returns what is held at its end. It is nil if the way leaves.
func (w *Walker) branch(list ...ast.Stmt) map[string]Lock {
	before := w.held
	w.held = maps.Clone(before)
	w.list(list)
	after := w.held
	w.held = before
	if body.Leaves(w.Info, list) {
		return nil
	}
	return after
}

// join goes on with what is held at the end of every way.
func (w *Walker) join(ways ...map[string]Lock) {
	var all map[string]Lock
	for _, way := range ways {
		if way == nil {
			continue
		}
		if all == nil {
			all = maps.Clone(way)
			continue
		}
		maps.DeleteFunc(all, func(path string, _ Lock) bool { _, ok := way[path]; return !ok })
	}
	if all == nil {
		all = map[string]Lock{} // the code behind is not reached
	}
	w.held = all
}

func (w *Walker) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case nil:
	case *ast.BlockStmt:
		w.list(s.List)
	case *ast.LabeledStmt:
		w.held = map[string]Lock{} // a goto may come from anywhere
		w.stmt(s.Stmt)
	case *ast.IfStmt:
		w.ifStmt(s)
	case *ast.ForStmt:
		w.stmt(s.Init)
		w.loop(s.Cond, s.Body, s.Post)
	case *ast.RangeStmt:
		w.node(s.X)
		w.loop(nil, s.Body, nil)
	case *ast.SwitchStmt:
		w.stmt(s.Init)
		w.node(s.Tag)
		w.clauses(s.Body)
	case *ast.TypeSwitchStmt:
		w.stmt(s.Init)
		w.stmt(s.Assign)
		w.clauses(s.Body)
	case *ast.SelectStmt:
		w.clauses(s.Body)
	case *ast.DeferStmt, *ast.GoStmt:
		// A deferred unlock leaves the lock held to the end.
	default:
		w.node(s)
	}
}

// ifStmt follows both ways. On the way on which the error of a lock is set it is not held.
func (w *Walker) ifStmt(s *ast.IfStmt) {
	w.stmt(s.Init)
	w.node(s.Cond)
	if _, failed := api.IsNilError(w.Info, s.Cond, "!="); failed {
		before := w.held
		w.held = map[string]Lock{} // perhaps the lock has failed
		failing := w.branch(s.Body.List...)
		w.held = before
		passing := maps.Clone(before)
		if s.Else != nil {
			passing = w.branch(s.Else)
		}
		w.join(failing, passing)
		return
	}
	then, other := w.branch(s.Body.List...), maps.Clone(w.held)
	if s.Else != nil {
		other = w.branch(s.Else)
	}
	w.join(then, other)
}

// loop follows a loop that may run not at all: what its body unlocks is not held in it for sure.
func (w *Walker) loop(cond ast.Expr, b *ast.BlockStmt, post ast.Stmt) {
	ast.Inspect(b, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			w.unlock(call)
		}
		return true
	})
	w.node(cond)
	after := w.branch(append(slices.Clone(b.List), post)...)
	w.join(after, w.held)
}

// clauses follows the cases of a switch or select.
func (w *Walker) clauses(b *ast.BlockStmt) {
	ways := []map[string]Lock{maps.Clone(w.held)}
	for _, c := range b.List {
		switch c := c.(type) {
		case *ast.CaseClause:
			for _, e := range c.List {
				w.node(e)
			}
			ways = append(ways, w.branch(c.Body...))
		case *ast.CommClause:
			ways = append(ways, w.branch(append([]ast.Stmt{c.Comm}, c.Body...)...))
		}
	}
	w.join(ways...)
}

// node visits the calls below a node in the order of the source.
func (w *Walker) node(n ast.Node) {
	if n == nil {
		return
	}
	if e, ok := n.(ast.Expr); ok && e == nil {
		return
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit: // it may be called at any time
			ast.Inspect(n.Body, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					w.unlock(call)
				}
				return true
			})
			return false
		case *ast.UnaryExpr:
			if n.Op == token.AND { // what has the pointer may unlock it
				delete(w.held, types.ExprString(n.X))
			}
		}
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		for _, arg := range call.Args {
			w.node(arg)
		}
		w.node(call.Fun)
		w.call(call)
		return false
	})
}

func (w *Walker) call(call *ast.CallExpr) {
	effect, lock, isWrite := Operation(w.Info, call, w.Packages...)
	w.Visit(call, w.now())
	if effect != Locks {
		w.unlock(call)
		return
	}
	path := types.ExprString(lock)
	w.sum++
	w.held[path], w.seq[path] = Lock{lock, call, isWrite, path}, w.sum
}

// unlock forgets the locks that a call unlocks, itself or in the function of the package that it names.
func (w *Walker) unlock(call *ast.CallExpr) {
	if effect, lock, _ := Operation(w.Info, call, w.Packages...); effect == Unlocks {
		delete(w.held, types.ExprString(lock))
		return
	}
	s := w.Functions[api.Callee(w.Info, call)]
	if s == nil {
		return
	}
	for path, l := range w.held {
		if v := Identity(w.Info, l.Expr); v == nil || s.Unlocks[v] {
			delete(w.held, path)
		}
	}
}

// now returns what is held, in the order in which it was locked.
func (w *Walker) now() []Lock {
	return slices.SortedFunc(maps.Values(w.held), func(a, b Lock) int { return w.seq[a.path] - w.seq[b.path] })
}
