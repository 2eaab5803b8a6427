package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// spawned returns what a call spawns as a task, or otherwise runs, if a frame can be given in its
// place: the argument and the directive's name for the function that takes a frame.
func (u *unit) spawned(n *ast.CallExpr) (arg int, name string, ok bool) {
	fn, _ := u.callee(n)
	if fn == nil {
		return 0, "", false
	}
	if u.spawnedAsync(n) != nil {
		return 1, "GoValueStep", true
	}
	kind, name, known := u.c.directives.Of(fn)
	if !known || kind != "spawn" {
		return 0, "", false
	}
	step, ok := fn.Pkg().Scope().Lookup(name).(*types.Func)
	if !ok {
		return 0, "", false
	}
	if recv := fn.Signature().Recv(); recv != nil {
		_, isSelector := ast.Unparen(n.Fun).(*ast.SelectorExpr)
		params := step.Signature().Params()
		if !isSelector || isGeneric(recv.Type()) || params.Len() == 0 || !types.Identical(params.At(0).Type(), recv.Type()) {
			return 0, "", false
		}
	}
	sig, ok := u.p.Info.TypeOf(n.Fun).Underlying().(*types.Signature)
	if !ok {
		return 0, "", false
	}
	arg = -1
	for i := range sig.Params().Len() {
		if takesTask(sig.Params().At(i).Type()) {
			if arg >= 0 {
				return 0, "", false
			}
			arg = i
		}
	}
	if arg < 0 || arg >= len(n.Args) || sig.Variadic() && arg == sig.Params().Len()-1 {
		return 0, "", false
	}
	return arg, name, true
}

// spawnedAsync returns the function that a call of edo.Spawn makes a future of with edo.Async, and
// spawns: that is what edo.GoValue does. It is nil for any other call.
func (u *unit) spawnedAsync(n *ast.CallExpr) ast.Expr {
	if fn, _ := u.callee(n); fn == nil || fn.Pkg() != u.edo || fn.Name() != "Spawn" || fn.Signature().Recv() != nil || len(n.Args) < 2 {
		return nil
	}
	inner, ok := ast.Unparen(n.Args[1]).(*ast.CallExpr)
	if !ok {
		return nil
	}
	if fn, _ := u.callee(inner); fn == nil || fn.Pkg() != u.edo || fn.Name() != "Async" || len(inner.Args) != 1 {
		return nil
	}
	return inner.Args[0]
}

// spawnText is the text of a call that spawns a function, with the frame of the function in its
// place. It reports false if the call is none, or the function has no frame. The call is one of
// f, or if f is nil, of a function that stays as it is.
func (u *unit) spawnText(file *file, n *ast.CallExpr, f *function) (text string, ok bool) {
	arg, name, ok := u.spawned(n)
	if !ok {
		return "", false
	}
	fn, ident := u.callee(n)
	frame, ok := u.spawnedFrame(file, n, arg, fn.Pkg().Scope().Lookup(name).(*types.Func), f)
	if !ok {
		return "", false
	}
	if fn.Signature().Recv() != nil {
		return u.spawnOfMethod(file, n, arg, name, frame, f)
	}
	types := ""
	if fn.Signature().TypeParams().Len() > 0 {
		var list []string
		for _, t := range typeList(u.p.Info.Instances[ident].TypeArgs) {
			if !u.canName(t) || u.isShadowed(t, n) {
				return "", false
			}
			list = append(list, u.typeText(file, t, n.Pos()))
		}
		types = "[" + strings.Join(list, ", ") + "]"
	}
	replace := func(m ast.Node) (string, bool) {
		switch {
		case m == n.Args[arg]:
			return frame, true
		case m == ident:
			return name, true
		case m == n.Fun:
			return u.spawnFun(file, n, ident, name) + types, true
		case m == n:
			return "", false
		}
		return u.replaceIn(file, f, m)
	}
	return u.text(file, n, replace), true
}

// selectorOf is the selector that a call calls, or nil.
func selectorOf(n *ast.CallExpr) *ast.SelectorExpr {
	sel, _ := ast.Unparen(n.Fun).(*ast.SelectorExpr)
	return sel
}

// spawnOfMethod is the text of the call of a method that spawns: a call of a function of its package,
// which takes the receiver first.
func (u *unit) spawnOfMethod(file *file, n *ast.CallExpr, arg int, name, frame string, f *function) (string, bool) {
	sel := selectorOf(n)
	selection := u.p.Info.Selections[sel]
	pkg := selection.Obj().Pkg()
	if selection.Kind() != types.MethodVal || len(selection.Index()) != 1 {
		return "", false
	}
	if prefix := file.importName(u, pkg); prefix != "" {
		scope := u.p.Types.Scope().Innermost(n.Pos())
		if scope == nil {
			return "", false
		}
		if _, obj := scope.LookupParent(prefix, n.Pos()); obj != nil {
			if pkgName, ok := obj.(*types.PkgName); !ok || pkgName.Imported() != pkg {
				return "", false
			}
		}
		name = prefix + "." + name
	}
	recv := u.receiverText(file, sel, f)
	replace := func(m ast.Node) (string, bool) {
		switch m {
		case n:
			return "", false
		case n.Fun:
			return name, true
		case n.Args[0]:
			if arg == 0 {
				return recv + ", " + frame, true
			}
			return recv + ", " + u.text(file, m, func(m ast.Node) (string, bool) { return u.replaceIn(file, f, m) }), true
		case n.Args[arg]:
			return frame, true
		}
		return u.replaceIn(file, f, m)
	}
	return u.text(file, n, replace), true
}

// receiverText is the operand of a method, or its address or what it points to, as the method takes it.
func (u *unit) receiverText(file *file, sel *ast.SelectorExpr, f *function) string {
	recv := u.text(file, sel.X, func(m ast.Node) (string, bool) { return u.replaceIn(file, f, m) })
	_, wants := types.Unalias(u.p.Info.Uses[sel.Sel].(*types.Func).Signature().Recv().Type()).(*types.Pointer)
	_, is := u.p.Info.TypeOf(sel.X).Underlying().(*types.Pointer)
	switch {
	case wants && !is:
		return "&" + recv
	case !wants && is:
		return "*" + recv
	}
	return recv
}

// spawnedFrame is what the function step takes in the place of the argument: a frame, or a function
// that makes the frame of each call if the argument takes more than a Task.
func (u *unit) spawnedFrame(file *file, n *ast.CallExpr, arg int, step *types.Func, f *function) (string, bool) {
	if fn := u.spawnedAsync(n); fn != nil {
		return u.frameValue(file, fn, f)
	}
	at := arg
	if sel := u.p.Info.Selections[selectorOf(n)]; sel != nil {
		at++ // after the receiver
	}
	if at >= step.Signature().Params().Len() {
		return "", false
	}
	direct := u.p.Info.TypeOf(n.Fun).Underlying().(*types.Signature).Params().At(arg).Type().Underlying().(*types.Signature)
	want := step.Signature().Params().At(at).Type()
	if isTypeParam(want) {
		if direct.Params().Len() != 1 {
			return "", false
		}
		return u.frameValue(file, n.Args[arg], f)
	}
	maker, ok := want.Underlying().(*types.Signature)
	lit, isLit := ast.Unparen(n.Args[arg]).(*ast.FuncLit)
	if !ok || !isLit || maker.Results().Len() != 1 || maker.Params().Len() != direct.Params().Len()-1 || direct.Variadic() {
		return "", false
	}
	fi := u.literals[lit]
	if fi == nil || !hasTask(fi.sig) {
		return "", false
	}
	fr := u.frameOf(fi)
	if fr == nil {
		return "", false
	}
	names := u.localNames(file, lit)
	var params []string
	values := u.capturedValues(fi, f)
	for v := range direct.Params().Variables() {
		if isTask(v.Type()) {
			continue
		}
		if !u.canName(v.Type()) || u.isShadowed(v.Type(), n) {
			return "", false
		}
		name := names.fresh("a")
		params = append(params, name+" "+u.typeText(file, v.Type(), n.Pos()))
		values = append(values, name)
	}
	fi.given, fr.isUsed = true, true
	return "func(" + strings.Join(params, ", ") + ") " + frameName(fr) + " { return " + u.frameAt(n.Pos(), fi, fr.composeText(values)) + " }", true
}

// spawnFun is the function of a call by another name, without type arguments.
func (u *unit) spawnFun(file *file, n *ast.CallExpr, ident *ast.Ident, name string) string {
	fun := ast.Unparen(n.Fun)
	switch e := fun.(type) {
	case *ast.IndexExpr:
		fun = ast.Unparen(e.X)
	case *ast.IndexListExpr:
		fun = ast.Unparen(e.X)
	}
	return u.text(file, fun, func(m ast.Node) (string, bool) { return name, m == ident })
}

// replaceIn is what stands for a node of the user in f, or in a function that stays as it is.
func (u *unit) replaceIn(file *file, f *function, n ast.Node) (string, bool) {
	if f != nil {
		return f.replace(n)
	}
	if call, ok := n.(*ast.CallExpr); ok {
		return u.spawnText(file, call, nil)
	}
	if e, ok := n.(ast.Expr); ok {
		return u.valueText(file, e, nil)
	}
	return "", false
}

// isShadowed reports whether a name in the type t means something else where n stands.
func (u *unit) isShadowed(t types.Type, n ast.Node) bool {
	scope := u.p.Types.Scope().Innermost(n.Pos())
	if scope == nil {
		return true
	}
	shadowed := false
	means := func(name string, want types.Object) {
		_, obj := scope.LookupParent(name, n.Pos())
		if obj != want {
			if pkgName, ok := obj.(*types.PkgName); !ok || want == nil || pkgName.Imported() != want.Pkg() {
				shadowed = true
			}
		}
	}
	types.TypeString(t, func(p *types.Package) string {
		if p != u.p.Types {
			if _, obj := scope.LookupParent(p.Name(), n.Pos()); obj != nil {
				if pkgName, ok := obj.(*types.PkgName); !ok || pkgName.Imported() != p {
					shadowed = true
				}
			}
		}
		return ""
	})
	if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj().Pkg() == u.p.Types {
		means(named.Obj().Name(), named.Obj())
	}
	return shadowed
}

// frameValue is the frame of the function that e is, as a value: a literal, or a declared function
// or method that takes nothing but the Task.
func (u *unit) frameValue(file *file, e ast.Expr, f *function) (text string, ok bool) {
	if fi := u.literalAt(e, f); fi != nil {
		if fi.task == nil && !hasTask(fi.sig) {
			return "", false
		}
		fr := u.frameOf(fi)
		if fr == nil {
			return "", false
		}
		text := u.frameAt(e.Pos(), fi, u.literalFrame(fi, f))
		if id, ok := ast.Unparen(e).(*ast.Ident); ok && f != nil && f.variableOf(id) == nil {
			// The variable is declared in a statement that is copied, and must be used there.
			if u.isHidden(file, e) {
				return "", false
			}
			text = file.edo(u) + ".FrameOf(" + id.Name + ", " + text + ")"
		}
		fi.given = true
		fr.isUsed = true
		if lit, ok := fi.node.(*ast.FuncLit); ok && f == nil {
			u.removed[lit] = true
		}
		return text, true
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		if fn, ok := u.p.Info.Uses[e].(*types.Func); ok {
			return u.declaredFrame(file, e.Pos(), fn, "")
		}
	case *ast.SelectorExpr:
		fn, ok := u.p.Info.Uses[e.Sel].(*types.Func)
		if !ok {
			return "", false
		}
		sel := u.p.Info.Selections[e]
		if sel == nil {
			return u.declaredFrame(file, e.Pos(), fn, "")
		}
		if sel.Kind() != types.MethodVal || len(sel.Index()) != 1 {
			return "", false
		}
		// The receiver is evaluated where the method value is.
		return u.declaredFrame(file, e.Pos(), fn, u.receiverText(file, e, f))
	}
	return "", false
}

func hasTask(sig *types.Signature) bool {
	_, _, n := taskParam(sig)
	return n == 1
}

// declaredFrame is the frame of a declared function that takes nothing but a Task, and of a
// method of recv. It stands at pos.
func (u *unit) declaredFrame(file *file, pos token.Pos, fn *types.Func, recv string) (string, bool) {
	var fr *frameType
	name := ""
	fi := u.declared[fn.Origin()]
	if fi != nil {
		fr = u.frameOf(fi)
	} else if w, known := u.c.waiter(fn); known && w.frame != nil && w.frame.isExported && u.mayImportFrame(w.frame) {
		fr = w.frame
		name = file.importName(u, fn.Pkg()) + "."
	}
	params := 1
	if recv != "" {
		params = 0
	}
	if fr == nil || len(fr.typeParams) > 0 || fn.Signature().Params().Len() != 1 || fn.Signature().Variadic() || len(fr.params) != 1-params {
		return "", false
	}
	fr.isUsed = true
	if recv == "" {
		if fi == nil {
			return name + fr.name + "{}", true
		}
		return u.frameAt(pos, fi, fr.name+"{}"), true
	}
	if fi == nil || fi.isOld {
		return "", false // the frame has not the name of a method value
	}
	fi.isBound = true
	return u.frameAt(pos, fi, fi.boundName()+"{"+fr.composeText([]string{recv})+"}"), true
}

// boundName is the type of the frames of method values of a method. They differ from those of calls
// in the name of the function alone.
func (fi *funcInfo) boundName() string { return fi.name.ident + "_edoBound" }

// boundText is the text of that type; "" if there is no such method value.
func (u *unit) boundText(fi *funcInfo) string {
	if !fi.isBound || fi.text == "" {
		return ""
	}
	return "\ntype " + fi.boundName() + " struct{ " + fi.frame.name + " }\n\n" +
		"func (*" + fi.boundName() + ") FunctionName() string { return " + strconv.Quote(u.prefix+"."+fi.name.symbol+"-fm") + " }\n"
}
