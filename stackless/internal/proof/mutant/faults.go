package mutant

import (
	"slices"

	"github.com/edo-go/edo/stackless/internal/proof/testbed"
)

// A Fault is a mistake of the compiler.
type Fault struct {
	Name  string
	Patch testbed.Patch
}

const (
	lower = "stackless/internal/lower/"
	flow  = "stackless/internal/flow/"
)

// Faults are those that the proof must find.
var Faults = slices.Concat(variables, evaluation, control, calls, places, keepers)

// variables are the first that were thought of: most are about where variables live.
var variables = []Fault{
	{"a variable is not zero at each turn", testbed.Patch{
		File: lower,
		Old:  "if v != nil && !v.cell {\n					f.emit(spec.Pos(), def{v}, \" = \", zeroOf{v})",
		New:  "if v != nil && !v.cell && f.inLoop == 0 {\n					f.emit(spec.Pos(), def{v}, \" = \", zeroOf{v})",
	}},
	{"a variable that changes is captured by value", testbed.Patch{
		File: lower,
		Old:  "return f.addressed || f.captured && f.modified",
		New:  "return f.addressed",
	}},
	{"a variable whose address is taken is copied", testbed.Patch{
		File: lower,
		Old:  "return f.addressed || f.captured && f.modified",
		New:  "return f.captured && f.modified",
	}},
	{"a method with a pointer receiver takes no address", testbed.Patch{
		File: lower,
		Old:  "	if takesAddress(sel) {\n		s.address(n.X)\n	}\n",
		New:  "",
	}},
	{"a closure reads the field, which later turns write", testbed.Patch{
		File: lower,
		Old:  "	f.alias = alias\n	defer func() { f.alias = nil }()\n",
		New:  "	_ = alias\n",
	}},
	{"all turns share a loop variable", testbed.Patch{
		File: lower,
		Old:  "if v.cell && !f.u.loopVariablesAreShared(f.file) {",
		New:  "if v.cell && f.u.loopVariablesAreShared(f.file) {",
	}},
	{"all turns share a variable that is declared in the loop", testbed.Patch{
		File: lower,
		Old:  "				if vars[i].cell {\n",
		New:  "				if vars[i].cell && f.inLoop == 0 {\n",
	}},
	{"operands before a wait are read before it", testbed.Patch{
		File: lower,
		Old:  "	case *ast.Ident, *ast.BasicLit, *ast.FuncLit:\n	case *ast.ParenExpr:\n		f.hoistExpr(e.X, more)\n",
		New:  "	case *ast.BasicLit, *ast.FuncLit:\n	case *ast.Ident:\n		if v := f.variableOf(e); v != nil && more && !f.isLast {\n			f.keep(e)\n		}\n	case *ast.ParenExpr:\n		f.hoistExpr(e.X, more)\n",
	}},
	{"a call before a wait is made after it", testbed.Patch{
		File: lower,
		Old:  "	f.hoistCall(e)\n	if more {\n		f.keep(e)\n	}\n",
		New:  "	f.hoistCall(e)\n",
	}},
	{"the right operand of && is always evaluated", testbed.Patch{
		File: lower,
		Old:  "	f.emit(e.OpPos, \"if \"+not, t, \" { goto \", end, \" }\")\n	f.hoistExpr(e.Y, false)\n",
		New:  "	f.hoistExpr(e.Y, false)\n	f.emit(e.OpPos, \"if \"+not, t, \" { goto \", end, \" }\")\n",
	}},
	{"a dead field is kept", testbed.Patch{
		File: lower,
		Old:  "				f.placement.clear[o] = append(f.placement.clear[o], v)\n",
		New:  "				_ = v\n",
	}},
	{"a field that is read later is cleared", testbed.Patch{
		File: lower,
		Old:  "p.isAny(written[i]) && !p.isAny(live[i])",
		New:  "p.isAny(written[i])",
	}},
	{"the frame of a call is kept", testbed.Patch{
		File: lower,
		Old:  "			f.emit(e.Pos(), at+\" = \"+typeName+\"{}\", occupied{inner, false})\n",
		New:  "",
	}},
	{"variables that live at the same time share a field", testbed.Patch{
		File: lower,
		Old:  "conflicts[w.number].Has(v.number)",
		New:  "conflicts[w.number].Has(v.number) && len(p.members) > 1",
	}},
	{"what is live around a loop is forgotten", testbed.Patch{
		File: flow,
		Old:  "			grown = in[i].union(live) || grown\n",
		New:  "			in[i].union(live)\n",
	}},
	{"deferred calls run when a poll suspends", testbed.Patch{
		File: lower,
		Old:  "{\\n\\tif !*%s || %s.armed&(%s) == 0 {",
		New:  "{\\n\\tif %s == nil || %s.armed&(%s) == 0 {",
	}},
	{"a deferred call runs although its statement was not reached", testbed.Patch{
		File: lower,
		Old:  "{\\n\\tif !*%s || %s.armed&(%s) == 0 {",
		New:  "{\\n\\tif !*%s || %s.armed&(%s) == 99 {",
	}},
	{"a deferred call cannot change the results", testbed.Patch{
		File: lower,
		Old:  "		if hasDefers {\n			v.pinned = true\n		}\n",
		New:  "		_ = hasDefers\n",
	}},
	{"continue leaves out the post statement", testbed.Patch{
		File: lower,
		Old:  "	f.loopOf(target{name: name, breaks: end, resumes: next}, body)\n",
		New:  "	f.loopOf(target{name: name, breaks: end, resumes: end}, body)\n",
	}},
	{"fallthrough goes to the end", testbed.Patch{
		File: lower,
		Old:  "			f.fallsTo = clauses[i+1].label\n",
		New:  "			f.fallsTo = end\n",
	}},
	{"a switch without a default goes to its last clause", testbed.Patch{
		File: lower,
		Old:  "		pieces = append(pieces, \"default: goto \", end)\n",
		New:  "		pieces = append(pieces, \"default: goto \", clauses[len(clauses)-1].label)\n",
	}},
	{"a range sees what its body changes", testbed.Patch{
		File: lower,
		Old:  "		x = f.stable(s.X, \"list\", f.u.p.Info.TypeOf(s.X))\n",
		New:  "		f.hoist(s.X)\n",
	}},
	{"a function goes on at its first wait", testbed.Patch{
		File: lower,
		Old:  "f.self + \".state = \" + itoa(o.state) + \"; \"",
		New:  "f.self + \".state = \" + itoa(min(o.state, 1)) + \"; \"",
	}},
}
