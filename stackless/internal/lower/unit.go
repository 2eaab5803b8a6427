package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// A unit is a package that is being compiled.
type unit struct {
	c      *Compiler
	p      *Package
	edo    *types.Package
	prefix string // of the names of functions at run time
	files  []*file

	relative map[string]string // names of files in line directives, see relativeNames
	facts    map[*types.Var]*facts
	owner    map[ast.Node]ast.Node // return statements and literals → the function that they are in

	declared  map[*types.Func]*funcInfo
	literals  map[*ast.FuncLit]*funcInfo
	literalOf map[*types.Var]*ast.FuncLit       // of variables that stand for a literal
	spawners  map[*types.Func]bool              // those that take a Spawner and only spawn
	changers  map[*types.Func]bool              // those that change their goroutine
	removed   map[*ast.FuncLit]bool             // those in whose place a frame stands, in functions that stay as they are
	infos     []*funcInfo                       // in the order of the text
	called    map[ast.Expr]bool                 // functions that are called where they stand
	number    map[*ast.FuncLit]int              // of a literal in the function around it, from 1
	initials  struct{ functions, literals int } // functions named init, and literals of package variables so far
	initial   []ast.Node                        // what the initialization of package variables may come to
	again     bool                              // a function was refused after another one had relied on its frame
}

// A funcInfo is what is known of a function that takes a Task.
type funcInfo struct {
	file      *file
	name      functionName
	node      ast.Node
	typ       *ast.FuncType
	body      *ast.BlockStmt
	fn        *types.Func // nil: it is a literal
	sig       *types.Signature
	task      *types.Var
	captured  []*types.Var // of a literal: the variables around it, in the order of the text
	isOld     bool         // its file was compiled before: it is known, and not lowered again
	outside   ast.Node     // of a literal: the declaration around it
	demanded  bool
	given     bool // of a literal: a call gets its frame
	isBound   bool // of a method: a method value of it is spawned
	isValue   bool // of a declared function: it is used as a value
	isInitial bool // an initializer may come to where its frame stands for it
	isPooled  bool // its frames of calls as a value are used again
	lent      bool // a literal that waits with the Task of the function around it

	waits   bool
	keeps   bool    // it may keep its Task, see keeps.go
	hidden  *Reason // a literal in it waits with its Task
	refused []Reason
	stage   stage
	frame   *frameType
	text    string
	borrows []Reason
	typePar []*types.TypeParam
}

// A stage is how far the lowering of a function is.
type stage uint8

const (
	untouched stage = iota
	underWay
	finished
)

func newUnit(c *Compiler, p *Package) *unit {
	u := &unit{
		c: c, p: p, edo: edoPackage(p.Types), prefix: symbolPrefix(p),
		facts: map[*types.Var]*facts{}, owner: map[ast.Node]ast.Node{},
		declared: map[*types.Func]*funcInfo{}, literals: map[*ast.FuncLit]*funcInfo{}, spawners: map[*types.Func]bool{},
		number: map[*ast.FuncLit]int{}, changers: map[*types.Func]bool{}, called: map[ast.Expr]bool{}, literalOf: map[*types.Var]*ast.FuncLit{},
	}
	for _, syntax := range p.Files {
		name := p.Fset.PositionFor(syntax.Package, false).Filename
		u.files = append(u.files, &file{syntax: syntax, name: name, src: p.Src[name], aliases: map[string]string{}})
	}
	u.relative = relativeNames(u.files)
	for _, f := range u.files {
		f.importNames = map[*ast.ImportSpec]string{}
		for _, spec := range f.syntax.Imports {
			if name := p.Info.PkgNameOf(spec); name != nil && name.Name() != "_" && name.Name() != "." {
				f.importNames[spec] = name.Name()
			}
		}
	}
	return u
}

// compile lowers what can be lowered, and writes the new files.
func (u *unit) compile() (*Result, error) {
	result := &Result{Files: map[string][]byte{}}
	u.findChangers()
	if u.edo == nil || u.isLibrary() {
		u.remember()
		return result, nil
	}
	u.numberInitializers()
	u.findInitial()
	for _, f := range u.files {
		s := &surveyor{info: u.p.Info, facts: u.facts, perLoop: u.loopVariablesAreShared(f), defers: map[*ast.FuncLit]bool{}, looped: map[*ast.DeferStmt]bool{}}
		s.survey(f.syntax)
		u.findLiteralVariables(f)
		u.discover(f)
	}
	u.findSpawners()
	u.checkAll()
	slices.SortStableFunc(u.infos, func(a, b *funcInfo) int { return int(a.node.Pos() - b.node.Pos()) })
	for u.findWaits(); u.checkAgain(); u.findWaits() {
	}
	for _, f := range u.files {
		u.findValues(f)
	}
	for u.again = true; u.again; {
		u.lowerAll()
	}
	for _, f := range u.files {
		if u.c.compiled[f.name] {
			continue
		}
		for _, fi := range u.infos {
			if fi.file == f && fi.text != "" {
				f.appended.WriteString(fi.text + u.boundText(fi) + u.poolText(fi) + u.itselfText(fi))
			}
		}
		if text := f.text(u); text != nil {
			result.Files[f.name] = text
		}
	}
	for _, fi := range u.infos {
		if !fi.isOld {
			result.Functions = append(result.Functions, u.report(fi))
		}
	}
	u.remember()
	return result, nil
}

// lowerAll lowers all functions. Literals are lowered where they are given to something that takes
// a frame.
func (u *unit) lowerAll() {
	u.again = false
	u.removed = map[*ast.FuncLit]bool{}
	for _, fi := range u.infos {
		fi.stage, fi.text, fi.borrows, fi.given, fi.isPooled, fi.isInitial = untouched, "", nil, false, false, false
	}
	for _, fi := range u.infos {
		if fi.fn != nil {
			u.frameOf(fi)
		}
	}
	for _, f := range u.files {
		if !u.c.compiled[f.name] {
			f.edits = u.edits(f, f.syntax, func(n ast.Node) (string, bool) { return u.replaceIn(f, nil, n) })
			u.askFunctions(f)
		}
	}
}

// askFunctions makes the declared functions of a file that are used as values begin with the
// question whether a step is asked for.
func (u *unit) askFunctions(f *file) {
	for _, fi := range u.infos {
		if fi.file != f || !fi.isValue {
			continue
		}
		if question := u.question(fi, nil); question != "" {
			at := u.offset(fi.body.Lbrace) + 1
			f.edits = append(f.edits, edit{at, at, question})
		}
	}
	slices.SortStableFunc(f.edits, func(a, b edit) int { return a.from - b.from })
}

// report is what users are told of a function.
func (u *unit) report(fi *funcInfo) Function {
	r := Function{
		Name: u.prefix + "." + fi.name.symbol, Kind: Lowered, Reasons: fi.refused, Borrows: fi.borrows, Demanded: fi.demanded,
		Pos: u.p.Fset.Position(fi.node.Pos()), End: u.p.Fset.Position(fi.node.End()),
	}
	if fi.fn == nil && fi.waits && !fi.given && len(fi.refused) == 0 {
		u.refuseInfo(fi, fi.node.Pos(), "the literal does not name its Task, or all its parameters: name them, or write it in the call that runs it")
		r.Reasons = fi.refused
	}
	switch {
	case len(fi.refused) > 0:
		r.Kind, r.Borrows = Refused, nil
	case !fi.waits:
		r.Kind = NotWaiting
	}
	if r.Kind != Refused && fi.frame != nil {
		r.FrameSize, r.Apart = fi.frame.size, fi.frame.apart
	}
	return r
}

// remember keeps what packages that are compiled later need to know.
func (u *unit) remember() {
	for fn, fi := range u.declared {
		w := waiter{waits: fi.waits, keeps: fi.keeps}
		if len(fi.refused) == 0 {
			w.frame = fi.frame
		} else {
			w.waits = true
		}
		if _, known := u.c.waiters[funcKey(fn)]; !known {
			u.c.waiters[funcKey(fn)] = w
		}
	}
	for fn := range u.changers {
		u.c.changers[funcKey(fn)] = true
	}
	for fn := range u.spawners {
		if _, known := u.c.waiters[funcKey(fn)]; !known {
			u.c.waiters[funcKey(fn)] = waiter{onlySpawns: true}
		}
	}
	for _, f := range u.files {
		u.c.compiled[f.name] = true
	}
}

// isLibrary reports whether the package has step forms that were written by hand: then it is not
// lowered.
func (u *unit) isLibrary() bool {
	for _, f := range u.files {
		for _, decl := range f.syntax.Decls {
			decl, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if fn, ok := u.p.Info.Defs[decl.Name].(*types.Func); ok {
				if kind, _, ok := u.c.directives.Of(fn); ok && (kind == "step" || kind == "spawn" || kind == "range") {
					return true
				}
			}
		}
	}
	return false
}

// refuseInfo notes a reason to refuse a function.
func (u *unit) refuseInfo(fi *funcInfo, pos token.Pos, text string) {
	fi.refused = append(fi.refused, Reason{Pos: u.p.Fset.Position(pos), Text: text})
}

// frameOf returns the frame of a function of the package, which is lowered if that has not
// begun; nil: it is refused. That of a function that is under way, a recursive one, is known by
// name only.
func (u *unit) frameOf(fi *funcInfo) *frameType {
	switch {
	case fi.isOld:
		if fi.fn == nil {
			return nil
		}
		w, _ := u.c.waiter(fi.fn)
		return w.frame
	case len(fi.refused) > 0:
		return nil
	case fi.stage != untouched:
		return fi.frame
	}
	fi.stage = underWay
	fi.frame = &frameType{pkg: u.p.Types.Path(), name: fi.name.frame(), isExported: ast.IsExported(fi.name.frame()), typeParams: fi.typePar}
	var f *function
	refused := attempt(func() {
		for _, p := range fi.typePar {
			if p.Obj().Name() == "_" {
				refuse(fi.node.Pos(), "a type parameter has no name: give it one")
			}
		}
		u.checkName(fi)
		f = u.newFunction(fi)
		if fi.fn == nil {
			fi.captured = u.capturedBy(fi)
		}
		fi.text = f.lower(fi)
		fi.borrows = f.borrows
		if fi.hidden != nil {
			fi.borrows = append([]Reason{*fi.hidden}, fi.borrows...)
		}
	})
	fi.stage = finished
	if refused != nil {
		fi.refused = append(fi.refused, u.reason(refused))
		if f != nil && len(f.refused) > 1 {
			for _, r := range f.refused[1:] {
				fi.refused = append(fi.refused, u.reason(&r))
			}
		}
		fi.text = ""
		u.again = u.again || fi.frame.isUsed
		return nil
	}
	return fi.frame
}

// checkName refuses a function whose frame would have a name that is taken.
func (u *unit) checkName(fi *funcInfo) {
	for _, name := range []string{fi.frame.name, fi.boundName(), fi.poolName()} {
		if u.p.Types.Scope().Lookup(name) != nil || u.p.Info.Scopes[fi.file.syntax].Lookup(name) != nil {
			refuse(fi.node.Pos(), "the package declares %s, which is the name of the function's frame: rename it", name)
		}
	}
	for _, other := range u.infos {
		if other != fi && other.name.ident == fi.name.ident {
			refuse(fi.node.Pos(), "another function has the name %s too: rename it", fi.frame.name)
		}
	}
}
