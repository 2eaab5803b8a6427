//go:build unix

package gocmd

import (
	"io"
	"os"
	"os/exec"
	"syscall"
)

// Exec replaces this process by the go command. Its exit status, its output and the signals that it gets are those of
// the go command itself. It returns only when that fails.
func Exec(args []string, errs io.Writer) int {
	name, err := exec.LookPath("go")
	if err == nil {
		err = syscall.Exec(name, append([]string{"go"}, args...), os.Environ())
	}
	return failed(err, errs)
}
