package stackless

import (
	"errors"
	"io"
	"os"
	"os/exec"

	"github.com/edo-go/edo/stackless/internal/gocmd"
	"github.com/edo-go/edo/stackless/program"
)

// The program with edo's analyzers is a module of its own, so that the command edo depends on the core alone.
const (
	analyzers       = "edovet"
	analyzersImport = "github.com/edo-go/edo/vet/cmd/edovet"
)

// finish becomes the go command. It comes back when edo's analyzers have found something: then that is the status.
func (t *tool) finish(line *gocmd.Line, args []string) int {
	if t.isBroken || t.analyze(line) {
		return t.exec(args, t.errs)
	}
	return max(statusFailed, t.runGo(args, t.errs))
}

// analyze runs edo's analyzers over the packages of a command line of vet, as they were written. It reports whether they have
// found nothing, also when they do not run: the line has a tool of its own, or they are not here.
func (t *tool) analyze(line *gocmd.Line) (isClean bool) {
	if line.Command != "vet" || line.Has("vettool") {
		return true
	}
	name, err := program.Find(analyzers, analyzersImport, line.Dir, t.errs)
	if err != nil {
		t.note("edo's analyzers do not run: %v", err)
		return true
	}
	args := []string{"vet"}
	args = append(args, line.List...)
	args = append(args, "-vettool="+name)
	if line.Overlay != "" {
		args = append(args, "-overlay="+line.Overlay)
	}
	if line.Flag("json") {
		args = append(args, "-json")
	}
	return t.runGo(append(args, line.Packages...), t.errs) == statusOK
}

// runGo runs the go command, and comes back with its status.
func (t *tool) runGo(args []string, errs io.Writer) int {
	cmd := exec.Command("go", args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, t.out, errs
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return max(statusFailed, exit.ExitCode())
	}
	if err != nil {
		t.note("%v", err)
		return statusFailed
	}
	return statusOK
}
