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
	for _, want := range []string{"\n// Made from lib.go, convention 1, sha256:", "\n//edo:stepof Name\nfunc Name_edoStep(", "\ntype Name_edoFrame struct{}\n"} {
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
		{[]string{"gen", "./absent"}, "directory not found"},
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

// library is a module in direct style, and a program that uses it; both use edo itself.
var library = map[string]string{
	"library/lib.go": `// Package lib is a library.
package lib

import (
	"example.com/library/inner"
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/oneshot"
)

// A Client asks.
type Client struct{ n int }

// Ask waits for an answer.
func (c *Client) Ask(task *edo.Task, r *oneshot.Receiver[int]) (int, error) {
	v, err := edo.Await(task, r)
	if err != nil {
		return 0, err
	}
	c.n++
	w, err := inner.Twice(task, v)
	return w + c.n, err
}

// First waits for the first.
func First[T any](task *edo.Task, r *oneshot.Receiver[T]) (v T, err error) {
	for range 2 {
		if err = edo.Yield(task); err != nil {
			return v, err
		}
	}
	return edo.Await(task, r)
}
`,
	"library/inner/inner.go": `package inner

import "github.com/edo-go/edo"

func Twice(task *edo.Task, v int) (int, error) {
	if err := edo.Yield(task); err != nil {
		return 0, err
	}
	return 2 * v, nil
}
`,
	"user/main.go": `package main

import (
	"fmt"

	lib "example.com/library"
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/oneshot"
)

func main() {
	err := edo.Run(func(task *edo.Task) error {
		return run(task)
	})
	fmt.Println(err)
}

//edo:stackless
func run(task *edo.Task) error {
	s, r := oneshot.New[int]()
	s.Send(20)
	c := &lib.Client{}
	v, err := c.Ask(task, r)
	if err != nil {
		return err
	}
	s, r = oneshot.New[int]()
	s.Send(v)
	w, err := lib.First(task, r)
	fmt.Println(v, w)
	return err
}
`,
}

func TestGeneratedFramesServeTheBuildsOfUsers(t *testing.T) {
	w := newWorkplace(t)
	w.env = append(w.env, asCommand+"=real", "GOWORK=off")
	for name, text := range library {
		w.write(name, text)
	}
	edo, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	w.write("library/go.mod", "module example.com/library\n\ngo 1.26\n\nrequire github.com/edo-go/edo v0.0.0\n\nreplace github.com/edo-go/edo => "+edo+"\n")
	w.write("user/go.mod", "module example.com/user\n\ngo 1.26\n\nrequire (\n\texample.com/library v0.0.0\n\tgithub.com/edo-go/edo v0.0.0\n)\n\n"+
		"replace (\n\texample.com/library => ../library\n\tgithub.com/edo-go/edo => "+edo+"\n)\n")
	in := func(dir string, args ...string) (string, string, int) {
		cmd, out, errs := w.start("edo", args...)
		cmd.Dir = w.path(dir)
		return w.wait(cmd, out, errs)
	}
	explain := func(what, why, want string) {
		t.Helper()
		if out, errs, status := in("user", "explain"); status != 0 || !strings.HasSuffix(out, want) || !strings.Contains(out, why) {
			t.Errorf("%s: status %d\n%s%s", what, status, out, errs)
		}
	}
	explain("before", "library.First has no step form: call edo gen in its module", "; 2 calls borrow a coroutine\n")
	if out, errs, status := in("library", "gen", "./..."); status != 0 || strings.Count(out, "_stackless.go\n") != 2 {
		t.Fatalf("status %d\n%s%s", status, out, errs)
	}
	explain("after", "", "; 0 calls borrow a coroutine\n")
	w.write("library/lib.go", library["library/lib.go"]+"// changed\n")
	explain("out of date", "library.First has no step form in this build, as lib_stackless.go is not used: lib.go has changed since it was made: call edo gen",
		"; 2 calls borrow a coroutine\n")
	made, err := os.ReadFile(w.path("library/lib_stackless.go"))
	if err != nil {
		t.Fatal(err)
	}
	w.write("library/lib.go", library["library/lib.go"])
	w.write("library/lib_stackless.go", strings.Replace(string(made), "convention 1", "convention 2", 1))
	explain("of another edo", "lib_stackless.go is not used: it was made for another version of edo", "; 2 calls borrow a coroutine\n")
}
