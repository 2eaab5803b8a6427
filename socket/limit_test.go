package socket

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// everywhere runs main in the simulator, under some seeds, and on the real network.
func everywhere(t *testing.T, main func(task *edo.Task) error) {
	t.Helper()
	t.Run("simulated", func(t *testing.T) { sim.Explore(t, 50, func(seed uint64) error { return sim.Run(seed, main) }) })
	t.Run("real", func(t *testing.T) {
		if err := edo.Run(main, edo.WithConfig(edo.Config{Workers: 4})); err != nil {
			t.Fatal(err)
		}
	})
}

func TestNoMoreConnectionsAreOpenThanTheLimitAndAllAreServed(t *testing.T) {
	const most, clients = 3, 20
	everywhere(t, func(task *edo.Task) error {
		l, err := Listen(task, "tcp", "127.0.0.1:0", Limit(most))
		if err != nil {
			return err
		}
		var open, highest atomic.Int32
		for range 2 { // acceptors
			edo.Go(task, func(task *edo.Task) error {
				for {
					conn, err := l.Accept(task)
					if errors.Is(err, net.ErrClosed) {
						return nil
					}
					if err != nil {
						return err
					}
					n := open.Add(1)
					for h := highest.Load(); n > h && !highest.CompareAndSwap(h, n); h = highest.Load() {
					}
					edo.Go(task, func(task *edo.Task) error {
						p := make([]byte, 1)
						_, err := conn.Read(task, p)
						if err == nil {
							_, err = conn.Write(task, p)
						}
						open.Add(-1)
						conn.Close()
						return err
					})
				}
			})
		}
		var handles []*edo.JoinHandle[edo.Unit]
		for range clients {
			handles = append(handles, edo.Go(task, func(task *edo.Task) error {
				conn, err := Dial(task, "tcp", l.Addr().String())
				if err != nil {
					return err
				}
				defer conn.Close()
				edo.Yield(task)
				if _, err := conn.Write(task, []byte("x")); err != nil {
					return err
				}
				_, err = conn.Read(task, make([]byte, 1))
				return err
			}))
		}
		for _, h := range handles {
			if _, err := h.Await(task); err != nil {
				return err
			}
		}
		l.Close()
		if n := highest.Load(); n > most {
			return fmt.Errorf("%d connections were open, and the limit is %d", n, most)
		}
		return nil
	})
}

// The tasks that accept are aborted and closed at any time. No place is lost: in the end the
// limit can be filled.
func TestNoPlaceIsLostWhateverEndsAnAccept(t *testing.T) {
	const most = 2
	sim.Explore(t, 300, func(seed uint64) error {
		return sim.Run(seed, func(task *edo.Task) error {
			r := rand.New(rand.NewPCG(seed, 0))
			l, err := Listen(task, "tcp", "127.0.0.1:0", Limit(most))
			if err != nil {
				return err
			}
			defer l.Close()
			for range 10 {
				var accepts []*edo.JoinHandle[*Conn]
				for range 3 {
					accepts = append(accepts, edo.Spawn(task, l.AcceptFuture()))
				}
				var dialed []*Conn
				for range r.IntN(5) {
					c, err := Dial(task, "tcp", l.Addr().String())
					if err != nil {
						return err
					}
					dialed = append(dialed, c)
				}
				for _, h := range accepts {
					if r.IntN(2) == 0 {
						edo.Yield(task)
					}
					h.Abort()
				}
				for _, h := range accepts {
					if c, err := h.Await(task); err == nil {
						c.Close()
					}
				}
				for _, c := range dialed {
					c.Close()
				}
			}
			w := l.inner.(*limitedListener)
			if w.open != 0 || len(w.waiters) != 0 {
				return fmt.Errorf("%d places are taken, and %d tasks wait", w.open, len(w.waiters))
			}
			return nil
		})
	})
}

func TestFullListenerSaysWhatItsAcceptWaitsFor(t *testing.T) {
	virtual(t, func(task *edo.Task, _ func() time.Duration) error {
		l, err := Listen(task, "tcp", "127.0.0.1:80", Limit(1))
		if err != nil {
			return err
		}
		defer l.Close()
		c, err := Dial(task, "tcp", "127.0.0.1:80")
		if err != nil {
			return err
		}
		defer c.Close()
		a, err := l.Accept(task)
		if err != nil {
			return err
		}
		if got := (*accepting)(l).Waits(nil).On; got != "socket: accept at 127.0.0.1:80, which has its limit of 1 open" {
			t.Errorf("got %q", got)
		}
		h := edo.Go(task, func(task *edo.Task) error { _, err := l.Accept(task); return err })
		timer.Sleep(task, time.Second)
		l.Close() // ends the Accept that waits for a place
		if _, err := h.Await(task); !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v, want net.ErrClosed", err)
		}
		return a.Close()
	})
}

func TestForgottenConnectionGivesItsPlaceBack(t *testing.T) {
	logged := warnings(t)
	err := edo.Run(func(task *edo.Task) error {
		l, err := Listen(task, "tcp", "127.0.0.1:0", Limit(1))
		if err != nil {
			return err
		}
		defer l.Close()
		for range 2 {
			c, err := Dial(task, "tcp", l.Addr().String())
			if err != nil {
				return err
			}
			defer c.Close()
		}
		if _, err := l.Accept(task); err != nil { // and is forgotten
			return err
		}
		stop := make(chan struct{})
		defer close(stop)
		go func() {
			for {
				select {
				case <-stop:
					return
				default:
					runtime.GC()
				}
			}
		}()
		c, err := l.Accept(task)
		if err != nil {
			return err
		}
		return c.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	collected(t, func() bool { return strings.Contains(logged(), "limit_test.go") }) // after the place is free
}

func TestAddressWithTooManyConnectionsIsRefusedAndOthersAreNot(t *testing.T) {
	everywhere(t, func(task *edo.Task) error {
		l, err := Listen(task, "tcp4", "127.0.0.1:0", LimitPerAddress(2))
		if err != nil {
			return err
		}
		defer l.Close()
		dial := func(from string) (*Conn, error) {
			d := &Dialer{Options: []Option{LocalAddr(netip.AddrPortFrom(netip.MustParseAddr(from), 0))}}
			return d.Dial(task, "tcp4", l.Addr().String())
		}
		addresses := []string{"127.0.0.1"}
		if runtime.GOOS == "linux" {
			addresses = append(addresses, "127.0.0.2")
		}
		accepted := map[string][]*Conn{}
		h := edo.Go(task, func(task *edo.Task) error {
			for range 2 * len(addresses) {
				c, err := l.Accept(task)
				if err != nil {
					return err
				}
				from, _, _ := net.SplitHostPort(c.RemoteAddr().String())
				accepted[from] = append(accepted[from], c)
			}
			return nil
		})
		var dialed []*Conn
		for range 20 { // more than one poll refuses
			c, err := dial("127.0.0.1")
			if err != nil {
				return err
			}
			defer c.Close()
			dialed = append(dialed, c)
		}
		for range 2 * (len(addresses) - 1) {
			c, err := dial(addresses[1])
			if err != nil {
				return err
			}
			defer c.Close()
		}
		if _, err := h.Await(task); err != nil {
			return err
		}
		for _, from := range addresses {
			if n := len(accepted[from]); n != 2 {
				return fmt.Errorf("%d connections from %s, want 2", n, from)
			}
		}
		// One that is closed makes room for another.
		accepted["127.0.0.1"][0].Close()
		again, err := dial("127.0.0.1")
		if err != nil {
			return err
		}
		defer again.Close()
		c, err := l.Accept(task)
		if err != nil {
			return err
		}
		defer c.Close()
		if _, err := dialed[5].Read(task, make([]byte, 1)); err != io.EOF {
			return fmt.Errorf("a client that was refused reads %v", err)
		}
		for _, conns := range accepted {
			for _, c := range conns {
				c.Close()
			}
		}
		return nil
	})
}

// seenConn is a connection whose client sees the close before Close has returned.
type seenConn struct {
	driver.Conn
	closed func()
}

func (c *seenConn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)} }

func (c *seenConn) Close() error {
	if seen := c.closed; seen != nil {
		c.closed = nil
		seen()
	}
	return nil
}

// openListener is a listener that is open.
type openListener struct{ driver.Listener }

func (openListener) Closed() bool { return false }

func TestAClientThatHasSeenTheCloseHasItsPlaceBack(t *testing.T) {
	l := &limitedListener{Listener: openListener{}, perAddress: 1}
	admitted := 0
	admit := func(closed func()) driver.Conn {
		if poll, err := l.enter(nil); poll != driver.Ready || err != nil {
			t.Fatal(poll, err)
		}
		c := l.admit(&seenConn{closed: closed})
		if c != nil {
			admitted++
		}
		return c
	}
	var again driver.Conn
	first := admit(func() { again = admit(nil) })
	first.Close()
	first.Close() // does nothing
	if admitted != 2 {
		t.Fatal("the client comes again while the close returns, and is refused")
	}
	if c := l.admit(&seenConn{}); c != nil {
		t.Error("a second connection of the address is admitted")
	}
	again.Close()
	if l.open != 0 || len(l.of) != 0 {
		t.Errorf("all are closed, and %d have a place: %v", l.open, l.of)
	}
}

func TestClientCountsByItsNetworkInIPv6(t *testing.T) {
	for ip, want := range map[string]string{
		"10.1.2.3": "10.1.2.3", "::ffff:10.1.2.3": "10.1.2.3",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::", "fe80::1%eth0": "fe80::",
	} {
		if got := networkOf(netip.MustParseAddr(ip)).String(); got != want {
			t.Errorf("%s: got %s, want %s", ip, got, want)
		}
	}
}

func TestLimitIsPositiveAndOnlyForListeners(t *testing.T) {
	virtual(t, func(task *edo.Task, _ func() time.Duration) error {
		for _, o := range []Option{Limit(0), LimitPerAddress(-1)} {
			if _, err := Listen(task, "tcp", "127.0.0.1:0", o); err == nil {
				t.Error("a limit of no connections was accepted")
			}
		}
		d := &Dialer{Options: []Option{Limit(1)}}
		if _, err := d.Dial(task, "tcp", "127.0.0.1:1"); !errors.Is(err, errNotForDial) {
			t.Errorf("got %v", err)
		}
		return nil
	})
}
