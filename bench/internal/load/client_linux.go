package load

import (
	"bufio"
	"bytes"
	"crypto/tls"
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
	if o.Protocol == TLS && !o.Idle {
		return errors.New("connections with TLS can only be idle")
	}
	runtime.LockOSThread()
	c := &client{Order: o, began: time.Now(), starter: bufio.NewReader(in), say: out}
	var err error
	if c.wire, err = wireOf(o.Protocol); err != nil {
		return err
	}
	if o.Protocol == TLS {
		if c.trust, err = trusting(o.Certificate); err != nil {
			return err
		}
	}
	if err := c.connectAll(); err != nil {
		return err
	}
	if err := c.ask("connected"); err != nil {
		return err
	}
	if !o.Idle {
		debug.SetGCPercent(-1) // the load allocates nothing
		if err := c.load(); err != nil {
			return err
		}
	}
	return json.NewEncoder(out).Encode(c.result())
}

// ask writes a line to the program that has started the client, and waits for one.
func (c *client) ask(line string) error {
	fmt.Fprintln(c.say, line)
	_, err := c.starter.ReadString('\n')
	return err
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
	wire  wire
	began time.Time

	starter *bufio.Reader // the program that has started the client
	say     io.Writer

	trust *tls.Config
	kept  []*tls.Conn

	epoll int
	conns []conn
	first conn // made before the memory of the server is read
	grown int64

	in, out [MaxDepth * most]byte
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
	before, err := c.serverMemory()
	if err != nil {
		return err
	}
	start, cpu := time.Now(), processorTime(c.Server)
	for i := range c.conns {
		if err := c.dial(&c.conns[i], address, i); err != nil {
			return fmt.Errorf("connection %d: %w", i, err)
		}
	}
	c.done.OpenWall, c.done.OpenCPU = time.Since(start), processorTime(c.Server)-cpu
	after, err := c.serverMemory()
	if err != nil {
		return err
	}
	c.grown = after - before
	if c.Idle {
		return nil
	}
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

// serverMemory returns what the server occupies, after a pause. Where connections are only idle, the
// server has collected its garbage before.
func (c *client) serverMemory() (int64, error) {
	if c.Idle {
		if err := c.ask(Collect); err != nil {
			return 0, err
		}
	}
	time.Sleep(c.Settle)
	return resident(c.Server), nil
}

// bindAddressNoPort is IP_BIND_ADDRESS_NO_PORT: connect chooses the port. It knows the
// destination, so it may choose a port that a connection to another destination uses.
const bindAddressNoPort = 24

// dial makes connection number i. The connections come from several addresses of this
// machine, because one address does not have enough ports.
func (c *client) dial(to *conn, address netip.AddrPort, i int) error {
	if c.Protocol == TLS {
		return c.dialTLS(to)
	}
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
	if c.Protocol == WebSocket {
		if err := c.upgrade(fd); err != nil {
			return err
		}
	}
	// Make a request, and read its answer.
	request := c.nextRequest(to)
	if err := c.write(fd, copy(c.out[:], request)); err != nil {
		return err
	}
	size := len(c.wire.answers[0])
	for got := 0; got < size; {
		n, err := syscall.Read(fd, c.in[got:size])
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return errServerClosed
		}
		got += n
	}
	return c.takeAnswer(to, c.in[:size])
}

var errServerClosed = errors.New("the server closed")

func retry(call func() error) error {
	for {
		if err := call(); err != syscall.EINTR {
			return err
		}
	}
}

// nextRequest returns the next request of a connection.
func (c *client) nextRequest(on *conn) []byte {
	on.sent++
	return c.wire.requests[(on.sent-1)%kinds]
}

// checkAnswer checks the next piece of an answer.
func (c *client) checkAnswer(on *conn, piece []byte) error {
	want := c.wire.answers[on.answered%kinds][on.part:]
	if !bytes.Equal(piece, want[:len(piece)]) {
		return fmt.Errorf("answer %d is not its request", on.answered)
	}
	on.part += len(piece)
	return nil
}

// takeAnswer checks a whole answer.
func (c *client) takeAnswer(on *conn, answer []byte) error {
	if err := c.checkAnswer(on, answer); err != nil {
		return err
	}
	on.answered++
	on.part = 0
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
		return errServerClosed
	}
	now, whole, size := c.now(), 0, len(c.wire.answers[0])
	for rest := c.in[:n]; len(rest) > 0; {
		piece := rest[:min(len(rest), size-from.part)]
		rest = rest[len(piece):]
		if err := c.checkAnswer(from, piece); err != nil {
			return err
		}
		if from.part == size {
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
	size := 0
	for range k {
		to.sentAt[to.sent%MaxDepth] = now
		size += copy(c.out[size:], c.nextRequest(to))
	}
	return c.write(to.fd, size)
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
