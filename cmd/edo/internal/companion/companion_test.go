package companion

import (
	"os"
	"strings"
	"testing"
)

var all = []*companion{&work, &top}

func TestWithoutTheProgramItSaysHowToInstallIt(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, c := range all {
		var out, errs strings.Builder
		if status := c.run([]string{"watch"}, &out, &errs); status != 1 || out.Len() > 0 || !strings.HasPrefix(errs.String(), c.name+": ") ||
			!strings.Contains(errs.String(), "go install "+c.importPath) {
			t.Errorf("%s: status %d\n%s%s", c.name, status, &out, &errs)
		}
	}
}

func TestEachProgramIsWhereItsImportPathSays(t *testing.T) {
	for _, c := range all {
		folder, ok := strings.CutPrefix(c.importPath, "github.com/edo-go/edo/")
		if !ok || !strings.HasSuffix(folder, "/"+c.program) {
			t.Errorf("%s: %s", c.name, c.importPath)
		}
		text, err := os.ReadFile("../../../../" + folder + "/go.mod")
		if err != nil || !strings.HasPrefix(string(text), "module "+c.importPath+"\n") {
			t.Errorf("%s: %v\n%s", c.name, err, text)
		}
	}
}
