package lower

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"
)

// constants notes the constants that a block declares. Their values stand in their places: the
// block is none in Poll.
func (f *function) constants(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		for _, name := range spec.(*ast.ValueSpec).Names {
			if obj, ok := f.u.p.Info.Defs[name].(*types.Const); ok {
				f.consts[obj] = true
			}
		}
	}
}

// constantText is the value of a constant that is declared in a block, for a name of it in the
// text of the function.
func (f *function) constantText(id *ast.Ident) (string, bool) {
	obj, ok := f.u.p.Info.Uses[id].(*types.Const)
	if !ok || !f.consts[obj] && !f.isAround(obj) {
		return "", false
	}
	value, ok := valueText(obj)
	if !ok {
		refuse(id.Pos(), "the value of the constant %s cannot be written down: declare it outside the function", obj.Name())
	}
	if b, ok := obj.Type().(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		return value, true
	}
	return "(" + f.u.typeText(f.file, obj.Type(), id.Pos()) + ")(" + value + ")", true
}

// isAround reports whether obj is declared in a function around this one.
func (f *function) isAround(obj types.Object) bool {
	parent := obj.Parent()
	return parent != nil && parent != types.Universe && parent != f.u.p.Types.Scope() && obj.Pkg() == f.u.p.Types &&
		(obj.Pos() < f.node.Pos() || obj.Pos() >= f.node.End())
}

// valueText is the value of a constant as an untyped constant of its kind.
func valueText(obj *types.Const) (string, bool) {
	v := obj.Val()
	b, ok := obj.Type().Underlying().(*types.Basic)
	if !ok {
		return "", false
	}
	switch info := b.Info(); {
	case info&types.IsBoolean != 0:
		return v.String(), true
	case info&types.IsString != 0:
		return strconv.Quote(constant.StringVal(v)), true
	case b.Kind() == types.UntypedRune:
		n, ok := constant.Int64Val(constant.ToInt(v))
		if !ok || n < 0 || n > 0x10ffff || n >= 0xd800 && n < 0xe000 {
			return "", false
		}
		return strconv.QuoteRuneToASCII(rune(n)), true
	case info&types.IsInteger != 0:
		return "(" + constant.ToInt(v).ExactString() + ")", true
	case info&types.IsFloat != 0:
		v = constant.ToFloat(v)
		num, denom := constant.Num(v), constant.Denom(v)
		if num.Kind() != constant.Int || denom.Kind() != constant.Int {
			return "", false
		}
		sign := ""
		if constant.Sign(num) < 0 {
			sign, num = "-", constant.UnaryOp(token.SUB, num, 0)
		}
		return "(" + sign + num.ExactString() + ".0/" + denom.ExactString() + ".0)", true
	}
	return "", false
}
