package allow

import (
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/edo-go/edo/vet/internal/causes"
	"github.com/edo-go/edo/vet/internal/check"
)

// New returns the analyzer of the comments that allow the reports of checks. It runs all of these.
func New(checks []*analysis.Analyzer) *analysis.Analyzer {
	names := make([]string, len(checks))
	for i, c := range checks {
		names[i] = c.Name
	}
	slices.Sort(names)
	return check.New(check.Spec{
		Name:     "allow",
		Doc:      doc,
		Requires: append(slices.Clone(checks), causes.Analyzer),
		Run: func(pass *check.Pass) {
			for _, a := range pass.ResultOf[check.Reader].(*check.Comments).All {
				switch at := (span{a.Pos, a.End}); {
				case len(a.Names) == 0:
					pass.Reportf(at, "%s needs the name of an analyzer and a reason", check.Prefix)
				case a.Reason == "":
					pass.Reportf(at, "%s %s needs a reason", check.Prefix, strings.Join(a.Names, ","))
				default:
					checkNames(pass, a, names, checks)
				}
			}
		},
	})
}

type span struct{ from, to token.Pos }

func (s span) Pos() token.Pos { return s.from }
func (s span) End() token.Pos { return s.to }

// checkNames reports names of no analyzer, and a comment that has kept back no report.
func checkNames(pass *check.Pass, a check.Allowance, names []string, checks []*analysis.Analyzer) {
	for _, name := range a.Names {
		if !slices.Contains(names, name) {
			pass.Reportf(span{a.Pos, a.End}, "there is no analyzer %q: there are %s", name, strings.Join(names, ", "))
			return
		}
	}
	isUsed := pass.ResultOf[causes.Analyzer].(*causes.Causes).Allows(a.Pos)
	for _, c := range checks {
		isUsed = isUsed || pass.ResultOf[c].(*check.Result).Allows(a.Pos)
	}
	if !isUsed && !pass.IsSkipped(a.Pos) {
		pass.Reportf(span{a.Pos, a.End}, "%s %s keeps back no report: remove it", check.Prefix, strings.Join(a.Names, ","))
	}
}
