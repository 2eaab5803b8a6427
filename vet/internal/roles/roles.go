package roles

import (
	"go/ast"
	"go/types"
	"reflect"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/edo-go/edo/vet/internal/api"
	"github.com/edo-go/edo/vet/internal/body"
	"github.com/edo-go/edo/vet/internal/check"
)

// Traits are the fact of one function.
type Traits struct {
	Waits  bool         // it suspends the task that it is given
	Params map[int]Kind // what it does with its function parameters, by index
	noWait bool         // it says that it does not wait
}

// AFact marks Traits as a fact.
func (*Traits) AFact() {}

// Roles answers for the functions of one package and those that it calls.
type Roles struct {
	pass  *analysis.Pass
	own   map[*types.Func]*Traits
	lits  map[*ast.FuncLit]Use
	decls map[*types.Func]map[Kind]bool // how functions of the package are passed on
}

// A Use is where a function literal is passed to a function.
type Use struct {
	Kind   Kind
	Callee *types.Func // nil: it is passed to none
}

// Analyzer makes the Roles of a package.
var Analyzer = &analysis.Analyzer{
	Name:       "edoroles",
	Doc:        "finds out on whose turn each function runs, for the other analyzers",
	FactTypes:  []analysis.Fact{(*Traits)(nil)},
	ResultType: reflect.TypeFor[*Roles](),
	Run: func(pass *analysis.Pass) (_ any, err error) {
		defer check.Recover(pass, &err)
		r := &Roles{pass, map[*types.Func]*Traits{}, map[*ast.FuncLit]Use{}, map[*types.Func]map[Kind]bool{}}
		if !api.Uses(pass.Pkg) {
			return r, nil
		}
		r.declare()
		for r.passOn() {
		}
		r.uses()
		for r.inferWaits() {
		}
		for fn, t := range r.own {
			if fn.Pkg() == pass.Pkg && (t.Waits || len(t.Params) > 0) {
				pass.ExportObjectFact(fn, t)
			}
		}
		return r, nil
	},
}

// Lit returns how a function literal is used.
func (r *Roles) Lit(lit *ast.FuncLit) Use { return r.lits[lit] }

// PassedAs reports whether the function that a declaration declares is passed on so that it runs as kind.
func (r *Roles) PassedAs(decl *ast.FuncDecl, kind Kind) bool {
	fn, _ := r.pass.TypesInfo.Defs[decl.Name].(*types.Func)
	return fn != nil && r.decls[fn][kind]
}

// IsOnce reports whether a literal is called at once by the call that it is passed to.
func (r *Roles) IsOnce(lit *ast.FuncLit) bool { return r.lits[lit].Kind == Once }

// IsSimulated reports whether a literal of a function that a simulation runs is run by it as well: unless it has a goroutine
// of its own.
func (r *Roles) IsSimulated(lit *ast.FuncLit) bool { return r.lits[lit].Kind != Apart }

// Waits returns the function that a call names if it suspends the task: if edo says so, or if it makes such a call.
func (r *Roles) Waits(call *ast.CallExpr) *types.Func {
	fn := api.Callee(r.pass.TypesInfo, call)
	if fn == nil || !r.traits(fn).Waits || api.TaskOf(r.pass.TypesInfo, call) == nil {
		return nil
	}
	return fn
}

// inferWaits looks for functions with a Task that make a call that waits, and reports whether it has found more.
func (r *Roles) inferWaits() (found bool) {
	for _, file := range r.pass.Files {
		for _, decl := range file.Decls {
			decl, ok := decl.(*ast.FuncDecl)
			if !ok || decl.Body == nil {
				continue
			}
			fn, ok := r.pass.TypesInfo.Defs[decl.Name].(*types.Func)
			if !ok || api.HasTask(fn.Signature()) < 0 || r.traits(fn).Waits || r.traits(fn).noWait {
				continue
			}
			body.Walk(decl.Body, r.IsOnce, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && r.Waits(call) != nil {
					r.traits(fn).Waits, found = true, true
				}
				return true
			})
		}
	}
	return found
}

// traits returns those of a function of this package or of another one, which may be empty.
func (r *Roles) traits(fn *types.Func) *Traits {
	if t := r.own[fn]; t != nil {
		return t
	}
	t := &Traits{}
	if fn.Pkg() != nil && fn.Pkg() != r.pass.Pkg {
		r.pass.ImportObjectFact(fn, t)
	}
	r.own[fn] = t
	return t
}

// declare reads the directives of the package's functions.
func (r *Roles) declare() {
	for _, file := range r.pass.Files {
		for _, decl := range file.Decls {
			decl, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			fn, ok := r.pass.TypesInfo.Defs[decl.Name].(*types.Func)
			if !ok {
				continue
			}
			t, directive := &Traits{}, directiveOf(decl.Doc)
			t.Waits = directive == "step" || directive == "nostep"
			t.noWait = directive == "nowait" || directive == "range" || directive == "spawn"
			r.own[fn] = t
			if !api.InEdo(fn.Pkg().Path()) && directive != "spawn" {
				continue
			}
			params := fn.Signature().Params()
			for i := range params.Len() {
				if sig := functionOf(fn.Signature(), i); sig != nil {
					t.set(i, kindOf(fn, directive, sig))
				}
			}
		}
	}
}

func (t *Traits) set(i int, k Kind) (isNew bool) {
	if k == Unknown || t.Params[i] == k {
		return false
	}
	if t.Params == nil {
		t.Params = map[int]Kind{}
	}
	if t.Params[i] != Unknown {
		return false // the first answer stands
	}
	t.Params[i] = k
	return true
}

// directiveOf returns the kind of the //edo: directive of a function.
func directiveOf(doc *ast.CommentGroup) string {
	if doc == nil {
		return ""
	}
	for _, c := range doc.List {
		if rest, ok := strings.CutPrefix(c.Text, "//edo:"); ok {
			kind, _, _ := strings.Cut(rest, " ")
			if kind != "allow" {
				return kind
			}
		}
	}
	return ""
}

// functionOf returns the function type of the i-th parameter, or of the elements of a variadic one.
func functionOf(sig *types.Signature, i int) *types.Signature {
	t := sig.Params().At(i).Type()
	if sig.Variadic() && i == sig.Params().Len()-1 {
		if s, ok := t.Underlying().(*types.Slice); ok {
			t = s.Elem()
		}
	}
	return api.Signature(t)
}

// passOn looks for parameters that a function passes on, and reports whether it has found more.
func (r *Roles) passOn() (found bool) {
	for _, file := range r.pass.Files {
		for _, decl := range file.Decls {
			decl, ok := decl.(*ast.FuncDecl)
			if !ok || decl.Body == nil {
				continue
			}
			fn, ok := r.pass.TypesInfo.Defs[decl.Name].(*types.Func)
			if !ok {
				continue
			}
			params := map[*types.Var]int{}
			for i := range fn.Signature().Params().Len() {
				if functionOf(fn.Signature(), i) != nil {
					params[fn.Signature().Params().At(i)] = i
				}
			}
			if len(params) == 0 {
				continue
			}
			body.Walk(decl.Body, nil, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					r.eachArg(call, func(arg ast.Expr, k Kind, _ *types.Func) {
						if i, ok := params[api.Variable(r.pass.TypesInfo, arg)]; ok {
							found = r.traits(fn).set(i, k) || found
						}
					})
				}
				return true
			})
		}
	}
	return found
}

// eachArg calls visit with each argument of a call that is a function, and what the callee does with it.
func (r *Roles) eachArg(call *ast.CallExpr, visit func(arg ast.Expr, k Kind, callee *types.Func)) {
	fn := api.Callee(r.pass.TypesInfo, call)
	if fn == nil {
		return
	}
	t, n := r.traits(fn), fn.Signature().Params().Len()
	for i, arg := range call.Args {
		if api.Signature(r.pass.TypesInfo.TypeOf(arg)) == nil {
			continue
		}
		visit(ast.Unparen(arg), t.Params[min(i, n-1)], fn)
	}
}

// uses notes how the literals and functions of the package are passed on.
func (r *Roles) uses() {
	for _, file := range r.pass.Files {
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				r.eachArg(call, r.use)
			}
			return true
		})
	}
}

func (r *Roles) use(arg ast.Expr, k Kind, callee *types.Func) {
	if lit, ok := arg.(*ast.FuncLit); ok {
		r.lits[lit] = Use{k, callee}
		return
	}
	id, ok := arg.(*ast.Ident)
	if sel, isSel := arg.(*ast.SelectorExpr); isSel {
		id, ok = sel.Sel, true
	}
	if !ok {
		return
	}
	if fn, ok := r.pass.TypesInfo.Uses[id].(*types.Func); ok {
		fn = fn.Origin()
		if r.decls[fn] == nil {
			r.decls[fn] = map[Kind]bool{}
		}
		r.decls[fn][k] = true
	}
}
