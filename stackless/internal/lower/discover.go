package lower

import (
	"go/ast"
	"go/types"
	"slices"
)

// discover finds the functions of a file that take a Task, the literals in them, and how they
// lie in each other.
func (u *unit) discover(f *file) {
	for _, decl := range f.syntax.Decls {
		fd, ok := decl.(*ast.FuncDecl)
		if !ok {
			u.discoverLiterals(f, decl, functionName{symbol: "init", ident: "init"})
			continue
		}
		fn, ok := u.p.Info.Defs[fd.Name].(*types.Func)
		if !ok || fd.Body == nil {
			continue
		}
		name := declName(fd, fn)
		if fd.Name.Name == "init" && fd.Recv == nil {
			number := itoa(u.initials.functions)
			u.initials.functions++
			name = functionName{symbol: "init." + number, ident: "init" + number}
		}
		task, _, n := taskParam(fn.Signature())
		if n > 0 {
			fi := &funcInfo{file: f, name: name, node: fd, typ: fd.Type, body: fd.Body, fn: fn, sig: fn.Signature(), task: task, isOld: u.c.compiled[f.name]}
			fi.typePar = typeParamsOf(fn)
			if kind, _, ok := u.c.directives.Of(fn); ok && kind == "stackless" {
				fi.demanded = true
			}
			if n > 1 {
				u.refuseInfo(fi, fd.Pos(), "it takes several Tasks: take one")
			}
			if fd.Name.Name == "_" || fd.Name.Name == "init" && fd.Recv == nil {
				continue
			}
			u.declared[fn] = fi
			u.infos = append(u.infos, fi)
		}
		u.discoverLiterals(f, fd, name)
	}
}

func typeParamsOf(fn *types.Func) (params []*types.TypeParam) {
	list := fn.Signature().TypeParams()
	if fn.Signature().Recv() != nil {
		list = fn.Signature().RecvTypeParams()
	}
	for p := range list.TypeParams() {
		params = append(params, p)
	}
	return params
}

// discoverLiterals names the literals of a function as gc does, and notes those that take a Task. The
// declaration of package variables has literals of the function that initializes the package.
func (u *unit) discoverLiterals(f *file, node ast.Node, name functionName) {
	var within func(node ast.Node, name functionName, body *ast.BlockStmt)
	within = func(owner ast.Node, name functionName, body *ast.BlockStmt) {
		count := 0
		if body != nil {
			newNumberer(u.p.Info, func(lit *ast.FuncLit) {
				count++
				u.number[lit] = count
			}).stmts(body.List)
		} else {
			count = u.initials.literals
		}
		ast.Inspect(owner, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ReturnStmt:
				u.owner[n] = owner
			case *ast.FuncLit:
				if n == owner {
					return true
				}
				u.owner[n] = owner
				if u.number[n] == 0 { // it is dead, so that the program does not show its name
					count++
					u.number[n] = count
				}
				inner := name.literal(u.number[n])
				u.addLiteral(f, n, node, inner)
				within(n, inner, n.Body)
				return false
			}
			return true
		})
		if body == nil {
			u.initials.literals = count
		}
	}
	decl, ok := node.(*ast.FuncDecl)
	if ok {
		within(node, name, decl.Body)
	} else {
		within(node, name, nil)
	}
}

// numberInitializers numbers the literals of package variables, in the order of the initialization.
func (u *unit) numberInitializers() {
	w := newNumberer(u.p.Info, func(lit *ast.FuncLit) {
		u.initials.literals++
		u.number[lit] = u.initials.literals
	})
	for _, init := range u.p.Info.InitOrder {
		w.expr(init.Rhs)
	}
}

// addLiteral notes a literal. Whether it takes a Task is seen where it is used: that of a scope
// waits with the Task around it.
func (u *unit) addLiteral(f *file, lit *ast.FuncLit, outside ast.Node, name functionName) {
	sig, ok := u.p.Info.TypeOf(lit).Underlying().(*types.Signature)
	if !ok {
		return
	}
	task, _, n := taskParam(sig)
	fi := &funcInfo{
		file: f, name: name, node: lit, typ: lit.Type, body: lit.Body, sig: sig, task: task, isOld: u.c.compiled[f.name],
		outside: outside, waits: true,
	}
	if decl, ok := outside.(*ast.FuncDecl); ok {
		fn, _ := u.p.Info.Defs[decl.Name].(*types.Func)
		if fn != nil {
			fi.typePar = typeParamsOf(fn)
		}
	}
	if n > 1 {
		u.refuseInfo(fi, lit.Pos(), "it takes several Tasks: take one")
	}
	u.literals[lit] = fi
	if n > 0 {
		u.infos = append(u.infos, fi)
	}
}

// loopVariablesAreShared reports whether the file is written for a Go before 1.22.
func (u *unit) loopVariablesAreShared(f *file) bool {
	version := u.p.Info.FileVersions[f.syntax]
	if version == "" {
		version = u.p.Types.GoVersion()
	}
	return version != "" && compareVersions(version, "go1.22") < 0
}

// capturedBy are the variables around a literal that it refers to, in the order of the text.
func (u *unit) capturedBy(fi *funcInfo) (captured []*types.Var) {
	seen := map[*types.Var]bool{}
	ast.Inspect(fi.body, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		if t, ok := u.p.Info.Uses[id].(*types.TypeName); ok && t.Pkg() == u.p.Types && t.Parent() != u.p.Types.Scope() &&
			!isTypeParam(t.Type()) && (t.Pos() < fi.node.Pos() || t.Pos() >= fi.node.End()) {
			refuse(id.Pos(), "the type %s is declared inside the function: declare it outside", t.Name())
		}
		v, ok := u.p.Info.Uses[id].(*types.Var)
		if !ok || v.IsField() || seen[v] || v == fi.task || v.Parent() == u.p.Types.Scope() || v.Pkg() != u.p.Types {
			return true
		}
		seen[v] = true
		if v.Pos() < fi.node.Pos() || v.Pos() >= fi.node.End() {
			captured = append(captured, v)
		}
		return true
	})
	return slices.Clip(captured)
}
