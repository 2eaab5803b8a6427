package lower

import (
	"go/ast"
	"go/types"
	"strconv"
	"strings"
)

// names gives out names that mean nothing else.
type names struct {
	taken  map[string]bool
	around []*types.Scope // in which other names have a meaning
}

// has reports whether a name means something already.
func (n *names) has(name string) bool {
	for _, scope := range n.around {
		if scope.Lookup(name) != nil {
			return true
		}
	}
	return n.taken[name]
}

// fresh returns hint, or hint with a number.
func (n *names) fresh(hint string) string {
	name := hint
	for i := 1; n.has(name); i++ {
		name = hint + strconv.Itoa(i)
	}
	n.taken[name] = true
	return name
}

// localNames returns the names that generated code in a function of file may use: none that is
// written in node, or that has a meaning in the file, the package or the language.
func (u *unit) localNames(file *file, node ast.Node) *names {
	n := &names{map[string]bool{"_": true}, []*types.Scope{types.Universe, u.p.Types.Scope(), u.p.Info.Scopes[file.syntax]}}
	ast.Inspect(node, func(m ast.Node) bool {
		if id, ok := m.(*ast.Ident); ok {
			n.taken[id.Name] = true
		}
		return true
	})
	for _, name := range file.aliases {
		n.taken[name] = true
	}
	return n
}

// frameNames are the names that the fields and methods of every frame have.
func frameNames() *names {
	return &names{taken: map[string]bool{"_": true, "Poll": true, "FunctionName": true, "Frames": true, "itself": true, "st": true, "state": true, "armed": true}}
}

// symbolPrefix is what the names of the package's functions begin with at run time.
func symbolPrefix(p *Package) string {
	path := p.ImportName
	if path == "" {
		path = p.Path
		if p.Types.Name() == "main" {
			path = "main"
		}
	}
	slash := strings.LastIndex(path, "/")
	var b strings.Builder
	for i := range len(path) {
		switch c := path[i]; {
		case i > slash && c == '.', c <= ' ', c == '%', c == '"', c >= 0x7f:
			b.WriteString("%" + strconv.FormatUint(uint64(c)>>4, 16) + strconv.FormatUint(uint64(c)&15, 16))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// A function's name in two forms: at run time, and as a part of the name of its frame.
type functionName struct {
	symbol string // "(*T).serve.func1", without the package
	ident  string // "T_serve_func1"
	isLit  bool
}

// declName is the name of a declared function or method.
func declName(decl *ast.FuncDecl, fn *types.Func) functionName {
	named := receiverType(fn)
	if named == nil {
		name := functionName{symbol: decl.Name.Name, ident: decl.Name.Name}
		if fn.Signature().TypeParams().Len() > 0 {
			name.symbol += "[...]"
		}
		return name
	}
	t := named.Obj().Name()
	name := functionName{ident: t + "_" + decl.Name.Name}
	if named.TypeParams().Len() > 0 {
		t += "[...]"
	}
	if _, ok := types.Unalias(fn.Signature().Recv().Type()).(*types.Pointer); ok {
		t = "(*" + t + ")"
	}
	name.symbol = t + "." + decl.Name.Name
	return name
}

// literal is the name of the n-th literal in the function.
func (name functionName) literal(n int) functionName {
	number := strconv.Itoa(n)
	if name.isLit {
		return functionName{name.symbol + "." + number, name.ident + "_" + number, true}
	}
	return functionName{name.symbol + ".func" + number, name.ident + "_func" + number, true}
}

// frame is the name of the type of its frame.
func (name functionName) frame() string { return name.ident + "_edoFrame" }

// exported is a name with a capital letter in front.
func exported(name string) string {
	if name[0] >= 'a' && name[0] <= 'z' {
		return strings.ToUpper(name[:1]) + name[1:]
	}
	if name[0] >= 'A' && name[0] <= 'Z' {
		return name
	}
	return "P" + name
}

// isDecl reports whether node is a declared function, and no literal.
func (u *unit) isDecl(node ast.Node) bool {
	_, ok := node.(*ast.FuncDecl)
	return ok
}
