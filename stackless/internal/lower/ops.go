package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// An op is one operation of a lowered function: a line or so of Poll. Control goes to the next
// one, unless it ends, and to the labels that are in it.
//
// Its text is a list of pieces:
//
//	string      as it is
//	ast.Node    the text of the user, with variables where they lie now
//	*variable   the variable, which is read
//	def         the variable, which is written and not read
//	address     the pointer to the cell of a variable
//	*label      the name of the label
//	original    an expression for which something else stands elsewhere
//	newCell     the statement that makes a cell for a variable
//	zeroOf      the zero value of a variable
//	async       the future of a function that waits
//	suspend     what Poll does to return that the function is not done
//	occupied    nothing: the frame of a callee inside this one is written, or read
//	leave       what Poll does to return the results
type op struct {
	pos      token.Pos
	pieces   []any
	label    *label // the op is this label, and has no pieces
	ends     bool
	waits    bool
	call     *callee // of an op that waits: the call, if its frame lies inside
	isAtomic bool    // it has read all before it writes
	state    int     // of an op that waits: the state in which it is resumed
}

type (
	def      struct{ *variable }
	address  struct{ *variable }
	original struct{ e ast.Expr }
	newCell  struct{ *variable }
	zeroOf   struct{ *variable }
	suspend  struct{}
	async    struct { // a function in the place of which a future stands
		e      ast.Expr
		result types.Type
	}
	leave struct{ results []any } // each one expression; nil: the result variables
)

// A label is a place in a lowered function.
type label struct {
	hint string
	name string // set when the text is written
	used bool
}

// emit appends an operation.
func (f *function) emit(pos token.Pos, pieces ...any) *op {
	o := &op{pos: pos, pieces: pieces}
	f.ops = append(f.ops, o)
	return o
}

// jump appends a jump.
func (f *function) jump(pos token.Pos, to *label) { f.emit(pos, "goto ", to).ends = true }

// placeLabel appends a label.
func (f *function) placeLabel(l *label) { f.ops = append(f.ops, &op{label: l}) }

// assign appends an assignment of an expression to a variable.
func (f *function) assign(pos token.Pos, v *variable, pieces ...any) {
	f.emit(pos, append([]any{def{v}, " = "}, pieces...)...)
}

// references are what an operation does with variables and labels.
type references struct {
	uses, defs []*variable
	targets    []*label
}

// refs collects the references of an operation.
func (f *function) refs(o *op) (r references) {
	f.pieceRefs(&r, o.pieces)
	return r
}

func (f *function) pieceRefs(r *references, pieces []any) {
	for _, p := range pieces {
		switch p := p.(type) {
		case string, suspend, zeroOf:
		case occupied:
			if p.isWritten {
				r.defs = append(r.defs, p.occupants...)
			} else {
				r.uses = append(r.uses, p.occupants...)
			}
		case *variable:
			r.uses = append(r.uses, p)
		case address:
			r.uses = append(r.uses, p.variable)
		case def:
			if p.cell {
				r.uses = append(r.uses, p.variable)
			} else {
				r.defs = append(r.defs, p.variable)
			}
		case newCell:
			r.defs = append(r.defs, p.variable)
		case *label:
			r.targets = append(r.targets, p)
		case leave:
			if p.results == nil || f.storesResults() { // a result in a cell is written through its pointer
				r.uses = append(r.uses, f.results...)
			}
			f.pieceRefs(r, p.results)
		case closure:
			f.pieceRefs(r, p.pieces)
		case []any:
			f.pieceRefs(r, p)
		case async:
			f.nodeRefs(r, p.e, nil)
		case original:
			f.nodeRefs(r, p.e, p.e)
		case ast.Node:
			f.nodeRefs(r, p, nil)
		default:
			panic("lower: a piece of an unknown kind")
		}
	}
}

// nodeRefs collects the references of a piece of the user's text. The node that is itself stands
// for nothing else.
func (f *function) nodeRefs(r *references, node, itself ast.Node) {
	ast.Inspect(node, func(n ast.Node) bool {
		if n == nil {
			return true
		}
		if pieces, ok := f.subst[n]; ok && n != itself {
			f.pieceRefs(r, pieces)
			return false
		}
		switch n := n.(type) {
		case *ast.Ident:
			if v := f.variableOf(n); v != nil {
				r.uses = append(r.uses, v)
			}
			if fi := f.u.literalAt(n, f); fi != nil { // its frame is made of what it captures
				for _, obj := range f.u.capturedBy(fi) {
					if v := f.vars[obj]; v != nil {
						r.uses = append(r.uses, v)
					}
				}
			}
		case *ast.BranchStmt:
			if l := f.branches[n]; l != nil {
				r.targets = append(r.targets, l)
			}
			return false // its label is no variable
		case *ast.ReturnStmt:
			if f.isOwnReturn(n) && (len(n.Results) == 0 || f.storesResults()) {
				r.uses = append(r.uses, f.results...)
			}
		}
		return true
	})
}
