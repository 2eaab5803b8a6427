package lower

import (
	"os/exec"
	"testing"
)

// The files of a package are compiled twice for its tests, and lowered once.
func TestTestsOfAPackageCallItsFramesAndPass(t *testing.T) {
	w := newWorkspace(t, "tests")
	functions, overlay := w.compile("./...")
	seen := map[string]bool{}
	for _, fn := range functions {
		if seen[fn.Name] || fn.Kind != Lowered || len(fn.Borrows) > 0 && fn.Name != "example.com/m.TestInside.func1" {
			t.Errorf("%s is %s, seen before: %t, borrows %v: %v", fn.Name, fn.Kind, seen[fn.Name], fn.Borrows, fn.Reasons)
		}
		seen[fn.Name] = true
	}
	for _, name := range []string{"example.com/m.Wait", "example.com/m.Exported", "example.com/m_test.TestOutside.func1"} {
		if !seen[name] {
			t.Errorf("%s is not among the functions: %v", name, seen)
		}
	}
	for _, args := range [][]string{{"vet"}, {"test"}} {
		cmd := exec.Command("go", append(args, "-overlay="+overlay, "./...")...)
		cmd.Dir, cmd.Env = w.dir, w.env()
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("go %v: %v: %s", args, err, clip(out))
		}
	}
}
