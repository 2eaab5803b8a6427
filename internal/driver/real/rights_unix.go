//go:build unix

package real

import (
	"errors"
	"os"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
)

// roomForFiles is how much room the descriptors of one message need. With less the system
// would install those that fit, and drop the others.
var roomForFiles = syscall.CmsgSpace(4 * driver.MostFiles)

// filesOf returns the files of a message whose control data is oob. After an error it has closed
// all of them.
func filesOf(oob []byte, flags int) (files []*os.File, err error) {
	if len(oob) == 0 && flags&syscall.MSG_CTRUNC == 0 {
		return nil, nil
	}
	messages, err := syscall.ParseSocketControlMessage(oob)
	for i := range messages {
		if messages[i].Header.Level != syscall.SOL_SOCKET || messages[i].Header.Type != syscall.SCM_RIGHTS {
			continue
		}
		fds, failed := syscall.ParseUnixRights(&messages[i])
		for _, fd := range fds {
			syscall.CloseOnExec(fd) // where the system has no flag for it
			files = append(files, os.NewFile(uintptr(fd), "passed"))
		}
		err = errors.Join(err, failed)
	}
	if flags&syscall.MSG_CTRUNC != 0 {
		err = errors.Join(err, os.NewSyscallError("recvmsg", syscall.EMFILE))
	}
	if err != nil {
		closeAll(files)
		return nil, err
	}
	return files, nil
}

// withRights calls fn with the control data that passes files, which stay open meanwhile.
func withRights(files []*os.File, fn func(rights []byte)) error {
	return withDescriptors(files, nil, func(fds []int) { fn(syscall.UnixRights(fds...)) })
}

func withDescriptors(files []*os.File, fds []int, fn func(fds []int)) error {
	if len(files) == 0 {
		fn(fds)
		return nil
	}
	raw, err := files[0].SyscallConn()
	if err != nil {
		return err
	}
	failed := raw.Control(func(fd uintptr) { err = withDescriptors(files[1:], append(fds, int(fd)), fn) })
	return errors.Join(failed, err)
}
