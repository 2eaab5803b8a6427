package discard

import (
	"reflect"
	"sync"
	"unsafe"

	"github.com/edo-go/edo/internal"
)

// plan says where in the memory of a value of one type there is something to drop.
type plan struct{ steps []step }

// step is one place.
type step struct {
	offset uintptr
	kind   stepKind
	typ    reflect.Type // of what lies there; of an element, for a slice or an array
	elem   *plan        // of that element, or of what the pointer points to
	n      int          // elements of an array
}

type stepKind uint8

const (
	dropStep    stepKind = iota // a Dropper
	handleStep                  // the same, a pointer that may be nil
	anyStep                     // an interface, with anything in it
	holderStep                  // an interface that may have a handle with one owner in it
	pointerStep                 // a pointer to a struct
	sliceStep
	arrayStep
)

// depth is how many slices within slices are looked into: a slice may contain itself.
const depth = 4

var (
	dropper  = reflect.TypeFor[Dropper]()
	oneOwner = reflect.TypeFor[interface {
		Dropper
		OneOwner(internal.Key)
	}]()
)

var plans sync.Map // reflect.Type to *plan, nil when there is nothing to drop

// planOf returns the plan for values of type t, or nil when nothing is to be dropped.
func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	b := builder{}
	b.value(0, t, depth)
	p := b.plan()
	plans.Store(t, p)
	return p
}

// builder makes a plan.
type builder struct {
	steps []step
	// shared says that others may have the memory too, behind a pointer, and change it: of
	// that only words are read, whose type says that they are handles.
	shared bool
}

func (b *builder) plan() *plan {
	if len(b.steps) == 0 {
		return nil
	}
	return &plan{b.steps}
}

func (b *builder) add(s step) { b.steps = append(b.steps, s) }

// value adds what is to be dropped of a value that was given away itself, or of an
// element of a slice that was.
func (b *builder) value(at uintptr, t reflect.Type, down int) {
	switch {
	case t.Kind() == reflect.Interface:
		b.add(step{offset: at, kind: anyStep, typ: t})
	case t.Implements(dropper) && t.Kind() == reflect.Pointer:
		b.add(step{offset: at, kind: handleStep, typ: t})
	case t.Implements(dropper):
		b.add(step{offset: at, kind: dropStep, typ: t})
	case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct:
		in := builder{shared: true}
		in.fields(0, t.Elem(), down)
		if p := in.plan(); p != nil {
			b.add(step{offset: at, kind: pointerStep, typ: t, elem: p})
		}
	case t.Kind() == reflect.Struct:
		b.fields(at, t, down)
	default:
		b.elements(at, t, down, (*builder).value)
	}
}

// part adds what is to be dropped of a part of a struct: handles with one owner alone.
func (b *builder) part(at uintptr, t reflect.Type, down int) {
	switch {
	case t.Kind() == reflect.Pointer:
		if t.Implements(oneOwner) {
			b.add(step{offset: at, kind: handleStep, typ: t})
		}
	case t.Kind() == reflect.Interface:
		if !b.shared {
			b.add(step{offset: at, kind: holderStep, typ: t})
		}
	case t.Implements(dropper) && !t.Implements(oneOwner): // it sees to its own parts
	case t.Kind() == reflect.Struct:
		b.fields(at, t, down)
	default:
		b.elements(at, t, down, (*builder).part)
	}
}

// fields adds the parts of a struct.
func (b *builder) fields(at uintptr, t reflect.Type, down int) {
	for i := range t.NumField() {
		f := t.Field(i)
		b.part(at+f.Offset, f.Type, down)
	}
}

// elements adds those of a slice or an array, each as add does.
func (b *builder) elements(at uintptr, t reflect.Type, down int, add func(*builder, uintptr, reflect.Type, int)) {
	if down == 0 || t.Kind() != reflect.Array && (t.Kind() != reflect.Slice || b.shared) {
		return
	}
	in := builder{shared: b.shared}
	add(&in, 0, t.Elem(), down-1)
	p := in.plan()
	switch {
	case p == nil:
	case t.Kind() == reflect.Array:
		b.add(step{offset: at, kind: arrayStep, typ: t.Elem(), elem: p, n: t.Len()})
	default:
		b.add(step{offset: at, kind: sliceStep, typ: t.Elem(), elem: p})
	}
}

// collect appends what is to be dropped of the value at base, down to so many slices
// within slices.
func (p *plan) collect(all []Dropper, base unsafe.Pointer, down int) []Dropper {
	for i := range p.steps {
		s := &p.steps[i]
		at := unsafe.Add(base, s.offset)
		switch s.kind {
		case pointerStep:
			if to := *(*unsafe.Pointer)(at); to != nil {
				all = s.elem.collect(all, to, down)
			}
		case sliceStep:
			head := (*sliceHead)(at)
			all = s.each(all, head.data, head.len, down-1)
		case arrayStep:
			all = s.each(all, at, s.n, down)
		default:
			all = s.one(all, reflect.NewAt(s.typ, at).Elem(), down)
		}
	}
	return all
}

// sliceHead is how a slice begins.
type sliceHead struct {
	data unsafe.Pointer
	len  int
}

// each collects from n elements at base.
func (s *step) each(all []Dropper, base unsafe.Pointer, n, down int) []Dropper {
	if down < 0 {
		return all
	}
	for i := range n {
		all = s.elem.collect(all, unsafe.Add(base, uintptr(i)*s.typ.Size()), down)
	}
	return all
}

// one appends the dropper that v is, or holds.
func (s *step) one(all []Dropper, v reflect.Value, down int) []Dropper {
	switch {
	case s.kind == dropStep:
	case v.IsNil():
		return all
	case s.kind == anyStep:
		return collect(all, v, down)
	case s.kind == holderStep:
		if v = v.Elem(); v.Kind() != reflect.Pointer || v.IsNil() || !v.Type().Implements(oneOwner) {
			return all
		}
	}
	return append(all, v.Interface().(Dropper))
}
