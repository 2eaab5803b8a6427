package build

import (
	"fmt"
	"go/token"
	"maps"
	"slices"

	"github.com/edo-go/edo/stackless/internal/directive"
	"github.com/edo-go/edo/stackless/internal/lower"
)

// demands returns what keeps functions from being lowered that say //edo:stackless.
func demands(fset *token.FileSet, demanded map[string]directive.Directive, m *made) (problems []lower.Reason) {
	for _, name := range slices.Sorted(maps.Keys(demanded)) {
		position := fset.Position(demanded[name].Function)
		fail := func(position token.Position, format string, args ...any) {
			text := name + " must be stackless, and is not: " + fmt.Sprintf(format, args...)
			problems = append(problems, lower.Reason{Pos: position, Text: text})
		}
		switch m.state {
		case Library:
			fail(position, "a package with step forms that are written by hand is not lowered")
			continue
		case Cgo:
			fail(position, "a package that uses cgo is not lowered")
			continue
		case Failed:
			fail(position, "its package could not be lowered")
			continue
		}
		i := slices.IndexFunc(m.result.Functions, func(f lower.Function) bool { return declares(f, position) })
		switch {
		case i < 0:
			fail(position, "it takes no Task")
		case m.result.Functions[i].Kind == lower.Refused:
			for _, reason := range m.result.Functions[i].Reasons {
				fail(reason.Pos, "%s", reason.Text)
			}
			if len(m.result.Functions[i].Reasons) == 0 {
				fail(position, "it was refused")
			}
		}
	}
	return problems
}

// declares reports whether f is the function whose name is at a position.
func declares(f lower.Function, name token.Position) bool {
	return f.Pos.Filename == name.Filename && f.Pos.Offset <= name.Offset && name.Offset < f.End.Offset
}
