package twin

import (
	"os"
	"strings"
	"testing"
)

const program = `package main

import "fmt"

type point struct{ x, y int }

func (p *point) add(d int) int { p.x += d; return p.x }

type shape interface{ area() int }

func (p point) area() int { return p.x * p.y }

func pair() (int, int) { return 1, 2 }

func sum(a, b int) int { return a + b }

func unnamed(int, string) {}

func main() {
	p := &point{1, 2}
	var s shape = p
	defer sum(1, 2)
	fmt.Println(p.add(3), s.area(), sum(pair()), sum(p.x, p.y))
	func(n int) { fmt.Println(n) }(4)
	f := func() int { return p.add(1) }
	f()
	unnamed(1, "x")
}
`

// TestStaticCallsPassTheTaskAndOthersDoNot rewrites one program with calls of each kind.
func TestStaticCallsPassTheTaskAndOthersDoNot(t *testing.T) {
	r, err := Rewrite("p.go", program)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"func (p *point) add_task0(task0 *edo0.Task, d int) int {",
		"func unnamed_task0(task0 *edo0.Task, _ int, _ string) {",
		"p.add_task0(task0, 3)", // static
		"s.area()",              // through an interface
		"sum(pair_task0(task0))",
		"defer sum(1, 2)",
		"func(task0 *edo0.Task, n int) { edo0.Yield(task0); fmt.Println(",
		"f := func() int { return p.add(1) }", // has no Task
		"func plain_main()",
	} {
		if !strings.Contains(r.Source, want) {
			t.Errorf("no %q in\n%s", want, r.Source)
		}
	}
	for _, reason := range []string{
		"a call through an interface", "a deferred call", "a function literal that is a value",
		"a call of a function value", "a call whose arguments are the results of another",
	} {
		if r.Plain[reason] != 1 {
			t.Errorf("%q: %d, wanted 1", reason, r.Plain[reason])
		}
	}
	if again, err := Rewrite("p.go", r.Source); err == nil {
		t.Errorf("a program that imports edo was rewritten:\n%s", again.Source)
	}
}

// TestEveryThirdOperandWaits counts them.
func TestEveryThirdOperandWaits(t *testing.T) {
	r, err := Rewrite("p.go", "package main\n\nfunc f(a int) int { return a + (a + (a + (a + (a + a)))) }\n\nfunc main() { f(1) }\n")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(r.Source, through); n < 2 {
		t.Errorf("%d operands wait in\n%s", n, r.Source)
	}
}

// TestNothingIsLeftInTheTemporaryFolder rewrites a program that imports a package with C.
func TestNothingIsLeftInTheTemporaryFolder(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	if _, err := Rewrite("p.go", "package main\n\nimport \"net\"\n\nfunc main() { net.ParseIP(\"::1\") }\n"); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("%v are left, %v", left, err)
	}
}
