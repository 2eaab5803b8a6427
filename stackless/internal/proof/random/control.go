package random

import (
	"fmt"
	"strings"
)

func (g *generator) ifStatement() bool {
	vars := g.vars
	if g.chance(25) {
		e := g.expr("int", 2)
		v := g.fresh("v")
		g.line("if %s := %s; %s < %s {", v, e, v, g.expr("int", 2))
		g.vars = append(g.vars[:len(g.vars):len(g.vars)], variable{v, "int"})
	} else {
		g.line("if %s {", g.expr("bool", 3))
	}
	g.body(g.length())
	if g.chance(20) {
		g.line("} else if %s {", g.expr("bool", 2))
		g.body(g.length())
	}
	if g.chance(50) {
		g.line("} else {")
		g.body(g.length())
	}
	g.line("}")
	g.vars = vars
	return true
}

// enclosing writes a statement that branches may leave: head, then what write writes, then
// a brace. A label stands above it if a branch names it.
func (g *generator) enclosing(loop bool, head string, write func()) {
	used := false
	label := g.fresh("L")
	text := g.text.String()
	g.text.Reset()
	g.targets = append(g.targets, target{label, loop, &used})
	g.line("%s", head)
	write()
	g.line("}")
	g.targets = g.targets[:len(g.targets)-1]
	body := g.text.String()
	g.text.Reset()
	g.text.WriteString(text)
	if used {
		g.line("%s:", label)
	}
	g.text.WriteString(body)
}

// forClauses writes a for statement of no, one or three clauses.
func (g *generator) forClauses() bool {
	vars := g.vars
	i := g.fresh("i")
	switch g.rand.IntN(5) {
	case 0: // one clause
		g.line("%s := 0", i)
		g.enclosing(true, fmt.Sprintf("for %s < %d && %s {", i, 2+g.rand.IntN(2), g.expr("bool", 1)), func() {
			g.line("\t%s++", i)
			g.body(g.length())
		})
	case 1: // none
		g.line("%s := 0", i)
		g.enclosing(true, "for {", func() {
			g.line("\tif %s++; %s > %d {", i, i, 1+g.rand.IntN(3))
			g.line("\t\tbreak")
			g.line("\t}")
			g.body(g.length())
		})
	default:
		j, start := g.fresh("i"), g.expr("int", 1)
		g.vars = append(g.vars[:len(g.vars):len(g.vars)], variable{i, "int"})
		init := fmt.Sprintf("%s := %s", i, g.oneOf("0", "0", "t.Int("+fmt.Sprint(g.report())+", 0)"))
		limit := fmt.Sprint(1 + g.rand.IntN(4))
		cond := fmt.Sprintf("%s < %s && t.Turn()", i, limit)
		post := i + "++"
		if g.noWait == 0 && g.chance(15) {
			cond = fmt.Sprintf("waits.Bool(task, %s < %s) && t.Turn()", i, limit)
		}
		if g.noWait == 0 && g.chance(10) {
			post = fmt.Sprintf("%s = waits.Int(task, %s+1)", i, i)
		}
		if g.chance(25) {
			init = fmt.Sprintf("%s, %s := 0, %s", i, j, start)
			post = fmt.Sprintf("%s, %s = %s+1, %s", i, j, i, g.oneOf(j, i+"+"+j, j+"+2"))
			g.vars = append(g.vars, variable{j, "int"})
		}
		g.enclosing(true, fmt.Sprintf("for %s; %s; %s {", init, cond, post), func() { g.body(g.length()) })
	}
	g.vars = vars
	return true
}

func (g *generator) rangeStatement() bool {
	vars := g.vars
	k, v := g.fresh("k"), g.fresh("v")
	scope := func(list ...variable) { g.vars = append(g.vars[:len(g.vars):len(g.vars)], list...) }
	var head string
	switch g.rand.IntN(13) {
	case 0, 1:
		of := fmt.Sprint(1 + g.rand.IntN(3))
		if g.chance(40) {
			of = "t.Index(" + fmt.Sprint(g.report()) + ", 4, " + g.expr("int", 2) + ")"
		}
		head = fmt.Sprintf("for %s := range %s {", k, of)
		scope(variable{k, "int"})
	case 2, 3:
		of := g.expr("[]int", 2)
		head = fmt.Sprintf("for %s, %s := range t.Few(%s) {", k, v, of)
		if of, ok := g.pick("[]int"); ok && g.chance(60) {
			head = fmt.Sprintf("for %s, %s := range %s {", k, v, of)
		}
		scope(variable{k, "int"}, variable{v, "int"})
	case 4, 5:
		of := g.expr("[3]int", 2)
		head = fmt.Sprintf("for %s, %s := range %s {", k, v, of)
		if strings.HasPrefix(of, "[") { // a literal would be taken for the block
			head = fmt.Sprintf("for %s, %s := range (%s) {", k, v, of)
		}
		scope(variable{k, "int"}, variable{v, "int"})
	case 6, 11, 12:
		a, ok := g.place("[3]int")
		if !ok {
			return false
		}
		head = fmt.Sprintf("for %s, %s := range &%s {", k, v, a)
		scope(variable{k, "int"}, variable{v, "int"})
	case 7:
		head = fmt.Sprintf("for %s, %s := range t.Short(%s) {", k, v, g.expr("string", 2))
		scope(variable{k, "int"})
	case 8:
		head = fmt.Sprintf("for %s, %s := range t.One(%s) {", k, v, g.calmExpr("map[string]int", 2))
		scope(variable{k, "string"}, variable{v, "int"})
		g.calm(func() string { g.rangeBody(head, k, v); return "" })
		g.vars = vars
		return true
	case 9:
		head = fmt.Sprintf("for %s := range t.Filled(%s, %s) {", k, g.expr("int", 1), g.expr("int", 1))
		scope(variable{k, "int"})
	case 10: // into a variable that exists
		x, ok := g.pick("int")
		if !ok {
			return false
		}
		g.enclosing(true, fmt.Sprintf("for _, %s = range t.Few(%s) {", x, g.expr("[]int", 2)), func() { g.body(g.length()) })
		return true
	}
	g.rangeBody(head, k, v)
	g.vars = vars
	return true
}

// rangeBody writes a range statement with the variables k and, if head has it, v.
func (g *generator) rangeBody(head, k, v string) {
	g.enclosing(true, head, func() {
		g.line("\t_ = %s", k)
		if strings.Contains(head, v) {
			g.line("\t_ = %s", v)
		}
		g.body(g.length())
	})
}

func (g *generator) switchStatement() bool {
	vars := g.vars
	head := "switch {"
	tag := ""
	switch g.rand.IntN(4) {
	case 0:
	case 1:
		v := g.fresh("v")
		head = fmt.Sprintf("switch %s := %s; t.Index(%d, 4, %s) {", v, g.expr("int", 2), g.report(), v)
		g.vars = append(g.vars[:len(g.vars):len(g.vars)], variable{v, "int"})
		tag = "int"
	case 2:
		head = fmt.Sprintf("switch t.Index(%d, 4, %s) {", g.report(), g.expr("int", 3))
		tag = "int"
	case 3:
		head = fmt.Sprintf("switch %s {", g.expr("string", 2))
		tag = "string"
	}
	n := 1 + g.rand.IntN(3)
	byDefault := g.rand.IntN(n + 1) // where default stands; n: nowhere
	constants := g.rand.Perm(5)
	g.enclosing(false, head, func() {
		for i := range n {
			switch {
			case i == byDefault:
				g.line("default:")
			case tag == "":
				g.line("case %s:", g.calmExpr("bool", 2))
			case tag == "int" && g.chance(25):
				g.line("case %d, t.Int(%d, %s):", constants[i], g.report(), g.calmExpr("int", 2))
			case tag == "int":
				g.line("case %d:", constants[i])
			default:
				g.line("case t.Str(%d, %s), %q:", g.report(), g.calmExpr("string", 2), []string{"a", "bc", "edo"}[i])
			}
			g.body(g.length())
			if i < n-1 && g.chance(15) {
				g.line("\tfallthrough")
			}
		}
	})
	g.vars = vars
	return true
}

func (g *generator) typeSwitch() bool {
	vars := g.vars
	x := g.fresh("x")
	head := fmt.Sprintf("switch %s := t.Any(%d, %s).(type) {", x, g.report(), g.expr("any", 3))
	types := []string{"int", "string", "bool", g.structType, "nil", "error, float64"}
	order := g.rand.Perm(len(types))
	n := 1 + g.rand.IntN(4)
	byDefault := g.rand.IntN(n + 1)
	g.enclosing(false, head, func() {
		for i := range n {
			typ := types[order[i]]
			if i == byDefault {
				g.line("default:")
				typ = "any"
			} else {
				g.line("case %s:", typ)
			}
			if typ == "nil" || typ == "error, float64" {
				typ = "any"
			}
			g.line("\t_ = %s", x)
			g.vars = append(vars[:len(vars):len(vars)], variable{x, typ})
			g.body(g.length())
		}
	})
	g.vars = vars
	return true
}

// selectStatement writes a select that does not block.
func (g *generator) selectStatement() bool {
	vars := g.vars
	v := g.fresh("y") // not "v": it belongs to the block of the clause, which cannot hide it
	g.enclosing(false, "select {", func() {
		g.line("case %s := <-t.Filled(%s, 1):", v, g.calmExpr("int", 2))
		g.line("\tt.At(%d, %s)", g.report(), v)
		g.vars = append(vars[:len(vars):len(vars)], variable{v, "int"})
		g.body(g.length())
		g.vars = vars
		if g.chance(30) {
			g.line("case t.Full() <- %s:", g.calmExpr("int", 2))
			g.body(1)
		}
	})
	g.vars = vars
	return true
}

func (g *generator) block() bool {
	g.line("{")
	g.body(g.length() + 1)
	g.line("}")
	return true
}

// forward writes a goto to a label further down.
func (g *generator) forward() bool {
	if g.in.defers && !g.wild {
		return false
	}
	g.in.jumps = true
	label := g.fresh("G")
	g.line("if %s {", g.expr("bool", 2))
	g.line("\tgoto %s", label)
	g.line("}")
	g.line("{")
	g.body(g.length())
	g.line("}")
	g.line("%s:", label)
	g.line("t.At(%d)", g.report())
	return true
}

// branch writes a conditional break, continue or return.
func (g *generator) branch() bool {
	if g.depth == 0 {
		return false
	}
	var word string
	switch n := g.rand.IntN(8); {
	case n == 0:
		g.line("if %s {", g.expr("bool", 2))
		g.indent++
		g.result()
		g.indent--
		g.line("}")
		return true
	case len(g.targets) == 0:
		return false
	case n < 5:
		to := g.targets[g.rand.IntN(len(g.targets))]
		word = "break " + to.label
		if to.loop && g.chance(50) {
			word = "continue " + to.label
		}
		*to.used = true
	default:
		to := g.targets[len(g.targets)-1]
		word = "break"
		if to.loop && g.chance(50) {
			word = "continue"
		}
	}
	g.line("if %s {", g.expr("bool", 2))
	g.line("\t%s", word)
	g.line("}")
	return true
}
