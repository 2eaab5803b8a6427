//go:build unix

package cluster

import (
	"errors"
	"os"
	"syscall"
)

// lockFile locks f for this open file alone, and reports whether no other has it. The system
// takes the lock away when the process ends, however it ends.
func lockFile(f *os.File) (ok bool, err error) {
	conn, err := f.SyscallConn()
	if err != nil {
		return false, err
	}
	var lockErr error
	err = conn.Control(func(fd uintptr) { lockErr = syscall.Flock(int(fd), syscall.LOCK_EX|syscall.LOCK_NB) })
	if errors.Is(lockErr, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil && lockErr == nil, errors.Join(err, lockErr)
}

// openLock opens the file of a lock.
func openLock(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
}
