package causes

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/edo-go/edo/vet/internal/api"
)

// A room is what is known of the buffer of a channel.
type room uint8

const (
	someRoom room = iota // unknown
	noRoom               // every make in the package has no buffer
	hasRoom              // every make in the package has one
)

// channels has the channels of a package that are made where they are declared or assigned.
type channels map[*types.Var]room

// readChannels looks at each make of a channel.
func readChannels(pass *analysis.Pass) channels {
	c, other := channels{}, map[*types.Var]bool{}
	set := func(v *types.Var, value ast.Expr) {
		if v == nil || !isChannel(v.Type()) {
			return
		}
		call, ok := ast.Unparen(value).(*ast.CallExpr)
		if !ok || !isMake(pass.TypesInfo, call) {
			other[v] = true
			return
		}
		r := noRoom
		if len(call.Args) > 1 {
			r = hasRoom
			if n := pass.TypesInfo.Types[call.Args[1]].Value; n != nil && n.ExactString() == "0" {
				r = noRoom
			}
		}
		if was, ok := c[v]; ok && was != r {
			other[v] = true
		}
		c[v] = r
	}
	for _, file := range pass.Files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for i, l := range n.Lhs {
					if len(n.Rhs) == len(n.Lhs) {
						set(variable(pass.TypesInfo, l), n.Rhs[i])
					} else if v := variable(pass.TypesInfo, l); v != nil {
						other[v] = true
					}
				}
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if i < len(n.Values) && len(n.Values) == len(n.Names) {
						set(variable(pass.TypesInfo, name), n.Values[i])
					}
				}
			case *ast.KeyValueExpr:
				if id, ok := n.Key.(*ast.Ident); ok {
					if v, ok := pass.TypesInfo.Uses[id].(*types.Var); ok && v.IsField() {
						set(v, n.Value)
					}
				}
			}
			return true
		})
	}
	for v := range other {
		delete(c, v)
	}
	return c
}

// variable returns the variable or field that an expression names.
func variable(info *types.Info, e ast.Expr) *types.Var {
	if sel, ok := ast.Unparen(e).(*ast.SelectorExpr); ok {
		e = sel.Sel
	}
	return api.Variable(info, e)
}

func (c channels) room(info *types.Info, e ast.Expr) room { return c[variable(info, e)] }

func isMake(info *types.Info, call *ast.CallExpr) bool {
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok {
		return false
	}
	b, ok := info.Uses[id].(*types.Builtin)
	return ok && b.Name() == "make"
}

func isChannel(t types.Type) bool {
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Chan)
	return ok
}

// operation returns what an operation on a channel does that waits. inSelect are the operations of the cases of a select.
func (c channels) operation(info *types.Info, n ast.Node, inSelect map[ast.Node]bool) *Cause {
	if inSelect[n] {
		return nil
	}
	switch n := n.(type) {
	case *ast.UnaryExpr:
		if n.Op == token.ARROW && c.room(info, n.X) != hasRoom {
			return &Cause{"receives from a channel", "a channel of edo, or stream.FromChan", true}
		}
	case *ast.SendStmt:
		if c.room(info, n.Chan) == noRoom {
			return &Cause{"sends on a channel without a buffer", "a channel of edo", true}
		}
	case *ast.RangeStmt:
		if isChannel(info.TypeOf(n.X)) {
			return &Cause{"ranges over a channel", "stream.FromChan", true}
		}
	case *ast.SelectStmt:
		for _, clause := range n.Body.List {
			comm := clause.(*ast.CommClause)
			if comm.Comm == nil {
				return nil
			}
		}
		return &Cause{"waits in a select", "future.Select or package selector", true}
	}
	return nil
}

// communications notes the operations of the cases of a select.
func communications(n *ast.SelectStmt, in map[ast.Node]bool) {
	for _, clause := range n.Body.List {
		switch comm := clause.(*ast.CommClause).Comm.(type) {
		case *ast.SendStmt:
			in[comm] = true
		case *ast.ExprStmt:
			in[ast.Unparen(comm.X)] = true
		case *ast.AssignStmt:
			in[ast.Unparen(comm.Rhs[0])] = true
		}
	}
}
