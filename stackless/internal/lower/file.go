package lower

import (
	"fmt"
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A file is one file of the package, and what becomes of it.
type file struct {
	syntax   *ast.File
	name     string // as the file set has it
	src      []byte
	aliases  map[string]string // import path → the name of an import that is added
	appended strings.Builder   // the text of the frames
	edits    []edit            // replacements in the text of the user

	importNames map[*ast.ImportSpec]string // of the imports that have a name in the file
}

// An edit replaces the text between two offsets.
type edit struct {
	from, to int
	text     string
}

// offset is where pos lies in the text of the file.
func (u *unit) offset(pos token.Pos) int { return u.p.Fset.PositionFor(pos, false).Offset }

// importName is the name by which the file knows p, a package whose types it writes: "" for its
// own. An import that the file lacks is added.
func (f *file) importName(u *unit, p *types.Package) string {
	if p.Path() == u.p.Types.Path() {
		return ""
	}
	for _, spec := range f.syntax.Imports {
		if path, err := strconv.Unquote(spec.Path.Value); err != nil || !isPath(u, spec, path, p) {
			continue
		}
		switch {
		case spec.Name == nil:
			return p.Name()
		case spec.Name.Name != "_" && spec.Name.Name != ".":
			return spec.Name.Name
		}
	}
	if alias := f.aliases[p.Path()]; alias != "" {
		return alias
	}
	taken := &names{taken: map[string]bool{}}
	for _, g := range u.files {
		ast.Inspect(g.syntax, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				taken.taken[id.Name] = true
			}
			return true
		})
	}
	for _, alias := range f.aliases {
		taken.taken[alias] = true
	}
	alias := taken.fresh("edo_" + p.Name())
	f.aliases[p.Path()] = alias
	return alias
}

// isPath reports whether an import declaration of path is of p. The path differs from that of p
// in vendored code.
func isPath(u *unit, spec *ast.ImportSpec, path string, p *types.Package) bool {
	if path == p.Path() {
		return true
	}
	name := u.p.Info.PkgNameOf(spec)
	return name != nil && name.Imported().Path() == p.Path()
}

// edo is the name of package edo in the file.
func (f *file) edo(u *unit) string { return f.importName(u, u.edo) }

// line is the directive that makes the next line that of pos. It stands at the start of a line.
func (u *unit) line(pos token.Pos) string {
	p := u.p.Fset.Position(pos)
	name := p.Filename
	if relative, ok := u.relative[name]; ok {
		name = relative
	} else if abs, err := filepath.Abs(name); err == nil {
		name = abs
	}
	return fmt.Sprintf("//line %s:%d\n", name, p.Line)
}

// lineName is the file name in a line directive.
var lineName = regexp.MustCompile(`^(?://|/\*)line (.*?):\d+(?::\d+)?(?:\*/)?$`)

// relativeNames are the names of line directives that are not absolute, by what go/token makes of them. The
// Go compiler leaves them as they are.
func relativeNames(files []*file) map[string]string {
	names := map[string]string{}
	for _, f := range files {
		for _, group := range f.syntax.Comments {
			for _, c := range group.List {
				if m := lineName.FindStringSubmatch(c.Text); m != nil && m[1] != "" && !filepath.IsAbs(m[1]) {
					names[filepath.Join(filepath.Dir(f.name), m[1])] = m[1]
				}
			}
		}
	}
	return names
}

// text is the new text of the file; nil if nothing changed.
func (f *file) text(u *unit) []byte {
	if len(f.edits) == 0 && f.appended.Len() == 0 {
		return nil
	}
	text := apply(f.src, 0, len(f.src), f.edits) + "\n" + f.appended.String()
	if unused := f.unusedImports(text); len(unused) > 0 {
		text = apply(f.src, 0, len(f.src), f.withBlank(u, unused)) + "\n" + f.appended.String()
	}
	// A function that was refused in the end may have asked for imports that nothing uses now.
	imports := ""
	for _, path := range sortedKeys(f.aliases) {
		if alias := f.aliases[path]; strings.Contains(text, alias+".") {
			imports += fmt.Sprintf("; import %s %q", alias, path)
		}
	}
	at := u.offset(f.syntax.Name.End()) // before all edits
	return []byte(text[:at] + imports + text[at:])
}

// unusedImports are the imports of the source that nothing in the new text uses: their last use was in a
// literal for which a frame stands, in what Poll says otherwise.
func (f *file) unusedImports(text string) (unused []*ast.ImportSpec) {
	used := map[string]bool{}
	var s scanner.Scanner
	fset := token.NewFileSet()
	s.Init(fset.AddFile("", -1, len(text)), []byte(text), func(token.Position, string) {}, 0)
	last := ""
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		if tok == token.PERIOD {
			used[last] = true
		}
		last = ""
		if tok == token.IDENT {
			last = lit
		}
	}
	for _, spec := range f.syntax.Imports {
		if name := f.importNames[spec]; name != "" && !used[name] {
			unused = append(unused, spec)
		}
	}
	return unused
}

// withBlank are the edits of the file and those that make imports blank.
func (f *file) withBlank(u *unit, imports []*ast.ImportSpec) []edit {
	edits := slices.Clone(f.edits)
	for _, spec := range imports {
		from, to := u.offset(spec.Path.Pos()), u.offset(spec.Path.Pos())
		if spec.Name != nil {
			from = u.offset(spec.Name.Pos())
		}
		edits = append(edits, edit{from, to, "_ "})
	}
	slices.SortStableFunc(edits, func(a, b edit) int { return a.from - b.from })
	return edits
}

// apply is the text from one offset to another, with edits, which are in order and inside.
func apply(src []byte, from, to int, edits []edit) string {
	var b strings.Builder
	for _, e := range edits {
		b.Write(src[from:e.from])
		b.WriteString(e.text)
		from = e.to
	}
	b.Write(src[from:to])
	return b.String()
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
