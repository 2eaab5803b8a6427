package causes

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/edo-go/edo/vet/internal/api"
	"github.com/edo-go/edo/vet/internal/body"
	"github.com/edo-go/edo/vet/internal/check"
	"github.com/edo-go/edo/vet/internal/roles"
)

// Names are the analyzers whose comments allow a cause of a kind. What is allowed in a function is not held
// against those that call it.
var Names = [kinds]string{Blocks: "blocking", Clock: "simulated"}

// Reaches is the fact of a function: its causes, by kind; a text is empty if there is none.
type Reaches struct{ Texts, Uses [kinds]string }

// AFact marks Reaches as a fact.
func (*Reaches) AFact() {}

// Causes answers for the functions of one package, and those that it calls.
type Causes struct {
	pass     *analysis.Pass
	roles    *roles.Roles
	channels channels
	comments *check.Comments
	own      map[*types.Func]*[kinds]*Cause
	allowing map[token.Pos]bool
}

// Analyzer makes the Causes of a package.
var Analyzer = &analysis.Analyzer{
	Name:       "edocauses",
	Doc:        "finds functions that block or read the clock, for the other analyzers",
	Requires:   []*analysis.Analyzer{check.Reader, roles.Analyzer},
	FactTypes:  []analysis.Fact{(*Reaches)(nil)},
	ResultType: reflect.TypeFor[*Causes](),
	Run: func(pass *analysis.Pass) (_ any, err error) {
		defer check.Recover(pass, &err)
		c := &Causes{
			pass:     pass,
			roles:    pass.ResultOf[roles.Analyzer].(*roles.Roles),
			comments: pass.ResultOf[check.Reader].(*check.Comments),
			own:      map[*types.Func]*[kinds]*Cause{},
			allowing: map[token.Pos]bool{},
		}
		module := ""
		if pass.Module != nil {
			module = pass.Module.Path
		}
		if IsStandard(pass.Pkg.Path(), module) {
			return c, nil
		}
		c.channels = readChannels(pass)
		if !api.InLibrary(pass.Pkg.Path()) {
			c.infer()
		}
		return c, nil
	},
}

// standard are the first elements of the paths of the standard library.
const standard = " archive arena bufio builtin bytes cmp cmd compress container context crypto database debug embed encoding errors " +
	"expvar flag fmt go hash html image index internal io iter log maps math mime net os path plugin reflect regexp runtime simd " +
	"slices sort strconv strings structs sync syscall testing text time unicode unique unsafe vendor weak "

// IsStandard reports whether a package of a module, "" if that is not known, belongs to the standard library: then
// there is nothing to infer.
func IsStandard(path, module string) bool {
	if module != "" && module != "std" {
		return false
	}
	first, _, _ := strings.Cut(path, "/")
	return strings.Contains(standard, " "+first+" ")
}

// Allows reports whether the comment at pos has kept a cause from the callers of its function.
func (c *Causes) Allows(pos token.Pos) bool { return c.allowing[pos] }

// Of returns the cause of a kind that a call of fn has, or nil. A function with a Task or a Context answers for
// itself, and has none here.
func (c *Causes) Of(k Kind, fn *types.Func) *Cause {
	if cause := known(k, fn); cause != nil {
		return cause
	}
	if own := c.own[fn]; own != nil {
		return own[k]
	}
	if fn.Pkg() == nil || fn.Pkg() == c.pass.Pkg || api.InLibrary(fn.Pkg().Path()) {
		return nil
	}
	var fact Reaches
	if c.pass.ImportObjectFact(fn, &fact) && fact.Texts[k] != "" {
		return &Cause{Text: fact.Texts[k], Use: fact.Uses[k]}
	}
	return nil
}

// Walk calls visit with each cause of a kind that a function body has in its own call, and where it is. follow
// is called with each call of a function that has no cause.
func (c *Causes) Walk(k Kind, root *ast.BlockStmt, isOnce func(*ast.FuncLit) bool, visit func(n ast.Node, fn *types.Func, cause *Cause)) {
	inSelect := map[ast.Node]bool{}
	body.Walk(root, isOnce, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectStmt); ok {
			communications(s, inSelect)
		}
		if call, ok := n.(*ast.CallExpr); ok {
			if fn := api.Callee(c.pass.TypesInfo, call); fn != nil {
				if cause := c.Of(k, fn); cause != nil {
					visit(call, fn, cause)
				}
			}
		}
		if k == Blocks {
			if cause := c.channels.operation(c.pass.TypesInfo, n, inSelect); cause != nil {
				visit(n, nil, cause)
			}
		}
		return true
	})
}

// infer finds the functions of the package that have a cause, by their calls.
func (c *Causes) infer() {
	decls := map[*types.Func]*ast.FuncDecl{}
	for _, file := range c.pass.Files {
		for _, decl := range file.Decls {
			if decl, ok := decl.(*ast.FuncDecl); ok && decl.Body != nil {
				if fn, ok := c.pass.TypesInfo.Defs[decl.Name].(*types.Func); ok {
					decls[fn] = decl
				}
			}
		}
	}
	order := slices.SortedFunc(maps.Keys(decls), func(a, b *types.Func) int { return int(a.Pos() - b.Pos()) })
	for k := range kinds {
		for found := true; found; {
			found = false
			for _, fn := range order {
				if own := c.own[fn]; own != nil && own[k] != nil {
					continue
				}
				if cause := c.first(k, fn, decls[fn]); cause != nil {
					if c.own[fn] == nil {
						c.own[fn] = new([kinds]*Cause)
					}
					c.own[fn][k], found = cause, true
				}
			}
		}
	}
	for fn, own := range c.own {
		var fact Reaches
		for k, cause := range own {
			if cause != nil && !cause.near {
				fact.Texts[k], fact.Uses[k] = cause.Text, cause.Use
			}
		}
		if fact != (Reaches{}) {
			c.pass.ExportObjectFact(fn, &fact)
		}
	}
}

// first returns the first cause in the body of fn, as its callers tell it.
func (c *Causes) first(k Kind, fn *types.Func, decl *ast.FuncDecl) (first *Cause) {
	sig := fn.Signature()
	if k == Blocks && (api.HasTask(sig) >= 0 || api.HasContext(sig) >= 0) {
		return nil // it answers for itself
	}
	isOnce := c.roles.IsOnce
	if k == Clock {
		isOnce = c.roles.IsSimulated
	}
	c.Walk(k, decl.Body, isOnce, func(n ast.Node, callee *types.Func, cause *Cause) {
		if comment := c.comments.Allowing(Names[k], n.Pos()); comment.IsValid() {
			c.allowing[comment] = true
			return
		}
		if first != nil && (!first.near || cause.near) {
			return
		}
		first = &Cause{chain(callee, cause), cause.Use, cause.near}
	})
	return first
}

// chain is the text of a cause that a call of callee has: the function itself if it is known by name, and
// otherwise what it calls.
func chain(callee *types.Func, cause *Cause) string {
	if callee == nil || cause.Text == "calls "+api.ShortName(callee) || strings.Count(cause.Text, ", which ") >= 2 {
		return cause.Text
	}
	return "calls " + callee.Name() + ", which " + cause.Text
}
