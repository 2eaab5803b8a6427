//go:build darwin || dragonfly || freebsd

package hold

import "syscall"

// readLimits adds the ports and the queue of a listener. Processes cannot share a port evenly here: one of the
// listeners may get all connections.
func (l *limits) readLimits() {
	if n, err := syscall.SysctlUint32("kern.ipc.somaxconn"); err == nil {
		l.backlog = int64(n)
	}
	first, err := syscall.SysctlUint32("net.inet.ip.portrange.first")
	if err != nil {
		return
	}
	last, err := syscall.SysctlUint32("net.inet.ip.portrange.last")
	if err != nil || last < first {
		return
	}
	l.firstPort, l.lastPort = int64(first), int64(last)
}
