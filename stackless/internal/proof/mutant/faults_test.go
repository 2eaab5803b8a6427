package mutant

import (
	"os"
	"path/filepath"
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
		text, err := os.ReadFile(filepath.Join(repo, f.Patch.File))
		if err != nil {
			t.Fatal(err)
		}
		root := t.TempDir()
		path := filepath.Join(root, f.Patch.File)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		undo, err := f.Patch.Apply(root)
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		changed, _ := os.ReadFile(path)
		if err := undo(); err != nil {
			t.Fatal(err)
		}
		again, _ := os.ReadFile(path)
		if string(changed) == string(text) || string(again) != string(text) {
			t.Errorf("%s: the patch changes nothing, or is not undone", f.Name)
		}
	}
}
