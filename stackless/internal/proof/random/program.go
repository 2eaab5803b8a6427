package random

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
)

// Generate returns the program of a seed, as a file of package pkg.
func Generate(seed uint64, pkg string) Program { return generate(seed, pkg, false) }

// Parallel is Generate of programs that have no data races on several workers: tasks that run at
// the same time share nothing.
func Parallel(seed uint64, pkg string) Program { return generate(seed, pkg, true) }

func generate(seed uint64, pkg string, parallel bool) Program {
	g := &generator{
		parallel: parallel,
		rand:     rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15)),
		name:     fmt.Sprintf("P%d", seed),
	}
	g.structType = g.name + "_S"
	g.spawns = g.chance(35) // the frames of tasks cost the compiler most
	g.wild = g.chance(20)
	switch n := g.rand.IntN(100); { // most are small: a build compiles more of them
	case n < 55:
		g.size = tiny
	case n < 88:
		g.size = small
	case n < 98:
		g.size = medium
	default:
		g.size = large
	}
	g.program()
	reset := ""
	if g.usesGlobal { // one run sees nothing of another
		reset = g.name + "_g = 0"
	}
	text := strings.Replace(g.text.String(), resetMark, reset, 1)
	text = g.structText(text) + text
	entry := fmt.Sprintf("trace.Add(%q, %v, %[1]s)", g.name, g.tasks > 0)
	p := Program{Name: g.name, Seed: seed, text: text, entry: entry}
	p.Source, _ = File(pkg, p)
	return p
}

// A size says how long a program is.
type size struct {
	functions  int // besides the root, at most
	statements int // of a function, at most
	block      int // of a block inside of it, at most
	nested     int // percentage of operands that are calls which wait
}

var (
	tiny   = size{1, 1, 1, 15}
	small  = size{1, 2, 1, 12}
	medium = size{2, 4, 2, 18}
	large  = size{4, 6, 3, 22}
)

// generator is the state of one program that is being written.
type generator struct {
	rand       *rand.Rand
	name       string
	structType string
	size       size
	spawns     bool // tasks may be spawned
	tasks      int  // forms with tasks until now
	parallel   bool // tasks that run at a time share nothing
	usesGlobal bool
	wild       bool // forms that the compiler refuses when they wait are allowed to
	functions  []*function
	text       strings.Builder
	indent     int
	names      int // numbers of variables and labels
	reports    int // numbers of reports

	// The function, or the literal, that is being written.
	in      *function
	vars    []variable
	block0  int      // how many of them are declared outside the block at hand
	targets []target // what break and continue can name, innermost last
	noWait  int      // above 0: the text at hand has no Task
	depth   int      // of blocks
}

// A variable is one in scope.
type variable struct {
	name, typ string
}

// A target is a statement that encloses the current one, and that a branch may leave.
type target struct {
	label string
	loop  bool
	used  *bool // the label
}

// A function is one of the program's, or a literal.
type function struct {
	name     string
	receiver string // its type, or nothing
	generic  bool   // has a type parameter T, the type of its first parameter and result
	params   []string
	results  []string
	named    bool // the results
	literal  bool

	defers, jumps bool // it has defers, or a goto
}

func (g *generator) chance(percent int) bool { return g.rand.IntN(100) < percent }

// calm writes what the compiler refuses if it waits: without waits, in most programs.
func (g *generator) calm(write func() string) string {
	if g.wild {
		return write()
	}
	g.noWait++
	defer func() { g.noWait-- }()
	return write()
}

// calmExpr is expr, calm.
func (g *generator) calmExpr(typ string, d int) string {
	return g.calm(func() string { return g.expr(typ, d) })
}

func (g *generator) oneOf(of ...string) string { return of[g.rand.IntN(len(of))] }

// fresh returns a name that nothing has yet.
func (g *generator) fresh(prefix string) string {
	g.names++
	return fmt.Sprintf("%s%d", prefix, g.names)
}

// report returns the number of one more report.
func (g *generator) report() int {
	g.reports++
	return g.reports
}

// line writes a line of the program.
func (g *generator) line(format string, args ...any) {
	g.text.WriteString(strings.Repeat("\t", g.indent))
	fmt.Fprintf(&g.text, format, args...)
	g.text.WriteByte('\n')
}

// program writes the functions.
func (g *generator) program() {
	g.signatures()
	for i := range g.functions {
		g.function(i)
	}
	if g.usesGlobal {
		g.line("var %s_g int\n", g.name)
	}
}

// sums is a call of the method Sum, and of no function.
var sums = regexp.MustCompile(`\b[^w\W]\w*\.Sum\(`)

// structText declares the struct type of a program, with those of its methods that the text of the
// program calls: each costs the Go compiler as much as a function of some length.
func (g *generator) structText(text string) string {
	if !strings.Contains(text, g.structType) {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "type %s struct {\n\tA int\n\tB string\n\tC [2]int\n}\n\n", g.structType)
	if strings.Contains(text, ".Add(") {
		fmt.Fprintf(&b, "func (s *%s) Add(n int) *%[1]s {\n\ts.A += n\n\treturn s\n}\n\n", g.structType)
	}
	if sums.MatchString(text) {
		fmt.Fprintf(&b, "func (s %s) Sum(n int) int { return s.A + n*s.C[1] }\n\n", g.structType)
	}
	return b.String()
}

// valueTypes are the types of variables.
func (g *generator) valueTypes() []string {
	return []string{
		"int", "int", "int", "int", "string", "string", "bool", g.structType, g.structType, "[3]int", "[]int",
		"map[string]int", "*int", "*" + g.structType, "func(int) int", "any", "uint8",
	}
}

func (g *generator) valueType() string { return g.oneOf(g.valueTypes()...) }

// signatures decides which functions the program has. The first is its root.
func (g *generator) signatures() {
	g.functions = []*function{{name: g.name, results: []string{"error"}, named: g.chance(40)}}
	for i := range 1 + g.rand.IntN(g.size.functions) {
		f := &function{name: fmt.Sprintf("%s_f%d", g.name, i+1), named: g.chance(35)}
		for range g.rand.IntN(3) {
			f.params = append(f.params, g.valueType())
		}
		switch g.rand.IntN(8) {
		case 0:
		case 1, 2, 3:
			f.results = []string{g.oneOf("int", "int", "string", "bool", g.structType)}
		case 4, 5:
			f.results = []string{"int", "error"}
		case 6:
			f.results = []string{g.valueType(), g.valueType()}
		case 7:
			f.results = []string{g.valueType(), "int", "error"}
		}
		switch g.rand.IntN(6) {
		case 0:
			f.receiver, f.name = g.structType, fmt.Sprintf("M%d", i+1)
		case 1:
			f.receiver, f.name = "*"+g.structType, fmt.Sprintf("M%d", i+1)
		case 2:
			if g.chance(50) {
				f.generic, f.params, f.results = true, append([]string{"T"}, f.params...), append([]string{"T"}, f.results...)
				if len(f.results) == 2 && f.results[1] != "error" {
					f.results = f.results[:1]
				}
			}
		}
		g.functions = append(g.functions, f)
	}
}

// resetMark stands where the program resets its global variable, if it turns out to have one.
const resetMark = "// reset"

// function writes function i.
func (g *generator) function(i int) {
	f := g.functions[i]
	g.in, g.vars, g.block0, g.targets, g.depth = f, nil, 0, nil, 0
	var params strings.Builder
	params.WriteString("task *edo.Task, t *trace.T")
	for _, p := range f.params {
		name := g.fresh("a")
		if p != "T" || f.generic {
			g.vars = append(g.vars, variable{name, p})
		}
		params.WriteString(", " + name + " " + p)
	}
	head := "func "
	if f.receiver != "" {
		g.vars = append(g.vars, variable{"s", f.receiver})
		head += "(s " + f.receiver + ") "
	}
	head += f.name
	if f.generic {
		head += "[T any]"
	}
	g.line("%s(%s)%s {", head, params.String(), g.resultList(f))
	g.indent++
	g.line("if !t.More() {")
	if f.named {
		g.line("\treturn")
	} else {
		g.line("\treturn %s", g.zeroes(f))
	}
	g.line("}")
	if i == 0 {
		g.line(resetMark)
	}
	g.begin()
	if i == 0 { // the others are called, whatever else happens
		at := g.rand.IntN(3)
		for n, f := range g.functions[1:] {
			if n == at {
				g.statement()
			}
			g.line("%s", g.call(f, 1))
		}
	}
	g.statements(1 + g.rand.IntN(g.size.statements) + g.rand.IntN(2))
	g.result()
	g.indent--
	g.line("}\n")
}

// begin declares variables that the function begins with.
func (g *generator) begin() {
	for range 1 + g.rand.IntN(3) {
		v := g.fresh("v")
		switch typ := g.valueType(); typ {
		case "int":
			g.line("%s := %s", v, g.variableInt(0))
			g.vars = append(g.vars, variable{v, "int"})
		default:
			g.line("var %s %s = %s", v, typ, g.expr(typ, 1))
			g.vars = append(g.vars, variable{v, typ})
		}
		g.line("_ = %s", v)
	}
}

// resultList is the text of the results of f. Named results come into scope.
func (g *generator) resultList(f *function) string {
	if len(f.results) == 0 {
		return ""
	}
	if !f.named && len(f.results) == 1 {
		return " " + f.results[0]
	}
	var list []string
	for _, r := range f.results {
		if f.named {
			name := g.fresh("r")
			g.vars = append(g.vars, variable{name, r})
			r = name + " " + r
		}
		list = append(list, r)
	}
	return " (" + strings.Join(list, ", ") + ")"
}

// zeroes are the zero values of the results of f.
func (g *generator) zeroes(f *function) string {
	var list []string
	for _, r := range f.results {
		list = append(list, zero(r))
	}
	return strings.Join(list, ", ")
}

// zero is the zero value of a type, as an expression.
func zero(typ string) string {
	switch {
	case typ == "int" || typ == "uint8":
		return "0"
	case typ == "string":
		return `""`
	case typ == "bool":
		return "false"
	case typ == "T":
		return "*new(T)"
	case strings.HasPrefix(typ, "P") || strings.HasPrefix(typ, "[3]"):
		return typ + "{}"
	}
	return "nil"
}

// result writes a return, with values or, of named results, sometimes without.
func (g *generator) result() {
	f := g.in
	switch {
	case len(f.results) == 0 || f.named && g.chance(40):
		g.line("return")
	default:
		if call, ok := g.callReturning(f.results); ok && g.chance(20) {
			g.line("return %s", call)
			return
		}
		var list []string
		for _, r := range f.results {
			list = append(list, g.expr(r, 2))
		}
		g.line("return %s", strings.Join(list, ", "))
	}
}

// callReturning is a call of a function that has just these results.
func (g *generator) callReturning(results []string) (string, bool) {
	if g.noWait > 0 || len(results) < 2 {
		return "", false
	}
	for _, f := range g.functions {
		if !f.generic && strings.Join(f.results, ",") == strings.Join(results, ",") {
			return g.call(f, 2), true
		}
	}
	return "", false
}
