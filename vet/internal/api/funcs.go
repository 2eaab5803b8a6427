package api

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/types/typeutil"
)

// Callee returns the function or method that a call names, or nil when a value is called. A method of an
// interface is one as well; an instance is its generic function.
func Callee(info *types.Info, call *ast.CallExpr) *types.Func {
	fn, _ := typeutil.Callee(info, call).(*types.Func)
	if fn == nil {
		return nil
	}
	return fn.Origin()
}

// FullName returns "path.F" for a function and "path.T.M" for a method of T or *T.
func FullName(fn *types.Func) string {
	if fn.Pkg() == nil {
		return fn.Name()
	}
	receiver := ""
	if recv := fn.Signature().Recv(); recv != nil {
		t := types.Unalias(recv.Type())
		if p, ok := t.(*types.Pointer); ok {
			t = p.Elem()
		}
		if named := Named(t); named != nil {
			receiver = named.Obj().Name() + "."
		}
	}
	return fn.Pkg().Path() + "." + receiver + fn.Name()
}

// ShortName returns the name of a function as a program writes it: "time.Sleep", "http.Client.Do".
func ShortName(fn *types.Func) string {
	full := FullName(fn)
	if fn.Pkg() == nil {
		return full
	}
	return fn.Pkg().Name() + strings.TrimPrefix(full, fn.Pkg().Path())
}

// Is reports whether fn, which may be nil, is the function with a full name.
func Is(fn *types.Func, full string) bool { return fn != nil && FullName(fn) == full }

// TaskOf returns the Task that a call is given, as its receiver or as an argument, or nil.
func TaskOf(info *types.Info, call *ast.CallExpr) ast.Expr {
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && info.Selections[sel] != nil && IsTask(info.TypeOf(sel.X)) {
		return sel.X
	}
	for _, arg := range call.Args {
		if t := info.TypeOf(arg); t != nil && IsTask(t) {
			return arg
		}
	}
	return nil
}

// Variable returns the variable that an expression names, or nil.
func Variable(info *types.Info, e ast.Expr) *types.Var {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return nil
	}
	v, _ := info.ObjectOf(id).(*types.Var)
	return v
}

// IsNilError reports whether e is the comparison of an error with nil, by op "!=" or "==", and returns the error.
func IsNilError(info *types.Info, e ast.Expr, op string) (err *types.Var, ok bool) {
	b, isBinary := ast.Unparen(e).(*ast.BinaryExpr)
	if !isBinary || b.Op.String() != op {
		return nil, false
	}
	if id, isID := ast.Unparen(b.Y).(*ast.Ident); !isID || id.Name != "nil" {
		return nil, false
	}
	err = Variable(info, b.X)
	if err == nil || !IsError(err.Type()) {
		return nil, false
	}
	return err, true
}

// IsError reports whether t is the type error.
func IsError(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }

// LastError reports whether the last result of a function is an error.
func LastError(sig *types.Signature) bool {
	n := sig.Results().Len()
	return n > 0 && IsError(sig.Results().At(n-1).Type())
}
