//go:build unix

package work

import (
	"io"
	"os"
	"os/exec"
	"syscall"
)

// start runs a command line in the place of this process, so that signals reach it alone. It returns
// only when it cannot.
func start(line []string, _, _ io.Writer) error {
	path, err := exec.LookPath(line[0])
	if err != nil {
		return err
	}
	return syscall.Exec(path, line, os.Environ())
}
