package check

import (
	"fmt"
	"go/ast"
	"go/token"
	"reflect"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/edo-go/edo/vet/internal/api"
)

// page has a section for each analyzer.
const page = "https://github.com/edo-go/edo/blob/main/docs/vet.md#"

// A Spec is one analyzer.
type Spec struct {
	Name     string // in reports, flags and //edo:allow comments
	Doc      string // its first line is the summary
	Requires []*analysis.Analyzer
	Run      func(*Pass)

	// SkipTests leaves out the files of tests.
	SkipTests bool
}

// A Pass is one analyzer's look at one package.
type Pass struct {
	*analysis.Pass
	comments *Comments
	skipped  map[*token.File]bool // no reports from these files
	name     string
	result   *Result
}

// A Result is what an analyzer leaves behind: what it has reported, and which comments have allowed one of its reports.
type Result struct {
	Reports  []analysis.Diagnostic
	allowing map[token.Pos]bool
}

// Allows reports whether the comment at pos has kept back a report.
func (r *Result) Allows(pos token.Pos) bool { return r.allowing[pos] }

// New makes the analyzer of a spec.
func New(s Spec) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name:       s.Name,
		Doc:        s.Doc,
		URL:        page + s.Name,
		Requires:   append([]*analysis.Analyzer{Reader}, s.Requires...),
		ResultType: reflect.TypeFor[*Result](),
		Run: func(pass *analysis.Pass) (_ any, err error) {
			defer Recover(pass, &err)
			p := &Pass{
				Pass:     pass,
				comments: pass.ResultOf[Reader].(*Comments),
				skipped:  map[*token.File]bool{},
				name:     s.Name,
				result:   &Result{allowing: map[token.Pos]bool{}},
			}
			if !api.Uses(pass.Pkg) {
				return p.result, nil
			}
			for _, file := range pass.Files {
				if ast.IsGenerated(file) || s.SkipTests && p.IsTest(file.Pos()) {
					p.skipped[pass.Fset.File(file.Pos())] = true
				}
			}
			s.Run(p)
			return p.result, nil
		},
	}
}

// Recover makes a panic of an analyzer the error of its run. It is deferred.
func Recover(pass *analysis.Pass, err *error) {
	if v := recover(); v != nil {
		*err = fmt.Errorf("an error of edovet itself, please report it: %s of package %s: %v", pass.Analyzer.Name, pass.Pkg.Path(), v)
	}
}

// IsTest reports whether pos is in the file of a test.
func (p *Pass) IsTest(pos token.Pos) bool {
	return strings.HasSuffix(p.Fset.File(pos).Name(), "_test.go")
}

// IsSkipped reports whether no report comes from the file at pos.
func (p *Pass) IsSkipped(pos token.Pos) bool { return p.skipped[p.Fset.File(pos)] }

// Report reports d, unless its file is skipped or a comment allows it.
func (p *Pass) Report(d analysis.Diagnostic) {
	if p.IsSkipped(d.Pos) {
		return
	}
	if comment := p.comments.Allowing(p.name, d.Pos); comment.IsValid() {
		p.result.allowing[comment] = true
		return
	}
	p.result.Reports = append(p.result.Reports, d)
	p.Pass.Report(d)
}

// Reportf reports a text at the range of a node.
func (p *Pass) Reportf(at analysis.Range, format string, args ...any) {
	p.Report(analysis.Diagnostic{Pos: at.Pos(), End: at.End(), Message: fmt.Sprintf(format, args...)})
}
