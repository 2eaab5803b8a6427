package stackless

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestGenWritesFilesThatEveryBuildTakes(t *testing.T) {
	w := newWorkplace(t)
	file := filepath.FromSlash("../lib/lib_stackless.go")
	if out, errs, status := w.edo("gen", "example.com/lib"); status != 0 || out != file+"\n" || errs != "" {
		t.Fatalf("status %d\n%s%s", status, out, errs)
	}
	text, err := os.ReadFile(w.path("lib/lib_stackless.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\n// Made from lib.go, sha256:", "\n//edo:stepof Name\nfunc Name_edoStep(", "\ntype Name_edoFrame struct{}\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	// Nothing changes the second time, and the plain build and edo's own take the file.
	for _, args := range [][]string{{"gen", "example.com/lib"}, {"gen", "-check", "example.com/lib"}} {
		if out, errs, status := w.edo(args...); status != 0 || out+errs != "" {
			t.Errorf("%s: status %d\n%s%s", args, status, out, errs)
		}
	}
	if out, errs, status := w.plain("vet", "example.com/lib"); status != 0 {
		t.Errorf("%s%s", out, errs)
	}
	if out, errs, _ := w.edo("run", "./cmd"); out != "lowered lowered untagged  []\n" {
		t.Errorf("%s%s", out, errs)
	}
}

func TestGenCheckFindsFilesThatAreOutOfDate(t *testing.T) {
	w := newWorkplace(t)
	w.write("lib/more.go", "package lib\n\nimport \"github.com/edo-go/edo\"\n\nfunc More(task *edo.Task) {}\n")
	w.edo("gen", "example.com/lib")
	w.write("lib/lib.go", files["lib/lib.go"]+"// changed\n")
	w.write("lib/more.go", "package lib\n")
	out, _, status := w.edo("gen", "-check", "example.com/lib")
	want := "../lib/lib_stackless.go is out of date\n../lib/more_stackless.go is out of date\n"
	if filepath.ToSlash(out) != want || status != 1 {
		t.Errorf("status %d\n%swant\n%s", status, out, want)
	}
	if out, _, status := w.edo("gen", "example.com/lib"); filepath.ToSlash(out) != "../lib/lib_stackless.go\n../lib/more_stackless.go\n" || status != 0 {
		t.Errorf("status %d\n%s", status, out)
	}
	if _, err := os.Stat(w.path("lib/more_stackless.go")); !os.IsNotExist(err) {
		t.Errorf("the file of a source without frames is still there: %v", err)
	}
}

func TestGenRefusesWhatItCannotDo(t *testing.T) {
	w := newWorkplace(t)
	w.write("lib/lib_stackless.go", "package lib\n\n// Mine is a file of the author.\n")
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"gen", "example.com/lib"}, "lib_stackless.go is there, and was not written by edo gen"},
		{[]string{"gen", "example.com/lib", "./light"}, "there are packages of two modules, "},
		{[]string{"gen", "./broken"}, "cannot use 1"},
		{[]string{"gen", "fmt"}, "no package of the main module was named"},
	}
	for _, test := range tests {
		if out, errs, status := w.edo(test.args...); status != 1 || !strings.Contains(errs, test.want) {
			t.Errorf("%s: status %d\n%s%s", test.args, status, out, errs)
		}
	}
	if text, err := os.ReadFile(w.path("lib/lib_stackless.go")); err != nil || !strings.Contains(string(text), "of the author") {
		t.Errorf("%s %v", text, err)
	}
}
