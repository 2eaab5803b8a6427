package random

import (
	"fmt"
	"strings"
)

// taskForms are the statements that spawn tasks, or hand functions that wait to the library.
// Most take several tasks at a time, which share what they capture: the simulator runs them in
// an order that depends on its seed, the same in both builds.
var taskForms []func(g *generator)

func init() {
	taskForms = []func(g *generator){
		(*generator).awaited, (*generator).awaited, (*generator).exits, (*generator).lazy,
		(*generator).aborted, (*generator).members, (*generator).members, (*generator).set, (*generator).channel, (*generator).channel,
		(*generator).joined, (*generator).raced, (*generator).timed, (*generator).selected, (*generator).folded, (*generator).locked,
	}
}

// alone is how many of the first task forms share nothing between tasks that run at a time.
const alone = 4

// spawn writes one of the task forms.
func (g *generator) spawn() bool {
	if g.noWait > 0 || !g.spawns || g.tasks >= 3 {
		return false
	}
	g.tasks++
	n := len(taskForms)
	if g.parallel {
		n = alone
	}
	taskForms[g.rand.IntN(n)](g)
	return true
}

// waitingBody is the body of a literal with a Task and these results. first is its first line.
func (g *generator) waitingBody(first string, results ...string) string {
	body := g.within(&function{literal: true, results: results}, true, func() {
		if first != "" {
			g.line("%s", first)
			g.in.defers = g.in.defers || strings.HasPrefix(first, "defer ")
		}
		g.statements(g.length())
		if len(results) > 0 {
			var list []string
			for _, r := range results {
				list = append(list, g.expr(r, 1))
			}
			g.line("return %s", strings.Join(list, ", "))
		}
	})
	return body + strings.Repeat("\t", g.indent)
}

// recovers is the first line of a task that does not fail when it panics.
func (g *generator) recovers() string {
	if g.chance(30) {
		return ""
	}
	if g.wild {
		return fmt.Sprintf("defer t.Recover(%d)", g.report())
	}
	return fmt.Sprintf("defer func() { t.Panic(%d, recover()) }()", g.report())
}

// through is a function that spawns. Most tasks go through one of package waits, which gets their
// function as a value: a frame that is spawned where it stands costs the compiler as much as a
// whole program.
func (g *generator) through(name string) string {
	if g.chance(30) {
		return "edo." + name
	}
	return "waits." + name
}

// awaited is a task that is awaited at once. Its function may be a variable that stands for a literal.
func (g *generator) awaited() {
	fn := fmt.Sprintf("func(task *edo.Task) (int, error) {\n%s}", g.waitingBody(g.recovers(), "int", "error"))
	if g.chance(40) {
		v := g.fresh("k")
		g.line("%s := %s", v, fn)
		if fn = v; g.depth < maxDepth {
			g.statement()
		}
	}
	v, err := g.fresh("v"), g.fresh("e")
	g.line("%s, %s := %s(task, %s).Await(task)", v, err, g.through("GoValue"), fn)
	g.line("t.At(%d, %s)", g.report(), v)
	g.line("t.Err(%d, %s)", g.report(), err)
	g.vars = append(g.vars, variable{v, "int"})
}

// aborted is a task that is cancelled before it begins, or while it waits.
func (g *generator) aborted() {
	h := g.fresh("h")
	g.line("%s := %s(task, func(task *edo.Task) error {\n%s})", h, g.through("Go"), g.waitingBody(g.recovers(), "error"))
	if g.chance(70) {
		g.line("edo.Yield(task)")
	}
	g.line("%s.Abort()", h)
	err := g.fresh("e")
	g.line("_, %s := %s.Await(task)", err, h)
	g.line("t.Err(%d, %s)", g.report(), err)
}

// exits is a task that ends itself from inside.
func (g *generator) exits() {
	body := g.within(&function{literal: true, results: []string{"error"}}, true, func() {
		g.line("defer func() { t.At(%d, recover()) }()", g.report())
		g.in.defers = true
		g.statements(g.length())
		g.line("runtime.Goexit()")
		g.line("return nil")
	})
	err := g.fresh("e")
	g.line("_, %s := %s(task, func(task *edo.Task) error {\n%s%s}).Await(task)", err, g.through("Go"), body, strings.Repeat("\t", g.indent))
	g.line("t.Err(%d, %s)", g.report(), err)
}

// lazy is a future that is polled later than it is made.
func (g *generator) lazy() {
	f, v, err := g.fresh("u"), g.fresh("v"), g.fresh("e")
	if g.chance(30) { // a task that polls a future
		s := g.oneOf("edo.Spawn", "edo.Spawn", "waits.Spawn")
		g.line("%s, %s := %s(task, %s(func(task *edo.Task) (int, error) {\n%s})).Await(task)", v, err, s, g.through("Async"), g.waitingBody("", "int", "error"))
		g.line("t.At(%d, %s)", g.report(), v)
		g.line("t.Err(%d, %s)", g.report(), err)
		g.vars = append(g.vars, variable{v, "int"})
		return
	}
	g.line("%s := %s(func(task *edo.Task) (int, error) {\n%s})", f, g.through("Async"), g.waitingBody("", "int", "error"))
	g.simple(1)
	g.line("%s, %s := edo.Await(task, %s)", v, err, f)
	g.line("t.At(%d, %s)", g.report(), v)
	g.line("t.Err(%d, %s)", g.report(), err)
	g.vars = append(g.vars, variable{v, "int"})
}

// members is a scope with tasks, which ends by itself, by an error or by its time.
func (g *generator) members() {
	s, n := g.fresh("s"), 1+g.rand.IntN(2)
	body := g.within(&function{literal: true, results: []string{"error"}}, true, func() {
		for range n {
			if g.chance(40) {
				i := g.fresh("i")
				g.line("for %s := range 2 {", i)
				vars := g.vars
				g.vars = append(g.vars[:len(g.vars):len(g.vars)], variable{i, "int"})
				g.indent++
				g.line("%s(%s, func(task *edo.Task) error {\n%s})", g.through("Go"), s, g.waitingBody(fmt.Sprintf("t.At(%d, %s)", g.report(), i), "error"))
				g.indent--
				g.vars = vars
				g.line("}")
			} else {
				g.line("%s(%s, func(task *edo.Task) error {\n%s})", g.through("Go"), s, g.waitingBody(g.recovers(), "error"))
			}
			if g.chance(40) {
				g.statement()
			}
		}
		if g.chance(30) {
			g.line("return task.Cancelled()")
		} else {
			g.line("return %s", g.expr("error", 1))
		}
	})
	g.line("t.Err(%d, scope.Run(task, func(%s *scope.Scope) error {\n%s%s}, scope.Timeout(%s)))",
		g.report(), s, body, strings.Repeat("\t", g.indent), g.oneOf("time.Second", "5*time.Millisecond", "time.Millisecond"))
}

// set is a JoinSet of a few tasks.
func (g *generator) set() {
	set, i, v, ok, err := g.fresh("s"), g.fresh("i"), g.fresh("y"), g.fresh("ok"), g.fresh("e")
	g.line("%s := joinset.New[int](%d)", set, 1+g.rand.IntN(3))
	g.line("for %s := range %d {", i, 1+g.rand.IntN(3))
	vars := g.vars
	g.vars = append(g.vars[:len(g.vars):len(g.vars)], variable{i, "int"})
	g.indent++
	g.line("_ = %s", i)
	g.line("_, %s := %s.Go(task, func(task *edo.Task) (int, error) {\n%s})", err, set, g.waitingBody(g.recovers(), "int", "error"))
	g.line("t.Err(%d, %s)", g.report(), err)
	g.indent--
	g.vars = vars
	g.line("}")
	g.enclosing(true, "for t.Turn() {", func() {
		g.line("\t%s, %s, %s := %s.Join(task)", v, ok, err, set)
		g.line("\tif !%s {", ok)
		g.line("\t\tbreak")
		g.line("\t}")
		g.line("\tt.At(%d, %s, %s != nil)", g.report(), v, err)
		g.vars = append(g.vars[:len(g.vars):len(g.vars)], variable{v, "int"})
		if g.chance(50) {
			g.body(1)
		}
	})
	g.vars = vars
	g.line("%s.Drop()", set)
}

// channel is a task that sends, and a loop that receives, in one of several ways.
func (g *generator) channel() {
	tx, rx, i, v, err := g.fresh("tx"), g.fresh("rx"), g.fresh("i"), g.fresh("y"), g.fresh("e")
	g.line("%s, %s := mpsc.New[int](%d)", tx, rx, 1+g.rand.IntN(3))
	body := g.within(&function{literal: true, results: []string{"error"}}, true, func() {
		g.line("for %s := range %d {", i, 1+g.rand.IntN(6))
		vars := g.vars
		g.vars = append(g.vars[:len(g.vars):len(g.vars)], variable{i, "int"})
		g.indent++
		g.line("_ = %s", i)
		g.line("if err := %s.Send(task, %s); err != nil {", tx, g.expr("int", 2))
		g.line("\tt.Err(%d, err)", g.report())
		g.line("\treturn err")
		g.line("}")
		if g.chance(40) {
			g.statement()
		}
		g.indent--
		g.vars = vars
		g.line("}")
		g.line("return nil")
	})
	g.line("%s(task, func(task *edo.Task) error {\n%s%s}, edo.Owns(%s))", g.through("Go"), body, strings.Repeat("\t", g.indent), tx)
	vars := g.vars
	inLoop := func(lines ...string) {
		for _, line := range lines {
			g.line("\t%s", line)
		}
		g.line("\tt.At(%d, %s)", g.report(), v)
		g.vars = append(g.vars[:len(g.vars):len(g.vars)], variable{v, "int"})
		g.body(g.length())
	}
	switch g.rand.IntN(4) {
	case 0:
		g.line("var %s error", err)
		g.enclosing(true, fmt.Sprintf("for %s := range stream.Each(task, %s, &%s) {", v, rx, err), func() { inLoop() })
		g.line("t.Err(%d, %s)", g.report(), err)
	case 1:
		g.enclosing(true, fmt.Sprintf("for %s, %s := range stream.All(task, %s) {", v, err, rx), func() {
			inLoop(fmt.Sprintf("t.Err(%d, %s)", g.report(), err))
		})
	case 2:
		g.enclosing(true, "for t.Turn() {", func() {
			inLoop(fmt.Sprintf("%s, %s := %s.Recv(task)", v, err, rx), fmt.Sprintf("if %s != nil {", err), "\tbreak", "}")
		})
		g.line("%s.Drop()", rx)
	default:
		g.enclosing(true, "for t.Turn() {", func() {
			inLoop(fmt.Sprintf("%s, %s := %s.RecvTimeout(task, 1500*time.Microsecond)", v, err, rx), fmt.Sprintf("if %s != nil {", err), "\tbreak", "}")
		})
		g.line("%s.Drop()", rx)
	}
	g.vars = vars
}

// joined are functions that run in turns inside of the task.
func (g *generator) joined() {
	rs, err, r := g.fresh("q"), g.fresh("e"), g.fresh("r")
	g.line("%s, %s := future.%s(task,", rs, err, g.oneOf("JoinTask", "JoinTask", "TryJoinTask"))
	try := strings.HasSuffix(strings.TrimSpace(g.text.String()), "TryJoinTask(task,")
	for range 1 + g.rand.IntN(3) {
		g.line("func(task *edo.Task) (int, error) {\n%s},", g.waitingBody("", "int", "error"))
	}
	g.line(")")
	g.line("t.Err(%d, %s)", g.report(), err)
	g.line("for _, %s := range %s {", r, rs)
	if try {
		g.line("\tt.At(%d, %s)", g.report(), r)
	} else {
		g.line("\tt.At(%d, %s.Value, %[2]s.Err != nil)", g.report(), r)
	}
	g.line("}")
}

// raced are functions of which one wins.
func (g *generator) raced() {
	v, err := g.fresh("v"), g.fresh("e")
	g.line("%s, %s := future.RaceTask(task,", v, err)
	for range 2 {
		g.line("func(task *edo.Task) (int, error) {\n%s},", g.waitingBody("", "int", "error"))
	}
	g.line(")")
	g.line("t.At(%d, %s)", g.report(), v)
	g.line("t.Err(%d, %s)", g.report(), err)
	g.vars = append(g.vars, variable{v, "int"})
}

// timed is a function with little time.
func (g *generator) timed() {
	v, err := g.fresh("v"), g.fresh("e")
	g.line("%s, %s := timer.Timeout(task, %s, func(task *edo.Task) (int, error) {\n%s})",
		v, err, g.oneOf("time.Millisecond", "2500*time.Microsecond", "time.Second", "0"), g.waitingBody("", "int", "error"))
	g.line("t.At(%d, %s)", g.report(), v)
	g.line("t.Err(%d, %s)", g.report(), err)
	g.vars = append(g.vars, variable{v, "int"})
}

// selected are handlers, which do not wait, of a channel and of a value that comes later.
func (g *generator) selected() {
	x, y := g.fresh("a"), g.fresh("a")
	handler := func(name string, end string) string {
		return g.within(&function{literal: true, results: []string{"error"}}, false, func() {
			g.vars = append(g.vars, variable{name, "int"})
			g.line("t.At(%d, %s, err != nil)", g.report(), name)
			g.simple(1)
			g.line("%s", end)
		}) + strings.Repeat("\t", g.indent)
	}
	g.line("t.Err(%d, selector.New(", g.report())
	g.line("selector.On(waits.Numbers(%s, %s), func(%s int, err error) error {\n%s}),", g.expr("int", 1), g.expr("int", 1), x,
		handler(x, g.oneOf("return err", "return nil")))
	g.line("selector.OnFuture(waits.Later(task, %s), func(%s int, err error) error {\n%s}),", g.expr("int", 1), y, handler(y, `return errors.New("enough")`))
	g.line(").Run(task))")
}

// folded is a function that takes each item of a stream.
func (g *generator) folded() {
	a, b, v, err := g.fresh("a"), g.fresh("a"), g.fresh("v"), g.fresh("e")
	body := g.within(&function{literal: true, results: []string{"int", "error"}}, true, func() {
		g.vars = append(g.vars, variable{a, "int"}, variable{b, "int"})
		g.statements(g.length())
		g.line("return %s, %s", g.expr("int", 2), g.expr("error", 1))
	})
	g.line("%s, %s := edo.Await(task, stream.FoldTask(waits.Numbers(%s, %s), %s, func(task *edo.Task, %s, %s int) (int, error) {\n%s%s}))",
		v, err, g.expr("int", 1), g.expr("int", 1), g.expr("int", 1), a, b, body, strings.Repeat("\t", g.indent))
	g.line("t.At(%d, %s)", g.report(), v)
	g.line("t.Err(%d, %s)", g.report(), err)
	g.vars = append(g.vars, variable{v, "int"})
}

// locked are tasks that hold a lock while they wait.
func (g *generator) locked() {
	m, s := g.fresh("m"), g.fresh("s")
	g.line("var %s lock.Mutex", m)
	g.line("t.Err(%d, scope.Run(task, func(%s *scope.Scope) error {", g.report(), s)
	g.line("for range 2 {")
	g.line("%s(%s, func(task *edo.Task) error {", g.through("Go"), s)
	body := g.within(&function{literal: true, results: []string{"error"}}, true, func() {
		g.line("if err := %s.Lock(task); err != nil {", m)
		g.line("\treturn err")
		g.line("}")
		g.line("defer %s.Unlock()", m)
		g.in.defers = true
		g.statements(g.length())
		g.line("return nil")
	})
	g.text.WriteString(body)
	g.line("})")
	g.line("}")
	g.line("return nil")
	g.line("}))")
}
