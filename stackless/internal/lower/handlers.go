package lower

import (
	"go/ast"
	"go/types"
	"strings"
)

// handlerText is the text of a call that is given a literal which does not wait and takes no Task,
// and that has a step form: the branch of a select with its handler. A handler in steps is called
// where the select is polled, while one in direct style, which may wait, borrows a coroutine.
func (f *function) handlerText(n *ast.CallExpr) (string, bool) {
	u := f.u
	fn, ident := u.callee(n)
	if fn == nil || u.isHidden(f.file, n) || n.Ellipsis.IsValid() {
		return "", false
	}
	kind, name, ok := u.c.directives.Of(fn)
	if !ok || kind != "step" {
		return "", false
	}
	direct, step := fn.Signature(), u.lookupStep(n, fn, ident, name)
	if step == nil || direct.Variadic() || step.Variadic() || step.Params().Len() != direct.Params().Len() || len(n.Args) != step.Params().Len() {
		return "", false
	}
	steps := map[ast.Node]string{}
	for i, arg := range n.Args {
		lit, isLiteral := ast.Unparen(arg).(*ast.FuncLit)
		if !isLiteral || !isStepFunction(step.Params().At(i).Type(), u.p.Info.TypeOf(lit)) || hasTask(u.literals[lit].sig) {
			continue
		}
		text, ok := f.handlerInSteps(lit)
		if !ok {
			return "", false
		}
		steps[arg] = text
	}
	if len(steps) == 0 {
		return "", false
	}
	return u.text(f.file, n, func(m ast.Node) (string, bool) {
		switch text, isStep := steps[m]; {
		case isStep:
			return text, true
		case m == n:
			return "", false
		case m == ident:
			return name, true
		}
		return f.replace(m)
	}), true
}

// handlerInSteps is the text of a literal that is done when it is called, as a step function.
func (f *function) handlerInSteps(lit *ast.FuncLit) (string, bool) {
	sig := f.u.literals[lit].sig
	if sig.Variadic() || sig.Results().Len() != 1 || f.u.hasOuterTask(lit) {
		return "", false
	}
	edo := f.file.edo(f.u)
	names := f.u.localNames(f.file, lit)
	params, args := "_ *"+edo+".Task, _ *"+edo+".Step", []string{}
	for v := range sig.Params().Variables() {
		if !f.u.canName(v.Type()) || f.u.isShadowed(v.Type(), lit) {
			return "", false
		}
		name := names.fresh("a")
		args = append(args, name)
		params += ", " + name + " " + f.u.typeText(f.file, v.Type(), lit.Pos())
	}
	result := f.u.typeText(f.file, sig.Results().At(0).Type(), lit.Pos())
	body := f.u.text(f.file, lit, f.replace)
	return "func(" + params + ") (bool, " + result + ") { return true, " + body + "(" + strings.Join(args, ", ") + ") }", true
}

// hasOuterTask reports whether a literal refers to a Task that it has not from itself, with which it
// may wait.
func (u *unit) hasOuterTask(lit *ast.FuncLit) bool {
	found := false
	ast.Inspect(lit, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			v, isVar := u.p.Info.Uses[id].(*types.Var)
			found = found || isVar && isTask(v.Type()) && (v.Pos() < lit.Pos() || v.Pos() >= lit.End())
		}
		return !found
	})
	return found
}
