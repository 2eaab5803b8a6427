package hold

import (
	"syscall"
	"time"
)

// processorTime returns the user and system time that this process has used.
func processorTime() time.Duration {
	var created, ended, kernel, user syscall.Filetime
	self, err := syscall.GetCurrentProcess()
	if err != nil || syscall.GetProcessTimes(self, &created, &ended, &kernel, &user) != nil {
		return 0
	}
	return duration(kernel) + duration(user)
}

// duration returns a time that is counted in units of 100 ns.
func duration(t syscall.Filetime) time.Duration {
	return time.Duration(int64(t.HighDateTime)<<32|int64(t.LowDateTime)) * 100
}

// DescriptorLimit is 0: descriptors have no limit of their own.
func DescriptorLimit() int64 { return 0 }
