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
		"edo.Yield(task)", "timer.Sleep(task", ".Recv(task)", "edo.Shielded(task", "recover()", "defer t.Recover", "[T any]",
		"range &", "<-t.Filled", "fallthrough", "panic(", "edo.GoValue(", "edo.Go(", "waits.Go(", "waits.Async(", "scope.Run(task", "scope.Timeout",
		"joinset.New", ".Join(task)", "mpsc.New", "stream.Each(task", "stream.All(task", ".RecvTimeout(task", "future.JoinTask(task",
		"future.RaceTask(task", "timer.Timeout(task", "selector.New", "stream.FoldTask", "lock.Mutex", "runtime.Goexit()", ".Abort()",
		"task.Cancelled()", "waits.Apply(task", "waits.Total(task", "waits.Func(", "waits.Box[", "range t.Seq(", "waits.Full(", "_g += ", ".Add(",
		").M", "delete(", "copy(", "t.Two(waits.Two(", "make(chan int",
	} {
		if n := strings.Count(all.String(), text); n < 10 {
			t.Errorf("%q stands %d times in 2,000 programs", text, n)
		}
	}
}

// TestTasksOfParallelProgramsShareNothing looks for forms whose tasks run at the same time.
func TestTasksOfParallelProgramsShareNothing(t *testing.T) {
	tasks := 0
	for seed := range uint64(1000) {
		p := Parallel(seed, "p")
		tasks += strings.Count(p.Source, "waits.GoValue(task")
		for _, text := range []string{"scope.Run", "joinset.", "mpsc.", "future.", "selector.", "lock.", ".Abort()"} {
			if strings.Contains(p.Source, text) {
				t.Fatalf("program %d has %s", seed, text)
			}
		}
	}
	if tasks < 10 {
		t.Errorf("%d tasks in 1,000 programs", tasks)
	}
}
