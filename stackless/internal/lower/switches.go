package lower

import (
	"go/ast"
	"go/types"
)

// A clause is one of a switch or a select whose body waits.
type clause struct {
	node  ast.Node
	body  []ast.Stmt
	label *label
}

// bodies lowers the bodies of clauses, one after the other.
func (f *function) bodies(clauses []clause, name string, end *label) {
	f.targets = append(f.targets, target{name: name, breaks: end})
	outer := f.fallsTo
	for i, c := range clauses {
		f.fallsTo = nil
		if i+1 < len(clauses) {
			f.fallsTo = clauses[i+1].label
		}
		f.placeLabel(c.label)
		f.list(c.body)
		f.jump(c.node.End()-1, end)
	}
	f.fallsTo = outer
	f.targets = f.targets[:len(f.targets)-1]
	f.placeLabel(end)
}

// switchStmt lowers a switch. The choice stays a switch, whose clauses jump to their bodies.
func (f *function) switchStmt(s *ast.SwitchStmt, name string) {
	if s.Init != nil {
		f.stmt(s.Init)
	}
	for _, c := range s.Body.List {
		for _, e := range c.(*ast.CaseClause).List {
			if f.u.waitsIn(e, f.task) {
				refuse(e.Pos(), "a case of a switch waits: assign what it waits for to a variable before the switch")
			}
		}
	}
	pieces := []any{"switch "}
	if s.Tag != nil {
		f.hoist(s.Tag)
		pieces = append(pieces, s.Tag, " ")
	}
	end := &label{hint: "end"}
	clauses, choice := f.choice(s.Body, end)
	f.emit(s.Pos(), append(append(pieces, "{ "), choice...)...).ends = true
	f.bodies(clauses, name, end)
}

// choice is the inside of a switch whose clauses jump to their bodies.
func (f *function) choice(body *ast.BlockStmt, end *label) (clauses []clause, pieces []any) {
	hasDefault := false
	for _, s := range body.List {
		cc := s.(*ast.CaseClause)
		c := clause{cc, cc.Body, &label{hint: "clause"}}
		clauses = append(clauses, c)
		if cc.List == nil {
			hasDefault = true
			pieces = append(pieces, "default: ")
		} else {
			pieces = append(append(append(pieces, "case "), list(cc.List)...), ": ")
		}
		pieces = append(pieces, "goto ", c.label, "; ")
	}
	if !hasDefault {
		pieces = append(pieces, "default: goto ", end)
	}
	return clauses, append(pieces, " }")
}

// typeSwitch lowers a type switch. Each clause has a variable of its own, which is written
// before the jump to its body.
func (f *function) typeSwitch(s *ast.TypeSwitchStmt, name string) {
	if s.Init != nil {
		f.stmt(s.Init)
	}
	var x ast.Expr // the assertion x.(type)
	bound := ""
	switch a := s.Assign.(type) {
	case *ast.ExprStmt:
		x = a.X
	case *ast.AssignStmt:
		x = a.Rhs[0]
		bound = f.names.fresh(a.Lhs[0].(*ast.Ident).Name)
	}
	operand := ast.Unparen(x).(*ast.TypeAssertExpr).X
	f.hoist(operand)
	end := &label{hint: "end"}
	pieces := []any{"switch "}
	isUsed := false
	hasDefault := false
	var clauses []clause
	var choice []any
	for _, st := range s.Body.List {
		cc := st.(*ast.CaseClause)
		c := clause{cc, cc.Body, &label{hint: "clause"}}
		clauses = append(clauses, c)
		if cc.List == nil {
			hasDefault = true
			choice = append(choice, "default: ")
		} else {
			choice = append(append(append(choice, "case "), list(cc.List)...), ": ")
		}
		if obj, ok := f.u.p.Info.Implicits[cc].(*types.Var); ok {
			v := f.declare(obj)
			if v.cell {
				choice = append(choice, newCell{v}, "; ")
			}
			choice = append(choice, def{v}, " = "+bound+"; ")
			isUsed = true
		}
		choice = append(choice, "goto ", c.label, "; ")
	}
	if !hasDefault {
		choice = append(choice, "default: goto ", end)
	}
	if isUsed {
		pieces = append(pieces, bound+" := ")
	}
	pieces = append(pieces, operand, ".(type) { ")
	f.emit(s.Pos(), append(append(pieces, choice...), " }")...).ends = true
	f.bodies(clauses, name, end)
}

// selectStmt lowers a select over channels of Go, which itself does not wait, and whose bodies do.
func (f *function) selectStmt(s *ast.SelectStmt, name string) {
	pieces := []any{"select { "}
	end := &label{hint: "end"}
	var clauses []clause
	for _, st := range s.Body.List {
		cc := st.(*ast.CommClause)
		if cc.Comm != nil && f.u.waitsIn(cc.Comm, f.task) {
			refuse(cc.Comm.Pos(), "a case of a select waits: assign what it waits for to a variable before the select")
		}
		c := clause{cc, cc.Body, &label{hint: "clause"}}
		clauses = append(clauses, c)
		pieces = append(pieces, f.comm(cc)...)
		pieces = append(pieces, "goto ", c.label, "; ")
	}
	f.emit(s.Pos(), append(pieces, " }")...).ends = true
	f.bodies(clauses, name, end)
}

// comm is the head of a clause of a select. What it declares is written before the jump.
func (f *function) comm(cc *ast.CommClause) []any {
	if cc.Comm == nil {
		return []any{"default: "}
	}
	a, ok := cc.Comm.(*ast.AssignStmt)
	if !ok || a.Tok.String() != ":=" {
		return []any{"case ", cc.Comm, ": "}
	}
	pieces := []any{"case "}
	var after []any
	for i, lhs := range a.Lhs {
		if i > 0 {
			pieces = append(pieces, ", ")
		}
		obj, ok := f.u.p.Info.Defs[lhs.(*ast.Ident)].(*types.Var)
		if !ok {
			pieces = append(pieces, "_")
			continue
		}
		v := f.declare(obj)
		name := f.names.fresh(obj.Name())
		pieces = append(pieces, name)
		if v.cell {
			after = append(after, newCell{v}, "; ")
		}
		after = append(after, def{v}, " = "+name+"; ")
	}
	return append(append(pieces, " := ", a.Rhs[0], ": "), after...)
}
