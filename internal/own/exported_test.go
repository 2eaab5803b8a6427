package own_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// noCombinators are exported functions that are not rows: they are their source,
// with methods, or look at a value.
var noCombinators = []string{"future.Of", "future.Result.Get", "stream.Of"}

// TestEveryCombinatorHasARow reads the packages, so that a combinator cannot be added
// without its row.
func TestEveryCombinatorHasARow(t *testing.T) {
	want := append(exported(t, "../../future"), exported(t, "../../stream")...)
	got := slices.Clone(noCombinators)
	for _, r := range rows {
		got = append(got, r.name)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("rows:     %v\nexported: %v", got, want)
	}
}

// exported returns the exported functions of the package in dir, and the exported
// methods of its exported types but for those that make them futures, streams and
// Droppers.
func exported(t *testing.T, dir string) (names []string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", dir, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || !fn.Name.IsExported() {
				continue
			}
			recv := receiver(fn)
			switch {
			case recv == "":
				names = append(names, file.Name.Name+"."+fn.Name.Name)
			case !ast.IsExported(recv), slices.Contains([]string{"Poll", "PollNext", "Drop"}, fn.Name.Name):
			default:
				names = append(names, file.Name.Name+"."+recv+"."+fn.Name.Name)
			}
		}
	}
	return names
}

// receiver returns the name of the type that fn is a method of, or "".
func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return ""
	}
	expr := fn.Recv.List[0].Type
	for {
		switch x := expr.(type) {
		case *ast.StarExpr:
			expr = x.X
		case *ast.IndexExpr:
			expr = x.X
		case *ast.IndexListExpr:
			expr = x.X
		case *ast.Ident:
			return x.Name
		default:
			return "?"
		}
	}
}
