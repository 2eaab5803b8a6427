package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// directories are where the packages that the list names are.
var directories = map[string]string{
	"edo": "..", "future": "../future", "stream": "../stream",
	"scope": "../scope", "joinset": "../joinset", "cancel": "../cancel", "selector": "../selector", "supervise": "../supervise",
	"oneshot": "../oneshot", "mpsc": "../mpsc", "mpmc": "../mpmc", "broadcast": "../broadcast", "watch": "../watch", "lock": "../lock",
	"timer": "../timer", "socket": "../socket", "aio": "../aio", "codec": "../codec", "tlsconn": "../tlsconn",
	"cron": "../timer/cron", "cluster": "../cluster", "lease": "../cluster/lease", "tracing": "../telemetry/tracing",
	"core": "../internal/core", "own": "../internal/own", "docs": ".",
}

// notOfTheLibrary are packages whose operations have no entry: nothing in them waits for
// its users.
var notOfTheLibrary = []string{"core", "own", "docs"}

// waitForNothing are public packages that are not in the list, because their operations do
// not wait for a program.
var waitForNothing = []string{"report", "sim", "sim/disk", "sim/linear", "sim/world", "stream/sink", "stream/window", "sim/story", "edotest", "console"}

// neverWait are operations that take a Task and cannot wait, and why.
var neverWait = map[string]string{
	"edo.Rand": "it returns a source of random numbers",
}

// operation is an entry of the list:
//
//   - **`package.Operation`: in which state.** What is kept, and what is lost.
//   - Tests: `package.TestX`, `package.TestY`.
type operation struct {
	entry string
	names []string // as package.Type.Method, or package.Function
	tests []string // as package.TestX
}

var quoted = regexp.MustCompile("`([a-z]+)\\.([A-Z][A-Za-z0-9_]*(?:\\.[A-Z][A-Za-z0-9]*)?)`")

// operations reads the list.
func operations(t *testing.T) (all []operation) {
	t.Helper()
	document, err := os.ReadFile("cancellation.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, section := range strings.Split(string(document), "\n\n") {
		for _, entry := range strings.Split("\n"+section, "\n- **")[1:] {
			if !strings.HasPrefix(entry, "`") { // a list of something else
				continue
			}
			entry = strings.Join(strings.Fields(entry), " ")
			name, rest, hasName := strings.Cut(entry, ".** ")
			text, tests, hasTests := strings.Cut(rest, " - Tests: ")
			if !hasName || !hasTests || text == "" {
				t.Errorf("an entry needs a name in bold, a text and a list of tests: %s", entry)
				continue
			}
			all = append(all, operation{entry, namesIn(name), namesIn(tests)})
		}
	}
	if len(all) < 60 {
		t.Fatalf("only %d operations were found", len(all))
	}
	return all
}

func namesIn(text string) (names []string) {
	for _, found := range quoted.FindAllStringSubmatch(text, -1) {
		names = append(names, found[1]+"."+found[2])
	}
	return names
}

// functions returns the functions and methods, and the types, of a package: those in its
// tests, or those in its other files.
func functions(t *testing.T, pkg string, tests bool) (funcs map[string]*ast.FuncDecl, types []string) {
	t.Helper()
	return functionsIn(t, directories[pkg], pkg, tests)
}

// functionsIn is functions of the package pkg in the directory dir.
func functionsIn(t *testing.T, dir, pkg string, tests bool) (funcs map[string]*ast.FuncDecl, types []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the package %s is not in %q: %v", pkg, dir, err)
	}
	funcs = make(map[string]*ast.FuncDecl)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") != tests {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				name := pkg + "." + d.Name.Name
				if d.Recv != nil {
					name = pkg + "." + typeName(d.Recv.List[0].Type) + "." + d.Name.Name
				}
				funcs[name] = d
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if spec, ok := spec.(*ast.TypeSpec); ok {
						types = append(types, pkg+"."+spec.Name.Name)
					}
				}
			}
		}
	}
	return funcs, types
}

// typeName returns the name of a type without its package, its type arguments and its
// pointers.
func typeName(expr ast.Expr) string {
	switch x := expr.(type) {
	case *ast.StarExpr:
		return typeName(x.X)
	case *ast.IndexExpr:
		return typeName(x.X)
	case *ast.IndexListExpr:
		return typeName(x.X)
	case *ast.SelectorExpr:
		return x.Sel.Name
	case *ast.Ident:
		return x.Name
	}
	return ""
}

func TestEveryTestThatCancellationNamesExists(t *testing.T) {
	exist := make(map[string]bool)
	for pkg := range directories {
		funcs, _ := functions(t, pkg, true)
		for name := range funcs {
			exist[name] = true
		}
	}
	for _, op := range operations(t) {
		if len(op.tests) == 0 {
			t.Errorf("no test is named by %s", op.entry)
		}
		for _, test := range op.tests {
			if !strings.Contains(test, ".Test") || !exist[test] {
				t.Errorf("there is no test %s, which is named by %s", test, op.entry)
			}
		}
	}
}

func TestEveryPublicPackageIsInCancellation(t *testing.T) {
	for p := range importsOf(t) {
		isPublic := !strings.Contains(p, "internal") && !strings.HasPrefix(p, "examples/") && !strings.HasPrefix(p, "docs")
		if isPublic && directories[p] == "" && !slices.Contains(waitForNothing, p) {
			t.Errorf("%s is not among the directories of this test", p)
		}
	}
}

func TestEveryOperationThatWaitsIsInCancellation(t *testing.T) {
	var exist, waits []string
	for pkg := range directories {
		if slices.Contains(notOfTheLibrary, pkg) {
			continue
		}
		funcs, types := functions(t, pkg, false)
		exist = append(exist, types...)
		for name, d := range funcs {
			exist = append(exist, name)
			if takesTask(d) && isExported(name) && !strings.HasSuffix(name, "Step") { // steps_test.go finds its direct form
				waits = append(waits, name)
			}
		}
	}
	var named []string
	for _, op := range operations(t) {
		if len(op.names) == 0 {
			t.Errorf("no operation is named by %s", op.entry)
		}
		for _, name := range op.names {
			if !slices.Contains(exist, name) {
				t.Errorf("there is no %s, which is named by %s", name, op.entry)
			}
		}
		named = append(named, op.names...)
	}
	for _, name := range waits {
		if slices.Contains(named, name) == (neverWait[name] != "") {
			t.Errorf("%s takes a Task and so may wait: it has no entry in cancellation.md, or needs none", name)
		}
	}
	for name := range neverWait {
		if !slices.Contains(waits, name) {
			t.Errorf("the exception %s is for nothing", name)
		}
	}
	if len(waits) < 40 {
		t.Errorf("only %d operations that wait were found", len(waits))
	}
}

// takesTask reports whether a function has a parameter that is a Task.
func takesTask(d *ast.FuncDecl) (takes bool) {
	for _, f := range d.Type.Params.List {
		if _, isPointer := f.Type.(*ast.StarExpr); isPointer && typeName(f.Type) == "Task" {
			takes = true
		}
	}
	return takes
}

// isExported reports whether all parts of a name are exported.
func isExported(name string) bool {
	parts := strings.Split(name, ".")
	return !slices.ContainsFunc(parts[1:], func(s string) bool { return !ast.IsExported(s) })
}

func TestEveryLinkInCancellationLeadsToAHeading(t *testing.T) {
	document, err := os.ReadFile("cancellation.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`\]\(#([^)]*)\)`).FindAllStringSubmatch(string(document), -1) {
		heading := "\n## " + strings.ReplaceAll(found[1], "-", " ") + "\n"
		if !strings.Contains(strings.ToLower(string(document)), heading) {
			t.Errorf("there is no heading %q", found[1])
		}
	}
}
