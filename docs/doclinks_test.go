package docs

import (
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// module is the path of this module.
const module = "github.com/edo-go/edo"

// TestEveryNameInADocCommentExists looks at the names in brackets in the documentation of
// each public package: [Name], [Type.Method], [package.Name].
func TestEveryNameInADocCommentExists(t *testing.T) {
	packages := documented(t)
	links := 0
	for path, p := range packages {
		for _, text := range commentsOf(p) {
			parsed := p.Parser().Parse(text)
			for _, found := range bracketed.FindAllStringSubmatch(codeOf(parsed), -1) {
				links++
				recv, name, isMethod := strings.Cut(found[1], ".")
				if !isMethod {
					recv, name = "", found[1]
				}
				if !declares(p, recv, name) {
					t.Errorf("%s: a table names [%s], which there is not", path, found[1])
				}
			}
			for _, part := range textsOf(parsed) {
				switch part := part.(type) {
				case comment.Plain: // go/doc leaves names in brackets that it does not find
					for _, found := range bracketed.FindAllStringSubmatch(string(part), -1) {
						t.Errorf("%s: a comment names [%s], which there is not", path, found[1])
					}
				case *comment.DocLink:
					links++
					in := p
					if part.ImportPath != "" {
						in = packages[part.ImportPath]
					}
					if in != nil && !declares(in, part.Recv, part.Name) { // nil: of the standard library
						t.Errorf("%s: a comment names [%s], which there is not", path, part.DefaultURL(""))
					}
				}
			}
		}
	}
	if links < 500 {
		t.Errorf("only %d links were found", links)
	}
}

// documented returns the public packages of the module, by their import paths.
func documented(t *testing.T) map[string]*doc.Package {
	packages := map[string]*doc.Package{}
	for _, pattern := range []string{"../doc.go", "../*/doc.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			dir := filepath.Dir(file)
			path := module
			if dir != ".." {
				path += "/" + filepath.Base(dir)
			}
			if name := filepath.Base(dir); name == "internal" || name == "bench" || name == "tools" {
				continue
			}
			packages[path] = documentation(t, dir, path)
		}
	}
	return packages
}

func documentation(t *testing.T, dir, path string) *doc.Package {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	p, err := doc.NewFromFiles(fset, files, path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// commentsOf returns the documentation of p and of its declarations.
func commentsOf(p *doc.Package) []string {
	texts := []string{p.Doc}
	values := func(vs []*doc.Value) {
		for _, v := range vs {
			texts = append(texts, v.Doc)
		}
	}
	funcs := func(fs []*doc.Func) {
		for _, f := range fs {
			texts = append(texts, f.Doc)
		}
	}
	values(p.Consts)
	values(p.Vars)
	funcs(p.Funcs)
	for _, typ := range p.Types {
		texts = append(texts, typ.Doc)
		values(typ.Consts)
		values(typ.Vars)
		funcs(typ.Funcs)
		funcs(typ.Methods)
	}
	return texts
}

// textsOf returns the running text of d, without code and link definitions.
func textsOf(d *comment.Doc) (texts []comment.Text) {
	var inBlocks func(blocks []comment.Block)
	inBlocks = func(blocks []comment.Block) {
		for _, block := range blocks {
			switch b := block.(type) {
			case *comment.Heading:
				texts = append(texts, b.Text...)
			case *comment.Paragraph:
				texts = append(texts, b.Text...)
			case *comment.List:
				for _, item := range b.Items {
					inBlocks(item.Content)
				}
			}
		}
	}
	inBlocks(d.Content)
	return texts
}

// codeOf returns the code of d, also its tables. go/doc makes no links there.
func codeOf(d *comment.Doc) string {
	var code strings.Builder
	for _, block := range d.Content {
		if b, ok := block.(*comment.Code); ok {
			code.WriteString(b.Text)
		}
	}
	return code.String()
}

// bracketed matches a name in brackets, which is a link if the name exists.
var bracketed = regexp.MustCompile(`(?:^|[\s(])\[\*?((?:[a-z]+\.)?[A-Z]\w*(?:\.[A-Z]\w*)?)\]`)

// declares reports whether p has the name, or the type recv a method or field of that name.
func declares(p *doc.Package, recv, name string) bool {
	if recv == "" {
		for _, vs := range [][]*doc.Value{p.Consts, p.Vars} {
			if declaresValue(vs, name) {
				return true
			}
		}
		for _, f := range p.Funcs {
			if f.Name == name {
				return true
			}
		}
	}
	for _, typ := range p.Types {
		if recv == "" && (typ.Name == name || declaresValue(typ.Consts, name) || declaresValue(typ.Vars, name)) {
			return true
		}
		for _, f := range typ.Funcs {
			if recv == "" && f.Name == name {
				return true
			}
		}
		if recv == typ.Name && (declaresMethod(typ, name) || declaresField(typ, name)) {
			return true
		}
	}
	return false
}

func declaresValue(vs []*doc.Value, name string) bool {
	for _, v := range vs {
		for _, n := range v.Names {
			if n == name {
				return true
			}
		}
	}
	return false
}

func declaresMethod(typ *doc.Type, name string) bool {
	for _, f := range typ.Methods {
		if f.Name == name {
			return true
		}
	}
	return false
}

// declaresField reports whether typ, a struct or an interface, has a field or method of that name.
func declaresField(typ *doc.Type, name string) bool {
	found := false
	ast.Inspect(typ.Decl, func(n ast.Node) bool {
		if field, ok := n.(*ast.Field); ok {
			for _, ident := range field.Names {
				found = found || ident.Name == name
			}
		}
		return true
	})
	return found
}
