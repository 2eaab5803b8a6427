package random

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// TestAProgramIsAFunctionOfItsSeed generates programs twice.
func TestAProgramIsAFunctionOfItsSeed(t *testing.T) {
	for seed := range uint64(200) {
		first, second := Generate(seed, "p"), Generate(seed, "p")
		if first.Source != second.Source {
			t.Fatal("two programs of seed", seed)
		}
	}
}

// TestProgramsHaveEveryForm parses programs and counts their syntax.
func TestProgramsHaveEveryForm(t *testing.T) {
	var all strings.Builder
	lines := 0
	found := map[string]int{}
	for seed := range uint64(2000) {
		p := Generate(seed, "p")
		lines += strings.Count(p.Source, "\n")
		f, err := parser.ParseFile(token.NewFileSet(), p.Name+".go", p.Source, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BranchStmt:
				found[n.Tok.String()]++
			case *ast.DeferStmt:
				found["defer"]++
			case *ast.TypeSwitchStmt:
				found["type switch"]++
			case *ast.SelectStmt:
				found["select"]++
			case *ast.LabeledStmt:
				found["label"]++
			}
			return true
		})
		all.WriteString(p.Source)
	}
	t.Logf("%d lines a program; %v", lines/2000, found)
	for _, form := range []string{"break", "continue", "goto", "fallthrough", "defer", "type switch", "select", "label"} {
		if found[form] < 20 {
			t.Errorf("%s stands in %d of 2,000 programs", form, found[form])
		}
	}
	for _, text := range []string{
		"edo.Yield(task)", "timer.Sleep(task", ".Recv(task)", "edo.Shielded(task", "edo.GoValue(task", "recover()",
		"defer t.Recover", "[T any]", "range &", "<-t.Filled", "fallthrough", "panic(",
	} {
		if strings.Count(all.String(), text) < 20 {
			t.Errorf("%q stands %d times in 2,000 programs", text, strings.Count(all.String(), text))
		}
	}
}
