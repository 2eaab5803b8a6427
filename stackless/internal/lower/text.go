package lower

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

// A replacer gives the text that stands for a node, if that is not its own.
type replacer func(n ast.Node) (text string, ok bool)

// text is the text of a node, in which the outermost nodes that replace knows are replaced.
func (u *unit) text(f *file, node ast.Node, replace replacer) string {
	if text, ok := replace(node); ok {
		return text
	}
	return apply(f.src, u.offset(node.Pos()), u.offset(node.End()), u.edits(f, node, replace))
}

// edits are the replacements inside a node, in the order of the text.
func (u *unit) edits(f *file, node ast.Node, replace replacer) (edits []edit) {
	ast.Inspect(node, func(n ast.Node) bool {
		if n == nil || n == node {
			return true
		}
		text, ok := replace(n)
		if !ok {
			return true
		}
		from, to := u.offset(n.Pos()), u.offset(n.End())
		edits = append(edits, edit{from, to, text + u.resync(f, n, text)})
		return false
	})
	slices.SortStableFunc(edits, func(a, b edit) int { return a.from - b.from })
	return edits
}

// resync is the comment that sets the line right after a node that was replaced by a text with
// fewer lines, or more.
func (u *unit) resync(f *file, n ast.Node, text string) string {
	was := strings.Count(string(f.src[u.offset(n.Pos()):u.offset(n.End())]), "\n")
	if was == strings.Count(text, "\n") {
		return ""
	}
	end := u.p.Fset.Position(n.End())
	return fmt.Sprintf("/*line :%d:%d*/", end.Line, end.Column)
}
