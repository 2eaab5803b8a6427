package lower

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"
)

// typeText writes t as it can be written at the top level of the file. A type without such a
// name is refused at pos.
func (u *unit) typeText(f *file, t types.Type, pos token.Pos) string {
	if bad := u.unnameable(t, map[types.Type]bool{}); bad != "" {
		refuse(pos, "a value of type %s lives across a wait, and %s: give the type a name that this package can use", types.TypeString(t, types.RelativeTo(u.p.Types)), bad)
	}
	return types.TypeString(t, func(p *types.Package) string { return f.importName(u, p) })
}

// canName reports whether typeText can write t.
func (u *unit) canName(t types.Type) bool { return u.unnameable(t, map[types.Type]bool{}) == "" }

// unnameable says why t cannot be written at the top level of a file of the package, or "".
func (u *unit) unnameable(t types.Type, seen map[types.Type]bool) string {
	if seen[t] {
		return ""
	}
	seen[t] = true
	all := func(ts ...types.Type) string {
		for _, t := range ts {
			if bad := u.unnameable(t, seen); bad != "" {
				return bad
			}
		}
		return ""
	}
	switch t := t.(type) {
	case *types.Basic:
		if t.Kind() == types.Invalid || t.Info()&types.IsUntyped != 0 {
			return "it has no type"
		}
		return ""
	case *types.Alias:
		if bad := u.unnameableObject(t.Obj()); bad != "" {
			return bad
		}
		return all(typeList(t.TypeArgs())...)
	case *types.Named:
		if bad := u.unnameableObject(t.Obj()); bad != "" {
			return bad
		}
		return all(typeList(t.TypeArgs())...)
	case *types.TypeParam:
		return ""
	case *types.Pointer:
		return all(t.Elem())
	case *types.Slice:
		return all(t.Elem())
	case *types.Array:
		return all(t.Elem())
	case *types.Chan:
		return all(t.Elem())
	case *types.Map:
		return all(t.Key(), t.Elem())
	case *types.Signature:
		return all(t.Params(), t.Results())
	case *types.Tuple:
		for v := range t.Variables() {
			if bad := all(v.Type()); bad != "" {
				return bad
			}
		}
		return ""
	case *types.Struct:
		for v := range t.Fields() {
			if !v.Exported() && v.Pkg() != u.p.Types {
				return fmt.Sprintf("the field %s is not exported", v.Name())
			}
			if bad := all(v.Type()); bad != "" {
				return bad
			}
		}
		return ""
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			if !m.Exported() && m.Pkg() != u.p.Types {
				return fmt.Sprintf("the method %s is not exported", m.Name())
			}
			if bad := all(m.Type()); bad != "" {
				return bad
			}
		}
		for e := range t.EmbeddedTypes() {
			if bad := all(e); bad != "" {
				return bad
			}
		}
		return ""
	case *types.Union:
		for term := range t.Terms() {
			if bad := all(term.Type()); bad != "" {
				return bad
			}
		}
		return ""
	}
	return fmt.Sprintf("%T is not known to the compiler", t)
}

// unnameableObject says why the name of a type cannot be used.
func (u *unit) unnameableObject(obj *types.TypeName) string {
	switch pkg := obj.Pkg(); {
	case pkg == nil:
		return ""
	case obj.Parent() != pkg.Scope():
		return fmt.Sprintf("%s is declared inside a function", obj.Name())
	case pkg.Path() == u.p.Types.Path():
		return ""
	case !obj.Exported():
		return fmt.Sprintf("%s.%s is not exported", pkg.Name(), obj.Name())
	case !mayImport(u.p.Path, pkg.Path()):
		return fmt.Sprintf("package %s is internal to others", pkg.Path())
	}
	return ""
}

// mayImport reports whether package from may import to, which may be internal.
func mayImport(from, to string) bool {
	if to == "main" || strings.HasPrefix(to, "vendor/") {
		return false
	}
	i := strings.LastIndex(to+"/", "/internal/")
	switch {
	case i >= 0:
		root := to[:i]
		return from == root || strings.HasPrefix(from, root+"/") || strings.HasPrefix(from, root+"_test")
	case to == "internal" || strings.HasPrefix(to, "internal/"):
		return false // of the standard library
	}
	return true
}

func typeList(l *types.TypeList) (ts []types.Type) {
	for t := range l.Types() {
		ts = append(ts, t)
	}
	return ts
}

// zero is the zero value of t, as an expression.
func (u *unit) zero(f *file, t types.Type, pos token.Pos) string {
	if _, ok := types.Unalias(t).(*types.TypeParam); !ok {
		switch b := t.Underlying().(type) {
		case *types.Pointer, *types.Slice, *types.Map, *types.Chan, *types.Signature, *types.Interface:
			return "nil"
		case *types.Basic:
			switch {
			case b.Info()&types.IsString != 0:
				return `""`
			case b.Info()&types.IsBoolean != 0:
				return "false"
			case b.Info()&types.IsNumeric != 0:
				return "0"
			}
			return "nil" // unsafe.Pointer
		}
	}
	return "*new(" + u.typeText(f, t, pos) + ")"
}

// hasPointers reports whether a value of type t can keep anything alive.
func hasPointers(t types.Type) bool {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return true
	}
	switch t := t.Underlying().(type) {
	case *types.Basic:
		return t.Info()&types.IsString != 0 || t.Kind() == types.UnsafePointer
	case *types.Array:
		return t.Len() > 0 && hasPointers(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			if hasPointers(f.Type()) {
				return true
			}
		}
		return false
	}
	return true
}

// isGeneric reports whether t depends on type parameters.
func isGeneric(t types.Type) bool {
	found := false
	seen := map[types.Type]bool{}
	var walk func(t types.Type)
	walk = func(t types.Type) {
		if found || t == nil || seen[t] {
			return
		}
		seen[t] = true
		switch t := t.(type) {
		case *types.TypeParam:
			found = true
		case *types.Alias:
			for _, a := range typeList(t.TypeArgs()) {
				walk(a)
			}
			walk(types.Unalias(t))
		case *types.Named:
			for _, a := range typeList(t.TypeArgs()) {
				walk(a)
			}
		case *types.Pointer:
			walk(t.Elem())
		case *types.Slice:
			walk(t.Elem())
		case *types.Array:
			walk(t.Elem())
		case *types.Chan:
			walk(t.Elem())
		case *types.Map:
			walk(t.Key())
			walk(t.Elem())
		case *types.Signature:
			walk(t.Params())
			walk(t.Results())
		case *types.Tuple:
			for v := range t.Variables() {
				walk(v.Type())
			}
		case *types.Struct:
			for v := range t.Fields() {
				walk(v.Type())
			}
		case *types.Interface:
			for m := range t.Methods() {
				walk(m.Type())
			}
		}
	}
	walk(t)
	return found
}
