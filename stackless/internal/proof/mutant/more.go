package mutant

import "github.com/edo-go/edo/stackless/internal/proof/testbed"

// evaluation are faults in the order in which operands are read, and in what is kept of them.
var evaluation = []Fault{
	{"the key of a map before a wait is read after it", testbed.Patch{
		File: lower,
		Old:  "func (f *function) checkKey(e *ast.IndexExpr, more bool) {\n	if f.isLast {",
		New:  "func (f *function) checkKey(e *ast.IndexExpr, more bool) {\n	if more || f.isLast {",
	}},
	{"structs before a wait are compared after it", testbed.Patch{
		File: lower,
		Old:  "if (e.Op == token.EQL || e.Op == token.NEQ) && !(f.isFixed(e.X) && f.isFixed(e.Y)) {",
		New:  "if false {",
	}},
	{"a type assertion before a wait is made after it", testbed.Patch{
		File: lower,
		Old:  "		if more && !isPointerShaped(info.TypeOf(e)) {\n			f.keep(e)\n		}\n",
		New:  "",
	}},
	{"a slice before a wait is cut after it", testbed.Patch{
		File: lower,
		Old:  "		f.hoistParts(parts, more)\n		if more {\n			f.keep(e)\n		}\n",
		New:  "		f.hoistParts(parts, more)\n",
	}},
	{"a receive before a wait is made after it", testbed.Patch{
		File: lower,
		Old:  "		if more && e.Op == token.ARROW {\n			f.keep(e)\n		}\n",
		New:  "",
	}},
	{"a string before a wait becomes a slice after it", testbed.Patch{
		File: lower,
		Old:  "if _, ok := to.(*types.Slice); ok && isString(info.TypeOf(e.Args[0])) {",
		New:  "if _, ok := to.(*types.Slice); ok && isString(info.TypeOf(e.Args[0])) && !more {",
	}},
	{"a function of Go's own before a wait is called after it", testbed.Patch{
		File: lower,
		Old:  "	case tv.IsBuiltin():\n		f.hoistParts(e.Args, more)\n		if more {\n			f.keep(e)\n		}\n		return\n",
		New:  "	case tv.IsBuiltin():\n		f.hoistParts(e.Args, more)\n		return\n",
	}},
	{"&& before a wait is decided after it", testbed.Patch{
		File: lower,
		Old:  "		f.hoistExpr(e.X, f.u.waitsIn(e.X, f.task))\n		f.keep(e)\n		return\n",
		New:  "		f.hoistExpr(e.X, f.u.waitsIn(e.X, f.task))\n		return\n",
	}},
	{"|| is taken for &&", testbed.Patch{
		File: lower,
		Old:  "	if e.Op == token.LAND {\n		not = \"!\"",
		New:  "	if e.Op == token.LAND || e.Op == token.LOR {\n		not = \"!\"",
	}},
	{"an index on the left side is called after the wait", testbed.Patch{
		File: lower,
		Old:  "		f.hoistExpr(e.X, true)\n		f.hoistExpr(e.Index, true)\n		f.checkKey(e, true)\n",
		New:  "		f.hoistExpr(e.X, true)\n		f.hoistExpr(e.Index, false)\n		f.checkKey(e, true)\n",
	}},
	{"an argument is evaluated at each step", testbed.Patch{
		File: lower,
		Old:  "	a := f.temporary(\"arg\", types.Default(t), e.Pos())\n	f.assign(e.Pos(), a, e)\n	return a\n",
		New:  "	_ = types.Default(t)\n	return e\n",
	}},
	{"a step is made of a copy of its operand", testbed.Patch{
		File: lower,
		Old:  "	if takesAddress(selection) {\n		r := f.temporary(\"recv\"",
		New:  "	if takesAddress(selection) && !takesAddress(selection) {\n		r := f.temporary(\"recv\"",
	}},
}

// control are faults in loops, branches and switches.
var control = []Fault{
	{"a range over an array sees what its body changes", testbed.Patch{
		File: lower,
		Old:  "	if !isArray || isUsed(s.Value) {",
		New:  "	if !isArray {",
	}},
	{"the limit of a range is evaluated at each turn", testbed.Patch{
		File: lower,
		Old:  "	n := f.stable(s.X, \"n\", t)\n",
		New:  "	f.hoist(s.X)\n	var n any = s.X\n",
	}},
	{"a list that the body assigns to is read at each turn", testbed.Patch{
		File: lower,
		Old:  "v.obj != nil && !f.u.facts[v.obj].modified && types.Identical(v.typ, t) {",
		New:  "v.obj != nil && types.Identical(v.typ, t) {",
	}},
	{"a body can move the counter of its loop", testbed.Patch{
		File: lower,
		Old:  "if facts := f.u.facts[obj]; !facts.modified && !facts.addressed {",
		New:  "if facts := f.u.facts[obj]; !facts.addressed {",
	}},
	{"the last character of a string has a single byte", testbed.Patch{
		File: lower,
		Old:  "	f.assign(s.Pos(), to, \"len(\", x, \")\")\n",
		New:  "	f.assign(s.Pos(), to, from, \" + 1\")\n",
	}},
	{"a variable of the next turn begins at zero", testbed.Patch{
		File: lower,
		Old:  "f.emit(s.Pos(), \"{ \"+last+\" := \", v, \"; \", newCell{v}, \"; \", def{v}, \" = \"+last+\" }\")",
		New:  "f.emit(s.Pos(), \"{ \"+last+\" := \", v, \"; \", newCell{v}, \"; _ = \"+last+\" }\")",
	}},
	{"break in a switch leaves the loop around it", testbed.Patch{
		File: lower,
		Old:  "	f.targets = append(f.targets, target{name: name, breaks: end})\n	outer := f.fallsTo\n",
		New:  "	f.targets = append(f.targets, target{name: name, breaks: end, isBlock: len(f.targets) > 0})\n	outer := f.fallsTo\n",
	}},
	{"break in a switch without waits leaves the loop around it", testbed.Patch{
		File: lower,
		Old:  "			case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:\n				walk(n, true, loops)",
		New:  "			case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:\n				walk(n, breaks, loops)",
	}},
	{"a loop over an iterator that is left does not end it", testbed.Patch{
		File: lower,
		Old:  "			f.placeLabel(w.begin)\n			f.runEnd(s, end)\n",
		New:  "			f.placeLabel(w.begin)\n",
	}},
}

// calls are faults in deferred calls, and in calls of functions that are compiled or borrow.
var calls = []Fault{
	{"deferred calls run in the order of the text", testbed.Patch{
		File: lower,
		Old:  "	for _, d := range f.defers {\n		fmt.Fprintf(&b, \"\\tdefer ",
		New:  "	for i := range f.defers {\n		d := f.defers[len(f.defers)-1-i]\n		fmt.Fprintf(&b, \"\\tdefer ",
	}},
	{"a deferred call reads its arguments when it runs", testbed.Patch{
		File: lower,
		Old:  "v.obj != nil && len(pieces) == 1 && !f.u.facts[v.obj].modified && types.AssignableTo(v.typ, t) {",
		New:  "v.obj != nil && len(pieces) == 1 && types.AssignableTo(v.typ, t) {",
	}},
	{"what a deferred literal captures does not outlive a wait", testbed.Patch{
		File: lower,
		Old:  "			if v := f.variableOf(id); v != nil {\n				v.pinned = true\n			}\n		}\n		return true\n	})\n}\n",
		New:  "			_ = f.variableOf(id)\n		}\n		return true\n	})\n}\n",
	}},
	{"a call whose panic was recovered goes on waiting", testbed.Patch{
		File: lower,
		Old:  "	fmt.Fprintf(&b, \"\\t%s = true\\n\", f.done)\n	if names",
		New:  "	fmt.Fprintf(&b, \"\\t_ = %s\\n\", f.done)\n	if names",
	}},
	{"a function value begins anew at each step", testbed.Patch{
		File: lower,
		Old:  "		\"if !\" + done + \" { \" + st + \".Set(\" + frame + \") }\" + end + \"; \" +\n",
		New:  "		\"if !\" + done + \" { }\" + end + \"; \" +\n",
	}},
	{"a function that is given to the library begins anew at each step", testbed.Patch{
		File: lower,
		Old:  "\".Poll(\"+task+\"); if !\"+done+\" { \"+st+\".Set(\"+frame+\") }; return }\")",
		New:  "\".Poll(\"+task+\"); return }\")",
	}},
	{"a borrowed call forgets its results", testbed.Patch{
		File: lower,
		Old:  "		call = append(call, \" = \")\n	}\n	call = append(append(call, fun...), args...)\n",
		New:  "		call = nil\n	}\n	call = append(append(call, fun...), args...)\n",
	}},
	{"a function value that is called is read at each step", testbed.Patch{
		File: lower,
		Old:  "	t := f.temporary(\"fn\", f.u.p.Info.TypeOf(fun), fun.Pos())\n	f.assign(fun.Pos(), t, fun)\n	return []any{t}\n",
		New:  "	return []any{fun}\n",
	}},
}
