package docs

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// kinds are the directives that say how compiled code calls a function that takes a Task, and
// whether they name another function.
var kinds = map[string]bool{"step": true, "spawn": true, "range": true, "nowait": false, "nostep": false}

// ofCompiledCode are functions that compiled code alone calls, for function values.
var ofCompiledCode = []string{"edo.BorrowStep", "edo.LendStep", "edo.AsideStep", "edo.AskStep", "edo.TakeStep"}

// keepers are functions whose result keeps the Task, and waits with it. They have no directive: so
// compiled code takes them for functions that it does not see, and can wait anywhere afterwards.
var keepers = []string{"aio.NetConn", "aio.NetListener"}

// directiveOf returns the directive of a function.
func directiveOf(d *ast.FuncDecl) (kind, arg string) {
	if d.Doc == nil {
		return "", ""
	}
	for _, c := range d.Doc.List {
		if rest, ok := strings.CutPrefix(c.Text, "//edo:"); ok {
			kind, arg, _ = strings.Cut(rest, " ")
			return kind, arg
		}
	}
	return "", ""
}

// takesWaiting reports whether a parameter of d is a function that takes a Task.
func takesWaiting(d *ast.FuncDecl) bool {
	return slices.ContainsFunc(d.Type.Params.List, func(f *ast.Field) bool {
		typ := f.Type
		if e, ok := typ.(*ast.Ellipsis); ok {
			typ = e.Elt
		}
		fn, ok := typ.(*ast.FuncType)
		return ok && takesTask(&ast.FuncDecl{Type: fn})
	})
}

// takesSpawner reports whether a parameter of d is a Spawner, which may be a Task.
func takesSpawner(d *ast.FuncDecl) bool {
	return slices.ContainsFunc(d.Type.Params.List, func(f *ast.Field) bool { return typeName(f.Type) == "Spawner" })
}

// Compiled code calls the step form of a function that waits. One without a directive would
// make each task that calls it borrow a coroutine.
func TestEveryFunctionThatWaitsNamesItsStepForm(t *testing.T) {
	used := map[string]bool{}
	n := 0
	for pkg := range directories {
		if slices.Contains(notOfTheLibrary, pkg) {
			continue
		}
		funcs, _ := functions(t, pkg, false)
		for name, d := range funcs {
			if !isExported(name) || strings.HasSuffix(name, "Step") || !takesTask(d) && !takesWaiting(d) && !takesSpawner(d) {
				continue
			}
			n++
			kind, arg := directiveOf(d)
			if slices.Contains(keepers, name) {
				if kind != "" {
					t.Errorf("%s keeps its Task, and has the directive %s", name, kind)
				}
				continue
			}
			needsName, ok := kinds[kind]
			if !ok {
				t.Errorf("%s takes a Task, or a function that does: it has no directive, or one that is unknown, %q", name, kind)
				continue
			}
			if kind == "nostep" && arg == "" {
				t.Errorf("%s does not say why it has no step form", name)
			}
			if !needsName {
				continue
			}
			step := name[:strings.LastIndexByte(name, '.')+1] + arg
			used[step] = true
			if funcs[step] == nil {
				t.Errorf("there is no %s, the step form of %s", step, name)
			} else if kind != "spawn" {
				checkStepForm(t, name, d, step, funcs[step])
			}
		}
		for name, d := range funcs {
			if strings.HasSuffix(name, "Step") && isExported(name) && takesTask(d) && !used[name] && !slices.Contains(ofCompiledCode, name) {
				t.Errorf("%s is the step form of no function", name)
			}
		}
	}
	if n < 60 {
		t.Errorf("only %d functions were found", n)
	}
}

// checkStepForm checks that step, the step form of d, first returns whether it is done, and
// then what d does.
func checkStepForm(t *testing.T, name string, d *ast.FuncDecl, stepName string, step *ast.FuncDecl) {
	before, after := results(d), results(step)
	if kind, _ := directiveOf(d); kind == "range" {
		before = nil // the values of a turn
		after = after[:min(len(after), 2)]
		if !slices.Equal(after, []string{"bool", "bool"}) {
			t.Errorf("%s must first return done and more, got %v", stepName, after)
		}
		return
	}
	if !slices.Equal(after, append([]string{"bool"}, before...)) {
		t.Errorf("%s returns %v, and %s %v: want done, and the same", stepName, after, name, before)
	}
}

// results returns the types of what d returns, without the packages and arguments of types.
func results(d *ast.FuncDecl) (types []string) {
	if d.Type.Results == nil {
		return nil
	}
	for _, f := range d.Type.Results.List {
		for range max(1, len(f.Names)) {
			types = append(types, typeName(f.Type))
		}
	}
	return types
}
