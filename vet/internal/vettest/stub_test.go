package vettest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheStubHasTheSignaturesAndDirectivesOfEdo(t *testing.T) {
	const stub = "testdata/src/github.com/edo-go/edo"
	count := 0
	err := filepath.WalkDir(stub, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		dir, _ := filepath.Rel(stub, path)
		real := functions(t, filepath.Join("../../..", dir))
		for name, is := range functions(t, path) {
			if want, ok := real[name]; !ok {
				t.Errorf("%s: edo has no %s", dir, name)
			} else if is != want {
				t.Errorf("%s: %s is\n%s\nand edo has\n%s", dir, name, is, want)
			}
			count++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if count < 90 {
		t.Errorf("the stub has %d functions: the test has not found it", count)
	}
}

// functions returns the signatures, with the kinds of their directives, of the exported functions of a folder.
func functions(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, filepath.Join(dir, entry.Name()), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || !fn.Name.IsExported() {
				continue
			}
			name := fn.Name.Name
			if fn.Recv != nil {
				name = text(fset, fn.Recv.List[0].Type) + "." + name
			}
			found[name] = directive(fn.Doc) + types(fset, fn.Type.TypeParams) + types(fset, fn.Type.Params) + types(fset, fn.Type.Results)
		}
	}
	return found
}

// types returns the types of a list, once for each name.
func types(fset *token.FileSet, list *ast.FieldList) string {
	var all []string
	if list != nil {
		for _, field := range list.List {
			for range max(1, len(field.Names)) {
				all = append(all, text(fset, field.Type))
			}
		}
	}
	return "(" + strings.Join(all, ", ") + ")"
}

func text(fset *token.FileSet, n ast.Node) string {
	var b bytes.Buffer
	printer.Fprint(&b, fset, n)
	return b.String()
}

func directive(doc *ast.CommentGroup) string {
	if doc == nil {
		return ""
	}
	for _, c := range doc.List {
		if strings.HasPrefix(c.Text, "//edo:") {
			kind, _, _ := strings.Cut(c.Text, " ")
			return kind + " "
		}
	}
	return ""
}
