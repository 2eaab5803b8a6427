package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// facts are what the text says of one variable, over the whole function that declares it.
type facts struct {
	level     ast.Node // the function whose variable it is: a FuncDecl, a FuncLit, or nil
	captured  bool     // a literal inside that function refers to it
	modified  bool     // it is written after its declaration
	addressed bool     // its address is taken, or that of a part of it
	result    bool     // it is a named result
}

// shared reports whether the variable must be one object in memory for several functions: a
// literal captures it and it changes, or there may be pointers to it.
func (f *facts) shared() bool { return f.addressed || f.captured && f.modified }

// A surveyor collects the facts of all variables of a file.
type surveyor struct {
	info    *types.Info
	facts   map[*types.Var]*facts
	perLoop bool // before Go 1.22: loop variables are shared by all turns
	levels  []ast.Node
	defers  map[*ast.FuncLit]bool // literals that are deferred where they stand, and not in a loop
	looped  map[*ast.DeferStmt]bool
	inDefer bool // in the body of one: literals in it, also deferred ones, capture
}

// of returns the facts of v.
func (s *surveyor) of(v *types.Var) *facts {
	f := s.facts[v]
	if f == nil {
		f = &facts{}
		s.facts[v] = f
	}
	return f
}

func (s *surveyor) level() ast.Node {
	if len(s.levels) == 0 {
		return nil
	}
	return s.levels[len(s.levels)-1]
}

// survey walks node.
func (s *surveyor) survey(node ast.Node) {
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			s.function(n, n.Recv, n.Type, n.Body)
			return false
		case *ast.FuncLit:
			if s.defers[n] { // its body is a part of the function around it
				s.fields(n.Type)
				s.inDefer = true
				s.survey(n.Body)
				s.inDefer = false
				return false
			}
			s.function(n, nil, n.Type, n.Body)
			return false
		case *ast.DeferStmt:
			if lit, ok := ast.Unparen(n.Call.Fun).(*ast.FuncLit); ok && !s.inDefer && !s.looped[n] {
				s.defers[lit] = true
			}
		case *ast.Ident:
			s.ident(n)
		case *ast.AssignStmt:
			for _, lhs := range n.Lhs {
				if id, ok := lhs.(*ast.Ident); ok && n.Tok == token.DEFINE && s.info.Defs[id] != nil {
					continue
				}
				s.modify(lhs)
			}
		case *ast.IncDecStmt:
			s.modify(n.X)
		case *ast.ForStmt:
			s.loop(n.Body)
		case *ast.RangeStmt:
			s.loop(n.Body)
			for _, lhs := range []ast.Expr{n.Key, n.Value} {
				if lhs != nil && (n.Tok == token.ASSIGN || s.perLoop) {
					s.modify(lhs)
				}
			}
		case *ast.ReturnStmt:
			s.returns(n)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				s.address(n.X)
			}
		case *ast.SliceExpr:
			if _, ok := s.typeOf(n.X).Underlying().(*types.Array); ok {
				s.address(n.X)
			}
		case *ast.SelectorExpr:
			s.selector(n)
		case *ast.TypeSwitchStmt:
			s.typeSwitch(n)
		}
		return true
	})
}

func (s *surveyor) typeOf(e ast.Expr) types.Type {
	if t := s.info.TypeOf(e); t != nil {
		return t
	}
	return types.Typ[types.Invalid]
}

// loop notes the defer statements in the body of a loop.
func (s *surveyor) loop(body *ast.BlockStmt) {
	inspectOwn(body, func(n ast.Node) bool {
		if d, ok := n.(*ast.DeferStmt); ok {
			s.looped[d] = true
		}
		return true
	})
}

// function surveys a function on a level of its own.
func (s *surveyor) function(node ast.Node, recv *ast.FieldList, typ *ast.FuncType, body *ast.BlockStmt) {
	s.levels = append(s.levels, node)
	inDefer := s.inDefer
	s.inDefer = false
	defer func() { s.levels, s.inDefer = s.levels[:len(s.levels)-1], inDefer }()
	if recv != nil {
		s.survey(recv)
	}
	s.fields(typ)
	if body != nil {
		s.survey(body)
	}
}

// fields surveys the parameters and results of a function.
func (s *surveyor) fields(typ *ast.FuncType) {
	s.survey(typ)
	if typ.Results == nil {
		return
	}
	for _, field := range typ.Results.List {
		for _, name := range field.Names {
			if v, ok := s.info.Defs[name].(*types.Var); ok {
				s.of(v).result = true
			}
		}
	}
}

// ident notes where a variable is declared, and who refers to it.
func (s *surveyor) ident(id *ast.Ident) {
	if v, ok := s.info.Defs[id].(*types.Var); ok && !v.IsField() {
		s.of(v).level = s.level()
		return
	}
	if v, ok := s.info.Uses[id].(*types.Var); ok && !v.IsField() {
		f := s.of(v)
		if f.level != s.level() {
			f.captured = true
		}
	}
}

// typeSwitch notes the variables that each clause declares.
func (s *surveyor) typeSwitch(n *ast.TypeSwitchStmt) {
	for _, clause := range n.Body.List {
		if v, ok := s.info.Implicits[clause].(*types.Var); ok {
			s.of(v).level = s.level()
		}
	}
}

// returns notes that a return writes the named results.
func (s *surveyor) returns(n *ast.ReturnStmt) {
	if len(n.Results) == 0 {
		return
	}
	var typ *ast.FuncType
	switch level := s.level().(type) {
	case *ast.FuncDecl:
		typ = level.Type
	case *ast.FuncLit:
		typ = level.Type
	default:
		return
	}
	if typ.Results == nil {
		return
	}
	for _, field := range typ.Results.List {
		for _, name := range field.Names {
			if v, ok := s.info.Defs[name].(*types.Var); ok {
				s.of(v).modified = true
			}
		}
	}
}

// modify notes a write to e.
func (s *surveyor) modify(e ast.Expr) {
	if v := s.root(e); v != nil {
		s.of(v).modified = true
	}
}

// address notes that the address of e is taken.
func (s *surveyor) address(e ast.Expr) {
	if v := s.root(e); v != nil {
		s.of(v).addressed = true
	}
}

// selector notes a method with a pointer receiver that is selected of a variable.
func (s *surveyor) selector(n *ast.SelectorExpr) {
	sel := s.info.Selections[n]
	if sel == nil || sel.Kind() != types.MethodVal {
		return
	}
	if takesAddress(sel) {
		s.address(n.X)
	}
}

// takesAddress reports whether a method is called with the address of the operand, or of a part
// that lies in it.
func takesAddress(sel *types.Selection) bool {
	fn := sel.Obj().(*types.Func)
	if _, isPointer := types.Unalias(fn.Signature().Recv().Type()).(*types.Pointer); !isPointer {
		return false
	}
	// A pointer on the way to the receiver ends the operand's part.
	t := sel.Recv()
	path := sel.Index()
	for _, i := range path[:len(path)-1] {
		if _, ok := t.Underlying().(*types.Pointer); ok {
			return false
		}
		t = t.Underlying().(*types.Struct).Field(i).Type()
	}
	_, isPointer := t.Underlying().(*types.Pointer)
	return !isPointer
}

// root returns the variable that e is, or is a part of.
func (s *surveyor) root(e ast.Expr) *types.Var {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		if v, ok := s.info.ObjectOf(e).(*types.Var); ok && !v.IsField() {
			return v
		}
	case *ast.SelectorExpr:
		sel := s.info.Selections[e]
		if sel == nil || sel.Kind() != types.FieldVal || sel.Indirect() {
			return nil
		}
		return s.root(e.X)
	case *ast.IndexExpr:
		if _, ok := s.typeOf(e.X).Underlying().(*types.Array); ok {
			return s.root(e.X)
		}
	}
	return nil
}
