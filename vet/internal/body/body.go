// Package body walks what a function does in its own call: not what it starts as a goroutine, and not the
// function literals in it that other code calls at another time.
package body

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Walk calls visit with the nodes below root that run in the call of the function whose body root is. A
// function literal belongs to that when it is called or deferred where it stands, or when isOnce reports that
// the call which it is passed to calls it at once. visit returns false to leave out what is below a node.
func Walk(root ast.Node, isOnce func(*ast.FuncLit) bool, visit func(ast.Node) bool) {
	called := map[*ast.FuncLit]bool{}
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case nil:
			return false
		case *ast.GoStmt:
			return false
		case *ast.CallExpr:
			if lit, ok := ast.Unparen(n.Fun).(*ast.FuncLit); ok {
				called[lit] = true
			}
		case *ast.FuncLit:
			if n != root && !called[n] && (isOnce == nil || !isOnce(n)) {
				return false
			}
		}
		return visit(n)
	})
}

// Functions calls visit with each function of a file that has a body: decl or lit is set.
func Functions(file *ast.File, visit func(decl *ast.FuncDecl, lit *ast.FuncLit, body *ast.BlockStmt)) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Body != nil {
				visit(n, nil, n.Body)
			}
		case *ast.FuncLit:
			visit(nil, n, n.Body)
		}
		return true
	})
}

// Leaves reports whether the last statement of a list leaves the list's block: it returns, branches, panics or
// exits.
func Leaves(info *types.Info, list []ast.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	switch s := list[len(list)-1].(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	case *ast.BlockStmt:
		return Leaves(info, s.List)
	case *ast.IfStmt:
		if s.Else == nil || !Leaves(info, s.Body.List) {
			return false
		}
		return Leaves(info, []ast.Stmt{s.Else})
	case *ast.ForStmt:
		return s.Cond == nil && !breaks(s.Body)
	case *ast.ExprStmt:
		return Ends(info, s.X)
	}
	return false
}

// Ends reports whether an expression is a call that does not return: panic, os.Exit, log.Fatal, t.Fatal.
func Ends(info *types.Info, e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		_, isBuiltin := info.Uses[fun].(*types.Builtin)
		return isBuiltin && fun.Name == "panic"
	case *ast.SelectorExpr:
		switch fun.Sel.Name {
		case "Fatal", "Fatalf", "Fatalln", "FailNow", "Skip", "Skipf", "SkipNow", "Exit", "Goexit", "Panic", "Panicf", "Panicln":
			return true
		}
	}
	return false
}

// breaks reports whether a break in body leaves the loop around it. A break with a label may.
func breaks(body ast.Node) (found bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BranchStmt:
			found = found || n.Tok == token.BREAK || n.Tok == token.GOTO
		case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			ast.Inspect(n, func(n ast.Node) bool {
				if b, ok := n.(*ast.BranchStmt); ok {
					found = found || b.Label != nil
				}
				return true
			})
			return false
		case *ast.FuncLit:
			return false
		}
		return true
	})
	return found
}
