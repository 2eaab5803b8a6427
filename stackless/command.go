package stackless

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"

	"github.com/edo-go/edo/stackless/internal/build"
	"github.com/edo-go/edo/stackless/internal/gocmd"
	"github.com/edo-go/edo/stackless/internal/load"
	"github.com/edo-go/edo/stackless/internal/lower"
	"github.com/edo-go/edo/stackless/internal/overlay"
)

// Build is edo build. It returns the exit status, or becomes the go command and does not return.
func Build(args []string, out, errs io.Writer) int { return newTool(out, errs).run("build", args) }

// Run is edo run.
func Run(args []string, out, errs io.Writer) int { return newTool(out, errs).run("run", args) }

// Test is edo test.
func Test(args []string, out, errs io.Writer) int { return newTool(out, errs).run("test", args) }

// Vet is edo vet: edo's own analyzers, and go vet with lowered functions.
func Vet(args []string, out, errs io.Writer) int { return newTool(out, errs).run("vet", args) }

// Exit statuses.
const (
	statusOK     = 0
	statusFailed = 1
	statusMisuse = 2
)

// A tool runs one command.
type tool struct {
	out, errs io.Writer

	// exec becomes the go command, and newCompiler makes a compiler. Tests have others.
	exec        func(args []string, errs io.Writer) int
	newCompiler func(lower.Directives) build.Compiler

	isBroken bool // a package could not be compiled: the go command says so
}

func newTool(out, errs io.Writer) *tool {
	return &tool{
		out:         out,
		errs:        errs,
		exec:        gocmd.Exec,
		newCompiler: func(d lower.Directives) build.Compiler { return lower.New(d) },
	}
}

// note prints one line about the build.
func (t *tool) note(format string, args ...any) {
	fmt.Fprintf(t.errs, "edo: "+format+"\n", args...)
}

// helpWanted reports whether the arguments are a request for help with a command of edo.
func helpWanted(args []string) bool {
	return len(args) == 1 && slices.Contains([]string{"-h", "-help", "--help"}, args[0])
}

// run is build, run, test or vet.
func (t *tool) run(command string, args []string) int {
	if helpWanted(args) {
		fmt.Fprintf(t.out, goUsage, command)
		if command == "vet" {
			fmt.Fprint(t.out, vetUsage)
		}
		return statusOK
	}
	plain := append([]string{command}, args...)
	env, err := gocmd.ReadEnv(command, args)
	if err != nil {
		return t.exec(plain, t.errs) // the go command fails in the same way, and says why
	}
	line := gocmd.Parse(command, args, env.GOFLAGS)
	switch reason := env.Unusable(runtime.Version()); {
	case line.Plain:
		return t.exec(plain, t.errs)
	case line.Cover != "":
		t.note("%s counts the lines of the source, so nothing is lowered: tasks run on coroutines", line.Cover)
		return t.exec(plain, t.errs)
	case reason != "":
		t.note("%s; nothing is lowered: tasks run on coroutines", reason)
		return t.finish(line, plain)
	}

	lowered, ok, err := t.overlay(line, env)
	var said *load.Error
	switch {
	case errors.As(err, &said) && said.Text != "", errors.As(err, new(overlayError)):
		return t.exec(plain, t.errs) // the go command will say the same
	case err != nil:
		t.note("%v", err)
		t.note("nothing is lowered: tasks run on coroutines")
		return t.finish(line, plain)
	case !ok:
		return statusFailed
	}
	if lowered != "" {
		plain = line.Args(lowered)
	}
	return t.finish(line, plain)
}

// overlay lowers what a command line names, and returns the name of the overlay; it is empty if nothing changes.
// Without ok the source has errors, which were printed.
func (t *tool) overlay(line *gocmd.Line, env *gocmd.Env) (name string, ok bool, err error) {
	s, err := newSession(line, env)
	if err != nil {
		return "", false, err
	}
	graph, err := s.list(load.Config{Tests: line.Command == "test" || line.Command == "vet"})
	if err != nil {
		return "", false, err
	}
	result, err := s.lower(graph, t.newCompiler)
	if err != nil {
		return "", false, err
	}
	if t.problems(result) {
		return "", false, nil
	}
	for _, u := range result.Units {
		t.isBroken = t.isBroken || u.State == build.Broken
		if u.State == build.Failed {
			t.note("an error of edo itself, please report it: %s stays on coroutines: %s", u.Package.ID, u.Failure)
		}
	}
	s.cache.Trim()
	if len(result.Replace) == 0 {
		return "", true, nil
	}
	name, err = s.cache.PutOverlay(overlay.Merge(s.user, result.Replace))
	return name, true, err
}

// problems prints the errors of a build as the Go compiler prints its own, and reports whether there are any.
func (t *tool) problems(result *build.Result) bool {
	any := false
	for _, u := range result.Units {
		if len(u.Problems) == 0 {
			continue
		}
		any = true
		fmt.Fprintf(t.errs, "# %s\n", u.Package.ID)
		for _, p := range u.Problems {
			fmt.Fprintf(t.errs, "%s: %s\n", position(p.Pos), p.Text)
		}
	}
	return any
}
