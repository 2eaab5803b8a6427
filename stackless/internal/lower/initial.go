package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A package variable is initialized after those to which its initializer refers, also by way of the
// functions that it refers to. A frame in the place of a function refers to none: only package edo calls
// its Poll. Where an initializer may come to, the frame is made by a method that names its Poll.

// findInitial finds the initializers of package variables, and the functions of the package that
// they may come to.
func (u *unit) findInitial() {
	decls := map[*types.Func]*ast.FuncDecl{}
	for _, f := range u.files {
		for _, decl := range f.syntax.Decls {
			if d, ok := decl.(*ast.FuncDecl); ok && d.Body != nil {
				if fn, ok := u.p.Info.Defs[d.Name].(*types.Func); ok {
					decls[fn] = d
				}
			}
		}
	}
	var visit func(node ast.Node)
	visit = func(node ast.Node) {
		u.initial = append(u.initial, node)
		ast.Inspect(node, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if fn, ok := u.p.Info.Uses[id].(*types.Func); ok {
					if d := decls[fn.Origin()]; d != nil {
						delete(decls, fn.Origin())
						visit(d)
					}
				}
			}
			return true
		})
	}
	for _, init := range u.p.Info.InitOrder {
		visit(init.Rhs)
	}
}

// isInitial reports whether an initializer may come to the code at pos.
func (u *unit) isInitial(pos token.Pos) bool {
	for _, n := range u.initial {
		if n.Pos() <= pos && pos < n.End() {
			return true
		}
	}
	return false
}

// frameAt is the text of a frame that stands for a function at pos.
func (u *unit) frameAt(pos token.Pos, fi *funcInfo, text string) string {
	if fi.isOld || !u.isInitial(pos) {
		return text
	}
	fi.isInitial = true
	return text + ".itself()"
}

// itselfText is the text of the methods that return a frame, and refer to what its Poll refers to; "" if
// none is called.
func (u *unit) itselfText(fi *funcInfo) string {
	if !fi.isInitial || fi.text == "" {
		return ""
	}
	text := ""
	names := []string{frameName(fi.frame)}
	if fi.isBound {
		names = append(names, fi.boundName())
	}
	for _, name := range names {
		text += "\nfunc (f " + name + ") itself() " + name + " {\n\t_ = (*" + name + ").Poll\n\treturn f\n}\n"
	}
	return text
}
