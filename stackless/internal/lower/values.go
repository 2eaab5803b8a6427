package lower

import (
	"go/ast"
	"go/types"
	"strconv"
	"strings"
)

// A function that is used as a value can be called by code that is lowered and by code that is
// not. It keeps its text, and begins with a question: a caller that is lowered asks for a step,
// which the frame makes. The value is wrapped, so that callers know that it may be asked. See
// package edo, stepvalue.go.

// findValues notes the declared functions that the package uses as values, and which expressions
// are called where they stand.
func (u *unit) findValues(f *file) {
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			u.called[ast.Unparen(call.Fun)] = true
		}
		return true
	})
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		if fi := u.valueOf(e); fi != nil {
			fi.isValue = true
		}
		_, isSelector := n.(*ast.SelectorExpr)
		return !isSelector || u.valueOf(e) == nil
	})
}

// valueOf returns the declared function that e uses as a value, if the package lowers it.
func (u *unit) valueOf(e ast.Expr) *funcInfo {
	if u.called[e] {
		return nil
	}
	var fn *types.Func
	switch e := e.(type) {
	case *ast.Ident:
		fn, _ = u.p.Info.Uses[e].(*types.Func)
		if fn != nil && fn.Signature().Recv() != nil {
			return nil // the name of a method in a selector
		}
	case *ast.SelectorExpr:
		sel := u.p.Info.Selections[e]
		if sel == nil || sel.Kind() != types.MethodVal || len(sel.Index()) != 1 {
			return nil
		}
		fn, _ = sel.Obj().(*types.Func)
	}
	if fn == nil || fn.Signature().TypeParams().Len() > 0 {
		return nil
	}
	fi := u.declared[fn.Origin()]
	if fi == nil || fi.isOld || len(fi.typePar) > 0 || len(fi.refused) > 0 || !nameable(fi) {
		return nil
	}
	return fi
}

// nameable reports whether the body of a function can name its Task and all other parameters.
func nameable(fi *funcInfo) bool {
	if fi.task == nil || fi.task.Name() == "_" || fi.task.Name() == "" || fi.lent {
		return false
	}
	for v := range fi.sig.Params().Variables() {
		if v.Name() == "" || v.Name() == "_" {
			return false
		}
	}
	if recv := fi.sig.Recv(); recv != nil && (recv.Name() == "" || recv.Name() == "_") {
		return false
	}
	return true
}

// question is what a function that is used as a value begins with: it makes a step if the caller
// asks for one. It is "" if the function has no frame, or a name in it means something else at the
// beginning of the function.
func (u *unit) question(fi *funcInfo, f *function) string {
	edo, ok := u.edoAt(fi)
	if !ok || !nameable(fi) {
		return ""
	}
	fr := u.frameOf(fi)
	if fr == nil {
		return ""
	}
	fr.isUsed = true
	names := u.localNames(fi.file, fi.node)
	st, frame, done := names.fresh("st"), names.fresh("frame"), names.fresh("done")
	var values []string
	values = append(values, u.capturedValues(fi, f)...)
	if recv := fi.sig.Recv(); recv != nil {
		values = append(values, recv.Name())
	}
	for v := range fi.sig.Params().Variables() {
		if v != fi.task {
			values = append(values, v.Name())
		}
	}
	results := []string{done}
	for range fi.sig.Results().Len() {
		results = append(results, names.fresh("r"))
	}
	typeName := frameName(fr)
	begin, end := frame+" = &"+fr.composeText(values), ""
	if len(fr.typeParams) == 0 {
		fi.isPooled = true
		frames := "(interface{ Frames() *" + edo + ".Frames[" + fr.name + "] })((*" + fr.name + ")(nil)).Frames()"
		begin = frame + " = " + frames + ".Get(); *" + frame + " = " + fr.composeText(values)
		end = " else { " + frames + ".Put(" + frame + ") }"
	}
	return " if " + st + " := " + edo + ".TakeStep(" + fi.task.Name() + "); " + st + " != nil { " +
		frame + " := " + edo + ".StepState[" + typeName + "](" + st + "); " +
		"if " + frame + " == nil { " + begin + " }; " +
		st + ".Set(nil); " +
		strings.Join(results, ", ") + " := " + frame + ".Poll(" + fi.task.Name() + "); " +
		"if !" + done + " { " + st + ".Set(" + frame + ") }" + end + "; " +
		"return " + strings.Join(results[1:], ", ") + " };"
}

// poolName is the variable with the frames of a function that is called as a value, which are used
// again.
func (fi *funcInfo) poolName() string { return fi.name.ident + "_edoFrames" }

// poolText is the declaration of that variable, and of the method that returns it; "" if there is none.
// The function calls the method through an interface. One that named the variable would be initialized
// after it: package variables that use the function as a value would be initialized later than in the
// source.
func (u *unit) poolText(fi *funcInfo) string {
	if !fi.isPooled || fi.text == "" {
		return ""
	}
	frames := fi.file.edo(u) + ".Frames[" + fi.frame.name + "]"
	return "\nvar " + fi.poolName() + " " + frames + "\n\nfunc (*" + fi.frame.name + ") Frames() *" + frames + " { return &" + fi.poolName() + " }\n"
}

// edoAt is the name of package edo at the beginning of a function, unless it means something else
// there.
func (u *unit) edoAt(fi *funcInfo) (string, bool) {
	name := fi.file.edo(u)
	scope := u.p.Info.Scopes[fi.typ]
	if scope == nil {
		return "", false
	}
	_, obj := scope.LookupParent(name, fi.body.Lbrace)
	if obj == nil {
		return name, true // an import that is added
	}
	pkgName, ok := obj.(*types.PkgName)
	return name, ok && pkgName.Imported() == u.edo
}

// valueText is the text of an expression that uses a function as a value: the function, wrapped.
func (u *unit) valueText(file *file, e ast.Expr, f *function) (string, bool) {
	if lit, ok := e.(*ast.FuncLit); ok {
		return u.literalValue(file, lit, f)
	}
	fi := u.valueOf(e)
	if fi == nil || u.frameOf(fi) == nil || u.question(fi, nil) == "" || u.isHidden(file, e) {
		return "", false
	}
	inner := func(n ast.Node) (string, bool) { return u.replaceIn(file, f, n) }
	text := apply(file.src, u.offset(e.Pos()), u.offset(e.End()), u.edits(file, e, inner))
	return file.edo(u) + ".Stepper(" + text + ")", true
}

// isHidden reports whether package edo has no name where e stands.
func (u *unit) isHidden(file *file, e ast.Expr) bool {
	scope := u.p.Types.Scope().Innermost(e.Pos())
	if scope == nil {
		return true
	}
	_, obj := scope.LookupParent(file.edo(u), e.Pos())
	if obj == nil {
		return false
	}
	pkgName, ok := obj.(*types.PkgName)
	return !ok || pkgName.Imported() != u.edo
}

// literalValue is the text of a literal that is used as a value.
func (u *unit) literalValue(file *file, lit *ast.FuncLit, f *function) (string, bool) {
	fi := u.literals[lit]
	if fi == nil || !hasTask(fi.sig) || u.isHidden(file, lit) {
		return "", false
	}
	question := u.question(fi, f)
	isRenamed := !u.called[lit] && (f != nil || u.isRenumbered(lit))
	if question == "" && !isRenamed {
		return "", false
	}
	fi.given = fi.given || question != ""
	edits := u.edits(file, lit, func(n ast.Node) (string, bool) { return u.replaceIn(file, f, n) })
	at := u.offset(lit.Body.Lbrace) + 1
	i := 0
	for i < len(edits) && edits[i].from < at {
		i++
	}
	edits = append(edits[:i:i], append([]edit{{at, at, question}}, edits[i:]...)...)
	text := apply(file.src, u.offset(lit.Pos()), u.offset(lit.End()), edits)
	if question != "" {
		text = file.edo(u) + ".Stepper(" + text + ")"
	}
	if isRenamed {
		text = file.edo(u) + ".Called(" + text + ", " + strconv.Quote(u.prefix+"."+fi.name.symbol) + ")"
	}
	return text, true
}

// isRenumbered reports whether a literal in a function that stays as it is has another name in the
// program than in the source: gc numbers the literals of a function, and one before it, or before
// one around it, was removed.
func (u *unit) isRenumbered(lit *ast.FuncLit) bool {
	for {
		owner := u.owner[lit]
		for other := range u.removed {
			if u.number[other] < u.number[lit] && u.haveOneCount(u.owner[other], owner) {
				return true
			}
		}
		outer, isLit := owner.(*ast.FuncLit)
		if !isLit {
			return false
		}
		lit = outer
	}
}

// haveOneCount reports whether the literals of two functions are numbered together, as those of package
// variables are.
func (u *unit) haveOneCount(a, b ast.Node) bool {
	_, isVarA := a.(*ast.GenDecl)
	_, isVarB := b.(*ast.GenDecl)
	return a == b || isVarA && isVarB
}
