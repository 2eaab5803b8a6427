package program

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const (
	name       = "example"
	importPath = "example.com/m/example"
)

// inModule makes a module with the program, whose function main has this body, the working directory. The path has the go
// command alone; bin is its folder.
func inModule(t *testing.T, body string) (dir, bin string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the test makes a program of a text")
	}
	goCommand, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	dir, bin = t.TempDir(), t.TempDir()
	if err := os.Symlink(goCommand, filepath.Join(bin, "go")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, name), 0o777); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{
		"go.mod":          "module example.com/m\n\ngo 1.26\n",
		"example/main.go": "package main\n\nfunc main() { " + body + " }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin)
	t.Setenv("GOWORK", "off")
	t.Setenv("GOFLAGS", "")
	t.Setenv("EDOCACHE", t.TempDir())
	return dir, bin
}

func TestAProgramIsFoundBesideThisOneThenInThePathThenBuiltFromItsSource(t *testing.T) {
	dir, bin := inModule(t, "")
	var errs strings.Builder
	for range 2 { // the second build has nothing to do
		file, err := Find(name, importPath, dir, &errs)
		if err != nil || !strings.HasPrefix(file, os.Getenv("EDOCACHE")) {
			t.Fatalf("in its module: %q, %v\n%s", file, err, &errs)
		}
		if out, err := exec.Command(file).CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	}
	path := filepath.Join(bin, name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if file, err := Find(name, importPath, dir, &errs); err != nil || file != path {
		t.Errorf("in the path: %q, %v", file, err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	beside := filepath.Join(filepath.Dir(self), name)
	if err := os.WriteFile(beside, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(beside)
	if file, err := Find(name, importPath, dir, &errs); err != nil || file != beside {
		t.Errorf("beside this program: %q, %v", file, err)
	}
}

func TestWithoutItsSourceTheErrorSaysHowToInstallIt(t *testing.T) {
	_, _ = inModule(t, "")
	var errs strings.Builder
	if file, err := Find(name, importPath, t.TempDir(), &errs); err == nil || !strings.Contains(err.Error(), "go install "+importPath) || errs.Len() != 0 {
		t.Errorf("%q, %v\n%s", file, err, &errs)
	}
}

func TestAProgramThatCannotBeBuiltIsAnErrorWithItsReason(t *testing.T) {
	dir, _ := inModule(t, "dance()")
	var errs strings.Builder
	if file, err := Find(name, importPath, dir, &errs); err == nil || !strings.Contains(err.Error(), "cannot be built") || !strings.Contains(errs.String(), "dance") {
		t.Errorf("%q, %v\n%s", file, err, &errs)
	}
}
