package blocking

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"

	"golang.org/x/tools/go/analysis"

	"github.com/edo-go/edo/vet/internal/api"
)

// sleeps returns the fix of a time.Sleep that is a statement of a function with a Task, which returns an error alone, in a
// file that imports package timer: a timer.Sleep whose error is returned.
func (c *checker) sleeps(t *ast.FuncType, b *ast.BlockStmt, n ast.Node, fn *types.Func) []analysis.SuggestedFix {
	call, ok := n.(*ast.CallExpr)
	if !ok || !api.Is(fn, "time.Sleep") || !c.returnsError(t) || !c.importsTimer(n.Pos()) {
		return nil
	}
	task := c.taskName(t)
	if task == "" || !isStatement(b, call) {
		return nil
	}
	return []analysis.SuggestedFix{{
		Message: "use timer.Sleep",
		TextEdits: []analysis.TextEdit{
			{Pos: call.Pos(), End: call.Lparen + 1, NewText: []byte("if err := timer.Sleep(" + task + ", ")},
			{Pos: call.End(), End: call.End(), NewText: []byte("; err != nil {\nreturn err\n}")},
		},
	}}
}

// returnsError reports whether a function returns an error and nothing else.
func (c *checker) returnsError(t *ast.FuncType) bool {
	return t.Results.NumFields() == 1 && api.IsError(c.TypesInfo.TypeOf(t.Results.List[0].Type))
}

// taskName returns the name of the Task that a function is given, or "".
func (c *checker) taskName(t *ast.FuncType) string {
	for _, field := range t.Params.List {
		if api.IsTask(c.TypesInfo.TypeOf(field.Type)) && len(field.Names) == 1 && field.Names[0].Name != "_" {
			return field.Names[0].Name
		}
	}
	return ""
}

// importsTimer reports whether the file at pos imports package timer by its own name.
func (c *checker) importsTimer(pos token.Pos) bool {
	for _, file := range c.Files {
		if pos < file.FileStart || file.FileEnd <= pos {
			continue
		}
		for _, spec := range file.Imports {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil && path == api.Root+"/timer" && spec.Name == nil {
				return true
			}
		}
	}
	return false
}

// isStatement reports whether a call is a statement of a function itself, and of no literal in it.
func isStatement(b *ast.BlockStmt, call *ast.CallExpr) (found bool) {
	ast.Inspect(b, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ExprStmt:
			found = found || n.X == call
		}
		return !found
	})
	return found
}
