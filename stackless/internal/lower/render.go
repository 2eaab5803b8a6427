package lower

import (
	"go/ast"
	"strings"
)

// pieces is the text of pieces.
func (f *function) pieces(o *op, pieces []any) string {
	var b strings.Builder
	for _, p := range pieces {
		switch p := p.(type) {
		case string:
			b.WriteString(p)
		case occupied:
		case *variable:
			b.WriteString(f.value(p))
		case def:
			b.WriteString(f.value(p.variable))
		case address:
			b.WriteString(f.pointer(p.variable))
		case newCell:
			b.WriteString(f.pointer(p.variable) + " = new(" + f.u.typeText(f.file, p.typ, p.pos) + ")")
		case zeroOf:
			b.WriteString(f.u.zero(f.file, p.typ, p.pos))
		case closure:
			b.WriteString(f.pieces(o, p.pieces))
		case async:
			b.WriteString(f.asyncText(p))
		case original:
			b.WriteString(f.originalText(p.e))
		case *label:
			b.WriteString(f.labelName(p))
		case suspend:
			b.WriteString(f.suspension(o))
		case leave:
			b.WriteString(f.leaving(p, func(ps []any) string { return f.pieces(o, ps) }))
		case []any:
			b.WriteString(f.pieces(o, p))
		case ast.Node:
			b.WriteString(f.u.text(f.file, p, f.replace))
		}
	}
	return b.String()
}

// originalText is the text of an expression for which something else stands elsewhere.
func (f *function) originalText(e ast.Expr) string {
	if call, ok := e.(*ast.CallExpr); ok {
		if text, ok := f.u.spawnText(f.file, call, f); ok {
			return text
		}
	}
	return apply(f.file.src, f.u.offset(e.Pos()), f.u.offset(e.End()), f.u.edits(f.file, e, f.replace))
}

// labelName names a label when it is first written.
func (f *function) labelName(l *label) string {
	if l.name == "" {
		l.name = f.names.fresh(l.hint)
	}
	return l.name
}

// replace is the text of a node of the user that is another one in the lowered function.
func (f *function) replace(n ast.Node) (string, bool) {
	if pieces, ok := f.subst[n]; ok {
		return f.pieces(nil, pieces), true
	}
	switch n := n.(type) {
	case *ast.Ident:
		if v := f.variableOf(n); v != nil {
			return f.value(v), true
		}
		if text, ok := f.constantText(n); ok {
			return text, true
		}
		return f.u.valueText(f.file, n, f)
	case *ast.SelectorExpr:
		return f.u.valueText(f.file, n, f)
	case *ast.FuncLit:
		return f.u.valueText(f.file, n, f)
	case *ast.BranchStmt:
		if l := f.branches[n]; l != nil {
			return "goto " + f.labelName(l), true
		}
		return "", false
	case *ast.ReturnStmt:
		if f.isOwnReturn(n) {
			return f.leaving(leave{f.returned(n)}, func(ps []any) string { return f.pieces(nil, ps) }), true
		}
	case *ast.CallExpr:
		if text, ok := f.handlerText(n); ok {
			return text, true
		}
		return f.u.spawnText(f.file, n, f)
	}
	return "", false
}

// returned are the results of a return statement, as pieces; nil: it has none.
func (f *function) returned(n *ast.ReturnStmt) []any {
	if len(n.Results) == 0 {
		return nil
	}
	pieces := []any{}
	for _, e := range n.Results {
		pieces = append(pieces, e)
	}
	return pieces
}

// leaving is the statement that returns results.
func (f *function) leaving(l leave, text func([]any) string) string {
	want := f.sig.Results().Len()
	if want == 0 {
		return f.returning(nil)
	}
	var into []string
	for _, v := range f.results {
		into = append(into, f.value(v))
	}
	switch {
	case l.results == nil && f.storesDefers():
		return "goto " + f.exit
	case l.results == nil:
		return f.returning(into)
	}
	var values []string
	for _, p := range l.results {
		values = append(values, text([]any{p}))
	}
	isTuple := len(values) < want
	switch {
	case f.storesDefers():
		return "{ " + store(into, values) + "goto " + f.exit + " }"
	case f.storesResults():
		return "{ " + store(into, values) + f.returning(into) + " }"
	case isTuple && !f.isHoisted(l.results[0]):
		return "{ " + strings.Join(f.outNames, ", ") + " = " + values[0] + "; " + f.returning(f.outNames) + " }"
	}
	return f.returning(values)
}

// returning is the statement that returns values, done. A function that defers has one return: for a
// function with many of them and deferred calls the go command makes a record of each call.
func (f *function) returning(values []string) string {
	if !f.exits() {
		return strings.Join(append([]string{"return true"}, values...), ", ")
	}
	into := f.outNames
	if len(values) == 1 && len(into) > 1 { // they are several
		return "{ " + strings.Join(into, ", ") + " = " + values[0] + "; goto " + f.exit + " }"
	}
	return "{ " + store(into, values) + "goto " + f.exit + " }"
}

// exits reports whether Poll has one return, and defers calls. Then its first result is true, but
// while it suspends.
func (f *function) exits() bool { return f.finishes() || len(f.ends) > 0 }

// store is the assignment of values, without those that are there already.
func store(into, values []string) string {
	if len(into) == len(values) {
		var left, right []string
		for i, value := range values {
			if value != into[i] {
				left, right = append(left, into[i]), append(right, value)
			}
		}
		into, values = left, right
	}
	if len(into) == 0 {
		return ""
	}
	return strings.Join(into, ", ") + " = " + strings.Join(values, ", ") + "; "
}

// storesDefers reports whether the results reach the caller by the deferred end of Poll: deferred
// functions may write them, and what is dropped at the end of a loop.
func (f *function) storesDefers() bool { return f.isNamed && len(f.defers) > 0 || f.endsWrite }

// isHoisted reports whether a result stands for several values already.
func (f *function) isHoisted(p any) bool {
	n, ok := p.(ast.Expr)
	if !ok {
		return false
	}
	_, ok = f.subst[ast.Unparen(n)]
	return ok
}

// suspension is the end of Poll at a wait.
func (f *function) suspension(o *op) string {
	var b strings.Builder
	for _, v := range f.placement.clear[o] {
		zero := "nil"
		if !v.cell {
			zero = f.u.zero(f.file, v.typ, v.pos)
		}
		b.WriteString(v.storage + " = " + zero + "; ")
	}
	if f.hasState() {
		b.WriteString(f.self + ".state = " + itoa(o.state) + "; ")
	}
	if f.exits() {
		b.WriteString("goto " + f.exit)
	} else {
		b.WriteString("return")
	}
	return b.String()
}

// captures are the variables that literals in the operation capture and that are written into
// its text, in the order of the text.
func (f *function) captures(pieces []any) (captured []*variable) {
	seen := map[*variable]bool{}
	var itself ast.Node
	var walk func(n ast.Node, inLiteral bool)
	walk = func(node ast.Node, inLiteral bool) {
		ast.Inspect(node, func(n ast.Node) bool {
			if n == nil {
				return true
			}
			if pieces, ok := f.subst[n]; ok && n != itself {
				for _, v := range f.captures(pieces) {
					if !seen[v] {
						seen[v] = true
						captured = append(captured, v)
					}
				}
				return false
			}
			switch n := n.(type) {
			case *ast.FuncLit:
				if !inLiteral {
					walk(n.Body, true)
					return false
				}
			case *ast.Ident:
				if !inLiteral {
					return true
				}
				if fi := f.u.literalAt(n, f); fi != nil { // its frame is made of what it captures
					for _, obj := range f.u.capturedBy(fi) {
						if v := f.vars[obj]; v != nil && !seen[v] {
							seen[v] = true
							captured = append(captured, v)
						}
					}
				}
				if v := f.variableOf(n); v != nil && !seen[v] {
					seen[v] = true
					captured = append(captured, v)
				}
			}
			return true
		})
	}
	for _, p := range pieces {
		switch p := p.(type) {
		case closure:
			for _, inner := range p.pieces {
				switch inner := inner.(type) {
				case *variable:
					captured = append(captured, inner)
				case address:
					captured = append(captured, inner.variable)
				}
			}
		case async:
			walk(p.e, false)
		case original:
			itself = p.e
			walk(p.e, false)
			itself = nil
		case ast.Node:
			walk(p, false)
		case []any:
			captured = append(captured, f.captures(p)...)
		case leave:
			captured = append(captured, f.captures(p.results)...)
		}
	}
	return captured
}

// opText is the text of an operation, one line or the lines of the user. What its literals
// capture is copied first: the place where it lies is used again by later turns and polls.
func (f *function) opText(o *op) string {
	captured := f.captures(o.pieces)
	if len(captured) == 0 {
		return f.pieces(o, o.pieces)
	}
	var names, values []string
	alias := map[*variable]string{}
	for _, v := range captured {
		if alias[v] != "" {
			continue
		}
		name := f.names.fresh(v.hint)
		alias[v] = name
		names = append(names, name)
		values = append(values, v.storage)
	}
	f.alias = alias
	defer func() { f.alias = nil }()
	return "{ " + strings.Join(names, ", ") + " := " + strings.Join(values, ", ") + "; " + useAll(names) + f.pieces(o, o.pieces) + " }"
}

// useAll uses variables that the text may not use: a frame may stand for what would.
func useAll(names []string) string {
	return strings.TrimSuffix(strings.Repeat("_, ", len(names)), ", ") + " = " + strings.Join(names, ", ") + "; "
}
