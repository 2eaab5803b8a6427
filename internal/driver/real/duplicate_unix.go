//go:build unix

package real

import (
	"os"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
)

// duplicate returns another descriptor for what fd stands for, which other programs do not
// inherit.
func duplicate(fd uintptr) (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	n := -1
	err := driver.WithDescriptors(func() (err error) { n, err = syscall.Dup(int(fd)); return err })
	if err != nil {
		return -1, os.NewSyscallError("dup", err)
	}
	syscall.CloseOnExec(n)
	return n, nil
}
