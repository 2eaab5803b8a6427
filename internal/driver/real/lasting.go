package real

import "syscall"

// lasts reports whether an error of an operation is one of the connection: a reset, a
// time-out, a host that cannot be reached any more. The system reports such an error once.
// The other errors are those of the call, and EPIPE comes again.
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
