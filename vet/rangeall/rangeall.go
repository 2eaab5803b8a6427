package rangeall

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/edo-go/edo/vet/internal/api"
	"github.com/edo-go/edo/vet/internal/body"
	"github.com/edo-go/edo/vet/internal/check"
)

// Analyzer reports loops over stream.All with one variable.
var Analyzer = check.New(check.Spec{
	Name: "rangeall",
	Doc:  doc,
	Run: func(pass *check.Pass) {
		for _, file := range pass.Files {
			body.Functions(file, func(decl *ast.FuncDecl, lit *ast.FuncLit, b *ast.BlockStmt) {
				ast.Inspect(b, func(n ast.Node) bool {
					switch n := n.(type) {
					case *ast.FuncLit:
						return false
					case *ast.RangeStmt:
						loop(pass, n, results(pass.TypesInfo, decl, lit))
					}
					return true
				})
			})
		}
	},
})

// results returns the results of a function.
func results(info *types.Info, decl *ast.FuncDecl, lit *ast.FuncLit) *types.Tuple {
	if lit != nil {
		return api.Signature(info.TypeOf(lit)).Results()
	}
	fn, ok := info.Defs[decl.Name].(*types.Func)
	if !ok {
		return nil
	}
	return fn.Signature().Results()
}

// free are streams without error items, by the full names of their types and of the functions that make them.
var free = map[string]bool{
	api.Root + "/mpsc.Receiver":  true,
	api.Root + "/mpmc.Receiver":  true,
	api.Root + "/watch.Receiver": true,
	api.Root + "/stream.Values":  true,
	api.Root + "/stream.Empty":   true,
	api.Root + "/stream.Iter":    true,
}

// isFree reports whether a stream has no error items.
func isFree(info *types.Info, s ast.Expr) bool {
	if named := api.Pointee(info.TypeOf(s)); named != nil && named.Obj().Pkg() != nil && free[named.Obj().Pkg().Path()+"."+named.Obj().Name()] {
		return true
	}
	call, ok := ast.Unparen(s).(*ast.CallExpr)
	if !ok {
		return false
	}
	fn := api.Callee(info, call)
	return fn != nil && free[api.FullName(fn)]
}

func loop(pass *check.Pass, s *ast.RangeStmt, results *types.Tuple) {
	key, ok := s.Key.(*ast.Ident)
	if !ok || key.Name == "_" || s.Value != nil {
		return
	}
	call, ok := ast.Unparen(s.X).(*ast.CallExpr)
	if !ok || !api.Is(api.Callee(pass.TypesInfo, call), api.Root+"/stream.All") || len(call.Args) != 2 || isFree(pass.TypesInfo, call.Args[1]) {
		return
	}
	d := analysis.Diagnostic{
		Pos: key.Pos(), End: s.X.End(),
		Message: "the loop does not see the errors of the stream, and takes a zero value for each: range with two variables, or over stream.Each",
	}
	if s.Tok == token.DEFINE && key.Name != "err" && results != nil && results.Len() == 1 && api.IsError(results.At(0).Type()) {
		d.SuggestedFixes = []analysis.SuggestedFix{{
			Message: "return the error",
			TextEdits: []analysis.TextEdit{
				{Pos: key.End(), End: key.End(), NewText: []byte(", err")},
				{Pos: s.Body.Lbrace + 1, End: s.Body.Lbrace + 1, NewText: []byte("\nif err != nil {\nreturn err\n}\n")},
			},
		}}
	}
	pass.Report(d)
}
