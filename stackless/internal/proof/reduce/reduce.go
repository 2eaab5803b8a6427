package reduce

import (
	"bytes"
	"context"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"regexp"
	"slices"
)

// Fails returns the index of the first of some programs that fails, or -1.
type Fails func(ctx context.Context, programs []string) (int, error)

// together is how many candidates are tried in one build.
const together = 40

// Reduce returns the smallest program that it finds from source and that fails. It ends
// when ctx does, with the best until then.
func Reduce(ctx context.Context, source string, imports types.Importer, fails Fails) (string, error) {
	for ctx.Err() == nil {
		candidates, err := Candidates(source, imports)
		if err != nil {
			return source, err
		}
		smaller := ""
		for len(candidates) > 0 && smaller == "" && ctx.Err() == nil {
			n := min(together, len(candidates))
			i, err := fails(ctx, candidates[:n])
			if err != nil {
				if ctx.Err() != nil {
					break
				}
				return source, err
			}
			if i >= 0 {
				smaller = candidates[i]
			}
			candidates = candidates[n:]
		}
		if smaller == "" {
			break
		}
		source = smaller
	}
	return source, nil
}

// An edit changes a parsed program in place. It is a function of the position of what it
// changes, counted in the order of a walk, so that it can be made on another parse of the
// same text.
type edit func(f *ast.File)

// Candidates returns the programs that are source with one edit each, and that type-check,
// the smallest first.
func Candidates(source string, imports types.Importer) ([]string, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	config := types.Config{Importer: imports}
	if _, err := config.Check("p", fset, []*ast.File{f}, info); err != nil {
		return nil, err
	}
	seen := map[string]bool{source: true}
	var found []string
	for _, e := range edits(f, info) {
		text, ok := apply(source, e, imports)
		if ok && len(text) <= len(source) && !seen[text] {
			seen[text] = true
			found = append(found, text)
		}
	}
	slices.SortStableFunc(found, func(x, y string) int { return len(x) - len(y) })
	return found, nil
}

// apply makes an edit on source. ok says whether the result type-checks. Variables that are
// not used any more are no obstacle: their declarations go too.
func apply(source string, e edit, imports types.Importer) (text string, ok bool) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", source, parser.SkipObjectResolution)
	if err != nil {
		return "", false
	}
	e(f)
	for range 4 {
		var b bytes.Buffer
		if format.Node(&b, fset, f) != nil {
			return "", false
		}
		text = blankLine.ReplaceAllString(b.String(), "\n$1")
		// Parsed anew, as edits leave positions behind that mislead the printer.
		fset = token.NewFileSet()
		if f, err = parser.ParseFile(fset, "p.go", text, parser.SkipObjectResolution); err != nil {
			return "", false
		}
		var errs []types.Error
		config := types.Config{Importer: imports, Error: func(err error) { errs = append(errs, err.(types.Error)) }}
		config.Check("p", fset, []*ast.File{f}, nil)
		if len(errs) == 0 {
			return text, true
		}
		if !dropAt(f, errs) {
			return "", false
		}
	}
	return "", false
}

// blankLine is an empty line inside a declaration.
var blankLine = regexp.MustCompile(`\n\n+(\t|})`)

// dropAt removes the statements that errors point into, but for errors in what is no
// statement.
func dropAt(f *ast.File, errs []types.Error) bool {
	dropped := false
	for _, l := range lists(f) {
		n := len(*l)
		*l = slices.DeleteFunc(*l, func(s ast.Stmt) bool {
			switch s := s.(type) {
			case *ast.AssignStmt, *ast.DeclStmt, *ast.ExprStmt, *ast.LabeledStmt, *ast.BranchStmt:
				return slices.ContainsFunc(errs, func(e types.Error) bool {
					if l, ok := s.(*ast.LabeledStmt); ok {
						return l.Label.Pos() == e.Pos
					}
					return s.Pos() <= e.Pos && e.Pos < s.End()
				})
			}
			return false
		})
		dropped = dropped || len(*l) < n
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if r, ok := n.(*ast.RangeStmt); ok {
			for _, e := range errs {
				dropped = dropVariable(r, e.Pos) || dropped
			}
		}
		return true
	})
	return dropped
}

// dropVariable takes away the variable of r that stands at pos.
func dropVariable(r *ast.RangeStmt, pos token.Pos) bool {
	switch {
	case r.Value != nil && r.Value.Pos() == pos:
		r.Value = nil
	case r.Key != nil && r.Key.Pos() == pos && r.Value != nil:
		r.Key = ast.NewIdent("_")
	case r.Key != nil && r.Key.Pos() == pos:
		r.Key, r.Tok = nil, token.ILLEGAL
	default:
		return false
	}
	return true
}

// lists are the lists of statements of a file, in the order of a walk.
func lists(f *ast.File) []*[]ast.Stmt {
	var found []*[]ast.Stmt
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			found = append(found, &n.List)
		case *ast.CaseClause:
			found = append(found, &n.Body)
		case *ast.CommClause:
			found = append(found, &n.Body)
		}
		return true
	})
	return found
}
