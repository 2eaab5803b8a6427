package companion

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"

	"github.com/edo-go/edo/cmd/edo/internal/command"
	"github.com/edo-go/edo/stackless/program"
)

// companion is a command that is a program of its own.
type companion struct {
	name       string // of the command: "edo work"
	program    string
	importPath string // of the program
	usage      string // what its help is while the program is not started
}

// run starts the program. It returns the exit status.
func (c *companion) run(args []string, out, errs io.Writer) int {
	if len(args) == 1 && slices.Contains([]string{"--help", "-help", "-h"}, args[0]) {
		fmt.Fprint(out, c.usage)
		return command.OK
	}
	file, err := program.Find(c.program, c.importPath, "", errs)
	if err == nil {
		err = start(file, args, out, errs)
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	if err != nil {
		fmt.Fprintf(errs, "%s: %v\n", c.name, err)
		return command.Failed
	}
	return command.OK
}
