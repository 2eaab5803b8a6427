package check

import (
	"go/ast"
	"go/token"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Prefix begins a comment that allows what an analyzer would report:
//
//	//edo:allow NAME reason
//
// It stands behind the code, on the line above it, or in the doc comment of a function, all of which it
// allows. Several names are separated by commas.
const Prefix = "//edo:allow"

// An Allowance is one such comment.
type Allowance struct {
	Pos    token.Pos
	End    token.Pos
	Names  []string
	Reason string
}

// Comments are the allowances of a package.
type Comments struct {
	fset   *token.FileSet
	All    []Allowance
	lines  map[place][]int // indexes in All
	bodies []allowedBody
}

// A place is a line of a file.
type place struct {
	file *token.File
	line int
}

// An allowedBody is a function whose doc comment allows something.
type allowedBody struct {
	decl  *ast.FuncDecl
	index int // in All
}

// Reader reads the allowances of a package.
var Reader = &analysis.Analyzer{
	Name:       "edoallowances",
	Doc:        "reads the //edo:allow comments of a package for the other analyzers",
	ResultType: reflect.TypeFor[*Comments](),
	Run: func(pass *analysis.Pass) (_ any, err error) {
		defer Recover(pass, &err)
		c := &Comments{fset: pass.Fset, lines: map[place][]int{}}
		for _, file := range pass.Files {
			c.read(file)
		}
		return c, nil
	},
}

// Allowing returns the position of the comment that allows a report of an analyzer, or no position.
func (c *Comments) Allowing(name string, pos token.Pos) token.Pos {
	if len(c.All) == 0 {
		return token.NoPos
	}
	file := c.fset.File(pos)
	for _, i := range c.lines[place{file, file.Line(pos)}] {
		if slices.Contains(c.All[i].Names, name) {
			return c.All[i].Pos
		}
	}
	for _, b := range c.bodies {
		if b.decl.Pos() <= pos && pos < b.decl.End() && slices.Contains(c.All[b.index].Names, name) {
			return c.All[b.index].Pos
		}
	}
	return token.NoPos
}

// read reads the comments of one file.
func (c *Comments) read(file *ast.File) {
	var code map[int]bool // lines on which code begins or ends
	docs := map[*ast.CommentGroup]*ast.FuncDecl{}
	for _, decl := range file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Doc != nil {
			docs[fn.Doc] = fn
		}
	}
	tf := c.fset.File(file.Pos())
	for _, group := range file.Comments {
		for _, comment := range group.List {
			names, reason, ok := parse(comment.Text)
			if !ok {
				continue
			}
			index := len(c.All)
			c.All = append(c.All, Allowance{comment.Pos(), comment.End(), names, reason})
			if fn := docs[group]; fn != nil {
				c.bodies = append(c.bodies, allowedBody{fn, index})
				continue
			}
			if code == nil {
				code = codeLines(tf, file)
			}
			line := tf.Line(comment.Pos())
			if !code[line] { // it stands alone, for the next line
				line = tf.Line(group.End()) + 1
			}
			c.lines[place{tf, line}] = append(c.lines[place{tf, line}], index)
		}
	}
}

// parse splits a comment into names and reason. It is not ok if the comment allows nothing by its form.
func parse(text string) (names []string, reason string, ok bool) {
	rest, ok := strings.CutPrefix(text, Prefix)
	if !ok || rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return nil, "", false
	}
	rest, _, _ = strings.Cut(rest, "// want") // a test of an analyzer
	list, reason, _ := strings.Cut(strings.TrimSpace(rest), " ")
	if list != "" {
		names = strings.Split(list, ",")
	}
	return names, strings.TrimSpace(reason), true
}

// codeLines returns the lines of a file on which code begins or ends.
func codeLines(tf *token.File, file *ast.File) map[int]bool {
	lines := map[int]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n.(type) {
		case nil, *ast.File, *ast.CommentGroup, *ast.Comment:
			return n != nil
		}
		lines[tf.Line(n.Pos())] = true
		lines[tf.Line(n.End())] = true
		return true
	})
	return lines
}
