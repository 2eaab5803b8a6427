package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A target is a statement that break and continue leave.
type target struct {
	name            string   // its label in the source, or ""
	breaks, resumes *label   // resumes is nil if it is no loop
	isBlock         bool     // only a break with the label leaves it
	end             *loopEnd // what runs when the loop is left; nil: nothing
}

// needsParts reports whether a statement must be taken apart: it waits, or it defers a function,
// which Poll must know.
func (f *function) needsParts(n ast.Node) bool {
	return f.u.waitsIn(n, f.task) || containsDefer(n)
}

// list lowers the statements of a block that is taken apart.
//
// A refused statement is noted, and the rest is lowered for the reasons in it: the function is refused in
// the end.
func (f *function) list(list []ast.Stmt) {
	for _, s := range list {
		f.attemptStmt(s)
	}
}

// attemptStmt lowers a statement, and notes why it is refused. What comes after may lack what a refused
// one would have made, so a panic there is none of the compiler.
func (f *function) attemptStmt(s ast.Stmt) {
	inLoop, targets := f.inLoop, len(f.targets)
	defer func() {
		v := recover()
		r, isRefusal := v.(refusal)
		switch {
		case v == nil:
			return
		case isRefusal:
			f.refused = append(f.refused, r)
		case len(f.refused) == 0:
			panic(v)
		}
		f.inLoop, f.targets, f.pending = inLoop, f.targets[:targets], ""
	}()
	f.stmt(s)
}

// stmt lowers one statement of such a block.
func (f *function) stmt(s ast.Stmt) {
	name := f.pending
	f.pending = ""
	// What is declared here is a variable of the function, whether the statement waits or not.
	switch s := s.(type) {
	case *ast.EmptyStmt:
		return
	case *ast.LabeledStmt:
		f.labeled(s)
		return
	case *ast.DeclStmt:
		f.declaration(s.Decl.(*ast.GenDecl))
		return
	case *ast.AssignStmt:
		f.assignment(s)
		return
	case *ast.BranchStmt:
		f.branch(s)
		return
	}
	if !f.needsParts(s) {
		f.copied(s, name)
		return
	}
	switch s := s.(type) {
	case *ast.ExprStmt:
		f.hoist(s.X)
		if f.isHoisted(s.X) {
			return // the results of a wait, which are not used
		}
		f.emit(s.Pos(), s)
	case *ast.SendStmt:
		f.hoist(s.Chan, s.Value)
		f.emit(s.Pos(), s)
	case *ast.IncDecStmt:
		f.hoist(s.X)
		f.emit(s.Pos(), s)
	case *ast.GoStmt:
		f.hoistCall(s.Call)
		f.emit(s.Pos(), s)
	case *ast.DeferStmt:
		f.deferred(s)
	case *ast.ReturnStmt:
		f.hoist(s.Results...)
		f.emit(s.Pos(), leave{f.returned(s)}).ends = true
	case *ast.BlockStmt:
		end := &label{hint: "end"}
		if name != "" {
			f.targets = append(f.targets, target{name: name, breaks: end, isBlock: true})
			defer func() { f.targets = f.targets[:len(f.targets)-1] }()
		}
		f.list(s.List)
		f.placeLabel(end)
	case *ast.IfStmt:
		f.ifStmt(s)
	case *ast.ForStmt:
		f.forStmt(s, name)
	case *ast.RangeStmt:
		f.rangeStmt(s, name)
	case *ast.SwitchStmt:
		f.switchStmt(s, name)
	case *ast.TypeSwitchStmt:
		f.typeSwitch(s, name)
	case *ast.SelectStmt:
		f.selectStmt(s, name)
	default:
		refuse(s.Pos(), "the compiler does not know %T", s)
	}
}

// copied appends a statement without a wait as it is.
func (f *function) copied(s ast.Stmt, name string) {
	if ret, ok := s.(*ast.ReturnStmt); ok {
		f.emit(s.Pos(), leave{f.returned(ret)}).ends = true
		return
	}
	f.bindBranches(s, name)
	o := f.emit(s.Pos())
	if name != "" && usesLabel(s, name) {
		// The label of a loop is one of the whole function, so it must stay unique there.
		o.pieces = append(o.pieces, "{ "+name+": ", s, " }")
	} else {
		o.pieces = append(o.pieces, s)
	}
	o.ends = isTerminating(s) || isEndlessPanic(f.u, s)
}

// isEndlessPanic reports whether s is a call of panic.
func isEndlessPanic(u *unit, s ast.Stmt) bool {
	e, ok := s.(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := e.X.(*ast.CallExpr)
	if !ok {
		return false
	}
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	return ok && id.Name == "panic" && u.p.Info.Types[call.Fun].IsBuiltin()
}

// usesLabel reports whether break or continue in s names the label.
func usesLabel(s ast.Stmt, name string) bool {
	found := false
	inspectOwn(s, func(n ast.Node) bool {
		if b, ok := n.(*ast.BranchStmt); ok && b.Tok != token.GOTO && b.Label != nil && b.Label.Name == name {
			found = true
		}
		return true
	})
	return found
}

// bindBranches binds the branches in a copied statement that lead out of it.
func (f *function) bindBranches(s ast.Stmt, name string) {
	inside := map[string]bool{name: name != ""}
	inspectOwn(s, func(n ast.Node) bool {
		if l, ok := n.(*ast.LabeledStmt); ok {
			inside[l.Label.Name] = true
		}
		return true
	})
	var walk func(n ast.Node, breaks, loops bool)
	walk = func(node ast.Node, breaks, loops bool) {
		inspectOwn(node, func(n ast.Node) bool {
			if n == node {
				return true
			}
			switch n := n.(type) {
			case *ast.ForStmt, *ast.RangeStmt:
				walk(n, true, true)
				return false
			case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
				walk(n, true, loops)
				return false
			case *ast.BranchStmt:
				switch {
				case n.Tok == token.FALLTHROUGH:
				case n.Label != nil && inside[n.Label.Name]:
				case n.Label == nil && n.Tok == token.BREAK && breaks:
				case n.Label == nil && n.Tok == token.CONTINUE && loops:
				default:
					f.branches[n] = f.destination(n)
				}
			}
			return true
		})
	}
	switch s.(type) {
	case *ast.ForStmt, *ast.RangeStmt:
		walk(s, true, true)
	case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
		walk(s, true, false)
	default:
		walk(s, false, false)
	}
}

// destination is where a branch goes that leads out of the statement that it is in.
func (f *function) destination(n *ast.BranchStmt) *label { return f.destinationFrom(n, len(f.targets)) }

// destinationFrom is where a branch goes of which the first targets are those around it. A branch
// that leaves a loop with an end goes there by way of the end.
func (f *function) destinationFrom(n *ast.BranchStmt, targets int) *label {
	for i := targets - 1; i >= 0; i-- {
		t := f.targets[i]
		switch {
		case n.Tok == token.GOTO:
			if t.end == nil || t.end.has(f.u.p.Info.Uses[n.Label]) {
				continue
			}
		case n.Label != nil && t.name != n.Label.Name:
		case n.Tok == token.BREAK && (n.Label != nil || !t.isBlock):
			return t.breaks
		case n.Tok == token.CONTINUE && t.resumes != nil:
			return t.resumes
		}
		if t.end != nil {
			return t.end.wayTo(f.destinationFrom(n, i))
		}
	}
	if n.Tok == token.GOTO {
		return f.userLabel(n.Label.Name)
	}
	refuse(n.Pos(), "the compiler does not know where %s goes", n.Tok)
	return nil
}

// userLabel is the label of the source with a name.
func (f *function) userLabel(name string) *label {
	l := f.labels[name]
	if l == nil {
		l = &label{hint: name}
		f.labels[name] = l
	}
	return l
}

// labeled lowers a statement with a label.
func (f *function) labeled(s *ast.LabeledStmt) {
	f.placeLabel(f.userLabel(s.Label.Name))
	f.pending = s.Label.Name
	f.stmt(s.Stmt)
	f.pending = ""
}

// branch lowers a branch that is a statement of a block which is taken apart.
func (f *function) branch(s *ast.BranchStmt) {
	if s.Tok == token.FALLTHROUGH {
		if f.fallsTo == nil {
			refuse(s.Pos(), "the compiler does not know where fallthrough goes")
		}
		f.jump(s.Pos(), f.fallsTo)
		return
	}
	f.jump(s.Pos(), f.destination(s))
}

// declaration lowers a declaration.
func (f *function) declaration(d *ast.GenDecl) {
	switch d.Tok {
	case token.VAR:
	case token.CONST:
		f.constants(d)
		return
	default:
		refuse(d.Pos(), "a type is declared inside the function: declare it outside")
	}
	for _, spec := range d.Specs {
		spec := spec.(*ast.ValueSpec)
		f.hoist(spec.Values...)
		vars := make([]*variable, len(spec.Names))
		for i, name := range spec.Names {
			if obj, ok := f.u.p.Info.Defs[name].(*types.Var); ok && name.Name != "_" {
				vars[i] = f.declare(obj)
				if vars[i].cell {
					f.emit(name.Pos(), newCell{vars[i]})
				}
			}
		}
		if len(spec.Values) == 0 {
			for _, v := range vars {
				if v != nil && !v.cell {
					f.emit(spec.Pos(), def{v}, " = ", zeroOf{v})
				}
			}
			continue
		}
		f.initialize(spec.Pos(), spec, vars)
	}
}

// initialize writes the values of a declaration.
func (f *function) initialize(pos token.Pos, spec *ast.ValueSpec, vars []*variable) {
	var pieces []any
	for i, v := range vars {
		if i > 0 {
			pieces = append(pieces, ", ")
		}
		switch {
		case v != nil:
			pieces = append(pieces, def{v})
		case spec.Type != nil:
			// var _ T = x checks and converts x.
			blank := f.temporary("blank", f.u.p.Info.TypeOf(spec.Type), spec.Pos())
			pieces = append(pieces, def{blank})
		default:
			pieces = append(pieces, "_")
		}
	}
	pieces = append(pieces, " = ")
	f.emit(pos, append(pieces, list(spec.Values)...)...)
}

// list is expressions with commas between them.
func list(exprs []ast.Expr) (pieces []any) {
	for i, e := range exprs {
		if i > 0 {
			pieces = append(pieces, ", ")
		}
		pieces = append(pieces, e)
	}
	return pieces
}

// assignment lowers an assignment, or a short declaration.
func (f *function) assignment(s *ast.AssignStmt) {
	waits := f.u.waitsIn(s, f.task)
	if waits {
		f.hoistAssignment(s)
	}
	if s.Tok != token.DEFINE && s.Tok != token.ASSIGN {
		f.emit(s.Pos(), s) // x op= y
		return
	}
	// A variable that is declared here comes into being after the right side was evaluated, but
	// nothing there can refer to it.
	var pieces []any
	for i, lhs := range s.Lhs {
		if i > 0 {
			pieces = append(pieces, ", ")
		}
		id, isIdent := ast.Unparen(lhs).(*ast.Ident)
		if !isIdent {
			pieces = append(pieces, lhs)
			continue
		}
		if id.Name == "_" {
			pieces = append(pieces, "_")
			continue
		}
		if obj, ok := f.u.p.Info.Defs[id].(*types.Var); ok && s.Tok == token.DEFINE {
			v := f.declare(obj)
			if v.cell {
				f.emit(id.Pos(), newCell{v})
			}
			pieces = append(pieces, def{v})
			continue
		}
		if v := f.variableOf(id); v != nil {
			pieces = append(pieces, def{v})
		} else {
			pieces = append(pieces, lhs)
		}
	}
	pieces = append(pieces, " = ")
	f.emit(s.Pos(), append(pieces, list(s.Rhs)...)...)
}

// ifStmt lowers an if whose parts wait.
func (f *function) ifStmt(s *ast.IfStmt) {
	if s.Init != nil {
		f.stmt(s.Init)
	}
	end := &label{hint: "end"}
	otherwise := end
	if s.Else != nil {
		otherwise = &label{hint: "otherwise"}
	}
	f.hoist(s.Cond)
	f.emit(s.Cond.Pos(), "if !(", s.Cond, ") { goto ", otherwise, " }")
	f.list(s.Body.List)
	if s.Else != nil {
		f.jump(s.Body.End()-1, end)
		f.placeLabel(otherwise)
		f.stmt(s.Else)
	}
	f.placeLabel(end)
}
