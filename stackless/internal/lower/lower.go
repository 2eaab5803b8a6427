package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A Package is a package that has been type-checked without errors.
type Package struct {
	Path       string // as types.Package has it
	ImportName string // what the names of its functions begin with at run time; "": Path, or main
	Fset       *token.FileSet
	Files      []*ast.File
	Src        map[string][]byte // the text of each file, by its name
	Types      *types.Package
	Info       *types.Info
	Sizes      types.Sizes
}

// Directives answers with the //edo: directive of a function.
type Directives interface {
	// Of returns the directive of fn: "step", "spawn", "range", "nowait", "nostep" or "stackless".
	Of(fn *types.Func) (kind, arg string, ok bool)

	// Unused says which generated file of the package of fn is not used, and why, or "".
	Unused(fn *types.Func) string
}

// A Compiler lowers packages. It keeps what callers in other packages need to know of them, so
// packages come after those that they import, and a test package after the package it tests. A
// Compiler is used by one goroutine.
type Compiler struct {
	directives Directives
	compiled   map[string]bool   // names of files
	waiters    map[string]waiter // functions of the packages compiled, by funcKey
	changers   map[string]bool   // those of them that change their goroutine
}

// New returns a Compiler that knows nothing but directives.
func New(d Directives) *Compiler {
	return &Compiler{directives: d, compiled: map[string]bool{}, waiters: map[string]waiter{}, changers: map[string]bool{}}
}

// A Result is what became of a package.
type Result struct {
	Files     map[string][]byte // the whole new text of each file that changed
	Functions []Function        // those that take a Task, in the order of the text
}

// A Kind says what became of a function.
type Kind string

// What becomes of a function that takes a Task.
const (
	Lowered    Kind = "lowered"     // it has a frame
	NotWaiting Kind = "not waiting" // it has one, and never waits: calls of it are plain calls
	Refused    Kind = "refused"     // it runs on a coroutine
)

// A Function is one that takes a Task: a declared function, a method, or a literal.
type Function struct {
	Name      string // as at run time: "example.com/m/pkg.(*T).serve.func1"
	Pos, End  token.Position
	Kind      Kind
	Reasons   []Reason // why it was refused
	Borrows   []Reason // calls that borrow a coroutine
	FrameSize int64    // bytes; 0 if it depends on type parameters
	Apart     int64    // the most bytes that frames of its calls take beside it, while one of them waits
	Demanded  bool     // by //edo:stackless
}

// A Reason is one thing in the way of a function.
type Reason struct {
	Pos  token.Position
	Text string
	May  bool // of a call that borrows a coroutine: it depends on what the program does
}

// A waiter is what callers know of a function of a package that was compiled.
type waiter struct {
	waits      bool
	keeps      bool       // it may keep the Task that it is given
	onlySpawns bool       // it takes a Spawner, and no Task
	frame      *frameType // nil: it has none, a call borrows a coroutine
}

// Compile lowers the functions of p. An error is one of the compiler itself: what p contains is
// refused, never an error.
func (c *Compiler) Compile(p *Package) (*Result, error) {
	u := newUnit(c, p)
	return u.compile()
}

// waiter returns what is known of a function of a package that was compiled before.
func (c *Compiler) waiter(fn *types.Func) (w waiter, known bool) {
	w, known = c.waiters[funcKey(fn)]
	return w, known
}

// funcKey names a declared function or method. Objects differ between the packages that import
// it and its own, names do not.
func funcKey(fn *types.Func) string {
	fn = fn.Origin()
	key := fn.Name()
	if named := receiverType(fn); named != nil {
		key = named.Obj().Name() + "." + key
	}
	if fn.Pkg() != nil {
		key = fn.Pkg().Path() + "." + key
	}
	return key
}

// receiverType returns the named type of a method's receiver, without the pointer; nil for
// functions and for methods of interfaces without a name.
func receiverType(fn *types.Func) *types.Named {
	recv := fn.Signature().Recv()
	if recv == nil {
		return nil
	}
	t := types.Unalias(recv.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	named, _ := t.(*types.Named)
	return named
}
