package lower

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// isCancel reports whether t is a function that ends a context.
func isCancel(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "context" && strings.HasPrefix(named.Obj().Name(), "Cancel")
}

// mayRecover reports whether the body of a function calls recover itself, or cannot be read.
func (u *unit) mayRecover(fn *types.Func) bool {
	fn = fn.Origin()
	at := u.p.Fset.PositionFor(fn.Pos(), false)
	for _, f := range u.files {
		if f.name == at.Filename {
			return recovers(f.syntax, u.p.Fset, fn.Name(), at.Line)
		}
	}
	name := strings.Replace(at.Filename, "$GOROOT", goroot(), 1)
	if !filepath.IsAbs(name) { // as with -trimpath
		name = filepath.Join(goroot(), "src", name)
	}
	fset := token.NewFileSet()
	syntax, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
	if err != nil {
		return true
	}
	return recovers(syntax, fset, fn.Name(), at.Line)
}

// recovers reports whether the function with that name at that line calls recover, or is not
// there.
func recovers(syntax *ast.File, fset *token.FileSet, name string, line int) bool {
	for _, decl := range syntax.Decls {
		fd, ok := decl.(*ast.FuncDecl)
		if !ok || fd.Name.Name != name || fset.PositionFor(fd.Name.Pos(), false).Line != line || fd.Body == nil {
			continue
		}
		found := false
		ast.Inspect(fd.Body, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.Name == "recover" {
				found = true
			}
			return !found
		})
		return found
	}
	return true
}

// goroot is the folder of the tool chain.
var goroot = sync.OnceValue(func() string {
	out, _ := exec.Command("go", "env", "GOROOT").Output()
	return strings.TrimSpace(string(out))
})
