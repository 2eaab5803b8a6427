package directive

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strings"
)

// Parse reads the directives of the files of a package, which were parsed with comments. Directives with errors are
// left out: the functions have none then.
func Parse(fset *token.FileSet, files []*ast.File) (*Package, []Error) {
	p := &reader{
		fset:     fset,
		of:       map[string]Directive{},
		declared: map[string]bool{},
		seen:     map[token.Pos]bool{},
	}
	for _, file := range files {
		for _, decl := range file.Decls {
			p.declaration(decl)
		}
	}
	p.checkNames()
	for _, file := range files {
		p.checkPlaces(file)
	}
	slices.SortStableFunc(p.errors, func(a, b Error) int {
		if a.Pos.Filename != b.Pos.Filename {
			return strings.Compare(a.Pos.Filename, b.Pos.Filename)
		}
		return a.Pos.Offset - b.Pos.Offset
	})
	return &Package{of: p.of}, p.errors
}

type reader struct {
	fset     *token.FileSet
	of       map[string]Directive
	declared map[string]bool    // functions and methods, by qualified name
	seen     map[token.Pos]bool // directives in doc comments of functions
	errors   []Error
}

func (p *reader) fail(pos token.Pos, format string, args ...any) {
	p.errors = append(p.errors, Error{pos, p.fset.Position(pos), fmt.Sprintf(format, args...)})
}

// declaration reads the doc comments of a function, and of the methods of an interface type.
func (p *reader) declaration(decl ast.Decl) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		p.function(receiverName(decl), decl.Name, decl.Doc)
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			spec, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			if face, ok := spec.Type.(*ast.InterfaceType); ok {
				for _, method := range face.Methods.List {
					for _, name := range method.Names {
						p.function(spec.Name.Name, name, method.Doc)
					}
				}
			}
		}
	}
}

func (p *reader) function(receiver string, name *ast.Ident, doc *ast.CommentGroup) {
	full := qualified(receiver, name.Name)
	p.declared[full] = true
	if doc == nil {
		return
	}
	for _, comment := range doc.List {
		if !isDirective(comment.Text) {
			continue
		}
		p.seen[comment.Pos()] = true
		d, problem := parseLine(comment.Text)
		d.Pos, d.Function = comment.Pos(), name.Pos()
		if problem != "" {
			p.fail(comment.Pos(), "%s", problem)
			continue
		}
		target, kind := full, d.Kind
		if kind == StepOf {
			// The generated function is the step form of another one.
			target, d.Kind, d.Arg = qualified(receiver, d.Arg), Step, name.Name
		}
		if first, ok := p.of[target]; ok {
			p.fail(comment.Pos(), "%s%s: %s has a directive already, %s%s", prefix, kind, target, prefix, first.Kind)
			continue
		}
		p.of[target] = d
	}
}

// isDirective reports whether a comment is for the compiler. An //edo:allow is for the analyzers of module vet, and has
// its place anywhere.
func isDirective(text string) bool {
	rest, ok := strings.CutPrefix(text, prefix)
	return ok && rest != allow && !strings.HasPrefix(rest, allow+" ")
}

// parseLine splits a line into kind and argument. The problem is empty if the line is well formed.
func parseLine(line string) (d Directive, problem string) {
	kind, arg, _ := strings.Cut(strings.TrimPrefix(line, prefix), " ")
	arg = strings.TrimSpace(arg)
	d = Directive{Kind: kind, Arg: arg}
	switch kind {
	case Step, Spawn, Range, StepOf:
		if !token.IsIdentifier(arg) {
			return d, fmt.Sprintf("%s%s needs the name of a function, and has %q", prefix, kind, arg)
		}
	case NoStep:
		if arg == "" {
			return d, prefix + NoStep + " needs a reason"
		}
	case NoWait, Stackless:
		if arg != "" {
			return d, fmt.Sprintf("%s%s takes no argument, and has %q", prefix, kind, arg)
		}
	default:
		return d, fmt.Sprintf("there is no directive %s%s", prefix, kind)
	}
	return d, ""
}

// checkNames reports directives that name functions which the package does not declare. The step form of a method is
// a method of the same receiver; what spawns in its place may be a function.
func (p *reader) checkNames() {
	for _, name := range slices.Sorted(maps.Keys(p.of)) {
		d := p.of[name]
		if !p.declared[name] { // only a stepof can say so
			p.fail(d.Pos, "%s%s: the package does not declare %s", prefix, StepOf, name)
			delete(p.of, name)
			continue
		}
		if d.Kind != Step && d.Kind != Spawn && d.Kind != Range {
			continue
		}
		receiver, _, ok := strings.Cut(name, ".")
		if !ok {
			receiver = ""
		}
		other := qualified(receiver, d.Arg)
		if d.Kind == Spawn && !p.declared[other] && p.declared[d.Arg] {
			continue // a function, whose first parameter is the receiver: a method has no type parameters
		}
		if !p.declared[other] {
			p.fail(d.Pos, "%s%s: the package does not declare %s", prefix, d.Kind, other)
			delete(p.of, name)
		}
	}
}

// checkPlaces reports directives that are not in the doc comment of a function: they would have no effect.
func (p *reader) checkPlaces(file *ast.File) {
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if isDirective(comment.Text) && !p.seen[comment.Pos()] {
				p.fail(comment.Pos(), "%s is not in the doc comment of a function", comment.Text)
			}
		}
	}
}
