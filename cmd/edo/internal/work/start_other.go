//go:build !unix

package work

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
)

// start runs a command line. A Ctrl-C reaches that too, which ends in order.
func start(line []string, out, errs io.Writer) error {
	signal.Ignore(os.Interrupt)
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, out, errs
	return cmd.Run()
}
