//go:build !unix

package gocmd

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
)

// Exec runs the go command, and returns its exit status. An interrupt reaches both processes, as they share a console,
// and is for the go command to answer.
func Exec(args []string, errs io.Writer) int {
	signal.Ignore(os.Interrupt)
	cmd := exec.Command("go", args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit) && exit.ExitCode() >= 0:
		return exit.ExitCode()
	}
	return failed(err, errs)
}
