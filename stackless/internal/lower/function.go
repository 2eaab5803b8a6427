package lower

import (
	"go/ast"
	"go/types"
)

// A function is one that is being lowered: declared, or a literal.
type function struct {
	u    *unit
	file *file
	name functionName
	node ast.Node // *ast.FuncDecl or *ast.FuncLit
	typ  *ast.FuncType
	body *ast.BlockStmt
	sig  *types.Signature
	task *types.Var // nil: it has no name, and so is not used

	frame *frameType // what it becomes

	// Names that generated code may use: names knows those of the function, outer only those
	// with a meaning around it, fields those of the frame.
	names, outer, fields *names
	onlyObject           map[string]any // name → the object, of names that mean one thing
	self, done, exit     string         // receiver and first result of Poll; the label of its only return, if it defers

	vars    map[*types.Var]*variable
	all     []*variable
	params  []*variable // fields that the creator sets: captured variables, receiver, parameters
	results []*variable
	isNamed bool // the results have names

	ops      []*op
	subst    map[ast.Node][]any // nodes that stand for something else now
	branches map[*ast.BranchStmt]*label
	targets  []target
	labels   map[string]*label     // of the source
	consts   map[*types.Const]bool // declared in blocks that are taken apart
	pending  string                // the label of the statement that comes
	inLoop   int
	hasGoto  bool
	defers   []*deferred
	listed   *deferred  // of the loop around all others, if it defers
	ends     []*loopEnd // of the loops that have one, the outer ones first

	endsWrite bool // the end of a loop may write a result

	alias      map[*variable]string // variables captured by value in the operation that is written
	placement  placement
	slots      []*slot
	reachable  []bool
	fallsTo    *label // where fallthrough goes
	isLast     bool   // no call comes after what is hoisted, but the one that waits
	noTask     string // the name of the Task, if the source gives none
	outNames   []string
	finishName string // the deferred method that hands on the results

	resumeLabels map[*op]string
	states       int
	keepsStep    bool // it has the field st
	callees      []*callee
	refused      []refusal // the statements that are not lowered
	borrows      []Reason
}

// newFunction prepares the lowering of a function.
func (u *unit) newFunction(fi *funcInfo) *function {
	f := &function{
		u: u, file: fi.file, name: fi.name, node: fi.node, typ: fi.typ, body: fi.body, sig: fi.sig, task: fi.task,
		frame: fi.frame, fields: frameNames(), vars: map[*types.Var]*variable{}, subst: map[ast.Node][]any{},
		branches: map[*ast.BranchStmt]*label{}, labels: map[string]*label{}, consts: map[*types.Const]bool{},
	}
	f.names = u.localNames(fi.file, fi.node)
	f.outer = u.localNames(fi.file, &ast.Ident{Name: "_"})
	f.self = f.names.fresh("f")
	f.done = f.names.fresh("done")
	f.exit = f.names.fresh("leave")
	f.hasGoto = hasGoto(fi.body)
	f.finishName = f.fields.fresh("finish")
	return f
}

// lower makes the operations of the function, and returns the text of the frame.
func (f *function) lower(fi *funcInfo) string {
	u := f.u
	// 1. The variables that exist at the entry. A function with hidden waits goes on on a coroutine.
	if fi.hidden != nil {
		f.emit(f.body.Pos(), "if "+f.done+" = "+f.file.edo(u)+".AsideStep("+f.taskName()+"); !"+f.done+" { ", suspend{}, " }").waits = true
	}
	for _, obj := range fi.captured {
		v := f.declare(obj)
		v.param = true
		f.params = append(f.params, v)
	}
	if recv := f.sig.Recv(); recv != nil {
		f.param(recv)
	}
	for i := range f.sig.Params().Len() {
		if p := f.sig.Params().At(i); !isTask(p.Type()) {
			f.param(p)
		}
	}
	f.frame.params = nil
	for _, v := range f.params {
		f.nameParam(v)
	}
	f.declareResults()
	// 2. The body.
	f.list(f.body.List)
	if len(f.refused) > 0 {
		panic(f.refused[0])
	}
	f.finish()
	// 3. Where the variables lie.
	f.place()
	// 4. The text.
	text := f.text()
	u.sizeFrame(f)
	return text
}

// param adds a parameter, or the receiver. A parameter that is shared has a cell of its own,
// which the entry of the function fills.
func (f *function) param(obj *types.Var) {
	facts := f.u.facts[obj]
	if facts == nil || !facts.shared() || obj.Name() == "_" || obj.Name() == "" {
		v := f.declare(obj)
		v.cell = false
		v.param = true
		if v.hint == "_" || v.hint == "" {
			v.hint = "unnamed"
		}
		f.params = append(f.params, v)
		return
	}
	given := f.temporary(obj.Name(), obj.Type(), obj.Pos())
	given.param = true
	f.params = append(f.params, given)
	v := f.declare(obj)
	f.emit(f.body.Pos(), newCell{v})
	f.emit(f.body.Pos(), def{v}, " = ", given)
}

// nameParam names the field of a parameter. Other packages set those of exported frames.
func (f *function) nameParam(v *variable) {
	hint := v.hint
	if f.frame.isExported && f.u.isDecl(f.node) {
		hint = exported(hint)
	}
	v.fieldName = f.fields.fresh(hint)
	f.frame.params = append(f.frame.params, v.fieldName)
}

// declareResults adds the results, which are zero at the entry. Those without names are results of
// Poll alone, also with defers: a panic that is recovered leaves what a return has set.
func (f *function) declareResults() {
	f.isNamed = f.sig.Results().Len() > 0 && f.sig.Results().At(0).Name() != ""
	f.endsWrite = f.isNamed && f.u.sharesResults(f.sig) && f.hasLoopEnds()
	hasDefers := f.isNamed && containsDefer(f.body) || f.endsWrite
	for i := range f.sig.Results().Len() {
		obj := f.sig.Results().At(i)
		var v *variable
		if obj.Name() != "" && obj.Name() != "_" {
			v = f.declare(obj)
			if v.cell {
				f.emit(f.body.Pos(), newCell{v})
			}
		} else {
			v = f.temporary("r", obj.Type(), obj.Pos())
		}
		if hasDefers {
			v.pinned = true
		}
		if !v.cell && f.isNamed {
			f.emit(f.body.Pos(), def{v}, " = ", zeroOf{v})
		}
		f.results = append(f.results, v)
	}
}

// storesResults reports whether a return must write the result variables: other code reads
// them later.
func (f *function) storesResults() bool {
	if f.storesDefers() {
		return true
	}
	for _, v := range f.results {
		if v.cell || v.pinned {
			return true
		}
	}
	return false
}

// finish appends the end of the body.
func (f *function) finish() {
	if f.sig.Results().Len() == 0 {
		o := f.emit(f.body.End()-1, leave{})
		o.ends = true
	}
}

// isOwnReturn reports whether a return statement in the text of an operation is one of the
// function, and not of a literal in it.
func (f *function) isOwnReturn(n *ast.ReturnStmt) bool { return f.u.owner[n] == f.node }

func containsDefer(body ast.Node) bool {
	found := false
	inspectOwn(body, func(n ast.Node) bool {
		if _, ok := n.(*ast.DeferStmt); ok {
			found = true
		}
		return !found
	})
	return found
}

func hasGoto(body ast.Node) bool {
	found := false
	inspectOwn(body, func(n ast.Node) bool {
		if b, ok := n.(*ast.BranchStmt); ok && b.Tok.String() == "goto" {
			found = true
		}
		return !found
	})
	return found
}

// inspectOwn is ast.Inspect without the insides of literals.
func inspectOwn(node ast.Node, visit func(ast.Node) bool) {
	ast.Inspect(node, func(n ast.Node) bool {
		if _, ok := n.(*ast.FuncLit); ok && n != node {
			visit(n)
			return false
		}
		return n == nil || visit(n)
	})
}
