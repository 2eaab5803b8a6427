package reduce

import (
	"go/ast"
	"go/types"
	"slices"
)

// edits are all edits of a file.
func edits(f *ast.File, info *types.Info) []edit {
	var all []edit
	for i, d := range f.Decls {
		if d, ok := d.(*ast.GenDecl); ok && d.Tok.String() == "import" {
			continue
		}
		all = append(all, func(f *ast.File) { f.Decls = slices.Delete(f.Decls, i, i+1) })
	}
	for i, l := range lists(f) {
		for size := len(*l); size > 0; size /= 2 {
			for from := 0; from+size <= len(*l); from += size {
				all = append(all, func(f *ast.File) {
					l := lists(f)[i]
					*l = slices.Delete(*l, from, from+size)
				})
			}
		}
		for j, s := range *l {
			if len(inner(s)) > 0 {
				for part := range inner(s) {
					all = append(all, func(f *ast.File) {
						l := lists(f)[i]
						*l = slices.Replace(*l, j, j+1, inner((*l)[j])[part]...)
					})
				}
			}
		}
	}
	for i, at := range expressions(f) {
		for _, make := range smaller(*at, info) {
			all = append(all, func(f *ast.File) {
				at := expressions(f)[i]
				*at = make(*at)
			})
		}
	}
	return all
}

// inner are the lists of statements that may stand for a statement which encloses them.
func inner(s ast.Stmt) [][]ast.Stmt {
	switch s := s.(type) {
	case *ast.BlockStmt:
		return [][]ast.Stmt{s.List}
	case *ast.IfStmt:
		parts := [][]ast.Stmt{{s.Body}}
		if s.Init != nil {
			parts = append(parts, []ast.Stmt{s.Init, s.Body})
		}
		if s.Else != nil {
			parts = append(parts, []ast.Stmt{s.Else}, []ast.Stmt{&ast.IfStmt{Init: s.Init, Cond: s.Cond, Body: s.Body}})
		}
		return parts
	case *ast.ForStmt:
		if s.Init != nil {
			return [][]ast.Stmt{{s.Init, s.Body}}
		}
		return [][]ast.Stmt{{s.Body}}
	case *ast.RangeStmt:
		return [][]ast.Stmt{{s.Body}}
	case *ast.LabeledStmt:
		return [][]ast.Stmt{{s.Stmt}}
	case *ast.SwitchStmt:
		return clauses(s.Body)
	case *ast.TypeSwitchStmt:
		return clauses(s.Body)
	case *ast.SelectStmt:
		return clauses(s.Body)
	}
	return nil
}

// clauses are the bodies of the clauses of a switch, as blocks.
func clauses(b *ast.BlockStmt) [][]ast.Stmt {
	var parts [][]ast.Stmt
	for _, c := range b.List {
		switch c := c.(type) {
		case *ast.CaseClause:
			parts = append(parts, []ast.Stmt{&ast.BlockStmt{List: c.Body}})
		case *ast.CommClause:
			parts = append(parts, []ast.Stmt{&ast.BlockStmt{List: c.Body}})
		}
	}
	return parts
}

// expressions are the places of expressions that others may stand for, in the order of a
// walk.
func expressions(f *ast.File) []*ast.Expr {
	var found []*ast.Expr
	add := func(list []ast.Expr) {
		for i := range list {
			found = append(found, &list[i])
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			add(n.Args)
		case *ast.BinaryExpr:
			found = append(found, &n.X, &n.Y)
		case *ast.ParenExpr:
			found = append(found, &n.X)
		case *ast.UnaryExpr:
			found = append(found, &n.X)
		case *ast.AssignStmt:
			add(n.Rhs)
		case *ast.ReturnStmt:
			add(n.Results)
		case *ast.IfStmt:
			found = append(found, &n.Cond)
		case *ast.IndexExpr:
			found = append(found, &n.Index)
		case *ast.ValueSpec:
			add(n.Values)
		case *ast.CompositeLit:
			add(n.Elts)
		case *ast.KeyValueExpr:
			found = append(found, &n.Value)
		case *ast.RangeStmt:
			found = append(found, &n.X)
		case *ast.CaseClause:
			add(n.List)
		}
		return true
	})
	return found
}

// smaller are functions that make smaller expressions of e: an operand, an argument, a
// literal.
func smaller(e ast.Expr, info *types.Info) []func(ast.Expr) ast.Expr {
	var all []func(ast.Expr) ast.Expr
	switch e := e.(type) {
	case *ast.ParenExpr:
		all = append(all, func(e ast.Expr) ast.Expr { return e.(*ast.ParenExpr).X })
	case *ast.BinaryExpr:
		all = append(all,
			func(e ast.Expr) ast.Expr { return e.(*ast.BinaryExpr).X },
			func(e ast.Expr) ast.Expr { return e.(*ast.BinaryExpr).Y })
	case *ast.UnaryExpr:
		all = append(all, func(e ast.Expr) ast.Expr { return e.(*ast.UnaryExpr).X })
	case *ast.CallExpr:
		for i := range e.Args {
			all = append(all, func(e ast.Expr) ast.Expr { return e.(*ast.CallExpr).Args[i] })
		}
	case *ast.CompositeLit:
		if len(e.Elts) > 0 {
			all = append(all, func(e ast.Expr) ast.Expr {
				return &ast.CompositeLit{Type: e.(*ast.CompositeLit).Type}
			})
		}
	case *ast.Ident:
		if !info.Types[e].Addressable() { // no variable
			return nil
		}
	case *ast.BasicLit:
		return nil
	}
	if basic, ok := info.TypeOf(e).(*types.Basic); ok {
		literal := ""
		switch {
		case basic.Info()&types.IsInteger != 0:
			literal = "1"
		case basic.Info()&types.IsString != 0:
			literal = `""`
		case basic.Info()&types.IsBoolean != 0:
			all = append(all, func(ast.Expr) ast.Expr { return ast.NewIdent("false") })
			literal = "true"
		}
		if literal != "" {
			all = append(all, func(ast.Expr) ast.Expr { return ast.NewIdent(literal) })
		}
	}
	return all
}
