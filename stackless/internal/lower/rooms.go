package lower

import (
	"go/types"
	"strings"
)

// The frame of a callee that lies inside a frame is empty while the call is not under way: it is
// written as a whole when the call begins, and cleared when it is done. Until then its fields are
// rooms for variables of the caller. An argument that nothing reads after the call needs no other
// place, not even as a parameter that the creator of the caller's frame sets.

// A room is a field in the frame of a callee, or of a callee in that.
type room struct {
	path string // from the frame of the caller
	typ  types.Type
}

// occupied is a piece without text, in the operations of a call: the frame of the callee is
// written as a whole, or read.
type occupied struct {
	*callee
	isWritten bool
}

// rooms are the fields of c that variables of the function may lie in: those that the package can
// name, and that one type describes.
func (f *function) rooms(c *callee) (rooms []room) {
	if c.frame.pkg != f.u.p.Types.Path() {
		return nil
	}
	for _, field := range c.frame.fields {
		if field.inner != nil {
			for _, r := range f.rooms(field.inner) {
				rooms = append(rooms, room{c.field + "." + r.path, r.typ})
			}
		} else if field.isVariable && !isGeneric(field.typ) {
			rooms = append(rooms, room{c.field + "." + field.name, field.typ})
		}
	}
	return rooms
}

// openRooms makes a variable of each room of c: it holds something while the call is under way. It
// lies in a slot, which others may share.
func (f *function) openRooms(c *callee) {
	for _, r := range f.rooms(c) {
		v := f.temporary("room", r.typ, f.node.Pos())
		v.room = r.path
		c.occupants = append(c.occupants, v)
	}
}

// canLieIn reports whether a variable may lie in the room of a slot. The creator of an exported frame
// cannot name it, and one that makes a frame while its function is being lowered does not know it.
func (f *function) canLieIn(v *variable, p *slot) bool {
	t := v.storedGoType()
	if t == nil || v.decl != "" || !types.Identical(t, p.members[0].typ) {
		return false
	}
	if !v.param {
		return true
	}
	if f.frame.isMade || f.frame.isExported && f.u.isDecl(f.node) {
		return false
	}
	for _, w := range p.members {
		if w.param {
			return false
		}
	}
	return true
}

// compose is the frame with the values of its parameters, as pieces. A parameter may lie in the frame
// of a callee.
func (fr *frameType) compose(typeName string, values [][]any) []any {
	return fr.composed(typeName, fr.params, values)
}

// composeText is compose for values that are text, inside the function that the frame belongs to.
func (fr *frameType) composeText(values []string) string {
	var all [][]any
	for _, value := range values {
		all = append(all, []any{value})
	}
	var b strings.Builder
	for _, p := range fr.compose(frameName(fr), all) {
		b.WriteString(p.(string))
	}
	return b.String()
}

func (fr *frameType) composed(typeName string, paths []string, values [][]any) []any {
	pieces := []any{typeName + "{"}
	comma := func() {
		if len(pieces) > 1 {
			pieces = append(pieces, ", ")
		}
	}
	for i, path := range paths {
		if _, rest := cutPath(path); rest == "" {
			comma()
			pieces = append(pieces, path+": ")
			pieces = append(pieces, values[i]...)
		}
	}
	for _, field := range fr.fields {
		if field.inner == nil {
			continue
		}
		var inner []string
		var given [][]any
		for i, path := range paths {
			if first, rest := cutPath(path); rest != "" && first == field.name {
				inner, given = append(inner, rest), append(given, values[i])
			}
		}
		if len(inner) > 0 {
			comma()
			pieces = append(pieces, field.name+": ")
			pieces = append(pieces, field.inner.frame.composed(field.inner.frame.name, inner, given)...)
		}
	}
	return append(pieces, "}")
}

// cutPath cuts the first field off a path.
func cutPath(path string) (first, rest string) {
	first, rest, _ = strings.Cut(path, ".")
	return first, rest
}
