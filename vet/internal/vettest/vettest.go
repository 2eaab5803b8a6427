// Package vettest runs the tests of the analyzers. It lays a tree without modules in a temporary folder: parts of edo's
// API (testdata), so that nothing is fetched and little is compiled, and the cases of the analyzer.
package vettest

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
)

// Stub is the folder with the parts of edo's API, from the folder of an analyzer.
const Stub = "../internal/vettest/testdata"

// Run checks what the analyzer reports in packages below testdata/src of the test's folder: each line that has a
// comment // want "…", and no other. Suggested fixes are compared with golden files.
func Run(t *testing.T, a *analysis.Analyzer, packages ...string) {
	t.Helper()
	dir := tree(t)
	analysistest.Run(t, dir, a, packages...)
}

// RunFixes is Run, and compares the suggested fixes with the golden files beside the sources.
func RunFixes(t *testing.T, a *analysis.Analyzer, packages ...string) {
	t.Helper()
	dir := tree(t)
	analysistest.RunWithSuggestedFixes(t, dir, a, packages...)
}

func tree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, from := range []string{Stub, "testdata"} {
		if err := os.CopyFS(filepath.Join(dir, "src"), os.DirFS(filepath.Join(from, "src"))); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
