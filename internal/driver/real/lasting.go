package real

import (
	"errors"
	"syscall"
)

// lasts says whether an error that an operation on a connection got is one of the
// connection: a reset, a time-out, a host that cannot be reached any more. The system
// tells such an error once. The others are of the call, and EPIPE comes again.
func lasts(errno syscall.Errno) bool {
	switch errno {
	case syscall.EAGAIN, syscall.EINTR, syscall.EINPROGRESS, syscall.EALREADY,
		syscall.ENOMEM, syscall.ENOBUFS, syscall.EMSGSIZE, syscall.EACCES, syscall.EPERM,
		syscall.EINVAL, syscall.EBADF, syscall.ENOTSOCK, syscall.EFAULT,
		syscall.EPIPE, syscall.ENOTCONN:
		return false
	}
	return true
}

// isErrno says whether err is that number.
func isErrno(err error, want syscall.Errno) bool {
	var errno syscall.Errno
	return errors.As(err, &errno) && errno == want
}
