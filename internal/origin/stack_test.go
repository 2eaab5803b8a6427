package origin

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

func TestIsEdoKnowsAllPackagesAndNoProgram(t *testing.T) {
	const m = "github.com/edo-go/edo"
	for _, c := range []struct {
		function, file string
		want           bool
	}{
		{m + ".Await[...]", "/src/edo/task.go", true},
		{m + ".(*async[...]).Poll", "/src/edo/async.go", true},
		{m + "/mpsc.New[...]", "/src/edo/mpsc/new.go", true},
		{m + "/internal/coro.(*Coro).run", "/src/edo/internal/coro/coro.go", true},
		{m + "/internal/driver/real.New.func1", "x.go", true},
		{m + "_test.TestX", "/src/edo/run_test.go", false},
		{m + "/mpsc_test.TestX.func1", "/src/edo/mpsc/mpsc_test.go", false},
		{m + "/mpsc_test.helper", "/src/edo/mpsc/helper.go", false},
		{m + "/mpsc.TestX", "/src/edo/mpsc/inner_test.go", false},
		{m + "/examples/echo.main", "/src/edo/examples/echo/main.go", false},
		{m + "/cmd/edo/internal/demo.Run", "demo.go", false},
		{m + "/bench.run", "run.go", false},
		{m + "/internal/planted.Spin", "planted.go", false},
		{m + "/internal/plantedly.Spin", "planted.go", true},
		{m + "/benchmarks.run", "run.go", true},
		{m + "-tools.run", "run.go", false},
		{m + "tools/x.run", "run.go", false},
		{"github.com/edo-go/edo2.Run", "run.go", false},
		{"main.main", "main.go", false},
		{"runtime.goexit", "asm_amd64.s", false},
		{"", "", false},
		{"main.main.func1.All[...].1", sources() + "/stream/all.go", true},
		{"example.com/x.(*server).run.All[...].1", sources() + "/stream/all.go", true},
		{m + "/stream_test.TestX.All[...].1", sources() + "/stream/all.go", true},
		{m + "/examples/echo.main.func1.All[...].1", sources() + "/stream/all.go", true},
		{"example.com/x.run", sources() + "/await.go", true},
		{"main.main", sources() + "/try/main.go", false}, // a program in a clone
		{m + "/stream.helper", sources() + "/stream/all_test.go", false},
	} {
		if got := IsEdo(c.function, c.file); got != c.want {
			t.Errorf("%s in %s: %v", c.function, c.file, got)
		}
	}
	if modulePath != m {
		t.Errorf("the module is %q", modulePath)
	}
}

func TestLibrariesAreTheFoldersThatProgramsImport(t *testing.T) {
	others := append(slices.Clone(programs[:]), "docs", "internal")
	files, err := filepath.Glob("../../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, file := range files {
		folders = append(folders, filepath.Base(filepath.Dir(file)))
	}
	for _, folder := range folders {
		_, err := os.Stat(filepath.Join("../..", folder, "go.mod"))
		isModule := err == nil // of its own: a program may have nothing of it, as of an analyzer
		if !isModule && !slices.Contains(others, folder) && !slices.Contains(libraries[:], folder) {
			t.Errorf("libraries in stack.go must have %q", folder)
		}
	}
	for _, folder := range libraries {
		if !slices.Contains(folders, folder) {
			t.Errorf("libraries in stack.go has %q, which is not there", folder)
		}
	}
}

const recovery = `goroutine 29 [running]:
runtime/debug.Stack()
	/usr/local/go/src/runtime/debug/stack.go:26 +0x5e
github.com/edo-go/edo/internal/coro.(*Coro).recovered(0x159bca2b8100)
	/src/edo/internal/coro/coro.go:316 +0x5e
panic({0x527f40?, 0x56c820?})
	/usr/local/go/src/runtime/panic.go:860 +0x13a
`

const below = `main.(*server).handle(0xc000012345, {0x4a, 0x3})
	/home/me/main.go:18 +0x25
github.com/edo-go/edo.(*directRunner).Run(0x7ff321aa8a00?, 0x159bca2b8100)
	/src/edo/direct.go:178 +0x7a
created by iter.Pull[...] in goroutine 24
	/usr/local/go/src/iter/iter.go:271 +0x90
`

func TestTrimmedStackBeginsInTheProgram(t *testing.T) {
	const head = "goroutine 29 [running]:\n"
	for name, c := range map[string]struct{ stack, want string }{
		"a panic":              {recovery + below, head + below},
		"a fault":              {recovery + "runtime.panicmem(...)\n\t/usr/local/go/src/runtime/panic.go:336\nruntime.sigpanic()\n\t/usr/local/go/src/runtime/signal_unix.go:931 +0x378\n" + below, head + below},
		"after Goexit":         {recovery + "main.late.func1()\n\t/home/me/main.go:3 +0x1\nruntime.Goexit()\n\t/usr/local/go/src/runtime/panic.go:694 +0x5e\n" + below, head + "main.late.func1()\n\t/home/me/main.go:3 +0x1\nruntime.Goexit()\n\t/usr/local/go/src/runtime/panic.go:694 +0x5e\n" + below},
		"a constructor":        {recovery + "github.com/edo-go/edo/mpsc.New[...](0x0)\n\t/src/edo/mpsc/new.go:20 +0x1\n" + below, head + below},
		"a second panic":       {recovery + "main.again()\n\t/home/me/main.go:9 +0x1\npanic({0x1, 0x2})\n\t/usr/local/go/src/runtime/panic.go:860 +0x13a\n" + below, head + "main.again()\n\t/home/me/main.go:9 +0x1\npanic({0x1, 0x2})\n\t/usr/local/go/src/runtime/panic.go:860 +0x13a\n" + below},
		"nothing of a program": {recovery + "created by x in goroutine 1\n\t/x.go:1 +0x1\n", recovery + "created by x in goroutine 1\n\t/x.go:1 +0x1\n"},
		"edo alone":            {recovery, recovery},
		"trimmed already":      {head + below, head + below},
		"no stack":             {"", ""},
		"no frames":            {head, head},
		"no end of line":       {"x", "x"},
	} {
		if got := string(TrimStack([]byte(c.stack))); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

//go:noinline
func explode(a []int) int { return a[len(a)] }

func TestTrimmedStackOfARealPanicBeginsWhereItWas(t *testing.T) {
	for name, fn := range map[string]func(){
		"panic": func() { panic("on purpose") },
		"index": func() { explode(nil) },
		"fault": func() { var p *struct{ x int }; p.x++ },
	} {
		var stack []byte
		func() {
			defer func() {
				recover()
				stack = debug.Stack()
			}()
			fn()
		}()
		lines := strings.Split(string(TrimStack(stack)), "\n")
		// The frame that recovers here is a test's, and no part of edo: it stays.
		if len(lines) < 2 || !strings.Contains(lines[1], "TestTrimmedStackOfARealPanic") {
			t.Errorf("%s:\n%s", name, strings.Join(lines, "\n"))
		}
	}
}

func FuzzTrimStack(f *testing.F) {
	f.Add([]byte(recovery + below))
	f.Add([]byte("goroutine 1 [running]:\nmain.main()"))
	f.Fuzz(func(t *testing.T, stack []byte) {
		got := TrimStack(stack)
		if len(got) > len(stack) || !strings.HasSuffix(string(stack), strings.TrimPrefix(string(got), strings.SplitAfter(string(stack), "\n")[0])) {
			t.Errorf("%q became %q", stack, got)
		}
		if again := TrimStack(got); string(again) != string(got) {
			t.Errorf("%q became %q, and then %q", stack, got, again)
		}
	})
}
