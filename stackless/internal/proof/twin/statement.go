package twin

import (
	"go/ast"
	"go/token"
	"go/types"
)

// block puts waits into a block.
func (w *writer) block(b *ast.BlockStmt) { w.list(b.List) }

// list puts a Yield before each of the statements, and waits into them.
func (w *writer) list(list []ast.Stmt) {
	for _, s := range list {
		if _, ok := s.(*ast.EmptyStmt); ok {
			continue
		}
		w.insert(s.Pos(), edoName+".Yield("+taskName+"); ")
		w.result.Waits++
		w.statement(s)
	}
}

// statement puts waits into a statement.
func (w *writer) statement(s ast.Stmt) {
	switch s := s.(type) {
	case nil, *ast.BranchStmt, *ast.EmptyStmt:
	case *ast.ExprStmt:
		w.inside(s.X)
	case *ast.SendStmt:
		w.operand(s.Chan)
		w.operand(s.Value)
	case *ast.IncDecStmt:
		w.inside(s.X)
	case *ast.AssignStmt:
		if s.Tok != token.DEFINE {
			for _, e := range s.Lhs {
				w.inside(e)
			}
		}
		w.values(s.Rhs, len(s.Lhs))
	case *ast.DeclStmt:
		for _, spec := range s.Decl.(*ast.GenDecl).Specs {
			if spec, ok := spec.(*ast.ValueSpec); ok && s.Decl.(*ast.GenDecl).Tok == token.VAR {
				w.values(spec.Values, len(spec.Names))
			}
		}
	case *ast.ReturnStmt:
		if len(s.Results) == 1 {
			if _, ok := w.info.TypeOf(s.Results[0]).(*types.Tuple); ok {
				w.inside(s.Results[0])
				return
			}
		}
		w.values(s.Results, len(s.Results))
	case *ast.GoStmt:
		w.result.Plain["a call by go"]++
		w.arguments(s.Call)
	case *ast.DeferStmt:
		w.result.Plain["a deferred call"]++
		w.arguments(s.Call)
	case *ast.BlockStmt:
		w.block(s)
	case *ast.LabeledStmt:
		w.statement(s.Stmt)
	case *ast.IfStmt:
		w.statement(s.Init)
		w.operand(s.Cond)
		w.block(s.Body)
		w.statement(s.Else)
	case *ast.ForStmt:
		w.statement(s.Init)
		if s.Cond != nil {
			w.operand(s.Cond)
		}
		w.statement(s.Post)
		w.block(s.Body)
	case *ast.RangeStmt:
		if s.Tok == token.ASSIGN {
			for _, e := range []ast.Expr{s.Key, s.Value} {
				if e != nil {
					w.inside(e)
				}
			}
		}
		switch w.info.TypeOf(s.X).Underlying().(type) {
		case *types.Array, *types.Pointer: // its elements may be read in place
			w.inside(s.X)
		default:
			w.operand(s.X)
		}
		w.block(s.Body)
	case *ast.SwitchStmt:
		w.statement(s.Init)
		if s.Tag != nil {
			w.operand(s.Tag)
		}
		w.clauses(s.Body)
	case *ast.TypeSwitchStmt:
		w.statement(s.Init)
		switch guard := s.Assign.(type) {
		case *ast.AssignStmt:
			w.inside(guard.Rhs[0])
		case *ast.ExprStmt:
			w.inside(guard.X)
		}
		w.clauses(s.Body)
	case *ast.SelectStmt:
		for _, c := range s.Body.List {
			c := c.(*ast.CommClause)
			w.statement(c.Comm)
			w.list(c.Body)
		}
	}
}

// clauses puts waits into the clauses of a switch.
func (w *writer) clauses(b *ast.BlockStmt) {
	for _, c := range b.List {
		c := c.(*ast.CaseClause)
		for _, e := range c.List {
			if !w.info.Types[e].IsType() {
				w.operand(e)
			}
		}
		w.list(c.Body)
	}
}

// values puts waits into expressions whose values are given to n variables.
func (w *writer) values(list []ast.Expr, n int) {
	for _, e := range list {
		if len(list) == n {
			w.operand(e)
		} else { // it has several values
			w.inside(e)
		}
	}
}
