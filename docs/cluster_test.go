package docs

import (
	"os"
	"regexp"
	"testing"
)

var testName = regexp.MustCompile("`(Test[A-Za-z0-9]+)`")

func TestEveryTestThatClusterNamesExists(t *testing.T) {
	testsNamedBy(t, "cluster.md", "cluster", 13)
}

func TestEveryTestThatLeasesNamesExists(t *testing.T) {
	testsNamedBy(t, "leases.md", "lease", 8)
}

// testsNamedBy requires that the document names tests of the package, so many at least.
func testsNamedBy(t *testing.T, name, pkg string, least int) {
	t.Helper()
	document, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	funcs, _ := functions(t, pkg, true)
	names := testName.FindAllStringSubmatch(string(document), -1)
	if len(names) < least {
		t.Errorf("only %d tests are named", len(names))
	}
	for _, name := range names {
		if funcs[pkg+"."+name[1]] == nil {
			t.Errorf("there is no test %s in package %s", name[1], pkg)
		}
	}
}
