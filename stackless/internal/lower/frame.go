package lower

import "go/types"

// A frameType is the type that a function becomes. Callers know it, also in other packages.
type frameType struct {
	pkg        string // path
	name       string
	params     []string // the fields that the creator sets, see compose
	isExported bool
	isUsed     bool // something refers to it
	isMade     bool // code that makes it was written before its fields were known

	typeParams []*types.TypeParam // of the function, or of its receiver's type
	fields     []field
	state      string // the path of the field that is not 0 while the function waits; "": it does not
	size       int64  // 0: not known, as it depends on type parameters
	align      int64
	apart      int64 // the most bytes of the frames of calls that are allocated apart
}

// A field is one field of a frame.
type field struct {
	name, text  string
	typ         types.Type // nil: size and align are given
	size, align int64
	isVariable  bool
	inner       *callee // whose frame it is
}

// The bounds up to which the frame of a callee lies inside that of its caller. Beyond them it
// is allocated when the call begins: no frame grows without bound.
const (
	maxInner = 128
	maxWhole = 192
)

// sizeFrame computes the size of a frame from its fields.
func (u *unit) sizeFrame(f *function) {
	fr := f.frame
	fr.size, fr.align = 0, 1
	for _, field := range fr.fields {
		size, align := field.size, field.align
		if field.typ != nil {
			if isGeneric(field.typ) && !fixedSize(field.typ) {
				fr.size = 0
				return
			}
			size, align = u.p.Sizes.Sizeof(field.typ), u.p.Sizes.Alignof(field.typ)
		}
		fr.size = roundUp(fr.size, align) + size
		fr.align = max(fr.align, align)
	}
	fr.size = roundUp(max(fr.size, 1), fr.align)
}

// fixedSize reports whether t has one size, whatever its type parameters are.
func fixedSize(t types.Type) bool {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return false
	}
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Slice, *types.Map, *types.Chan, *types.Signature, *types.Interface, *types.Basic:
		return true
	}
	return false
}

func roundUp(n, align int64) int64 { return (n + align - 1) / align * align }

// stepType is the type edo.Step.
func (u *unit) stepType() types.Type {
	if obj := u.edo.Scope().Lookup("Step"); obj != nil {
		return obj.Type()
	}
	return types.NewInterfaceType(nil, nil)
}
