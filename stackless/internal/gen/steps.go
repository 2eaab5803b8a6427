package gen

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/edo-go/edo/stackless/internal/load"
)

// steps returns the step forms of the exported functions that have frames, and the nodes whose types they repeat.
func (s *Source) steps(frames []ast.Decl) (texts []string, typeExprs []ast.Node) {
	fields := map[string][]string{} // frame → names of its fields, in order
	for _, decl := range frames {
		decl, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		spec := decl.Specs[0].(*ast.TypeSpec)
		if structure, ok := spec.Type.(*ast.StructType); ok {
			fields[spec.Name.Name] = nil
			for _, field := range structure.Fields.List {
				for _, name := range field.Names {
					fields[spec.Name.Name] = append(fields[spec.Name.Name], name.Name)
				}
			}
		}
	}
	edo := s.edo(frames)
	for _, decl := range s.Lowered.Decls {
		decl, ok := decl.(*ast.FuncDecl)
		if !ok || !decl.Name.IsExported() {
			continue
		}
		f := s.function(decl, edo)
		if f == nil {
			continue
		}
		if names, ok := fields[f.frame]; ok && len(names) >= len(f.args) {
			texts = append(texts, f.text(names))
			typeExprs = append(typeExprs, decl.Type)
		}
	}
	return texts, typeExprs
}

// A function is one that has a step form.
type function struct {
	name       string
	receiver   string // "*Q[T]", or empty
	typeParams string // as declared, with brackets: "[T any]"; those of a method are in its receiver
	typeArgs   string // as used: "[T]"
	frame      string // the name of its type
	edo        string
	params     []string // "n int", without the Task
	args       []string // "n", what the frame gets: the receiver first
	results    []string // types
}

// function describes a declared function; nil if it takes no Task.
func (s *Source) function(decl *ast.FuncDecl, edo string) *function {
	object, ok := s.Info.Defs[decl.Name].(*types.Func)
	if !ok {
		return nil
	}
	f := &function{name: decl.Name.Name, frame: decl.Name.Name + "_edoFrame", edo: edo}
	if decl.Recv != nil {
		f.setReceiver(decl.Recv.List[0].Type)
		f.frame = strings.TrimPrefix(f.receiver, "*")
		f.frame, _, _ = strings.Cut(f.frame, "[")
		f.frame += "_" + f.name + "_edoFrame"
		f.args = []string{"receiver"}
	} else if params := decl.Type.TypeParams; params != nil {
		var names, decls []string
		for _, field := range params.List {
			for _, name := range field.Names {
				names = append(names, name.Name)
				decls = append(decls, name.Name+" "+s.source(field.Type))
			}
		}
		f.typeParams, f.typeArgs = "["+strings.Join(decls, ", ")+"]", "["+strings.Join(names, ", ")+"]"
	}
	// Parameters get new names: one of the author's might be blank, or hide what the step form uses.
	at, hasTask := 0, false
	for _, field := range decl.Type.Params.List {
		for range max(len(field.Names), 1) {
			if isTask(object.Signature().Params().At(at).Type()) {
				hasTask = true
			} else {
				name := fmt.Sprintf("a%d", len(f.params))
				f.params = append(f.params, name+" "+s.source(field.Type))
				f.args = append(f.args, name)
			}
			at++
		}
	}
	if decl.Type.Results != nil {
		for _, field := range decl.Type.Results.List {
			for range max(len(field.Names), 1) {
				f.results = append(f.results, s.source(field.Type))
			}
		}
	}
	if !hasTask {
		return nil
	}
	return f
}

// setReceiver notes the type of a receiver, whose type parameters all get names.
func (f *function) setReceiver(expr ast.Expr) {
	star := ""
	expr = ast.Unparen(expr)
	if pointer, ok := expr.(*ast.StarExpr); ok {
		star, expr = "*", ast.Unparen(pointer.X)
	}
	var params []ast.Expr
	switch generic := expr.(type) {
	case *ast.IndexExpr:
		expr, params = generic.X, []ast.Expr{generic.Index}
	case *ast.IndexListExpr:
		expr, params = generic.X, generic.Indices
	}
	var names []string
	for i, param := range params {
		name := param.(*ast.Ident).Name
		if name == "_" {
			name = fmt.Sprintf("T%d_", i)
		}
		names = append(names, name)
	}
	if len(names) > 0 {
		f.typeArgs = "[" + strings.Join(names, ", ") + "]"
	}
	f.receiver = star + expr.(*ast.Ident).Name + f.typeArgs
}

// source is the text of a node.
func (s *Source) source(n ast.Node) string {
	offset := func(pos token.Pos) int { return s.Fset.PositionFor(pos, false).Offset }
	return string(s.LoweredText[offset(n.Pos()):offset(n.End())])
}

func isTask(t types.Type) bool {
	pointer, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return false
	}
	named, ok := types.Unalias(pointer.Elem()).(*types.Named)
	return ok && named.Obj().Name() == "Task" && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == load.EdoPath
}

// text is the step form. The fields of a frame begin with those that the creator sets.
func (f *function) text(fields []string) string {
	step := f.name + "_edoStep"
	of := f.name
	receiver := ""
	if f.receiver != "" {
		receiver = "(receiver " + f.receiver + ") "
	}
	results := []string{"done bool"}
	names := []string{"done"}
	for i, t := range f.results {
		name := fmt.Sprintf("r%d", i)
		results = append(results, name+" "+t)
		names = append(names, name)
	}
	var values []string
	for i, arg := range f.args {
		values = append(values, fields[i]+": "+arg)
	}
	params := append([]string{"task *" + f.edo + ".Task", "st *" + f.edo + ".Step"}, f.params...)
	frame := f.frame + f.typeArgs
	var b strings.Builder
	fmt.Fprintf(&b, "\n// %s is the step form of %s.\n//\n//edo:stepof %s\n", step, of, of)
	fmt.Fprintf(&b, "func %s%s%s(%s) (%s) {\n", receiver, step, f.typeParams, strings.Join(params, ", "), strings.Join(results, ", "))
	fmt.Fprintf(&b, "\tframe := %s.StepState[%s](st)\n", f.edo, frame)
	fmt.Fprintf(&b, "\tif frame == nil {\n\t\tframe = &%s{%s}\n\t}\n", frame, strings.Join(values, ", "))
	b.WriteString("\tst.Set(nil) // a panic leaves a call that has not begun\n")
	fmt.Fprintf(&b, "\t%s = frame.Poll(task)\n", strings.Join(names, ", "))
	b.WriteString("\tif !done {\n\t\tst.Set(frame)\n\t}\n\treturn\n}\n")
	return b.String()
}
