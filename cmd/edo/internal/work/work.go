package work

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/edo-go/edo/cmd/edo/internal/command"
)

// program is the name of the program, and importPath that of its package.
const (
	program    = "edo-work"
	importPath = "github.com/edo-go/edo/cmd/edo/edo-work"
)

const usage = `usage: edo work serve|submit|watch|dead [flags]

Shows the queues of package cluster, on NATS: serve works on one, submit publishes a
batch of jobs, watch is a live table, and dead has what no try has done. It is a
program of its own, edo-work, which is found beside edo, in the path, or in the
repository, where the go command builds it.

edo work help lists its commands.
`

// Run starts the program. It returns the exit status.
func Run(args []string, out, errs io.Writer) int {
	if len(args) == 1 && (args[0] == "--help" || args[0] == "-help" || args[0] == "-h") {
		fmt.Fprint(out, usage)
		return command.OK
	}
	line, err := find()
	if err == nil {
		err = start(append(line, args...), out, errs)
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	if err != nil {
		fmt.Fprintf(errs, "edo work: %v\n", err)
		return command.Failed
	}
	return command.OK
}

// find returns the command line of the program.
func find() ([]string, error) {
	name := program
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), name)
		if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() {
			return []string{beside}, nil
		}
	}
	if path, err := exec.LookPath(program); err == nil {
		return []string{path}, nil
	}
	if exec.Command("go", "list", importPath).Run() == nil { // here is the repository, or a module that has it
		return []string{"go", "run", importPath}, nil
	}
	return nil, fmt.Errorf("the program %s is neither beside edo nor in the path: go install %s installs it", program, importPath)
}
