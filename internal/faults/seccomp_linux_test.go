package faults_test

import (
	"encoding/binary"
	"runtime"
	"syscall"
	"testing"
	"unsafe"
)

// filter is a program of classic BPF, which the kernel runs at each system call.
type filter []struct {
	code   uint16
	jt, jf uint8
	k      uint32
}

// Instructions, and what a program returns.
const (
	loadWord, jumpEqual, jumpAtLeast, jump, ret = 0x20, 0x15, 0x35, 0x05, 0x06

	allow   = 0x7fff0000
	failure = 0x00050000 // with an errno

	setNoNewPrivs, seccompFilter, allThreads = 38, 1, 1
)

// refuse has the kernel answer errno to epoll_ctl calls that would watch a descriptor of at least
// lowest, in this process and for good: the kernel's own limit of watches is the machine's.
func refuse(t *testing.T, lowest int, errno syscall.Errno) {
	t.Helper()
	argument := func(i uint32) uint32 { // the place of the lower half
		at := 16 + 8*i
		if binary.NativeEndian.Uint16([]byte{0, 1}) == 1 {
			at += 4
		}
		return at
	}
	program := filter{
		{loadWord, 0, 0, 0}, // the number of the call
		{jumpEqual, 0, 5, syscall.SYS_EPOLL_CTL},
		{loadWord, 0, 0, argument(1)},
		{jumpEqual, 0, 3, syscall.EPOLL_CTL_ADD},
		{loadWord, 0, 0, argument(2)},
		{jumpAtLeast, 0, 1, uint32(lowest)},
		{ret, 0, 0, failure | uint32(errno)},
		{ret, 0, 0, allow},
	}
	seccomp, ok := map[string]uintptr{"amd64": 317, "arm64": 277, "riscv64": 277, "loong64": 277, "386": 354, "arm": 383, "s390x": 348, "ppc64le": 358}[runtime.GOARCH]
	if !ok {
		t.Skip("needs the number of seccomp on " + runtime.GOARCH)
	}
	prog := struct {
		n    uint16
		code *byte
	}{uint16(len(program)), (*byte)(unsafe.Pointer(unsafe.SliceData(program)))}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	// The kernel gives all threads the filter, and what it requires.
	if _, _, e := syscall.Syscall6(syscall.SYS_PRCTL, setNoNewPrivs, 1, 0, 0, 0, 0); e != 0 {
		t.Skip("needs a kernel with seccomp:", e)
	}
	if _, _, e := syscall.Syscall(seccomp, seccompFilter, allThreads, uintptr(unsafe.Pointer(&prog))); e != 0 {
		t.Skip("needs a kernel with seccomp filters:", e)
	}
}
