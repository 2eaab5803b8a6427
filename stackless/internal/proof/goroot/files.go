package goroot

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Patterns are the files of a GOROOT that are run.
var Patterns = []string{
	"test/reorder*.go", "test/recover*.go", "test/defer*.go", "test/closure*.go", "test/range*.go",
	"test/switch*.go", "test/typeswitch*.go", "test/goto.go", "test/label*.go", "test/for*.go",
	"src/cmd/compile/internal/loopvar/testdata/*.go",
	"src/cmd/compile/internal/test/testdata/*.go",
}

// Root returns the folder of the tool chain.
func Root(ctx context.Context) (string, error) {
	said, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOROOT: %w", err)
	}
	return strings.TrimSpace(string(said)), nil
}

// A File is one of a GOROOT.
type File struct {
	Path   string // below GOROOT, with slashes
	Source string
}

// Files are the files of a GOROOT that match the patterns, in order.
func Files(root string, patterns ...string) ([]File, error) {
	var found []File
	for _, p := range patterns {
		paths, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(p)))
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				return nil, err
			}
			found = append(found, File{filepath.ToSlash(name), string(text)})
		}
	}
	slices.SortFunc(found, func(x, y File) int { return strings.Compare(x.Path, y.Path) })
	return slices.CompactFunc(found, func(x, y File) bool { return x.Path == y.Path }), nil
}

// isProgram reports whether a file is a program that the tool chain's own tests run, without
// arguments; why says what it is otherwise.
func (f File) isProgram() (is bool, why string) {
	if !strings.HasPrefix(f.Path, "test/") {
		if line := packageLine(f.Source); line != "package main" {
			return false, "no program: " + line
		}
		if strings.Contains(f.Source, "\"cmd/compile/internal/") {
			return false, "it imports an internal package"
		}
		return true, ""
	}
	for line := range strings.Lines(f.Source) {
		switch line = strings.TrimSpace(line); {
		case line == "" || strings.HasPrefix(line, "//go:build"):
		case line == "// run":
			return true, ""
		case strings.HasPrefix(line, "//"):
			return false, "no program: its test is " + strings.TrimSpace(strings.TrimPrefix(line, "//"))
		default:
			return false, "no program"
		}
	}
	return false, "no program"
}

func packageLine(source string) string {
	for line := range strings.Lines(source) {
		if strings.HasPrefix(line, "package ") {
			return strings.TrimSpace(line)
		}
	}
	return "no package"
}

// folder is the name of the file's program.
func (f File) folder() string {
	name := strings.TrimSuffix(f.Path, ".go")
	name = strings.TrimPrefix(name, "src/cmd/compile/internal/")
	return strings.NewReplacer("/", "_", "testdata_", "").Replace(name)
}
