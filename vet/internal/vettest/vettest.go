// Package vettest runs the tests of the analyzers. It lays a tree without modules in a temporary folder: parts of edo's
// API (testdata), so that nothing is fetched and little is compiled, and the cases of all analyzers. They are loaded once, which
// takes most of the time, and so each analyzer is also silent about the cases of the others.
package vettest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/edo-go/edo/vet/internal/check"
)

// Run checks what analyzers report in their cases: in a package of the name of each analyzer, below testdata/src of the folder of
// that name, and in what it imports from there. Each line has a comment // want "…" for each report, and no other line
// has a report. Suggested fixes make of a file what the golden file beside it is.
func Run(t *testing.T, analyzers []*analysis.Analyzer) {
	t.Helper()
	dir := t.TempDir()
	lay(t, dir, filepath.Join("internal", "vettest"))
	var packages []string
	for _, a := range analyzers {
		lay(t, dir, a.Name)
		packages = append(packages, a.Name)
	}
	results := analysistest.RunWithSuggestedFixes(t, dir, all(analyzers), packages...)
	for _, a := range analyzers {
		if !slices.ContainsFunc(results, func(r *analysistest.Result) bool { return r.Pass.Pkg.Path() == a.Name && len(r.Diagnostics) > 0 }) {
			t.Errorf("%s reports nothing", a.Name)
		}
	}
}

// lay copies the tree of a folder.
func lay(t *testing.T, dir, from string) {
	t.Helper()
	if err := os.CopyFS(filepath.Join(dir, "src"), os.DirFS(filepath.Join(from, "testdata", "src"))); err != nil {
		t.Fatal(err)
	}
}

// all returns an analyzer that reports what each of several reports.
func all(analyzers []*analysis.Analyzer) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name:     "all",
		Doc:      "reports what all others report",
		Requires: analyzers,
		Run: func(pass *analysis.Pass) (any, error) {
			for _, a := range analyzers {
				for _, d := range pass.ResultOf[a].(*check.Result).Reports {
					pass.Report(d)
				}
			}
			return nil, nil
		},
	}
}
