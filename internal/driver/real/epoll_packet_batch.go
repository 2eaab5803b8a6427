//go:build linux && !portable

package real

import (
	"encoding/binary"
	"net/netip"
	"sync"
	"syscall"
	"unsafe"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/poller"
	"github.com/edo-go/edo/internal/sched"
)

// One system call, recvmmsg or sendmmsg, receives or sends several datagrams. It does not wait, also
// when the file of the socket says otherwise, but it takes a while: so Go's scheduler is told of it.

// multiHeader is struct mmsghdr.
type multiHeader struct {
	header syscall.Msghdr
	length uint32
}

// A batch is what such a call is given. It has pointers to the buffers of messages during the call
// alone.
type batch struct {
	headers [driver.MostMessages]multiHeader
	vectors [driver.MostMessages]syscall.Iovec
	names   [driver.MostMessages]syscall.RawSockaddrAny
}

// batches are those that no call uses: they are too large for the stack of a task.
var batches = sync.Pool{New: func() any { return new(batch) }}

// add makes p the buffer of message i.
func (b *batch) add(i int, p []byte) {
	b.vectors[i].Base = unsafe.SliceData(p)
	b.vectors[i].SetLen(len(p))
	b.headers[i] = multiHeader{header: syscall.Msghdr{Iov: &b.vectors[i], Iovlen: 1}}
}

// setName gives message i room for an address, or one of size bytes.
func (b *batch) setName(i int, size uint32) {
	b.headers[i].header.Name = (*byte)(unsafe.Pointer(&b.names[i]))
	b.headers[i].header.Namelen = size
}

// call makes the system call for n messages, and returns for how many it did its work.
func (b *batch) call(number uintptr, fd, n int, flags uintptr) (int, syscall.Errno) {
	done, _, errno := syscall.Syscall6(number, uintptr(fd), uintptr(unsafe.Pointer(&b.headers)), uintptr(n), flags, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(done), 0
}

// release puts b back, without the pointers of n messages.
func (b *batch) release(n int) {
	clear(b.headers[:n])
	clear(b.vectors[:n])
	batches.Put(b)
}

func (c *packetConn) ReadBatch(cx *sched.Context, ms []driver.Message) (int, driver.Poll, error) {
	ms = ms[:min(len(ms), driver.MostMessages)]
	for {
		if poll, err := c.source.Begin(driver.Reading, cx.Task()); poll == driver.Pending || err != nil {
			return 0, poll, err
		}
		n, errno := c.receiveBatch(ms)
		switch {
		case errno == 0 && n < len(ms): // an error behind them makes an edge
			c.source.End(driver.Reading, poller.Short)
		case errno == syscall.EAGAIN:
			c.source.End(driver.Reading, poller.Drained)
			continue
		default: // there may be others; an error is reported once
			c.source.End(driver.Reading, poller.More)
		}
		switch errno {
		case 0:
			return n, driver.Ready, nil
		case syscall.EINTR:
		default:
			return 0, driver.Ready, c.opError("read", nil, errno)
		}
	}
}

// receiveBatch makes the system call.
func (c *packetConn) receiveBatch(ms []driver.Message) (int, syscall.Errno) {
	b := batches.Get().(*batch)
	defer b.release(len(ms))
	for i := range ms {
		b.add(i, ms[i].Buffer)
		if c.remote == nil {
			b.setName(i, syscall.SizeofSockaddrAny)
		}
	}
	n, errno := b.call(syscall.SYS_RECVMMSG, c.source.FD(), len(ms), recvFlags)
	for i := range ms[:n] {
		m, h := &ms[i], &b.headers[i]
		m.N, m.Cut = int(h.length), h.header.Flags&syscall.MSG_TRUNC != 0
		noteWritten(m.Buffer[:m.N])
		switch {
		case c.remote != nil:
			from := c.connectedTo()
			m.Addr, m.Path = from.AddrPort, from.Path
		case c.isUnix():
			m.Addr = netip.AddrPort{}
			name := pathIn(&b.names[i], h.header.Namelen)
			if m.Path != string(name) { // the compiler compares without an allocation
				m.Path = string(name)
			}
		default:
			m.Addr, m.Path = addrPortIn(&b.names[i]), ""
		}
	}
	return n, errno
}

func (c *packetConn) WriteBatch(cx *sched.Context, ms []driver.Message) (int, driver.Poll, error) {
	ms = ms[:min(len(ms), driver.MostMessages)]
	for i := range ms {
		if err := c.checkReceiver(ms[i].Peer()); err != nil && i == 0 {
			return 0, driver.Ready, err
		} else if err != nil {
			ms = ms[:i]
			break
		}
	}
	for {
		if poll, err := c.source.Begin(driver.Writing, cx.Task()); poll == driver.Pending || err != nil {
			return 0, poll, err
		}
		n, errno := c.sendBatch(ms)
		switch {
		case errno == syscall.EAGAIN && (c.remote != nil || !c.isUnix()):
			c.source.End(driver.Writing, poller.Drained)
			continue
		default: // when it did not send all, the next call finds the reason
			c.source.End(driver.Writing, poller.More)
		}
		switch errno {
		case 0:
			return n, driver.Ready, nil
		case syscall.EINTR:
		default:
			return 0, driver.Ready, c.opError("write", ms[0].Peer().Net(c.network), errno)
		}
	}
}

// sendBatch makes the system call, for the messages before one whose address is none for the kernel.
func (c *packetConn) sendBatch(ms []driver.Message) (int, syscall.Errno) {
	b := batches.Get().(*batch)
	defer b.release(len(ms))
	n := len(ms)
	for i := range ms {
		b.add(i, ms[i].Buffer)
		noteRead(ms[i].Buffer)
		if c.remote != nil {
			continue
		}
		size, errno := c.putName(&b.names[i], &ms[i])
		if errno != 0 && i == 0 {
			return 0, errno
		}
		if errno != 0 {
			n = i
			break
		}
		b.setName(i, size)
	}
	return b.call(sysSendmmsg, c.source.FD(), n, sendFlags)
}

// putName writes the receiver of m as an address of the kernel, and returns its length.
func (c *packetConn) putName(name *syscall.RawSockaddrAny, m *driver.Message) (uint32, syscall.Errno) {
	if c.isUnix() {
		return putPath((*syscall.RawSockaddrUnix)(unsafe.Pointer(name)), m.Path)
	}
	return uint32(putAddrPort((*syscall.RawSockaddrInet6)(unsafe.Pointer(name)), m.Addr, c.v6)), 0
}

// putAddrPort writes an address for a socket of UDP, and returns its length.
func putAddrPort(sa *syscall.RawSockaddrInet6, to netip.AddrPort, v6 bool) uintptr {
	*sa = syscall.RawSockaddrInet6{}
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&sa.Port))[:], to.Port())
	if !v6 {
		sa4 := (*syscall.RawSockaddrInet4)(unsafe.Pointer(sa))
		sa4.Family = syscall.AF_INET
		sa4.Addr = to.Addr().Unmap().As4()
		return unsafe.Sizeof(*sa4)
	}
	sa.Family = syscall.AF_INET6
	sa.Addr = to.Addr().As16()
	sa.Scope_id = zoneID(to.Addr().Zone())
	return unsafe.Sizeof(*sa)
}

// addrPortIn returns an address that the kernel has written.
func addrPortIn(sa *syscall.RawSockaddrAny) netip.AddrPort {
	sa6 := (*syscall.RawSockaddrInet6)(unsafe.Pointer(sa))
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&sa6.Port))[:])
	if sa.Addr.Family == syscall.AF_INET {
		return netip.AddrPortFrom(netip.AddrFrom4((*syscall.RawSockaddrInet4)(unsafe.Pointer(sa)).Addr), port)
	}
	return peerOf6(sa6.Addr, sa6.Scope_id, port).AddrPort
}
