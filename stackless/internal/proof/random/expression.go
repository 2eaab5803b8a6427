package random

import (
	"fmt"
	"strings"
)

// pick returns a variable of the type that is in scope.
func (g *generator) pick(typ string) (string, bool) {
	var found []string
	seen := map[string]bool{}
	for i := len(g.vars) - 1; i >= 0; i-- { // innermost first: an outer one of the name is hidden
		v := g.vars[i]
		if !seen[v.name] && v.typ == typ {
			found = append(found, v.name)
		}
		seen[v.name] = true
	}
	if len(found) == 0 {
		return "", false
	}
	return g.oneOf(found...), true
}

// expr is an expression of the type, nested at most d deep.
func (g *generator) expr(typ string, d int) string {
	if d > 0 && g.noWait == 0 && g.chance(g.size.nested) {
		if call, ok := g.waiting(typ, d-1); ok {
			return call
		}
	}
	if v, ok := g.pick(typ); ok && g.chance(55-8*d) {
		return v
	}
	if d <= 0 {
		return g.leaf(typ)
	}
	switch typ {
	case "int":
		return g.integer(d - 1)
	case "string":
		return g.str(d - 1)
	case "bool":
		return g.boolean(d - 1)
	case "uint8":
		if g.chance(50) {
			return fmt.Sprintf("uint8(%s)", g.variableInt(d-1))
		}
	case "any":
		of := g.oneOf("int", "string", "bool", g.structType)
		return fmt.Sprintf("any(%s)", g.expr(of, d-1))
	case "[3]int":
		if g.chance(50) {
			return fmt.Sprintf("[3]int{%s, %s, 2: %s}", g.expr("int", d-1), g.expr("int", d-1), g.expr("int", d-1))
		}
	case "[]int":
		if v, ok := g.pick("[3]int"); ok && g.chance(30) {
			return g.oneOf(v+"[:]", v+"[1:]", v+"[:2]")
		}
		if g.chance(50) {
			return fmt.Sprintf("append(%s, %s)", g.expr("[]int", d-1), g.expr("int", d-1))
		}
		return fmt.Sprintf("[]int{%s, %s}", g.expr("int", d-1), g.expr("int", d-1))
	case "map[string]int":
		return fmt.Sprintf("map[string]int{%s: %s}", g.calmExpr("string", d-1), g.calmExpr("int", d-1))
	case "*int":
		if p, ok := g.place("int"); ok && g.chance(70) {
			return "&" + p
		}
	case "func(int) int":
		if g.depth < 5 {
			return g.literal(d - 1)
		}
	case "error":
		if g.chance(30) {
			return fmt.Sprintf("errors.New(%s)", g.expr("string", d-1))
		}
	case g.structType:
		return fmt.Sprintf("%s{A: %s, B: %s, C: [2]int{%s}}", typ, g.expr("int", d-1), g.expr("string", d-1), g.expr("int", d-1))
	case "*" + g.structType:
		if v, ok := g.pick(g.structType); ok && g.chance(60) {
			if g.chance(40) {
				return v + ".Add(" + g.expr("int", d-1) + ")"
			}
			return "&" + v
		}
		return "&" + g.expr2(g.structType, d-1)
	}
	return g.leaf(typ)
}

// expr2 is a composite literal of the struct type, of which the address can be taken.
func (g *generator) expr2(typ string, d int) string {
	return fmt.Sprintf("%s{A: %s, B: %s}", typ, g.expr("int", d), g.expr("string", d))
}

// leaf is an expression without operands that wait.
func (g *generator) leaf(typ string) string {
	switch typ {
	case "int":
		return fmt.Sprint(g.rand.IntN(20))
	case "string":
		return fmt.Sprintf("%q", g.oneOf("", "a", "bc", "edo"))
	case "bool":
		if g.chance(70) {
			return fmt.Sprintf("t.Bool(%d, %s)", g.report(), g.oneOf("true", "false"))
		}
		return g.oneOf("true", "false")
	case "uint8":
		return fmt.Sprint(200 + g.rand.IntN(56))
	case "[3]int":
		return "[3]int{1, 2, 3}"
	case "[]int":
		return g.oneOf("[]int{4, 5, 6}", "[]int(nil)", "make([]int, 2, 5)")
	case "map[string]int":
		return `map[string]int{"a": 1}`
	case "*int":
		return "new(int)"
	case "*" + g.structType:
		return "new(" + g.structType + ")"
	case "func(int) int":
		return "func(a int) int { return a + 1 }"
	case "any":
		return g.oneOf("any(7)", `any("x")`, "any(nil)")
	case "error":
		return "error(nil)"
	case "T":
		if v, ok := g.pick("T"); ok {
			return v
		}
	}
	return zero(typ)
}

// variableInt is an int that is no constant: the compiler checks those.
func (g *generator) variableInt(d int) string {
	return fmt.Sprintf("t.Int(%d, %s)", g.report(), g.expr("int", d))
}

func (g *generator) integer(d int) string {
	switch g.rand.IntN(16) {
	case 0, 1, 2:
		return fmt.Sprintf("(%s %s %s)", g.expr("int", d), g.oneOf("+", "-", "*", "^", "&"), g.expr("int", d))
	case 3:
		return fmt.Sprintf("(%s / (%s | 1))", g.expr("int", d), g.variableInt(d))
	case 4, 5:
		return g.variableInt(d)
	case 6:
		if v, ok := g.pick(g.structType); ok {
			return g.oneOf(v+".A", v+".C["+g.index(2, d)+"]", "len("+v+".B)")
		}
	case 7:
		if v, ok := g.pick("[3]int"); ok {
			return v + "[" + g.index(3, d) + "]"
		}
	case 8:
		if v, ok := g.pick("[]int"); ok {
			if g.chance(85) {
				return fmt.Sprintf("t.Element(%d, %s, %s)", g.report(), v, g.expr("int", d))
			}
			return v + "[" + g.index(3, d) + "]" // may panic
		}
	case 9:
		return fmt.Sprintf("(%s[%s])", g.expr("map[string]int", d), g.expr("string", d))
	case 10:
		if v, ok := g.pick("*int"); ok {
			return "*" + v
		}
	case 11:
		if v, ok := g.pick("func(int) int"); ok {
			return fmt.Sprintf("%s(%s)", v, g.expr("int", d))
		}
	case 12:
		if v, ok := g.pick(g.structType); ok && g.chance(60) {
			return g.oneOf(v+".Sum("+g.expr("int", d)+")", v+".Add("+g.expr("int", d)+").A")
		}
		if v, ok := g.pick("*" + g.structType); ok {
			return g.oneOf(v+".A", v+".C[0]")
		}
	case 13:
		if v, ok := g.pick("any"); ok && g.chance(25) {
			return v + ".(int)" // may panic
		}
	case 14:
		return fmt.Sprintf("len(%s)", g.expr(g.oneOf("string", "[]int", "map[string]int"), d))
	case 15:
		if g.depth < 4 {
			return fmt.Sprintf("%s(%s)", g.literal(d), g.expr("int", d))
		}
	}
	return fmt.Sprintf("(%s + %s)", g.expr("int", d), g.expr("int", d))
}

// index is an index below n.
func (g *generator) index(n, d int) string {
	if g.chance(4) {
		return g.variableInt(d) // may panic
	}
	return fmt.Sprintf("t.Index(%d, %d, %s)", g.report(), n, g.expr("int", d))
}

func (g *generator) str(d int) string {
	switch g.rand.IntN(5) {
	case 0, 1:
		return fmt.Sprintf("t.Cut(%s + %s)", g.expr("string", d), g.expr("string", d))
	case 2:
		return fmt.Sprintf("t.Str(%d, %s)", g.report(), g.expr("string", d))
	case 3:
		if v, ok := g.pick(g.structType); ok {
			return v + ".B"
		}
	}
	return fmt.Sprintf("string(rune('a' + %s&7))", g.variableInt(d))
}

func (g *generator) boolean(d int) string {
	switch g.rand.IntN(7) {
	case 0, 1:
		return fmt.Sprintf("(%s %s %s)", g.expr("int", d), g.oneOf("<", "==", ">=", "!="), g.expr("int", d))
	case 2, 3:
		return fmt.Sprintf("(%s %s %s)", g.expr("bool", d), g.oneOf("&&", "||"), g.expr("bool", d))
	case 4:
		return "!" + g.expr("bool", d)
	case 5:
		return fmt.Sprintf("(%s %s %s)", g.calmExpr(g.structType, d), g.oneOf("==", "!="), g.calmExpr(g.structType, d))
	}
	return fmt.Sprintf("(%s < %s)", g.expr("string", d), g.expr("string", d))
}

// place is something of the type whose address may be taken: a variable or a part of one.
func (g *generator) place(typ string) (string, bool) {
	if typ == "int" {
		switch g.rand.IntN(4) {
		case 0:
			if v, ok := g.pick("[3]int"); ok {
				return v + "[" + g.index(3, 1) + "]", true
			}
		case 1:
			if v, ok := g.pick(g.structType); ok {
				return g.oneOf(v+".A", v+".C[1]"), true
			}
		case 2:
			if v, ok := g.pick("*" + g.structType); ok {
				return v + ".A", true
			}
		}
	}
	return g.pick(typ)
}

// waiting is a call that waits and has one result, of the type.
func (g *generator) waiting(typ string, d int) (string, bool) {
	switch typ {
	case "int":
		switch g.rand.IntN(8) {
		case 0:
			return fmt.Sprintf("waits.Int(task, %s)", g.expr("int", d)), true
		case 1:
			return fmt.Sprintf("waits.Sum(task, %s, %s)", g.expr("int", d), g.expr("int", d)), true
		case 2:
			return fmt.Sprintf("waits.Deep(task, %s)", g.expr("int", d)), true
		case 3:
			if v, ok := g.pick("func(*edo.Task, int) int"); ok {
				return fmt.Sprintf("%s(task, %s)", v, g.expr("int", d)), true
			}
		}
	case "string":
		if g.chance(30) {
			return fmt.Sprintf("waits.Str(task, %s)", g.expr("string", d)), true
		}
	case "bool":
		if g.chance(50) {
			return fmt.Sprintf("waits.Bool(task, %s)", g.expr("bool", d)), true
		}
	}
	var fit []*function
	for _, f := range g.functions {
		if len(f.results) == 1 && (f.results[0] == typ || f.generic && typ != "T") {
			fit = append(fit, f)
		}
	}
	if len(fit) == 0 {
		return "", false
	}
	return g.callAs(fit[g.rand.IntN(len(fit))], typ, d), true
}

// call is a call of f. A generic one is instantiated with int.
func (g *generator) call(f *function, d int) string { return g.callAs(f, "int", d) }

// callAs is a call of f, instantiated with typ if it is generic.
func (g *generator) callAs(f *function, typ string, d int) string {
	var call strings.Builder
	switch {
	case f.receiver == g.structType:
		call.WriteString(g.receiver(d))
		call.WriteByte('.')
	case f.receiver != "":
		if v, ok := g.place(g.structType); ok && g.chance(60) {
			call.WriteString(v) // its address is taken
		} else {
			fmt.Fprintf(&call, "(%s)", g.expr("*"+g.structType, d))
		}
		call.WriteByte('.')
	}
	call.WriteString(f.name)
	if f.generic {
		fmt.Fprintf(&call, "[%s]", typ)
	}
	call.WriteString("(task, t")
	for _, p := range f.params {
		if p == "T" {
			p = typ
		}
		call.WriteString(", " + g.expr(p, d))
	}
	call.WriteByte(')')
	return call.String()
}

// receiver is a value of the struct type that a method may be called of.
func (g *generator) receiver(d int) string {
	if v, ok := g.pick("*" + g.structType); ok && g.chance(30) {
		return v
	}
	if v, ok := g.pick(g.structType); ok {
		return v
	}
	return "(" + g.expr(g.structType, d) + ")"
}

// literal is a function literal that does not wait. It captures what is in scope.
func (g *generator) literal(d int) string {
	a := g.fresh("a")
	body := g.within(&function{literal: true, params: []string{"int"}, results: []string{"int"}}, false, func() {
		g.vars = append(g.vars, variable{a, "int"})
		g.line("if !t.More() {") // it may be called by itself, through a variable
		g.line("\treturn 0")
		g.line("}")
		if g.chance(60) {
			g.simple(1)
		}
		g.line("return %s", g.expr("int", min(d, 1)))
	})
	return fmt.Sprintf("func(%s int) int {\n%s%s}", a, body, strings.Repeat("\t", g.indent))
}

// within writes the body of a literal, f, and returns it. waits says whether the literal
// has a Task.
func (g *generator) within(f *function, waits bool, write func()) string {
	in, vars, block0, targets, noWait, depth, indent := g.in, g.vars, g.block0, g.targets, g.noWait, g.depth, g.indent
	text := g.text.String()
	g.text.Reset()
	g.in, g.block0, g.targets, g.depth = f, len(g.vars), nil, g.depth+2
	g.indent++
	if waits {
		g.noWait = 0
	} else {
		g.noWait = 1
	}
	write()
	body := g.text.String()
	g.text.Reset()
	g.text.WriteString(text)
	g.in, g.vars, g.block0, g.targets, g.noWait, g.depth, g.indent = in, vars, block0, targets, noWait, depth, indent
	return body
}
