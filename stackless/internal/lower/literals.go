package lower

import (
	"go/ast"
	"go/types"
	"strings"
)

// literalFrame is the frame of a literal as a value, with what the literal captures: the value
// of a variable that does not change, and else a pointer to it.
func (u *unit) literalFrame(fi *funcInfo, f *function) string {
	return fi.frame.composeText(u.capturedValues(fi, f))
}

// capturedValues are the values of what the literal captures, see captured.
func (u *unit) capturedValues(fi *funcInfo, f *function) (values []string) {
	for _, obj := range fi.captured {
		values = append(values, u.captured(obj, f))
	}
	return values
}

// frameName is the type of a frame inside the function that it belongs to, where the type
// parameters have their own names.
func frameName(fr *frameType) string {
	if len(fr.typeParams) == 0 {
		return fr.name
	}
	var names []string
	for _, p := range fr.typeParams {
		names = append(names, p.Obj().Name())
	}
	return fr.name + "[" + strings.Join(names, ", ") + "]"
}

// captured is the variable, or the pointer to it, that a literal captures where it stands in f,
// or in a function that stays as it is.
func (u *unit) captured(obj *types.Var, f *function) string {
	shared := u.facts[obj].shared()
	if f != nil {
		if v := f.vars[obj]; v != nil {
			return f.pointer(v)
		}
	}
	if shared {
		return "&" + obj.Name()
	}
	return obj.Name()
}

// A closure is a piece: the text of a function literal of the compiler. What it captures is
// copied before the operation, as for literals of the user.
type closure struct{ pieces []any }

// stepClosure makes the step function that stands for a function which waits and is an argument of
// a step form. It keeps the frame of the function in the Step.
func (f *function) stepClosure(e ast.Expr, want types.Type) ([]any, bool) {
	fi := f.u.literalAt(e, f)
	if fi == nil {
		return nil, false
	}
	fr := f.u.frameOf(fi)
	if fr == nil {
		return nil, false
	}
	fi.given = true
	fr.isUsed = true
	sig := want.Underlying().(*types.Signature)
	edo := f.file.edo(f.u)
	task, st, frame, done := f.names.fresh("task"), f.names.fresh("st"), f.names.fresh("frame"), f.names.fresh("done")
	// 1. The head.
	head := "func(" + task + " *" + edo + ".Task, " + st + " *" + edo + ".Step"
	var args [][]any
	for i := 2; i < sig.Params().Len(); i++ {
		name := f.names.fresh("a")
		head += ", " + name + " " + f.u.typeText(f.file, sig.Params().At(i).Type(), e.Pos())
		args = append(args, []any{name})
	}
	head += ") (" + done + " bool"
	results := done
	for i := 1; i < sig.Results().Len(); i++ {
		name := f.names.fresh("r")
		head += ", " + name + " " + f.u.typeText(f.file, sig.Results().At(i).Type(), e.Pos())
		results += ", " + name
	}
	// 2. The first step makes the frame. The Step is zero while the frame runs, so that it is zero
	// also after a panic.
	typeName := frameName(fr)
	var values [][]any
	for _, obj := range fi.captured {
		v := f.vars[obj]
		switch {
		case v == nil:
			values = append(values, []any{f.u.captured(obj, nil)})
		case v.cell:
			values = append(values, []any{address{v}})
		default:
			values = append(values, []any{v})
		}
	}
	pieces := []any{head + ") { " + frame + " := " + edo + ".StepState[" + typeName + "](" + st + "); if " + frame + " == nil { " + frame + " = &"}
	pieces = append(pieces, fr.compose(typeName, append(values, args...))...)
	pieces = append(pieces, " }; "+st+".Set(nil); "+results+" = "+frame+".Poll("+task+"); if !"+done+" { "+st+".Set("+frame+") }; return }")
	return []any{closure{pieces}}, true
}
