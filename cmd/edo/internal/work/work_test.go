package work

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestTheProgramIsFoundInThePathThenInTheRepository(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the test makes a program of a text")
	}
	goCommand, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(goCommand, filepath.Join(bin, "go")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	t.Setenv("GOWORK", "") // that of the folder
	if line, err := find(); err != nil || !slices.Equal(line, []string{"go", "run", importPath}) {
		t.Errorf("in the repository: %q, %v", line, err)
	}
	t.Setenv("GOWORK", "off")
	t.Chdir(t.TempDir())
	if line, err := find(); err == nil || !strings.Contains(err.Error(), "go install "+importPath) {
		t.Errorf("elsewhere: %q, %v", line, err)
	}
	path := filepath.Join(bin, program)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if line, err := find(); err != nil || !slices.Equal(line, []string{path}) {
		t.Errorf("in the path: %q, %v", line, err)
	}
}

func TestWithoutTheProgramItSaysHowToInstallIt(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var out, errs strings.Builder
	if status := Run([]string{"watch"}, &out, &errs); status != 1 || out.Len() > 0 || !strings.HasPrefix(errs.String(), "edo work: ") ||
		!strings.Contains(errs.String(), "go install") {
		t.Errorf("status %d\n%s%s", status, &out, &errs)
	}
}
