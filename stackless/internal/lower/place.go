package lower

import (
	"go/ast"

	"github.com/edo-go/edo/stackless/internal/flow"
)

// placement is where the variables of a function lie, and what is forgotten at each wait.
type placement struct {
	clear map[*op][]*variable // fields that are cleared when the function suspends there
}

// place decides which variables are fields, and names all of them.
//
// A variable is a field if it may be read after a wait without being written before: it is
// live where a wait is resumed. At a wait, fields with pointers that may hold something and are
// not live are cleared, so that a waiting task keeps nothing that it does not need.
func (f *function) place() {
	nodes := f.graph()
	live := flow.Live(nodes, len(f.all))
	var entry []int
	for _, v := range f.all {
		v.field = v.param || v.pinned || v.must
		if v.param {
			entry = append(entry, v.number)
		}
	}
	written := flow.Written(nodes, len(f.all), entry)
	for i, o := range f.ops {
		if !o.waits || written[i] == nil {
			continue
		}
		for _, v := range f.all {
			v.field = v.field || live[i].Has(v.number)
		}
	}
	f.share(nodes, live, entry)
	f.placement.clear = map[*op][]*variable{}
	for i, o := range f.ops {
		if !o.waits || written[i] == nil {
			continue
		}
		for _, p := range f.slots {
			if v := p.tenant(); v != nil && !v.pinned && f.keeps(v) && p.isAny(written[i]) && !p.isAny(live[i]) {
				f.placement.clear[o] = append(f.placement.clear[o], v)
			}
		}
	}
	f.reachable = make([]bool, len(f.ops))
	for i, o := range f.ops {
		f.reachable[i] = written[i] != nil
		if !f.reachable[i] {
			continue
		}
		r := f.refs(o)
		for _, l := range r.targets {
			l.used = true
		}
		for _, v := range append(r.uses, r.defs...) {
			v.used = true
		}
	}
	f.nameVariables()
}

// keeps reports whether what is stored for v can keep memory alive.
func (f *function) keeps(v *variable) bool {
	return v.cell || v.typ == nil || hasPointers(v.typ)
}

// graph makes the nodes of the operations, and numbers the variables.
func (f *function) graph() []flow.Node {
	for i, v := range f.all {
		v.number = i
	}
	at := map[*label]int{}
	for i, o := range f.ops {
		if o.label != nil {
			at[o.label] = i
		}
	}
	nodes := make([]flow.Node, len(f.ops))
	for i, o := range f.ops {
		r := f.refs(o)
		n := &nodes[i]
		n.IsAtomic = o.isAtomic
		for _, v := range r.uses {
			n.Uses = append(n.Uses, v.number)
		}
		for _, v := range r.defs {
			n.Defs = append(n.Defs, v.number)
		}
		for _, l := range r.targets {
			to, ok := at[l]
			if !ok {
				panic("lower: a jump to a label that is nowhere")
			}
			n.Next = append(n.Next, to)
		}
		if !o.ends && i+1 < len(nodes) {
			n.Next = append(n.Next, i+1)
		}
	}
	return nodes
}

// nameVariables gives each variable its place. A local variable keeps its name if that means
// nothing else in the function.
func (f *function) nameVariables() {
	others := f.otherMeanings()
	for _, v := range f.all {
		if v.field || v.room != "" {
			continue // named when the fields are laid out
		}
		if v.obj != nil && !others[v.obj.Name()] && !f.outer.has(v.obj.Name()) && f.onlyObject[v.obj.Name()] == v.obj {
			v.storage = v.obj.Name()
			continue
		}
		v.storage = f.names.fresh(v.hint)
	}
}

// otherMeanings are the names that mean several things in the function.
func (f *function) otherMeanings() map[string]bool {
	others := map[string]bool{}
	f.onlyObject = map[string]any{}
	ast.Inspect(f.node, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		obj := f.u.p.Info.ObjectOf(id)
		if known, ok := f.onlyObject[id.Name]; ok && known != any(obj) {
			others[id.Name] = true
		}
		f.onlyObject[id.Name] = obj
		return true
	})
	return others
}
