package gen

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/format"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/edo-go/edo/stackless/internal/generated"
	"github.com/edo-go/edo/stackless/internal/load"
)

// A Source is a file of a library, with what the compiler has made of it.
type Source struct {
	Name   string    // of the file
	Text   []byte    // as the author wrote it
	Syntax *ast.File // of Text

	// The file with its frames, as an overlay has it.
	Lowered     *ast.File
	LoweredText []byte
	Fset        *token.FileSet // of both
	Types       *types.Package // the package with frames
	Info        *types.Info
}

// File returns the text of the generated file, or nil if the source has no frames.
func File(s *Source) ([]byte, error) {
	frames := s.frames()
	if len(frames) == 0 {
		return nil, nil
	}
	steps, stepTypes := s.steps(frames)

	var b strings.Builder
	b.WriteString(generated.Begin(s.Name, s.Text))
	b.WriteString("\n")
	if line := buildConstraint(s.Syntax); line != "" {
		b.WriteString(line + "\n\n")
	}
	fmt.Fprintf(&b, "package %s\n\n", s.Syntax.Name.Name)
	b.WriteString(s.imports(frames, stepTypes))
	for _, step := range steps {
		b.WriteString(step)
	}
	b.WriteString(s.text(frames))
	text, err := format.Source([]byte(b.String()))
	if err != nil {
		return nil, fmt.Errorf("what was made from %s: %w", s.Name, err)
	}
	return text, nil
}

// frames are the declarations that the compiler has added.
func (s *Source) frames() (added []ast.Decl) {
	written := map[string]bool{}
	for _, decl := range s.Syntax.Decls {
		written[declarationName(decl)] = true
	}
	for _, decl := range s.Lowered.Decls {
		if name := declarationName(decl); name != "" && !written[name] && !isOfValues(decl) {
			added = append(added, decl)
		}
	}
	return added
}

// isOfValues reports whether a declaration that the compiler has added serves functions that are used as
// values, and begin with more than the author wrote: the plain build does not have them.
func isOfValues(decl ast.Decl) bool {
	fd, ok := decl.(*ast.FuncDecl)
	return ok && fd.Recv != nil && fd.Name.Name == "Frames"
}

// declarationName is a name for a declaration of a type, a function or a method; empty for others.
func declarationName(decl ast.Decl) string {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil {
			return decl.Name.Name
		}
		return types.ExprString(decl.Recv.List[0].Type) + "." + decl.Name.Name
	case *ast.GenDecl:
		if decl.Tok == token.TYPE && len(decl.Specs) > 0 {
			return decl.Specs[0].(*ast.TypeSpec).Name.Name
		}
	}
	return ""
}

// lineDirective is a line directive with an absolute name, as the compiler writes it.
var lineDirective = regexp.MustCompile(`(?m)^//line (.*):(\d+)$`)

// text is the text of declarations, each with the lines before it. The names in line directives become relative to the
// folder.
func (s *Source) text(decls []ast.Decl) string {
	var b strings.Builder
	offset := func(pos token.Pos) int { return s.Fset.PositionFor(pos, false).Offset }
	for _, decl := range decls {
		i := slices.Index(s.Lowered.Decls, decl)
		from := offset(s.Lowered.Name.End())
		if i > 0 {
			from = offset(s.Lowered.Decls[i-1].End())
		}
		if i == 0 || !slices.Contains(decls, s.Lowered.Decls[i-1]) {
			// What follows the last declaration of the author is the author's, up to the first line directive.
			from = s.firstLine(from, offset(decl.Pos()))
		}
		b.WriteString("\n")
		b.Write(s.LoweredText[from:offset(decl.End())])
		b.WriteString("\n")
	}
	return lineDirective.ReplaceAllStringFunc(b.String(), func(line string) string {
		parts := lineDirective.FindStringSubmatch(line)
		return "//line " + filepath.Base(parts[1]) + ":" + parts[2]
	})
}

// firstLine is the offset of the last line directive between two offsets, or the second one.
func (s *Source) firstLine(from, to int) int {
	if i := strings.LastIndex(string(s.LoweredText[from:to]), "\n//line "); i >= 0 {
		return from + i + 1
	}
	return to
}

// imports is the import declaration of the packages that some declarations and types refer to.
func (s *Source) imports(decls []ast.Decl, typeExprs []ast.Node) string {
	specs := map[[2]string]bool{} // names and paths
	var note func(n ast.Node) bool
	note = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			ast.Inspect(n.X, note)
			return false // what is selected needs no import
		case *ast.Ident:
			object := s.Info.Uses[n]
			if name, ok := object.(*types.PkgName); ok {
				specs[[2]string{name.Name(), name.Imported().Path()}] = true
			} else if object != nil && object.Pkg() != nil && object.Pkg() != s.Types && object.Parent() == object.Pkg().Scope() {
				specs[[2]string{".", object.Pkg().Path()}] = true
			}
		}
		return true
	}
	for _, decl := range decls {
		ast.Inspect(decl, note)
	}
	for _, expr := range typeExprs {
		ast.Inspect(expr, note)
	}
	var lines []string
	for spec := range specs {
		line := strconv.Quote(spec[1])
		if spec[0] != defaultName(s.Info, spec[1]) {
			line = spec[0] + " " + line
		}
		lines = append(lines, line)
	}
	path := func(line string) string { return line[strings.Index(line, `"`):] }
	slices.SortFunc(lines, func(a, b string) int {
		return cmp.Or(strings.Compare(path(a), path(b)), strings.Compare(a, b))
	})
	return "import (\n" + strings.Join(lines, "\n") + "\n)\n"
}

// defaultName is the name that an import of a path has without another one.
func defaultName(info *types.Info, path string) string {
	for _, used := range info.Uses {
		if name, ok := used.(*types.PkgName); ok && name.Imported().Path() == path {
			return name.Imported().Name()
		}
	}
	return ""
}

// edo is the name by which the lowered file knows the package edo.
func (s *Source) edo(frames []ast.Decl) (found string) {
	for _, decl := range frames {
		ast.Inspect(decl, func(n ast.Node) bool {
			if ident, ok := n.(*ast.Ident); ok {
				if name, ok := s.Info.Uses[ident].(*types.PkgName); ok && name.Imported().Path() == load.EdoPath {
					found = name.Name()
				}
			}
			return found == ""
		})
	}
	return found
}

// buildConstraint is the //go:build line of a file, or empty.
func buildConstraint(file *ast.File) string {
	for _, group := range file.Comments {
		if group.Pos() >= file.Package {
			break
		}
		for _, comment := range group.List {
			if constraint.IsGoBuild(comment.Text) {
				return comment.Text
			}
		}
	}
	return ""
}
