package load

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
)

// Supported says whether this system has the client.
const Supported = true

// Run connects, writes a line to out, waits for a line from in (so that several
// clients begin together), loads the server and writes the Result to out as JSON.
func Run(o Order, in io.Reader, out io.Writer) error {
	if o.Conns < 1 || o.Depth < 1 || o.Depth > MaxDepth {
		return fmt.Errorf("%d connections with %d requests each", o.Conns, o.Depth)
	}
	runtime.LockOSThread()
	c := &client{Order: o, began: time.Now()}
	if err := c.connectAll(); err != nil {
		return err
	}
	fmt.Fprintln(out, "connected")
	if _, err := bufio.NewReader(in).ReadString('\n'); err != nil {
		return err
	}
	debug.SetGCPercent(-1) // nothing is allocated from here on
	if err := c.load(); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(c.result())
}

// A conn is one connection, and what is under way on it.
type conn struct {
	fd         int
	part       int // bytes that have come of the answer under way
	sent, seen uint64
	at         [MaxDepth]int64 // when request number i % MaxDepth was sent
}

type client struct {
	Order
	began time.Time
	epoll int
	conns []conn
	first conn // the one that is there before memory is read
	grown int64

	in, out [MaxDepth * Size]byte
	events  [512]syscall.EpollEvent

	requests    int64
	hist        [buckets]int64
	done        Result
	at          int64         // when the part under way began
	server, own time.Duration // and what processor time had been used
}

// now returns nanoseconds on a clock that only goes forward.
func (c *client) now() int64 { return int64(time.Since(c.began)) }

// connectAll connects, with one request on each connection, so that the server has
// for each what it needs.
func (c *client) connectAll() error {
	address, err := netip.ParseAddrPort(c.Address)
	if err != nil {
		return err
	}
	if !address.Addr().IsLoopback() || !address.Addr().Is4() {
		return fmt.Errorf("%v is not on this machine", address)
	}
	if c.epoll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return err
	}
	c.conns = make([]conn, c.Conns)
	if err := c.dial(&c.first, address, 0); err != nil {
		return err
	}
	time.Sleep(c.Settle)
	before := resident(c.Server)
	for i := range c.conns {
		if err := c.dial(&c.conns[i], address, i); err != nil {
			return fmt.Errorf("connection %d: %w", i, err)
		}
	}
	time.Sleep(c.Settle)
	c.grown = resident(c.Server) - before
	for i := range c.conns {
		fd := c.conns[i].fd
		if err := syscall.SetNonblock(fd, true); err != nil {
			return err
		}
		event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(i)}
		if err := syscall.EpollCtl(c.epoll, syscall.EPOLL_CTL_ADD, fd, &event); err != nil {
			return err
		}
	}
	return nil
}

// bindAddressNoPort is IP_BIND_ADDRESS_NO_PORT: the port is chosen by connect, which
// knows the other end, and so may use one again.
const bindAddressNoPort = 24

// dial makes connection number i. They come from several addresses of this machine,
// since one has not ports enough.
func (c *client) dial(to *conn, address netip.AddrPort, i int) error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	to.fd = fd
	from := &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, byte(2 + i%8)}}
	for _, err := range []error{
		syscall.SetsockoptInt(fd, syscall.IPPROTO_IP, bindAddressNoPort, 1),
		syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1),
		// What is closed is reset, and holds no port for a minute.
		syscall.SetsockoptLinger(fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1}),
		syscall.Bind(fd, from),
		retry(func() error {
			return syscall.Connect(fd, &syscall.SockaddrInet4{Addr: address.Addr().As4(), Port: int(address.Port())})
		}),
	} {
		if err != nil {
			return err
		}
	}
	to.fill(c.out[:Size])
	if err := c.write(fd, Size); err != nil {
		return err
	}
	for got := 0; got < Size; {
		n, err := syscall.Read(fd, c.in[got:Size])
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return errors.New("the server closed")
		}
		got += n
	}
	if err := to.check(c.in[:Size]); err != nil {
		return err
	}
	to.seen++
	to.part = 0
	return nil
}

func retry(call func() error) error {
	for {
		if err := call(); err != syscall.EINTR {
			return err
		}
	}
}

// kinds are the requests. They follow each other, so that an answer that is missing,
// doubled or out of turn is seen.
var kinds = func() (all [16][Size]byte) {
	for i := range all {
		for j := range all[i] {
			all[i][j] = 'a' + byte(i)
		}
	}
	return all
}()

// fill makes the next request.
func (c *conn) fill(buf []byte) {
	copy(buf, kinds[c.sent%uint64(len(kinds))][:])
	c.sent++
}

// check looks at the next piece of an answer.
func (c *conn) check(piece []byte) error {
	want := kinds[c.seen%uint64(len(kinds))][c.part:]
	if !bytes.Equal(piece, want[:len(piece)]) {
		return fmt.Errorf("answer %d is not its request", c.seen)
	}
	c.part += len(piece)
	return nil
}

// load keeps Depth requests under way on every connection.
func (c *client) load() error {
	c.begin()
	for i := range c.conns {
		if err := c.send(&c.conns[i], c.Depth, c.now()); err != nil {
			return err
		}
	}
	for counting := false; ; {
		// Both parts last until there is an answer at least.
		switch now := c.now(); {
		case c.requests == 0:
		case !counting && now-c.at >= int64(c.Warm):
			counting = true
			c.end(now)
			c.done.ColdRequests, c.done.ColdWall, c.done.ColdCPU = c.done.Requests, c.done.Wall, c.done.ServerCPU
			clear(c.hist[:])
			c.begin()
		case counting && now-c.at >= int64(c.Measure):
			c.end(now)
			return nil
		}
		n, err := wait(c.epoll, c.events[:], 5000)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return errors.New("no answer for 5 s")
		}
		for i := range n {
			if err := c.receive(&c.conns[c.events[i].Fd]); err != nil {
				return err
			}
		}
	}
}

// receive takes the answers that have come on a connection, and sends as many
// requests.
func (c *client) receive(from *conn) error {
	n, err := read(from.fd, c.in[:])
	if err == syscall.EAGAIN || err == syscall.EINTR {
		return nil
	}
	if err != nil {
		return err
	}
	if n == 0 {
		return errors.New("the server closed")
	}
	now, whole := c.now(), 0
	for rest := c.in[:n]; len(rest) > 0; {
		piece := rest[:min(len(rest), Size-from.part)]
		rest = rest[len(piece):]
		if err := from.check(piece); err != nil {
			return err
		}
		if from.part == Size {
			c.hist[bucket(uint64(now-from.at[from.seen%MaxDepth]))]++
			from.part = 0
			from.seen++
			whole++
		}
	}
	c.requests += int64(whole)
	return c.send(from, whole, now)
}

// send sends k requests. They fit the socket's buffer, whatever k is.
func (c *client) send(to *conn, k int, now int64) error {
	if k == 0 {
		return nil
	}
	for i := range k {
		to.at[to.sent%MaxDepth] = now
		to.fill(c.out[i*Size : (i+1)*Size])
	}
	return c.write(to.fd, k*Size)
}

func (c *client) write(fd, size int) error {
	n, err := write(fd, c.out[:size])
	for err == syscall.EINTR {
		n, err = write(fd, c.out[:size])
	}
	if err == nil && n != size {
		err = io.ErrShortWrite
	}
	return err
}

// begin begins a part.
func (c *client) begin() {
	c.requests = 0
	c.server, c.own = processorTime(c.Server), ownProcessorTime()
	c.at = c.now()
}

// end ends it.
func (c *client) end(now int64) {
	c.done.Requests = c.requests
	c.done.Wall = time.Duration(now - c.at)
	c.done.ServerCPU = processorTime(c.Server) - c.server
	c.done.ClientCPU = ownProcessorTime() - c.own
}

func (c *client) result() Result {
	r := c.done
	r.Conns, r.Memory, r.Latency = c.Conns, c.grown, make(Histogram)
	for b, n := range c.hist {
		if n > 0 {
			r.Latency[b] = n
		}
	}
	return r
}
