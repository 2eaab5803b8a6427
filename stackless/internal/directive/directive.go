// Package directive reads the //edo: directives of functions.
//
// A directive is a line of the doc comment of a function, or of a method of an interface:
//
//	// Recv waits for a value.
//	//
//	//edo:step RecvStep
//	func (r *Receiver[T]) Recv(task *edo.Task) (T, error)
//
// It tells the compiler how a call of the function is lowered. Export data has no comments, so the
// directives of a dependency are read from its source. [Parse] reads the files of one package,
// and a [Table] answers for the functions of a whole build.
package directive

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// The kinds of directives. A Table answers with these; the kind StepOf is read in generated files, and is answered
// as a Step of the function that it names.
const (
	Step      = "step"      // step NAME: the step form of the function
	Spawn     = "spawn"     // spawn NAME: takes a frame in the place of the function that waits
	Range     = "range"     // range NAME: the step form of the next turn of an iterator
	NoWait    = "nowait"    // takes a Task, and does not wait
	NoStep    = "nostep"    // nostep REASON: waits, and has no step form
	Stackless = "stackless" // a demand: a refusal to lower the function is an error of the build
	StepOf    = "stepof"    // stepof NAME, of a generated function: it is the step form of NAME
)

const (
	prefix = "//edo:"
	allow  = "allow"
)

// A Directive is one line of a doc comment.
type Directive struct {
	Kind string
	Arg  string // a name or a reason; empty if the kind takes none
	Pos  token.Pos

	// Function is where the name of the function is declared.
	Function token.Pos
}

// An Error is a directive that is not well formed, or not at its place.
type Error struct {
	At   token.Pos
	Pos  token.Position // of At
	Text string
}

func (e Error) Error() string { return e.Pos.String() + ": " + e.Text }

// A Package has the directives of one package, by the names of its functions: "F", or "T.M" for a method of T.
type Package struct {
	of map[string]Directive
}

// Written reports whether a function of the package has a step form that was written by hand. Such a package is a
// library, and is not lowered itself.
func (p *Package) Written() bool {
	for _, d := range p.of {
		if d.Kind == Step || d.Kind == Spawn || d.Kind == Range {
			return true
		}
	}
	return false
}

// Demands returns the functions that must be lowered, by their names.
func (p *Package) Demands() map[string]Directive {
	demands := map[string]Directive{}
	for name, d := range p.of {
		if d.Kind == Stackless {
			demands[name] = d
		}
	}
	return demands
}

// HasAny reports whether the text of a file may have a directive. It is quick, and lets most files be skipped.
func HasAny(src []byte) bool { return strings.Contains(string(src), prefix) }

// Name is the name by which a Package knows fn.
func Name(fn *types.Func) string {
	receiver := fn.Signature().Recv()
	if receiver == nil {
		return fn.Name()
	}
	t := types.Unalias(receiver.Type())
	if pointer, ok := t.(*types.Pointer); ok {
		t = types.Unalias(pointer.Elem())
	}
	if named, ok := t.(*types.Named); ok {
		return named.Obj().Name() + "." + fn.Name()
	}
	return "." + fn.Name() // of an interface without a name: no directive can be there
}

// receiverName is the name of the type of a method's receiver, without pointer and type parameters.
func receiverName(decl *ast.FuncDecl) string {
	if decl.Recv == nil || len(decl.Recv.List) == 0 {
		return ""
	}
	expr := decl.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.ParenExpr:
			expr = e.X
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e.Name
		default:
			return ""
		}
	}
}

// qualified is the name of a function or method as a Package knows it.
func qualified(receiver, name string) string {
	if receiver == "" {
		return name
	}
	return receiver + "." + name
}
