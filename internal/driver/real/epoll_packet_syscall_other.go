//go:build linux && !portable && (race || 386 || s390x)

package real

import (
	"net/netip"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
)

// Under the race detector receive and send are those of package syscall, which report to it the
// memory that the kernel reads and writes; and where package syscall has no numbers for them.

func receive(fd int, p []byte) (int, driver.Peer, syscall.Errno) { return receiveUnix(fd, p) }

func send(fd int, p []byte, to netip.AddrPort, v6 bool) syscall.Errno {
	if err := syscall.Sendto(fd, p, sendFlags, sockaddr(to.Addr().Unmap(), to.Port(), v6)); err != nil {
		return errnoOf(err)
	}
	return 0
}
