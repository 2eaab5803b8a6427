package discard

import (
	"reflect"
	"sync"
	"unsafe"
)

// plan says where in the memory of a value of one type there is something to drop.
type plan struct {
	steps  []step
	handle bool // the type is that of a handle with one owner
}

// step is one part of that memory.
type step struct {
	offset uintptr
	kind   stepKind
	typ    reflect.Type // of the part; of an element, for a slice or an array
	elem   *plan        // of that element, or of the struct that the pointer points to
	n      int          // elements of an array
}

type stepKind uint8

const (
	dropStep      stepKind = iota // a Dropper
	handleStep                    // a Dropper that is a pointer, and may be nil
	anyStep                       // an interface, with a value of any type in it
	interfaceStep                 // an interface that may have a handle with one owner in it
	pointerStep                   // a pointer to a struct
	sliceStep
	arrayStep
)

// maxDepth is how many slices within slices are entered: a slice may contain itself.
const maxDepth = 4

var dropper = reflect.TypeFor[Dropper]()

var plans sync.Map // reflect.Type to *plan, nil when there is nothing to drop

// planOf returns the plan for values of type t, or nil when nothing is to be dropped.
func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	b := builder{}
	b.addValue(0, t, maxDepth)
	p := b.plan()
	if p != nil && p.steps[0].kind == handleStep {
		p.handle = isHandle(t)
	}
	plans.Store(t, p)
	return p
}

// builder makes a plan.
type builder struct {
	steps []step
	// shared says that the memory lies behind a pointer: other goroutines may have it too, and
	// change it. Of that only words are read whose type says that they are handles.
	shared bool
}

func (b *builder) plan() *plan {
	if len(b.steps) == 0 {
		return nil
	}
	return &plan{steps: b.steps}
}

func (b *builder) add(s step) { b.steps = append(b.steps, s) }

// addValue adds the steps for a value that was itself given away, or for an element of a
// slice that was.
func (b *builder) addValue(offset uintptr, t reflect.Type, depth int) {
	switch {
	case t.Kind() == reflect.Interface:
		b.add(step{offset: offset, kind: anyStep, typ: t})
	case t.Implements(dropper) && t.Kind() == reflect.Pointer:
		b.add(step{offset: offset, kind: handleStep, typ: t})
	case t.Implements(dropper):
		b.add(step{offset: offset, kind: dropStep, typ: t})
	case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct:
		in := builder{shared: true}
		in.addFields(0, t.Elem(), depth)
		if p := in.plan(); p != nil {
			b.add(step{offset: offset, kind: pointerStep, typ: t, elem: p})
		}
	case t.Kind() == reflect.Struct:
		b.addFields(offset, t, depth)
	default:
		b.addElements(offset, t, depth, (*builder).addValue)
	}
}

// addPart adds the steps for a part of a struct: for handles with one owner alone.
func (b *builder) addPart(offset uintptr, t reflect.Type, depth int) {
	switch {
	case t.Kind() == reflect.Pointer:
		if isHandle(t) {
			b.add(step{offset: offset, kind: handleStep, typ: t})
		}
	case t.Kind() == reflect.Interface:
		if !b.shared {
			b.add(step{offset: offset, kind: interfaceStep, typ: t})
		}
	case t.Implements(dropper) && !isHandle(t): // it drops its own parts
	case t.Kind() == reflect.Struct:
		b.addFields(offset, t, depth)
	default:
		b.addElements(offset, t, depth, (*builder).addPart)
	}
}

// addFields adds the parts of a struct.
func (b *builder) addFields(offset uintptr, t reflect.Type, depth int) {
	for i := range t.NumField() {
		f := t.Field(i)
		b.addPart(offset+f.Offset, f.Type, depth)
	}
}

// addElements adds the elements of a slice or an array, each by add.
func (b *builder) addElements(offset uintptr, t reflect.Type, depth int, add func(*builder, uintptr, reflect.Type, int)) {
	if depth == 0 || t.Kind() != reflect.Array && (t.Kind() != reflect.Slice || b.shared) {
		return
	}
	in := builder{shared: b.shared}
	add(&in, 0, t.Elem(), depth-1)
	p := in.plan()
	switch {
	case p == nil:
	case t.Kind() == reflect.Array:
		b.add(step{offset: offset, kind: arrayStep, typ: t.Elem(), elem: p, n: t.Len()})
	default:
		b.add(step{offset: offset, kind: sliceStep, typ: t.Elem(), elem: p})
	}
}

// collect appends the droppers of the value at base. depth is how many slices within slices
// it may enter.
func (p *plan) collect(all []Dropper, base unsafe.Pointer, depth int) []Dropper {
	for i := range p.steps {
		s := &p.steps[i]
		part := unsafe.Add(base, s.offset)
		switch s.kind {
		case pointerStep:
			if to := *(*unsafe.Pointer)(part); to != nil {
				all = s.elem.collect(all, to, depth)
			}
		case sliceStep:
			slice := (*sliceHeader)(part)
			all = s.collectElements(all, slice.data, slice.len, depth-1)
		case arrayStep:
			all = s.collectElements(all, part, s.n, depth)
		default:
			all = s.collectPart(all, reflect.NewAt(s.typ, part).Elem(), depth)
		}
	}
	return all
}

// sliceHeader is the beginning of a slice.
type sliceHeader struct {
	data unsafe.Pointer
	len  int
}

// collectElements collects from n elements at base.
func (s *step) collectElements(all []Dropper, base unsafe.Pointer, n, depth int) []Dropper {
	if depth < 0 {
		return all
	}
	for i := range n {
		all = s.elem.collect(all, unsafe.Add(base, uintptr(i)*s.typ.Size()), depth)
	}
	return all
}

// collectPart appends the dropper that v is, or holds.
func (s *step) collectPart(all []Dropper, v reflect.Value, depth int) []Dropper {
	switch {
	case s.kind == dropStep:
	case v.IsNil():
		return all
	case s.kind == anyStep:
		return collect(all, v, depth)
	case s.kind == interfaceStep:
		if v = v.Elem(); v.Kind() != reflect.Pointer || v.IsNil() {
			return all
		}
		if p := planOf(v.Type()); p == nil || !p.handle {
			return all
		}
	}
	return append(all, v.Interface().(Dropper))
}
