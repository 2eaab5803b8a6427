package stackless

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

func TestRunIsGoRunWithLoweredFunctions(t *testing.T) {
	w := newWorkplace(t)
	cmd, out, errs := w.start("edo", "run", "-tags", "tagged", "./cmd", "-x", "arg")
	cmd.Stdin = strings.NewReader("input\n")
	gotOut, gotErrs, status := w.wait(cmd, out, errs)
	if want := "lowered lowered tagged input [-x arg]\n"; gotOut != want {
		t.Errorf("output %q, want %q", gotOut, want)
	}
	// go run prints the exit status of the program, and its own is 1.
	parent, rest, _ := strings.Cut(gotErrs, "\n")
	if status != 1 || rest != "exit status 3\n" {
		t.Errorf("status %d, standard error %q", status, gotErrs)
	}
	// This process has become the go command: signals are not passed on, they arrive.
	if runtime.GOOS != "windows" && parent != strconv.Itoa(cmd.Process.Pid) {
		t.Errorf("the parent of the program is %s, edo was %d", parent, cmd.Process.Pid)
	}
}

func TestTestIsGoTestWithLoweredTestFiles(t *testing.T) {
	w := newWorkplace(t)
	out, errs, status := w.edo("test", "./tested", "-v", "-run", "Name")
	if status != 0 || errs != "" || !strings.Contains(out, "t_test.go:9: lowered lowered") {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
}

func TestBuildFromAnotherDirectoryAndWithTrimmedPaths(t *testing.T) {
	w := newWorkplace(t)
	program := w.path("program.exe")
	cmd, out, errs := w.start("edo", "build", "-C", w.path("m/cmd"), "-trimpath", "-o", program)
	cmd.Dir = w.dir
	if out, errs, status := w.wait(cmd, out, errs); status != 0 || out+errs != "" {
		t.Fatalf("status %d\n%s%s", status, out, errs)
	}
	built, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(built), w.path("cache")) || strings.Contains(string(built), w.path("m")) {
		t.Error("the program has names of this machine")
	}
	cmd, out, errs = w.start("edo")
	cmd.Path, cmd.Args = program, []string{program}
	if out, _, _ := w.wait(cmd, out, errs); out != "lowered lowered untagged  []\n" {
		t.Errorf("output %q", out)
	}
}

func TestRaceDetectorGetsTheLoweredFiles(t *testing.T) {
	w := newWorkplace(t)
	_, errs, status := w.edo("build", "-race", "-n", "./light")
	if status != 0 {
		t.Skip("there is no race detector:", errs)
	}
	for line := range strings.Lines(errs) {
		if strings.Contains(line, "/compile ") && strings.Contains(line, "-p example.com/m/light") {
			if !strings.Contains(line, " -race ") || !strings.Contains(line, w.path("cache")) {
				t.Error(line)
			}
			return
		}
	}
	t.Errorf("light is not compiled:\n%s", errs)
}

func TestVendoredModulesAreUsed(t *testing.T) {
	w := newWorkplace(t)
	w.env = append(w.env, "GOWORK=off")
	w.write("m/go.mod", "module example.com/m\n\ngo 1.26\n\nrequire (\n\texample.com/lib v1.0.0\n\tgithub.com/edo-go/edo v1.0.0\n)\n")
	w.write("m/vendor/modules.txt", "# example.com/lib v1.0.0\n## explicit; go 1.26\nexample.com/lib\n# github.com/edo-go/edo v1.0.0\n## explicit; go 1.26\ngithub.com/edo-go/edo\n")
	w.write("m/vendor/example.com/lib/lib.go", files["lib/lib.go"])
	w.write("m/vendor/github.com/edo-go/edo/edo.go", files["edo/edo.go"])
	out, _, _ := w.edo("run", "-mod=vendor", "./cmd")
	if out != "lowered plain untagged  []\n" { // only the main module is lowered
		t.Errorf("output %q", out)
	}
}

func TestAPackageThatDoesNotTypeCheckGetsTheCompilersMessage(t *testing.T) {
	w := newWorkplace(t)
	for _, command := range []string{"build", "vet"} {
		want, wantErrs, wantStatus := w.plain(command, "./broken", "./light")
		out, errs, status := w.edo(command, "./broken", "./light")
		if out != want || errs != wantErrs || status != wantStatus || status == 0 {
			t.Errorf("%s: status %d, want %d\n%s%swant\n%s%s", command, status, wantStatus, out, errs, want, wantErrs)
		}
	}
}

func TestErrorsOfTheCommandLineAreTheGoCommands(t *testing.T) {
	w := newWorkplace(t)
	for _, args := range [][]string{
		{"build", "./absent"},
		{"build", "-unknown"},
		{"run"},
		{"test", "-mod=strange", "./tested"},
		{"build", "-overlay=absent.json", "./light"},
		{"build", "-C", "absent"},
	} {
		want, wantErrs, wantStatus := w.plain(args...)
		out, errs, status := w.edo(args...)
		if out != want || errs != wantErrs || status != wantStatus || status == 0 {
			t.Errorf("%s: status %d, want %d\n%s%swant\n%s%s", args, status, wantStatus, out, errs, want, wantErrs)
		}
	}
}

func TestCoverageIsThatOfThePlainBuildAndEdoSaysSo(t *testing.T) {
	w := newWorkplace(t)
	out, errs, status := w.edo("test", "-cover", "-v", "./tested")
	if status != 0 || !strings.Contains(out, "plain plain") || !strings.Contains(out, "coverage: ") {
		t.Errorf("status %d\n%s", status, out)
	}
	if want := "edo: -cover counts the lines of the source, so nothing is lowered: tasks run on coroutines\n"; errs != want {
		t.Errorf("%q, want %q", errs, want)
	}
}

func TestTheOverlayOfTheUserIsMerged(t *testing.T) {
	w := newWorkplace(t)
	w.write("tag.go", "package main\n\nimport \"github.com/edo-go/edo\"\n\nvar tagged = mine(nil) + \"plain\"\n\nfunc mine(task *edo.Task) string { return \"mine, \" }\n")
	w.write("m/mine.json", `{"Replace": {"cmd/untag.go": "../tag.go"}}`)
	for _, args := range [][]string{{"run", "-overlay=mine.json", "./cmd"}, {"run", "./cmd"}} {
		if len(args) == 2 {
			w.env = append(w.env, "GOFLAGS=-overlay=mine.json")
		}
		if out, errs, _ := w.edo(args...); out != "lowered lowered mine, lowered  []\n" {
			t.Errorf("output %q\n%s", out, errs)
		}
	}
}

func TestADemandThatIsNotMetFailsTheBuild(t *testing.T) {
	w := newWorkplace(t)
	for _, what := range []string{"compiled", "cached"} {
		out, errs, status := w.edo("build", "./demand")
		want := "# example.com/m/demand\n" + filepath.FromSlash("./demand/d.go") + ":8:33: refusedOne must be stackless, and is not: the body is odd\n"
		if out != "" || errs != want || status != 1 {
			t.Errorf("%s: status %d\n%s%swant\n%s", what, status, out, errs, want)
		}
	}
}

func TestAToolChainThatIsTooOldMakesThePlainBuild(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the go command of this test is a shell script")
	}
	w := newWorkplace(t)
	w.write("bin/go", "#!/bin/sh\nif [ \"$1\" = env ]; then echo '{\"GOVERSION\": \"go1.25.1\"}'; else echo \"go $*\"; fi\n")
	if err := os.Chmod(w.path("bin/go"), 0o777); err != nil {
		t.Fatal(err)
	}
	w.env = append(w.env, "PATH="+w.path("bin")+":"+os.Getenv("PATH"))
	out, errs, status := w.edo("build", "-o", "x", "./light")
	if want := "edo: the tool chain is go1.25.1, and edo needs go1.26 or later; nothing is lowered: tasks run on coroutines\n"; errs != want {
		t.Errorf("%q, want %q", errs, want)
	}
	if status != 0 || out != "go build -o x ./light\n" {
		t.Errorf("status %d, %q", status, out)
	}
}

func TestAnEdoThatIsTooOldMakesThePlainBuild(t *testing.T) {
	w := newWorkplace(t)
	w.write("edo/edo.go", "package edo\n\ntype Task struct{}\n")
	why := "edo: the github.com/edo-go/edo of this build is too old for compiled tasks: it has no type Step\n"
	for _, what := range []string{"first", "again"} {
		out, errs, _ := w.edo("run", "./cmd")
		if out != "plain plain untagged  []\n" || !strings.HasPrefix(errs, why+"edo: nothing is lowered: tasks run on coroutines\n") {
			t.Errorf("%s: %s%s", what, out, errs)
		}
	}
	if out, errs, status := w.edo("explain", "./cmd"); status != 1 || out != "" || errs != why {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
}

func TestACacheThatCannotBeWrittenMakesThePlainBuild(t *testing.T) {
	w := newWorkplace(t)
	w.write("file", "")
	w.env = append(w.env, "EDOCACHE="+w.path("file"))
	out, errs, _ := w.edo("run", "./cmd")
	if out != "plain plain untagged  []\n" || !strings.Contains(errs, "edo: nothing is lowered: tasks run on coroutines\n") {
		t.Errorf("%s%s", out, errs)
	}
}

func TestHelpOfACommandIsItsUsage(t *testing.T) {
	for name, command := range map[string]func([]string, *strings.Builder, *strings.Builder) int{
		"build":   func(a []string, o, e *strings.Builder) int { return Build(a, o, e) },
		"run":     func(a []string, o, e *strings.Builder) int { return Run(a, o, e) },
		"test":    func(a []string, o, e *strings.Builder) int { return Test(a, o, e) },
		"vet":     func(a []string, o, e *strings.Builder) int { return Vet(a, o, e) },
		"explain": func(a []string, o, e *strings.Builder) int { return Explain(a, o, e) },
		"gen":     func(a []string, o, e *strings.Builder) int { return Gen(a, o, e) },
	} {
		var out, errs strings.Builder
		if status := command([]string{"--help"}, &out, &errs); status != 0 || !strings.HasPrefix(out.String(), "usage: edo "+name+" ") || errs.Len() > 0 {
			t.Errorf("%s: status %d\n%s%s", name, status, out.String(), errs.String())
		}
	}
}
