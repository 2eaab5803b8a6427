package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A variable is one of a lowered function: of the source, or one that keeps a value for the
// compiler. Variables that are declared inside a statement without waits are not among them:
// they stay in its text.
type variable struct {
	obj    *types.Var // nil: of the compiler
	hint   string
	typ    types.Type
	decl   string // the type as text, if it has no types.Type
	pos    token.Pos
	cell   bool   // it is shared: what is stored is a pointer to it
	param  bool   // a field that the creator of the frame sets
	pinned bool   // it is a field that keeps its value to the end
	must   bool   // it is a field
	room   string // not "": what lies in this field of a callee's frame while the call is under way

	number    int
	used      bool // an operation that can be reached refers to it
	field     bool
	fieldName string
	storage   string // where it lies: "f.x", or "x"
}

// declare adds a variable of the source.
func (f *function) declare(obj *types.Var) *variable {
	v := &variable{obj: obj, hint: obj.Name(), typ: obj.Type(), pos: obj.Pos()}
	if facts := f.u.facts[obj]; facts != nil {
		v.cell = facts.shared()
	}
	f.vars[obj] = v
	f.all = append(f.all, v)
	return v
}

// temporary adds a variable of the compiler.
func (f *function) temporary(hint string, typ types.Type, pos token.Pos) *variable {
	v := &variable{hint: hint, typ: typ, pos: pos}
	f.all = append(f.all, v)
	return v
}

// variableOf returns the variable that id refers to, or nil if it is no variable of the
// function itself.
func (f *function) variableOf(id *ast.Ident) *variable {
	obj, ok := f.u.p.Info.ObjectOf(id).(*types.Var)
	if !ok {
		return nil
	}
	return f.vars[obj]
}

// plainVariable returns the variable that e is, if only the function itself can change it: it
// has the same value for as long as the function does not run.
func (f *function) plainVariable(e ast.Expr) *variable {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return nil
	}
	if v := f.variableOf(id); v != nil && !v.cell {
		return v
	}
	return nil
}

// value is the variable as an expression, which can be assigned to.
func (f *function) value(v *variable) string {
	if v.cell {
		return "(*" + f.pointer(v) + ")"
	}
	return f.pointer(v)
}

// pointer is what is stored: the pointer to the cell, or the variable itself.
func (f *function) pointer(v *variable) string {
	if alias, ok := f.alias[v]; ok {
		return alias
	}
	return v.storage
}

// storedType is the type of what is stored, as text.
func (f *function) storedType(v *variable) string {
	text := v.decl
	if text == "" {
		text = f.u.typeText(f.file, v.typ, v.pos)
	}
	if v.cell {
		return "*" + text
	}
	return text
}

// storedGoType is the type of what is stored, for its size; nil if it has only a text.
func (v *variable) storedGoType() types.Type {
	if v.typ != nil && v.cell {
		return types.NewPointer(v.typ)
	}
	return v.typ
}
