package docs

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var testName = regexp.MustCompile("`(Test[A-Za-z0-9]+)`")

func TestEveryTestThatClusterNamesExists(t *testing.T) {
	testsNamedBy(t, "cluster.md", 13, "cluster", "lease", "../cluster/internal/link")
}

func TestEveryTestThatLeasesNamesExists(t *testing.T) {
	testsNamedBy(t, "leases.md", 8, "lease", "cluster")
}

// testsNamedBy requires that the document names tests of these packages, so many at least. A package is a
// name in directories, or a path.
func testsNamedBy(t *testing.T, name string, least int, packages ...string) {
	t.Helper()
	document, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	isTest := map[string]bool{}
	for _, pkg := range packages {
		dir, ok := directories[pkg]
		if !ok {
			dir = pkg
		}
		funcs, _ := functionsIn(t, dir, pkg, true)
		for name := range funcs {
			isTest[strings.TrimPrefix(name, pkg+".")] = true
		}
	}
	names := testName.FindAllStringSubmatch(string(document), -1)
	if len(names) < least {
		t.Errorf("only %d tests are named", len(names))
	}
	for _, name := range names {
		if !isTest[name[1]] {
			t.Errorf("there is no test %s in the packages %s", name[1], packages)
		}
	}
}
