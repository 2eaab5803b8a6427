package random

import (
	"fmt"
	"slices"
	"strings"
)

// deferStatement writes a defer: of a literal that recovers and sets the results, of a
// method with arguments, of one that recovers, of a method value.
func (g *generator) deferStatement() bool {
	if g.in.literal && g.noWait > 0 || g.depth > 1 && g.chance(70) {
		return false
	}
	form := g.rand.IntN(6)
	if !g.wild && (g.in.jumps || form == 3 || form == 5 || g.inLoop()) {
		return false
	}
	g.in.defers = true
	switch form {
	case 0, 1:
		body := g.within(&function{literal: true}, false, func() {
			if g.chance(70) {
				r := g.fresh("x")
				g.line("if %s := recover(); %s != nil {", r, r)
				g.line("\tt.Panic(%d, %s)", g.report(), r)
				g.line("}")
			}
			g.simple(2)
		})
		g.line("defer func() {\n%s%s}()", body, strings.Repeat("\t", g.indent))
	case 2:
		g.line("defer t.At(%d, %s, %s)", g.report(), g.expr("int", 2), g.expr("string", 1))
	case 3:
		g.line("defer t.Recover(%d)", g.report())
	case 4:
		a := g.fresh("a")
		body := g.within(&function{literal: true, params: []string{"int"}}, false, func() {
			g.vars = append(g.vars, variable{a, "int"})
			g.simple(1)
			g.line("t.At(%d, %s)", g.report(), a)
		})
		g.line("defer func(%s int) {\n%s%s}(%s)", a, body, strings.Repeat("\t", g.indent), g.expr("int", 2))
	case 5:
		f, ok := g.pick("func(int) int")
		if !ok {
			return false
		}
		g.line("defer %s(%s)", f, g.expr("int", 1))
	}
	return true
}

// inLoop reports whether a loop of the function encloses the statement at hand.
func (g *generator) inLoop() bool {
	return slices.ContainsFunc(g.targets, func(t target) bool { return t.loop })
}

// function0 writes a call of a literal in place.
func (g *generator) function0() bool {
	if g.noWait == 0 && g.chance(50) {
		body := g.within(&function{literal: true}, true, func() { g.statements(g.length()) })
		g.line("func(task *edo.Task) {\n%s%s}(task)", body, strings.Repeat("\t", g.indent))
		return true
	}
	body := g.within(&function{literal: true}, false, func() { g.simple(2) })
	g.line("func() {\n%s%s}()", body, strings.Repeat("\t", g.indent))
	return true
}

// waitingLiteral declares a function that waits and captures.
func (g *generator) waitingLiteral() bool {
	if g.noWait > 0 {
		return false
	}
	const typ = "func(*edo.Task, int) int"
	a := g.fresh("a")
	body := g.within(&function{literal: true, params: []string{"int"}, results: []string{"int"}}, true, func() {
		g.vars = append(g.vars, variable{a, "int"})
		g.line("if !t.More() {")
		g.line("\treturn 0")
		g.line("}")
		g.statements(g.length())
		g.line("return %s", g.expr("int", 2))
	})
	v := g.fresh("w")
	g.line("%s := func(task *edo.Task, %s int) int {\n%s%s}", v, a, body, strings.Repeat("\t", g.indent))
	g.line("_ = %s", v)
	g.vars = append(g.vars, variable{v, typ})
	return true
}

// shielded writes a call of Shielded with a literal that waits and captures.
func (g *generator) shielded() bool {
	if g.noWait > 0 {
		return false
	}
	body := g.within(&function{literal: true, results: []string{"error"}}, true, func() {
		g.statements(g.length())
		g.line("return %s", g.expr("error", 1))
	})
	g.line("t.Err(%d, edo.Shielded(task, func(task *edo.Task) error {\n%s%s}))", g.report(), body, strings.Repeat("\t", g.indent))
	return true
}

// closures writes a loop that keeps a closure of each turn, and calls them after it.
func (g *generator) closures() bool {
	fs, i, f := g.fresh("q"), g.fresh("i"), g.fresh("f")
	g.line("var %s []func() int", fs)
	head := fmt.Sprintf("for %s := 0; %s < 3; %s++ {", i, i, i)
	if g.chance(40) {
		head = fmt.Sprintf("for %s := range 3 {", i)
	}
	g.line("%s", head)
	vars := g.vars
	g.vars = append(g.vars[:len(g.vars):len(g.vars)], variable{i, "int"})
	x := g.fresh("v")
	if g.chance(50) {
		g.line("\tvar %s int", x)
	} else {
		g.line("\t%s := %s", x, g.expr("int", 1))
	}
	wait := func() {
		if g.noWait == 0 && g.chance(60) {
			g.line("\tedo.Yield(task)")
		}
	}
	wait()
	g.line("\t%s = append(%s, func() int { %s += %s; %s; return %s + %s })", fs, fs, x, i, g.oneOf(i+"++", i+" += 2", "_ = "+i), x, i)
	wait()
	if g.chance(40) {
		g.line("\t%s++", x)
	}
	if g.chance(20) {
		g.line("\t%s++", i)
	}
	g.line("}")
	g.vars = vars
	g.line("for _, %s := range %s {", f, fs)
	if g.chance(50) {
		wait()
	}
	g.line("\tt.At(%d, %s(), %s())", g.report(), f, f)
	g.line("}")
	return true
}
