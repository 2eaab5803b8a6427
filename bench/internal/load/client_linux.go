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

// Supported is true if this system has the client.
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
	debug.SetGCPercent(-1) // the load allocates nothing
	if err := c.load(); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(c.result())
}

// A conn is one connection with the requests that are under way on it.
type conn struct {
	fd             int
	part           int             // bytes of the current answer that have arrived
	sent, answered uint64          // numbers of requests
	sentAt         [MaxDepth]int64 // when request number i was sent, at i % MaxDepth
}

type client struct {
	Order
	began time.Time
	epoll int
	conns []conn
	first conn // made before the memory of the server is read
	grown int64

	in, out [MaxDepth * Size]byte
	events  [512]syscall.EpollEvent

	requests int64
	hist     [buckets]int64
	done     Result

	// When the current part of the load began:
	startTime            int64
	serverCPU, clientCPU time.Duration
}

// now returns the nanoseconds since the client began, on a monotonic clock.
func (c *client) now() int64 { return int64(time.Since(c.began)) }

// connectAll connects and makes one request on each connection, so that the server has
// allocated all that it needs for a connection.
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

// bindAddressNoPort is IP_BIND_ADDRESS_NO_PORT: connect chooses the port. It knows the
// destination, so it may choose a port that a connection to another destination uses.
const bindAddressNoPort = 24

// dial makes connection number i. The connections come from several addresses of this
// machine, because one address does not have enough ports.
func (c *client) dial(to *conn, address netip.AddrPort, i int) error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	// Connect.
	to.fd = fd
	from := &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, byte(2 + i%8)}}
	for _, err := range []error{
		syscall.SetsockoptInt(fd, syscall.IPPROTO_IP, bindAddressNoPort, 1),
		syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1),
		// Close resets the connection, so that its port is free at once.
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
	// Make a request, and read its answer.
	to.fillRequest(c.out[:Size])
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
	if err := to.checkAnswer(c.in[:Size]); err != nil {
		return err
	}
	to.answered++
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

// kinds are the texts of requests. Successive requests have different texts, so that the
// client detects an answer that is missing, doubled or out of order.
var kinds = func() (all [16][Size]byte) {
	for i := range all {
		for j := range all[i] {
			all[i][j] = 'a' + byte(i)
		}
	}
	return all
}()

// fillRequest writes the next request into buf.
func (c *conn) fillRequest(buf []byte) {
	copy(buf, kinds[c.sent%uint64(len(kinds))][:])
	c.sent++
}

// checkAnswer checks the next piece of an answer.
func (c *conn) checkAnswer(piece []byte) error {
	want := kinds[c.answered%uint64(len(kinds))][c.part:]
	if !bytes.Equal(piece, want[:len(piece)]) {
		return fmt.Errorf("answer %d is not its request", c.answered)
	}
	c.part += len(piece)
	return nil
}

// load keeps Depth requests under way on every connection, first for the cold part of the
// load and then for the warm part.
func (c *client) load() error {
	c.beginPart()
	for i := range c.conns {
		if err := c.send(&c.conns[i], c.Depth, c.now()); err != nil {
			return err
		}
	}
	for warm := false; ; {
		// End a part that has lasted long enough and has an answer.
		switch now := c.now(); {
		case c.requests == 0:
		case !warm && now-c.startTime >= int64(c.Warm):
			warm = true
			c.endPart(now)
			c.done.ColdRequests, c.done.ColdWall, c.done.ColdCPU = c.done.Requests, c.done.Wall, c.done.ServerCPU
			clear(c.hist[:])
			c.beginPart()
		case warm && now-c.startTime >= int64(c.Measure):
			c.endPart(now)
			return nil
		}
		// Wait for answers, and send a request for each.
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

// receive reads the answers that have arrived on a connection, and sends as many requests.
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
		if err := from.checkAnswer(piece); err != nil {
			return err
		}
		if from.part == Size {
			c.hist[bucket(uint64(now-from.sentAt[from.answered%MaxDepth]))]++
			from.part = 0
			from.answered++
			whole++
		}
	}
	c.requests += int64(whole)
	return c.send(from, whole, now)
}

// send sends k requests. MaxDepth requests fit into the socket's buffer.
func (c *client) send(to *conn, k int, now int64) error {
	if k == 0 {
		return nil
	}
	for i := range k {
		to.sentAt[to.sent%MaxDepth] = now
		to.fillRequest(c.out[i*Size : (i+1)*Size])
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

// beginPart begins a part of the load.
func (c *client) beginPart() {
	c.requests = 0
	c.serverCPU, c.clientCPU = processorTime(c.Server), ownProcessorTime()
	c.startTime = c.now()
}

// endPart ends the current part.
func (c *client) endPart(now int64) {
	c.done.Requests = c.requests
	c.done.Wall = time.Duration(now - c.startTime)
	c.done.ServerCPU = processorTime(c.Server) - c.serverCPU
	c.done.ClientCPU = ownProcessorTime() - c.clientCPU
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
