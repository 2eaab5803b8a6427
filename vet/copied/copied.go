package copied

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/edo-go/edo/vet/internal/api"
	"github.com/edo-go/edo/vet/internal/check"
)

// Analyzer reports copies of what must not be copied.
var Analyzer = check.New(check.Spec{
	Name: "copied",
	Doc:  doc,
	Run: func(pass *check.Pass) {
		c := &checker{pass, map[types.Type]string{}}
		for _, file := range pass.Files {
			ast.Inspect(file, c.node)
		}
	},
})

// pointed are the types that are pointed to, by path and name below edo; "." is the root package.
var pointed = map[string]string{
	".":         " Task Context Runtime JoinHandle ",
	"lock":      " Mutex RWMutex Semaphore Notify Barrier Once Guard Permit ",
	"scope":     " Scope ",
	"joinset":   " Set ",
	"cancel":    " Token ",
	"selector":  " Select ",
	"timer":     " Limiter Interval DelayQueue ",
	"mpsc":      " Sender Receiver WeakSender Permit Permits ",
	"mpmc":      " Sender Receiver WeakSender Permit Permits ",
	"broadcast": " Sender Receiver ",
	"watch":     " Sender Receiver ",
	"oneshot":   " Sender Receiver ",
	"socket":    " Conn Listener PacketConn ",
}

type checker struct {
	*check.Pass
	parts map[types.Type]string // answers of part
}

// part returns the name of what must not be copied in a value of type t, or "".
func (c *checker) part(t types.Type) string {
	if t == nil {
		return ""
	}
	t = types.Unalias(t)
	if name, ok := c.parts[t]; ok {
		return name
	}
	c.parts[t] = "" // a type that contains itself does so by a pointer
	name := ""
	if named := api.Named(t); named != nil && named.Obj().Pkg() != nil && api.InEdo(named.Obj().Pkg().Path()) {
		pkg := strings.TrimPrefix(strings.TrimPrefix(named.Obj().Pkg().Path(), api.Root), "/")
		if pkg == "" {
			pkg = "."
		}
		if strings.Contains(pointed[pkg], " "+named.Obj().Name()+" ") {
			name = named.Obj().Pkg().Name() + "." + named.Obj().Name()
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		for i := 0; name == "" && i < u.NumFields(); i++ {
			name = c.part(u.Field(i).Type())
		}
	case *types.Array:
		if name == "" {
			name = c.part(u.Elem())
		}
	}
	c.parts[t] = name
	return name
}

func (c *checker) node(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		c.fields(n.Recv)
		c.fields(n.Type.Params)
		c.fields(n.Type.Results)
	case *ast.FuncLit:
		c.fields(n.Type.Params)
		c.fields(n.Type.Results)
	case *ast.AssignStmt:
		for i, r := range n.Rhs {
			if len(n.Lhs) == len(n.Rhs) && isBlank(n.Lhs[i]) {
				continue
			}
			c.value(r, "the assignment copies")
		}
	case *ast.ValueSpec:
		for i, v := range n.Values {
			if len(n.Names) != len(n.Values) || n.Names[i].Name != "_" {
				c.value(v, "the declaration copies")
			}
		}
	case *ast.ReturnStmt:
		for _, r := range n.Results {
			c.value(r, "the return copies")
		}
	case *ast.CallExpr:
		c.call(n)
	case *ast.CompositeLit:
		for _, e := range n.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				e = kv.Value
			}
			c.value(e, "the literal copies")
		}
	case *ast.RangeStmt:
		for _, e := range []ast.Expr{n.Key, n.Value} {
			if e == nil || isBlank(e) {
				continue
			}
			if name := c.part(c.typeOf(e)); name != "" {
				c.Reportf(e, "each turn of the loop copies %s: range over the indices", name)
			}
		}
	}
	return true
}

// typeOf returns the type of an expression or of a variable that it declares.
func (c *checker) typeOf(e ast.Expr) types.Type {
	if id, ok := e.(*ast.Ident); ok {
		if obj := c.TypesInfo.Defs[id]; obj != nil {
			return obj.Type()
		}
	}
	return c.TypesInfo.TypeOf(e)
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// fields reports parameters, results and receivers that are values.
func (c *checker) fields(list *ast.FieldList) {
	if list == nil {
		return
	}
	for _, f := range list.List {
		if name := c.part(c.TypesInfo.TypeOf(f.Type)); name != "" {
			c.Reportf(f.Type, "each call copies %s: use a pointer", name)
		}
	}
}

// call reports arguments that are copied. unsafe.Sizeof and the like, and new, copy nothing.
func (c *checker) call(call *ast.CallExpr) {
	if tv := c.TypesInfo.Types[call.Fun]; tv.IsBuiltin() {
		id, ok := ast.Unparen(call.Fun).(*ast.Ident)
		if !ok || id.Name != "append" {
			return
		}
	} else if tv.IsType() {
		return // the conversion is looked at where its value goes
	}
	for _, arg := range call.Args {
		c.value(arg, "the call copies")
	}
}

// value reports a value that exists elsewhere as well. A literal and what a call returns do not.
func (c *checker) value(e ast.Expr, what string) {
	e = ast.Unparen(e)
	switch x := e.(type) {
	case *ast.CompositeLit:
		return
	case *ast.CallExpr:
		if !c.TypesInfo.Types[x.Fun].IsType() {
			return
		}
	case *ast.UnaryExpr:
		if x.Op == token.AND || x.Op == token.ARROW {
			return
		}
	}
	tv := c.TypesInfo.Types[e]
	if !tv.IsValue() {
		return
	}
	if name := c.part(tv.Type); name != "" {
		c.Reportf(e, "%s %s: use a pointer", what, name)
	}
}
