package random

import (
	"fmt"
	"strings"
)

// A form is a kind of statement, and how often it is chosen among the others.
type form struct {
	weight int
	deep   bool // has statements in it
	write  func(g *generator) bool
}

// forms are all kinds of statements. A form that finds no place here writes nothing and
// returns false, and another is chosen. (It is set in init: the forms write statements.)
var forms []form

func init() {
	forms = []form{
		{12, false, (*generator).declaration},
		{14, false, (*generator).assignment},
		{10, false, (*generator).reportStatement},
		{10, false, (*generator).wait},
		{5, false, (*generator).callStatement},
		{4, false, (*generator).multiple},
		{8, true, (*generator).ifStatement},
		{7, true, (*generator).forClauses},
		{7, true, (*generator).rangeStatement},
		{4, true, (*generator).switchStatement},
		{4, true, (*generator).typeSwitch},
		{2, true, (*generator).block},
		{2, true, (*generator).forward},
		{7, false, (*generator).branch},
		{5, true, (*generator).deferStatement},
		{2, true, (*generator).function0},
		{2, true, (*generator).waitingLiteral},
		{2, false, (*generator).panicStatement},
		{2, true, (*generator).shielded},
		{9, true, (*generator).spawn},
		{2, true, (*generator).selectStatement},
		{2, false, (*generator).closures},
		{1, false, (*generator).localType},
		{3, false, (*generator).functionValue},
		{3, true, (*generator).given},
		{2, false, (*generator).generic},
		{3, false, (*generator).commaOk},
		{3, false, (*generator).builtin},
		{2, false, (*generator).several},
		{2, true, (*generator).backward},
		{2, true, (*generator).iterated},
		{1, false, (*generator).busy},
		{2, false, (*generator).global},
		{1, false, (*generator).promoted},
	}
}

// maxDepth is how deep blocks lie in each other.
const maxDepth = 3

// statement writes one statement.
func (g *generator) statement() {
	total := 0
	for _, f := range forms {
		total += f.weight
	}
	for {
		n := g.rand.IntN(total)
		for _, f := range forms {
			if n -= f.weight; n < 0 {
				if !(f.deep && g.depth >= maxDepth) && f.write(g) {
					return
				}
				break
			}
		}
	}
}

// statements writes n of them. What they declare stays in scope.
func (g *generator) statements(n int) {
	for range n {
		g.statement()
	}
}

// body writes the statements of a block: after them their variables are gone.
func (g *generator) body(n int) {
	vars, block0 := g.vars, g.block0
	g.vars = g.vars[:len(g.vars):len(g.vars)]
	g.block0 = len(g.vars)
	g.depth++
	g.indent++
	g.statements(n)
	g.indent--
	g.depth--
	g.vars, g.block0 = vars, block0
}

// length is how many statements a block has.
func (g *generator) length() int { return 1 + g.rand.IntN(max(1, g.size.block+1-g.depth)) }

// simple writes statements that enclose none, as in a literal.
func (g *generator) simple(n int) {
	for range n {
		for !g.oneSimple() {
		}
	}
}

func (g *generator) oneSimple() bool {
	switch g.rand.IntN(4) {
	case 0:
		return g.declaration()
	case 1:
		return g.reportStatement()
	}
	return g.assignment()
}

// declare brings a variable into scope, of a new name or, to hide another, of its name.
func (g *generator) declare(typ string) string {
	name := g.fresh("v")
	if n := len(g.vars); n > 0 && g.depth > 0 && g.chance(25) {
		if old := g.vars[g.rand.IntN(n)].name; strings.HasPrefix(old, "v") && !g.declaredHere(old) {
			name = old
		}
	}
	g.vars = append(g.vars, variable{name, typ})
	return name
}

// declaredHere reports whether the name belongs to the block at hand: then it cannot be
// declared again.
func (g *generator) declaredHere(name string) bool {
	for i := len(g.vars) - 1; i >= 0; i-- {
		if g.vars[i].name == name {
			return i >= g.block0
		}
	}
	return false
}

func (g *generator) declaration() bool {
	typ := g.valueType()
	switch g.rand.IntN(6) {
	case 0:
		v := g.declare(typ)
		g.line("var %s %s", v, typ)
		g.line("_ = %s", v)
		switch { // the zero value of some types is of no use
		case strings.HasPrefix(typ, "*"), typ == "func(int) int", typ == "map[string]int":
			g.line("%s = %s", v, g.expr(typ, 2))
		}
	case 1, 2:
		e := g.expr(typ, 2)
		v := g.declare(typ)
		g.line("var %s %s = %s", v, typ, e)
		g.line("_ = %s", v)
	case 3:
		a, b := g.expr("int", 2), g.expr(typ, 2)
		v, w := g.fresh("v"), g.fresh("v") // of new names: a and b may mention a hidden one
		g.vars = append(g.vars, variable{v, "int"}, variable{w, typ})
		g.line("var %s int", v)
		g.line("_ = %s", v)
		g.line("var %s %s", w, typ)
		g.line("_ = %s", w)
		g.line("%s, %s = %s, %s", v, w, a, b)
	default:
		e := g.expr(typ, 2)
		v := g.declare(typ)
		if typ == "uint8" || typ == "any" || typ == "error" {
			e = typ + "(" + e + ")"
		}
		g.line("%s := %s", v, e)
		g.line("_ = %s", v)
	}
	return true
}

// lvalue is something of type int that is assigned to.
func (g *generator) lvalue() (string, bool) {
	d := 1 + g.rand.IntN(2)
	switch g.rand.IntN(6) {
	case 0:
		if v, ok := g.pick("[3]int"); ok {
			return v + "[" + g.index(3, d) + "]", true
		}
	case 1:
		if v, ok := g.pick("map[string]int"); ok {
			return v + "[" + g.expr("string", d) + "]", true
		}
	case 2:
		if v, ok := g.pick("*int"); ok {
			return "*" + v, true
		}
	case 3:
		if v, ok := g.pick("*" + g.structType); ok {
			return g.oneOf(v+".A", v+".C["+g.index(2, d)+"]"), true
		}
	case 4:
		if v, ok := g.pick(g.structType); ok {
			return g.oneOf(v+".A", v+".C["+g.index(2, d)+"]"), true
		}
	}
	return g.pick("int")
}

func (g *generator) assignment() bool {
	switch g.rand.IntN(6) {
	case 0, 1:
		typ := g.valueType()
		v, ok := g.pick(typ)
		if !ok {
			return false
		}
		g.line("%s = %s", v, g.expr(typ, 2))
	case 2:
		v, ok := g.lvalue()
		if !ok {
			return false
		}
		g.line("%s = %s", v, g.expr("int", 2))
	case 3:
		v, ok := g.lvalue()
		if !ok {
			return false
		}
		if g.chance(30) {
			g.line("%s%s", v, g.oneOf("++", "--"))
			return true
		}
		g.line("%s %s %s", v, g.oneOf("+=", "-=", "*=", "^="), g.expr("int", 2))
	case 4:
		v, ok := g.lvalue()
		w, ok2 := g.lvalue()
		if !ok || !ok2 {
			return false
		}
		g.line("%s, %s = %s, %s", v, w, g.expr("int", 2), g.expr("int", 2))
	case 5:
		v, ok := g.pick("string")
		if !ok {
			return false
		}
		g.line("%s += %s", v, g.expr("string", 2))
		g.line("%s = t.Cut(%s)", v, v)
	}
	return true
}

// shown are the types of what a report may show: no addresses.
func (g *generator) shown() string {
	return g.oneOf("int", "int", "string", "bool", g.structType, "[3]int", "[]int", "map[string]int", "any", "uint8")
}

func (g *generator) reportStatement() bool {
	list := []string{fmt.Sprint(g.report())}
	for range 1 + g.rand.IntN(3) {
		typ := g.shown()
		if v, ok := g.pick(typ); ok {
			list = append(list, v)
		} else {
			list = append(list, g.expr(typ, 1))
		}
	}
	g.line("t.At(%s)", strings.Join(list, ", "))
	return true
}

// wait writes a statement that waits and no more.
func (g *generator) wait() bool {
	if g.noWait > 0 {
		return false
	}
	switch g.rand.IntN(7) {
	case 0, 1:
		g.line("edo.Yield(task)")
	case 2:
		g.line("t.Err(%d, edo.Yield(task))", g.report())
	case 3, 4:
		call := g.oneOf("edo.Yield(task)", fmt.Sprintf("timer.Sleep(task, %d)", g.rand.IntN(3)*1e6))
		err := g.fresh("e")
		g.line("if %s := %s; %s != nil {", err, call, err)
		g.line("\tt.Err(%d, %s)", g.report(), err)
		if n := len(g.in.results); n > 0 && g.in.results[n-1] == "error" && !g.in.literal {
			zeroes := g.zeroes(&function{results: g.in.results[:n-1]})
			if n > 1 {
				zeroes += ", "
			}
			g.line("\treturn %s%s", zeroes, err)
		}
		g.line("}")
	case 5:
		e := g.expr("int", 2)
		v, err := g.declare("int"), g.fresh("e")
		g.line("%s, %s := waits.Later(task, %s).Recv(task)", v, err, e)
		g.line("t.Err(%d, %s)", g.report(), err)
		g.line("_ = %s", v)
	case 6:
		v, ok := g.pick("int")
		if !ok {
			return false
		}
		e := g.fresh("e")
		g.line("{")
		g.line("\tvar %s error", e)
		g.line("\t%s, %s = waits.Pair(task, %s)", v, e, g.expr("int", 2))
		g.line("\tt.Err(%d, %s)", g.report(), e)
		g.line("}")
	}
	return true
}

func (g *generator) callStatement() bool {
	if g.noWait > 0 {
		return false
	}
	f := g.functions[1+g.rand.IntN(len(g.functions)-1)]
	g.line("%s", g.call(f, 2))
	return true
}

// multiple writes a statement that takes several results of a call.
func (g *generator) multiple() bool {
	if g.noWait > 0 {
		return false
	}
	f := g.functions[1+g.rand.IntN(len(g.functions)-1)]
	if len(f.results) < 2 {
		return false
	}
	call := g.call(f, 2)
	var left, blanks []string
	fresh := g.chance(60)
	for _, r := range f.results {
		if r == "T" {
			r = "int"
		}
		if g.chance(15) {
			left = append(left, "_")
			continue
		}
		if !fresh {
			v, ok := g.pick(r)
			if !ok {
				return false
			}
			left = append(left, v)
			continue
		}
		v := g.fresh("v")
		left = append(left, v)
		blanks = append(blanks, v)
		g.vars = append(g.vars, variable{v, r})
	}
	if len(blanks) == 0 {
		g.line("%s = %s", strings.Join(left, ", "), call)
		return true
	}
	g.line("%s := %s", strings.Join(left, ", "), call)
	for _, v := range blanks {
		g.line("_ = %s", v)
	}
	return true
}

func (g *generator) panicStatement() bool {
	if g.chance(60) || g.in.literal {
		return false
	}
	g.line("if %s {", g.expr("bool", 2))
	g.line("\tpanic(%s)", g.expr(g.oneOf("int", "string", "any"), 2))
	g.line("}")
	return true
}

// localType writes a type and a constant of the block, and variables of them.
func (g *generator) localType() bool {
	typ, c, v := g.fresh("N"), g.fresh("c"), g.fresh("l")
	g.line("type %s struct{ X, Y int }", typ)
	g.line("const %s = %d", c, g.rand.IntN(9))
	g.line("%s := %s{%s, %s}", v, typ, c, g.expr("int", 2))
	if g.noWait == 0 {
		g.line("%s.Y += waits.Int(task, %s)", v, g.expr("int", 1))
	}
	g.line("t.At(%d, %s.X, %s.Y)", g.report(), v, v)
	return true
}
