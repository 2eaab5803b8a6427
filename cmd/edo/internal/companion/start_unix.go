//go:build unix

package companion

import (
	"io"
	"os"
	"syscall"
)

// start runs a program in the place of this process, so that signals reach it alone. It returns only
// when it cannot.
func start(file string, args []string, _, _ io.Writer) error {
	return syscall.Exec(file, append([]string{file}, args...), os.Environ())
}
