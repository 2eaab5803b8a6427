package testbed

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Repository returns the repository of edo that the current folder is in.
func Repository(ctx context.Context) (string, error) {
	said, err := exec.CommandContext(ctx, "go", "list", "-m", "-f={{.Dir}}", "github.com/edo-go/edo/stackless").Output()
	if err != nil {
		return "", fmt.Errorf("finding the repository: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(said))), nil
}

// BuildEdo builds the program edo of a repository, with flags of go build.
func BuildEdo(ctx context.Context, repo, program string, flags ...string) error {
	build := exec.CommandContext(ctx, "go", append(append([]string{"build", "-o", program}, flags...), ".")...)
	build.Dir = filepath.Join(repo, "cmd/edo")
	if said, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building edo: %w\n%s", err, said)
	}
	return nil
}

// Copy copies a repository, but for what git keeps of it.
func Copy(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == ".git" {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o755)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), text, 0o644)
	})
}

// A Patch is a change of a file of a copy.
type Patch struct {
	File     string // below the root of the repository; a folder: the file in it that has Old
	Old, New string // Old stands once in the file, or in the files of the folder
}

// Apply changes the copy of a repository at root, and returns what undoes that.
func (p Patch) Apply(root string) (undo func() error, err error) {
	paths := []string{filepath.Join(root, filepath.FromSlash(p.File))}
	if strings.HasSuffix(p.File, "/") {
		if paths, err = filepath.Glob(filepath.Join(paths[0], "*.go")); err != nil {
			return nil, err
		}
	}
	places, path, text := 0, "", ""
	for _, candidate := range paths {
		t, err := os.ReadFile(candidate)
		if err != nil {
			return nil, err
		}
		if n := strings.Count(string(t), p.Old); n > 0 {
			places += n
			path, text = candidate, string(t)
		}
	}
	if places != 1 {
		return nil, fmt.Errorf("%s has %d places that are\n%s\nand a patch needs one", p.File, places, p.Old)
	}
	changed := strings.Replace(text, p.Old, p.New, 1)
	return func() error { return os.WriteFile(path, []byte(text), 0o644) }, os.WriteFile(path, []byte(changed), 0o644)
}
