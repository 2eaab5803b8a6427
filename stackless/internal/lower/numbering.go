package lower

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// The Go compiler numbers the function literals of a function in the order in which it writes the body
// down (cmd/compile/internal/noder, writer.go). It leaves out what is dead for certain: branches that a
// constant condition excludes, and statements after one that ends. The literals in there have no number.
// A numberer goes through a body as it does.
type numberer struct {
	info     *types.Info
	number   func(*ast.FuncLit)    // is called for each literal of the function that is not dead, and not inside another
	replaced map[ast.Expr]ast.Expr // conditions → what is left of them

	// In the body of a range over a function, which becomes a function of its own: a branch out of it
	// becomes a return.
	body                *ast.BlockStmt
	mayBreak, mayResume bool // a break, a continue without a label stays in the body
}

func newNumberer(info *types.Info, number func(*ast.FuncLit)) *numberer {
	return &numberer{info: info, number: number, replaced: map[ast.Expr]ast.Expr{}}
}

// stmts goes through a list of statements. After one that ends, labels begin anew.
func (w *numberer) stmts(list []ast.Stmt) {
	lastLabel := -1
	for i, s := range list {
		if _, ok := s.(*ast.LabeledStmt); ok {
			lastLabel = i
		}
	}
	dead := false
	for i, s := range list {
		if _, isLabeled := s.(*ast.LabeledStmt); dead && i > lastLabel && !isLabeled {
			continue
		}
		w.stmt(s)
		dead = w.ends(s)
	}
}

func (w *numberer) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case nil, *ast.EmptyStmt, *ast.BranchStmt:
	case *ast.AssignStmt:
		w.exprs(s.Lhs)
		w.exprs(s.Rhs)
	case *ast.IncDecStmt:
		w.expr(s.X)
	case *ast.BlockStmt:
		w.stmts(s.List)
	case *ast.GoStmt:
		w.expr(s.Call)
	case *ast.DeferStmt:
		w.expr(s.Call)
	case *ast.DeclStmt:
		if d := s.Decl.(*ast.GenDecl); d.Tok == token.VAR {
			for _, spec := range d.Specs {
				w.exprs(spec.(*ast.ValueSpec).Values)
			}
		}
	case *ast.ExprStmt:
		w.expr(s.X)
	case *ast.ForStmt:
		w.forStmt(s)
	case *ast.RangeStmt:
		w.rangeStmt(s)
	case *ast.IfStmt:
		w.ifStmt(s)
	case *ast.LabeledStmt:
		w.stmt(s.Stmt)
	case *ast.ReturnStmt:
		w.exprs(s.Results)
	case *ast.SelectStmt:
		defer w.breakable(w.mayResume)()
		for _, c := range s.Body.List {
			c := c.(*ast.CommClause)
			w.stmt(c.Comm)
			w.stmts(c.Body)
		}
	case *ast.SendStmt:
		w.expr(s.Chan)
		w.expr(s.Value)
	case *ast.SwitchStmt:
		w.switchStmt(s)
	case *ast.TypeSwitchStmt:
		w.stmt(s.Init)
		w.stmt(s.Assign)
		defer w.breakable(w.mayResume)()
		for _, c := range s.Body.List {
			w.stmts(c.(*ast.CaseClause).Body)
		}
	}
}

// breakable notes that a break stays where it is, and perhaps a continue, until the function that it
// returns is called.
func (w *numberer) breakable(mayResume bool) (end func()) {
	before := *w
	w.mayBreak, w.mayResume = true, mayResume
	return func() { w.mayBreak, w.mayResume = before.mayBreak, before.mayResume }
}

func (w *numberer) forStmt(s *ast.ForStmt) {
	isNever := s.Cond != nil && w.static(s.Cond) < 0
	w.stmt(s.Init)
	w.expr(s.Cond)
	if isNever {
		return
	}
	w.stmt(s.Post)
	defer w.breakable(true)()
	w.stmts(s.Body.List)
}

func (w *numberer) rangeStmt(s *ast.RangeStmt) {
	if t := w.info.TypeOf(s.X); t != nil {
		if _, isFunction := coreType(t).(*types.Signature); isFunction {
			before := *w
			w.body, w.mayBreak, w.mayResume = s.Body, false, false
			w.expr(s.Key) // the function that the body becomes is declared before the call
			w.expr(s.Value)
			w.stmts(s.Body.List)
			w.body, w.mayBreak, w.mayResume = before.body, before.mayBreak, before.mayResume
			w.expr(s.X)
			return
		}
	}
	w.expr(s.Key)
	w.expr(s.Value)
	w.expr(s.X)
	defer w.breakable(true)()
	w.stmts(s.Body.List)
}

func (w *numberer) ifStmt(s *ast.IfStmt) {
	cond := w.static(s.Cond)
	w.stmt(s.Init)
	w.expr(s.Cond)
	if cond >= 0 {
		w.stmts(s.Body.List)
	}
	if cond <= 0 {
		w.stmt(s.Else)
	}
}

// switchStmt goes through a switch. If its value is a constant, and the cases are, it has at most one
// clause.
func (w *numberer) switchStmt(s *ast.SwitchStmt) {
	w.stmt(s.Init)
	defer w.breakable(w.mayResume)()
	if only, ok := w.onlyClause(s); ok {
		if only != nil {
			w.stmts(only.Body)
		}
		return
	}
	w.expr(s.Tag)
	for _, c := range s.Body.List {
		c := c.(*ast.CaseClause)
		w.exprs(c.List)
		w.stmts(c.Body)
	}
}

// onlyClause returns the clause that a switch comes to always; nil: none.
func (w *numberer) onlyClause(s *ast.SwitchStmt) (only *ast.CaseClause, ok bool) {
	value := constant.MakeBool(true)
	if s.Tag != nil {
		value = w.info.Types[s.Tag].Value
	}
	if value == nil {
		return nil, false
	}
search:
	for _, c := range s.Body.List {
		c := c.(*ast.CaseClause)
		if c.List == nil {
			only = c
		}
		for _, e := range c.List {
			v := w.info.Types[e].Value
			if v == nil {
				return nil, false
			}
			if constant.Compare(value, token.EQL, v) {
				only = c
				break search
			}
		}
	}
	return only, only == nil || !fallsThrough(only.Body)
}

// fallsThrough reports whether the last statement of a clause is fallthrough.
func fallsThrough(body []ast.Stmt) bool {
	s := lastStmt(body)
	for {
		labeled, ok := s.(*ast.LabeledStmt)
		if !ok {
			b, ok := s.(*ast.BranchStmt)
			return ok && b.Tok == token.FALLTHROUGH
		}
		s = labeled.Stmt
	}
}

// lastStmt is the last statement of a list that is not empty, or nil.
func lastStmt(list []ast.Stmt) ast.Stmt {
	for i := len(list) - 1; i >= 0; i-- {
		if _, ok := list[i].(*ast.EmptyStmt); !ok {
			return list[i]
		}
	}
	return nil
}

// ends reports whether gc knows that control does not come after s.
func (w *numberer) ends(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.BranchStmt:
		return s.Tok == token.GOTO || w.leavesBody(s)
	case *ast.ReturnStmt:
		return true
	case *ast.ExprStmt:
		if call, ok := ast.Unparen(s.X).(*ast.CallExpr); ok {
			id, ok := ast.Unparen(call.Fun).(*ast.Ident)
			return ok && id.Name == "panic" && w.info.Types[call.Fun].IsBuiltin()
		}
	case *ast.IfStmt:
		cond := w.static(s.Cond)
		return (cond < 0 || w.ends(s.Body)) && (cond > 0 || w.ends(s.Else))
	case *ast.BlockStmt:
		return w.ends(lastStmt(s.List))
	}
	return false
}

// leavesBody reports whether a break or a continue leaves the body of a range over a function.
func (w *numberer) leavesBody(s *ast.BranchStmt) bool {
	switch {
	case w.body == nil || s.Tok == token.FALLTHROUGH:
		return false
	case s.Label != nil:
		l := w.info.Uses[s.Label]
		return l == nil || l.Pos() < w.body.Pos() || l.Pos() >= w.body.End()
	case s.Tok == token.BREAK:
		return !w.mayBreak
	}
	return !w.mayResume
}

// static says whether a condition is always true (1), or always false (-1), as far as gc looks. It
// notes what gc leaves of it.
func (w *numberer) static(e ast.Expr) int {
	e = w.left(e)
	if v := w.info.Types[e].Value; v != nil {
		if constant.BoolVal(v) {
			return 1
		}
		return -1
	}
	switch op := e.(type) {
	case *ast.UnaryExpr:
		if op.Op == token.NOT {
			return w.static(op.X)
		}
	case *ast.BinaryExpr:
		decides := 0 // the value of the left operand that decides
		switch op.Op {
		case token.LAND:
			decides = -1
		case token.LOR:
			decides = 1
		default:
			return 0
		}
		x := w.static(op.X)
		if x == decides {
			w.replaced[e] = op.X
			return x
		}
		y := w.static(op.Y)
		if x == -decides || y == decides {
			if w.info.Types[w.left(op.X)].Value != nil {
				w.replaced[e] = op.Y
			}
			return y
		}
	}
	return 0
}

// left is what is left of a condition.
func (w *numberer) left(e ast.Expr) ast.Expr {
	for {
		r, ok := w.replaced[e]
		if !ok {
			return e
		}
		e = r
	}
}

func (w *numberer) exprs(list []ast.Expr) {
	for _, e := range list {
		w.expr(e)
	}
}

// expr goes through an expression. Types and constants have no parts.
func (w *numberer) expr(e ast.Expr) {
	if e == nil {
		return
	}
	e = w.left(e)
	if tv, ok := w.info.Types[e]; ok && (tv.Value != nil || tv.IsType()) {
		return
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		w.expr(e.X)
	case *ast.FuncLit:
		w.number(e)
	case *ast.CompositeLit:
		w.exprs(e.Elts)
	case *ast.KeyValueExpr:
		w.expr(e.Key)
		w.expr(e.Value)
	case *ast.SelectorExpr:
		w.expr(e.X)
	case *ast.IndexExpr:
		w.expr(e.X)
		w.expr(e.Index)
	case *ast.IndexListExpr:
		w.expr(e.X)
	case *ast.SliceExpr:
		w.exprs([]ast.Expr{e.X, e.Low, e.High, e.Max})
	case *ast.TypeAssertExpr:
		w.expr(e.X)
	case *ast.StarExpr:
		w.expr(e.X)
	case *ast.UnaryExpr:
		w.expr(e.X)
	case *ast.BinaryExpr:
		w.expr(e.X)
		w.expr(e.Y)
	case *ast.CallExpr:
		if !w.isMeasure(e) {
			w.expr(e.Fun)
			w.exprs(e.Args)
		}
	}
}

// isMeasure reports whether a call asks only for the type of its argument.
func (w *numberer) isMeasure(e *ast.CallExpr) bool {
	fun := ast.Unparen(e.Fun)
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		fun = sel.Sel
	}
	id, ok := fun.(*ast.Ident)
	if !ok {
		return false
	}
	b, ok := w.info.Uses[id].(*types.Builtin)
	return ok && (b.Name() == "Sizeof" || b.Name() == "Alignof" || b.Name() == "Offsetof")
}
