package mutant

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryFaultCanBePutIn applies the patches to the compiler as it is.
func TestEveryFaultCanBePutIn(t *testing.T) {
	const repo = "../../../.."
	names := map[string]bool{}
	for _, f := range Faults {
		if names[f.Name] {
			t.Errorf("two faults are called %q", f.Name)
		}
		names[f.Name] = true
		root := t.TempDir()
		if err := os.CopyFS(filepath.Join(root, f.Patch.File), os.DirFS(filepath.Join(repo, f.Patch.File))); err != nil {
			t.Fatal(err)
		}
		before := texts(t, filepath.Join(root, f.Patch.File))
		undo, err := f.Patch.Apply(root)
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		changed := texts(t, filepath.Join(root, f.Patch.File))
		if err := undo(); err != nil {
			t.Fatal(err)
		}
		if changed == before || texts(t, filepath.Join(root, f.Patch.File)) != before {
			t.Errorf("%s: the patch changes nothing, or is not undone", f.Name)
		}
	}
}

// texts are the Go files of a folder, one after the other.
func texts(t *testing.T, folder string) string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	var b strings.Builder
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	return b.String()
}
