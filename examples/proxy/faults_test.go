package main

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/socket"
)

func TestABackendThatFailsACheckGetsNoConnectionUntilItAnswersAgain(t *testing.T) {
	everywhere(t, 20, func(task *edo.Task) error {
		zero, stop, err := listen(task, "0", echo("backend 0"))
		if err != nil {
			return err
		}
		one, _, err := listen(task, "0", echo("backend 1"))
		if err != nil {
			return err
		}
		log := newEvents()
		defer log.Close()
		limits := patient
		limits.check = time.Millisecond
		p := &proxy{pool: newPool([]string{zero, one}), limits: limits, log: log}
		return within(task, p, func(addr string) error {
			// The connections are open at the same time, and so each backend gets half of them.
			if err := distribution(task, p, addr, 3, 3); err != nil {
				return err
			}
			if err := stop(); err != nil {
				return err
			}
			if err := log.expect(task, zero, "does not answer"); err != nil {
				return err
			}
			if err := distribution(task, p, addr, 0, 6); err != nil {
				return err
			}
			if n := p.pool.backends[0].all; n != 3 {
				return fmt.Errorf("the backend that does not answer was chosen %d times", n-3)
			}
			_, port, err := net.SplitHostPort(zero)
			if err != nil {
				return err
			}
			if _, _, err := listen(task, port, echo("backend 0")); err != nil {
				return err
			}
			if err := log.expect(task, zero, "answers"); err != nil {
				return err
			}
			return distribution(task, p, addr, 3, 3)
		})
	})
}

// distribution opens as many connections as want says, checks how many of them each backend
// has, and ends them.
func distribution(task *edo.Task, p *proxy, addr string, want ...int) error {
	got := make([]int, len(want))
	var conns []*socket.Conn
	defer func() {
		for _, conn := range conns {
			conn.Close()
		}
	}()
	total := 0
	for _, n := range want {
		total += n
	}
	for range total {
		conn, name, err := greeting(task, addr)
		if err != nil {
			return err
		}
		conns = append(conns, conn)
		got[name[len(name)-1]-'0']++
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("the backends have %v connections, not %v", got, want)
	}
	for _, conn := range conns {
		conn.CloseWrite()
		if _, err := aio.ReadAll(task, conn, nil); err != nil {
			return err
		}
	}
	return settle(task, p)
}

// settle waits until p has no open connection.
func settle(task *edo.Task, p *proxy) error {
	for {
		open := 0
		p.pool.mu.Lock()
		for _, b := range p.pool.backends {
			open += b.open
		}
		p.pool.mu.Unlock()
		if open == 0 {
			return nil
		}
		if err := edo.Yield(task); err != nil {
			return err
		}
	}
}

func TestTheBackendWithTheFewestConnectionsIsChosenAndEqualOnesTakeTurns(t *testing.T) {
	p := newPool([]string{"a", "b", "c"})
	pick := func() string {
		b, err := p.pick(nil)
		if err != nil {
			t.Fatal(err)
		}
		return b.addr
	}
	if got := pick() + pick() + pick() + pick(); got != "abca" {
		t.Errorf("chose %s", got)
	}
	for range 2 {
		p.release(p.backends[1])
		if got := pick(); got != "b" {
			t.Errorf("chose %s, and b had the fewest", got)
		}
	}
	p.set(p.backends[1], errors.New("down"))
	if got := pick(); got != "c" {
		t.Errorf("chose %s", got)
	}
	if _, err := p.pick(p.backends); err != errNoBackend {
		t.Errorf("got %v", err)
	}
}

func TestTheNextBackendIsTriedWhenOneDoesNotConnect(t *testing.T) {
	everywhere(t, 20, func(task *edo.Task) error {
		dead, stop, err := listen(task, "0", echo("backend 0"))
		if err != nil {
			return err
		}
		if err := stop(); err != nil {
			return err
		}
		alive, _, err := listen(task, "0", echo("backend 1"))
		if err != nil {
			return err
		}
		p := &proxy{pool: newPool([]string{dead, alive}), limits: patient} // not checked yet
		for range 3 {
			b, conn, err := p.connect(task)
			if err != nil {
				return err
			}
			conn.Close()
			if b.addr != alive {
				return fmt.Errorf("connected to %s", b.addr)
			}
			p.pool.release(b)
		}
		for _, b := range p.pool.backends {
			if b.open != 0 {
				return fmt.Errorf("%s has %d connections left", b.addr, b.open)
			}
		}
		return nil
	})
}

func TestAClientIsResetWhenNoBackendAnswers(t *testing.T) {
	everywhere(t, 20, func(task *edo.Task) error {
		dead, stop, err := listen(task, "0", echo("backend 0"))
		if err != nil {
			return err
		}
		if err := stop(); err != nil {
			return err
		}
		p := &proxy{pool: newPool([]string{dead}), limits: patient}
		err = within(task, p, func(addr string) error {
			conn, err := socket.Dial(task, "tcp", addr)
			if err == nil { // the reset may be faster
				defer conn.Close()
				_, err = aio.ReadAll(task, conn, nil)
			}
			if !errors.Is(err, syscall.ECONNRESET) {
				return fmt.Errorf("the client got %v", err)
			}
			return nil
		})
		if want := "served 0 cut 0 refused 1 up 0 down 0"; err == nil && numbersOf(p) != want {
			err = fmt.Errorf("counted %s", numbersOf(p))
		}
		return err
	})
}

func TestConnectionsAboveTheLimitWaitForAPlace(t *testing.T) {
	everywhere(t, 50, func(task *edo.Task) error {
		addrs, err := startEcho(task, 1)
		if err != nil {
			return err
		}
		p := &proxy{pool: newPool(addrs), limits: patient}
		return within(task, p, func(addr string) error {
			first, _, err := greeting(task, addr)
			if err != nil {
				return err
			}
			defer first.Close()
			second := edo.GoValue(task, func(task *edo.Task) (string, error) {
				conn, name, err := greeting(task, addr)
				if err == nil {
					conn.Close()
				}
				return name, err
			})
			// A round trip of the first, in which the second would have come through.
			if _, err := first.Write(task, []byte("x")); err != nil {
				return err
			}
			if _, err := aio.ReadFull(task, first, make([]byte, 1)); err != nil {
				return err
			}
			if second.Finished() {
				return errors.New("two connections were served at a time")
			}
			first.Close()
			if name, err := second.Await(task); name != "backend 0" || err != nil {
				return fmt.Errorf("the second got %q, %v", name, err)
			}
			return nil
		}, socket.Limit(1))
	})
}

func TestAnAddressWithTooManyConnectionsGetsNoMore(t *testing.T) {
	everywhere(t, 50, func(task *edo.Task) error {
		addrs, err := startEcho(task, 1)
		if err != nil {
			return err
		}
		p := &proxy{pool: newPool(addrs), limits: patient}
		return within(task, p, func(addr string) error {
			first, _, err := greeting(task, addr)
			if err != nil {
				return err
			}
			defer first.Close()
			if _, name, err := greeting(task, addr); err == nil {
				return fmt.Errorf("the second got %q", name)
			}
			return nil
		}, socket.LimitPerAddress(1))
	})
}

func TestTheNumbersAreOfAllConnections(t *testing.T) {
	everywhere(t, 20, func(task *edo.Task) error {
		addrs, err := startEcho(task, 2)
		if err != nil {
			return err
		}
		p := &proxy{pool: newPool(addrs), limits: patient}
		n, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		edo.Go(task, func(task *edo.Task) error { return p.tell(task, n) }, edo.Owns(n), edo.Daemon())
		return within(task, p, func(addr string) error {
			if err := distribution(task, p, addr, 1, 1); err != nil {
				return err
			}
			conn, name, err := greeting(task, addr)
			if err != nil {
				return err
			}
			defer conn.Close()
			asked, err := socket.Dial(task, "tcp", n.Addr().String())
			if err != nil {
				return err
			}
			defer asked.Close()
			line, err := aio.ReadAll(task, asked, nil)
			if err != nil {
				return err
			}
			open := map[bool]string{true: "open 1 of 2", false: "open 0 of 1"}
			for _, want := range []string{
				"served 2 cut 0 refused 0 up 0 down 20, at most ",
				"; " + addrs[0] + " answers, " + open[name == "backend 0"],
				"; " + addrs[1] + " answers, " + open[name == "backend 1"],
			} {
				if !strings.Contains(string(line), want) {
					return fmt.Errorf("told %q, and not %q", line, want)
				}
			}
			return nil
		})
	})
}
