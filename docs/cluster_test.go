package docs

import (
	"os"
	"regexp"
	"testing"
)

var testName = regexp.MustCompile("`(Test[A-Za-z0-9]+)`")

func TestEveryTestThatClusterNamesExists(t *testing.T) {
	document, err := os.ReadFile("cluster.md")
	if err != nil {
		t.Fatal(err)
	}
	funcs, _ := functions(t, "cluster", true)
	names := testName.FindAllStringSubmatch(string(document), -1)
	if len(names) < 13 {
		t.Errorf("only %d tests are named", len(names))
	}
	for _, name := range names {
		if funcs["cluster."+name[1]] == nil {
			t.Errorf("there is no test %s in module cluster", name[1])
		}
	}
}
