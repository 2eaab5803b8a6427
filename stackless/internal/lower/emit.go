package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// text is the text of the frame: its type and its methods.
func (f *function) text() string {
	f.layOut()
	f.outNames = nil
	for i := range f.sig.Results().Len() {
		f.outNames = append(f.outNames, f.names.fresh("r"+itoa(i)))
	}
	body := f.bodyText()
	decl, use := f.typeParams()
	var b strings.Builder
	// 1. The type.
	fmt.Fprintf(&b, "\n%stype %s%s struct {\n", f.u.line(f.node.Pos()), f.frame.name, decl)
	for _, field := range f.frame.fields {
		fmt.Fprintf(&b, "\t%s %s\n", field.name, field.text)
	}
	b.WriteString("}\n\n")
	// 2. The name for reports.
	fmt.Fprintf(&b, "%sfunc (*%s%s) FunctionName() string { return %q }\n\n", f.u.line(f.node.Pos()), f.frame.name, use, f.u.prefix+"."+f.name.symbol)
	// 3. Poll.
	fmt.Fprintf(&b, "%sfunc (%s *%s%s) Poll(%s *%s.Task) (%s bool", f.u.line(f.node.Pos()), f.self, f.frame.name, use, f.taskName(), f.file.edo(f.u), f.done)
	for i, name := range f.outNames {
		fmt.Fprintf(&b, ", %s %s", name, f.u.typeText(f.file, f.sig.Results().At(i).Type(), f.node.Pos()))
	}
	b.WriteString(") {\n")
	b.WriteString(f.locals())
	b.WriteString(f.entry())
	b.WriteString(body)
	b.WriteString("}\n")
	b.WriteString(f.deferText(use))
	b.WriteString(f.endText(use))
	return b.String()
}

// taskName is the name of the Task in Poll.
func (f *function) taskName() string {
	if f.task == nil || f.task.Name() == "" || f.task.Name() == "_" {
		if f.noTask == "" {
			f.noTask = f.names.fresh("task")
		}
		return f.noTask
	}
	return f.task.Name()
}

// typeParams are the type parameters of the frame, as declared and as used.
func (f *function) typeParams() (decl, use string) {
	params := f.frame.typeParams
	if len(params) == 0 {
		return "", ""
	}
	var decls, uses []string
	for _, p := range params {
		decls = append(decls, p.Obj().Name()+" "+f.u.typeText(f.file, p.Constraint(), f.node.Pos()))
		uses = append(uses, p.Obj().Name())
	}
	return "[" + strings.Join(decls, ", ") + "]", "[" + strings.Join(uses, ", ") + "]"
}

// locals declares the variables of Poll, before any label.
func (f *function) locals() string {
	var b strings.Builder
	var names []string
	for _, v := range f.all {
		if v.field || !v.used || v.room != "" {
			continue
		}
		fmt.Fprintf(&b, "\tvar %s %s\n", v.storage, f.storedType(v))
		names = append(names, v.storage)
	}
	if len(names) > 0 {
		b.WriteString("\t" + strings.TrimSuffix(useAll(names), "; ") + "\n")
	}
	return b.String()
}

// entry is what each call of Poll begins with: the deferred functions, and the jump to where
// the function waits.
func (f *function) entry() string {
	var b strings.Builder
	b.WriteString(f.deferEntry())
	isFirst := true
	for _, o := range f.ops {
		switch {
		case o.state == 0:
			continue
		case !f.hasState():
			fmt.Fprintf(&b, "\tif %s.%s != 0 {\n\t\tgoto %s\n", f.self, f.frame.state, f.resumeLabels[o])
		default:
			if isFirst {
				fmt.Fprintf(&b, "\tswitch %s.state {\n", f.self)
			}
			fmt.Fprintf(&b, "\tcase %d:\n\t\tgoto %s\n", o.state, f.resumeLabels[o])
		}
		isFirst = false
	}
	if !isFirst {
		b.WriteString("\t}\n")
	}
	return b.String()
}

// bodyText is the text of the operations.
func (f *function) bodyText() string {
	f.resumeLabels = map[*op]string{}
	for i, o := range f.ops {
		if o.waits && f.reachable[i] {
			f.states++
			o.state = f.states
			f.resumeLabels[o] = f.names.fresh("wait" + itoa(o.state))
		}
	}
	var b strings.Builder
	ended := false
	for i, o := range f.ops {
		if !f.reachable[i] {
			continue
		}
		if o.label != nil {
			if o.label.used {
				fmt.Fprintf(&b, "%s:\n", f.labelName(o.label))
				ended = false
			}
			continue
		}
		if len(o.pieces) == 0 {
			continue
		}
		if name := f.resumeLabels[o]; name != "" {
			fmt.Fprintf(&b, "%s:\n", name)
		}
		text := f.opText(o)
		if isSelfAssignment(text) {
			continue
		}
		b.WriteString(f.u.line(o.pos))
		fmt.Fprintf(&b, "\t%s\n", text)
		ended = o.ends
	}
	if !ended {
		b.WriteString("\tpanic(\"unreachable\")\n")
	}
	if f.exits() {
		fmt.Fprintf(&b, "%s:\n\treturn\n", f.exit)
	}
	return b.String()
}

// isSelfAssignment reports whether an operation does nothing, because two variables share a place.
func isSelfAssignment(text string) bool {
	left, right, ok := strings.Cut(text, " = ")
	return ok && left == right && !strings.Contains(left, "(")
}

// layOut makes the fields of the frame.
func (f *function) layOut() {
	fr := f.frame
	fr.fields = nil
	for _, p := range f.slots {
		f.addField(p)
	}
	for _, c := range f.callees {
		fr.fields = append(fr.fields, field{name: c.field, text: c.text, size: c.frame.size, align: c.frame.align, inner: c})
	}
	if f.keepsStep {
		fr.fields = append(fr.fields, field{name: "st", text: f.file.edo(f.u) + ".Step", typ: f.u.stepType()})
	}
	for _, d := range f.defers {
		if d.list != "" {
			list := types.NewSlice(types.NewSignatureType(nil, nil, nil, nil, nil, false))
			fr.fields = append(fr.fields, field{name: d.list, text: "[]func()", typ: list})
		}
	}
	if n := len(f.defers); n > 0 {
		kind := types.Uint64
		switch {
		case n <= 8:
			kind = types.Uint8
		case n <= 32:
			kind = types.Uint32
		}
		fr.fields = append(fr.fields, field{name: "armed", text: types.Typ[kind].Name(), typ: types.Typ[kind]})
	}
	f.layOutState()
}

// layOutState makes the field that says where the function waits. A function that waits in one call
// alone, of a frame inside its own, waits when that does.
func (f *function) layOutState() {
	var waits []*op
	for i, o := range f.ops {
		if o.waits && f.reachable[i] {
			waits = append(waits, o)
		}
	}
	fr := f.frame
	fr.state = ""
	if len(waits) == 0 {
		return
	}
	if c := waits[0].call; len(waits) == 1 && c != nil && c.frame.pkg == fr.pkg && c.frame.state != "" {
		fr.state = c.field + "." + c.frame.state
		return
	}
	fr.state = "state"
	kind := types.Uint8
	if len(waits) > 255 {
		kind = types.Uint32
	}
	fr.fields = append(fr.fields, field{name: fr.state, text: types.Typ[kind].Name(), typ: types.Typ[kind]})
}

// hasState reports whether the frame has a state of its own.
func (f *function) hasState() bool { return f.frame.state == "state" }

// addField makes a field of a slot.
func (f *function) addField(p *slot) {
	v := p.members[0]
	if p.room != "" {
		for _, w := range p.members {
			w.storage = f.self + "." + p.room
			if i := slices.Index(f.params, w); i >= 0 {
				f.frame.params[i] = p.room
			}
		}
		return
	}
	if v.fieldName == "" {
		v.fieldName = f.fields.fresh(v.hint)
	}
	for _, w := range p.members {
		w.storage = f.self + "." + v.fieldName
	}
	f.frame.fields = append(f.frame.fields, field{name: v.fieldName, text: p.text, typ: v.storedGoType(), isVariable: true})
}

// isTerminating reports whether control never comes after a statement, by the rules of the
// language.
func isTerminating(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok.String() == "goto" || s.Tok.String() == "break" || s.Tok.String() == "continue"
	case *ast.BlockStmt:
		return len(s.List) > 0 && isTerminating(s.List[len(s.List)-1])
	case *ast.IfStmt:
		return s.Else != nil && isTerminating(s.Body) && isTerminating(s.Else)
	}
	return false
}
