package random

import (
	"fmt"
	"strings"
)

// functionValue writes a call through a value: of a declared function, of a method, or of a
// method expression. Between the two a statement may change what the value is bound to.
func (g *generator) functionValue() bool {
	if g.noWait > 0 {
		return false
	}
	f := g.functions[1+g.rand.IntN(len(g.functions)-1)]
	of, expression := f.name, false
	switch {
	case f.receiver != "" && g.chance(25):
		of, expression = fmt.Sprintf("(%s).%s", f.receiver, f.name), true
	case f.receiver == g.structType:
		of = g.receiver(1) + "." + f.name
	case f.receiver != "":
		p, ok := g.place(g.structType)
		if !ok {
			return false
		}
		of = p + "." + f.name
	case f.generic:
		of += "[int]"
	}
	v := g.fresh("w")
	g.line("%s := %s", v, of)
	if g.chance(50) {
		g.simple(1)
	}
	var args strings.Builder
	if expression {
		args.WriteString(g.expr(f.receiver, 1) + ", ")
	}
	args.WriteString("task, t")
	for _, p := range f.params {
		if p == "T" {
			p = "int"
		}
		args.WriteString(", " + g.expr(p, 1))
	}
	g.line("%s(%s)", v, args.String())
	return true
}

// given writes a literal that waits as an argument of a function in another package, which calls
// it through its parameter.
func (g *generator) given() bool {
	if g.noWait > 0 {
		return false
	}
	a := g.fresh("a")
	body := g.within(&function{literal: true, results: []string{"int"}}, true, func() {
		g.vars = append(g.vars, variable{a, "int"})
		g.statements(g.length())
		g.line("return %s", g.expr("int", 2))
	})
	lit := fmt.Sprintf("func(task *edo.Task, %s int) int {\n%s%s}", a, body, strings.Repeat("\t", g.indent))
	if v, ok := g.pick("func(*edo.Task, int) int"); ok && g.chance(40) {
		lit = v
	}
	switch g.rand.IntN(3) {
	case 0:
		g.line("t.At(%d, waits.Apply(task, %s, %s))", g.report(), lit, g.expr("int", 2))
	case 1:
		g.line("t.At(%d, waits.Total(task, %s, %s, %s))", g.report(), lit, g.expr("int", 1), g.expr("int", 1))
	case 2:
		g.line("t.At(%d, waits.Call(task, waits.Func(%s), %s))", g.report(), lit, g.expr("int", 1))
	}
	return true
}

// generic writes calls of methods of a generic type that wait.
func (g *generator) generic() bool {
	if g.noWait > 0 {
		return false
	}
	typ := g.oneOf("int", "string", g.structType, "[3]int")
	b, v := g.fresh("b"), g.fresh("v")
	g.line("%s := waits.Box[%s]{V: %s}", b, typ, g.expr(typ, 2))
	g.line("%s := %s.Swap(task, %s)", v, b, g.expr(typ, 2))
	g.line("t.At(%d, %s, %s.Get(task))", g.report(), v, b)
	g.vars = append(g.vars, variable{v, typ})
	return true
}

// commaOk writes a form that says whether there was a value, with operands that may wait.
func (g *generator) commaOk() bool {
	v, ok := g.fresh("v"), g.fresh("v")
	switch g.rand.IntN(3) {
	case 0:
		g.line("%s, %s := %s[%s]", v, ok, g.parens("map[string]int", 2), g.expr("string", 2))
	case 1:
		g.line("%s, %s := t.Any(%d, %s).(int)", v, ok, g.report(), g.expr("any", 2))
	case 2:
		g.line("%s, %s := <-t.Filled(%s)", v, ok, g.oneOf("", g.expr("int", 2)))
	}
	g.line("t.At(%d, %s, %s)", g.report(), v, ok)
	g.vars = append(g.vars, variable{v, "int"}, variable{ok, "bool"})
	return true
}

// parens is expr, as an operand that is followed by an index.
func (g *generator) parens(typ string, d int) string { return "(" + g.expr(typ, d) + ")" }

// builtin writes a call of one of Go's own functions as a statement, and a send.
func (g *generator) builtin() bool {
	switch g.rand.IntN(5) {
	case 0:
		m, ok := g.pick("map[string]int")
		if !ok {
			return false
		}
		g.line("delete(%s, %s)", m, g.expr("string", 2))
	case 1:
		m, ok := g.pick("map[string]int")
		if !ok {
			return false
		}
		g.line("clear(%s)", m)
	case 2:
		s, ok := g.pick("[]int")
		if !ok {
			return false
		}
		g.line("copy(%s, %s)", s, g.expr("[]int", 2))
	case 3:
		c := g.fresh("c")
		g.line("%s := make(chan int, 2)", c)
		g.line("%s <- %s", c, g.expr("int", 2))
		g.line("%s <- %s", c, g.expr("int", 2))
		g.line("t.At(%d, <-%s-<-%[2]s, len(%[2]s))", g.report(), c)
	case 4:
		g.line("t.At(%d, min(%s, %s), max(%s, 3, %s))", g.report(), g.expr("int", 2), g.expr("int", 2), g.expr("int", 2), g.expr("int", 1))
	}
	return true
}

// several writes a call whose results are the arguments of another one.
func (g *generator) several() bool {
	if g.noWait > 0 {
		return false
	}
	g.line("t.Two(waits.Two(task, %s, %s))", g.expr("int", 2), g.expr("string", 2))
	return true
}

// backward writes a loop that is made of a label and a goto.
func (g *generator) backward() bool {
	if g.in.defers && !g.wild {
		return false
	}
	g.in.jumps = true
	label, n := g.fresh("G"), g.fresh("i")
	g.line("{")
	g.line("%s := 0", n)
	g.line("%s:", label)
	g.line("%s++", n)
	g.line("{")
	vars := g.vars
	g.vars = append(g.vars[:len(g.vars):len(g.vars)], variable{n, "int"})
	g.body(g.length())
	g.vars = vars
	g.line("}")
	g.line("if %s < 3 && t.Turn() {", n)
	g.line("\tgoto %s", label)
	g.line("}")
	g.line("}")
	return true
}

// iterated writes a range over a function, which has no Task: what waits in such a loop stays on a
// coroutine.
func (g *generator) iterated() bool {
	vars := g.vars
	v := g.fresh("v")
	g.calm(func() string {
		g.enclosing(true, fmt.Sprintf("for %s := range t.Seq(%s) {", v, g.expr("int", 1)), func() {
			g.vars = append(g.vars[:len(g.vars):len(g.vars)], variable{v, "int"})
			g.line("\tt.At(%d, %s)", g.report(), v)
			g.body(g.length())
		})
		return ""
	})
	g.vars = vars
	return true
}

// busy writes a loop of operations that are ready, until the budget of the task is spent.
func (g *generator) busy() bool {
	if g.noWait > 0 || !g.chance(40) {
		return false
	}
	rx, v, n := g.fresh("rx"), g.fresh("v"), g.fresh("v")
	g.line("%s, %s := waits.Full(%d), 0", rx, n, 100+g.rand.IntN(200))
	g.line("for t.Calm() {")
	g.line("\t%s, err := %s.Recv(task)", v, rx)
	g.line("\tif err != nil {")
	g.line("\t\tbreak")
	g.line("\t}")
	g.line("\t%s += %s", n, v)
	g.line("}")
	g.line("t.At(%d, %s)", g.report(), n)
	g.vars = append(g.vars, variable{n, "int"})
	return true
}

// global writes an assignment to a variable of the package, and a read of it.
func (g *generator) global() bool {
	g.usesGlobal = true
	if g.chance(50) {
		g.line("%s_g += %s", g.name, g.expr("int", 2))
	} else {
		g.line("t.At(%d, %s_g, %s, %[2]s_g)", g.report(), g.name, g.expr("int", 2))
	}
	return true
}

// promoted writes calls of methods through an embedded field.
func (g *generator) promoted() bool {
	if g.noWait > 0 {
		return false
	}
	typ, v := g.fresh("N"), g.fresh("x")
	for _, f := range g.functions[1:] {
		if f.receiver == "" {
			continue
		}
		g.line("type %s struct { %s; X int }", typ, g.structType)
		g.line("%s := %s{X: %s}", v, typ, g.expr("int", 1))
		var args strings.Builder
		for _, p := range f.params {
			args.WriteString(", " + g.expr(p, 1))
		}
		g.line("%s.%s(task, t%s)", v, f.name, args.String())
		g.line("t.At(%d, %s)", g.report(), v)
		return true
	}
	return false
}
