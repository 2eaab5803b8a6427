//go:build !unix

package companion

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
)

// start runs a program. A Ctrl-C reaches that too, which ends in order.
func start(file string, args []string, out, errs io.Writer) error {
	signal.Ignore(os.Interrupt)
	cmd := exec.Command(file, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, out, errs
	return cmd.Run()
}
