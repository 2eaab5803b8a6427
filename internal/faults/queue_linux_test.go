package faults_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/faults/wire"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/socket"
)

// overflows returns how many clients have met the full queue of a listener, in this network.
func overflows() (int, error) {
	text, err := os.ReadFile("/proc/net/netstat")
	if err != nil {
		return 0, err
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		switch f := strings.Fields(line); {
		case f[0] != "TcpExt:":
		case names == nil:
			names = f
		default:
			return strconv.Atoi(f[slices.Index(names, "ListenOverflows")])
		}
	}
	return 0, fmt.Errorf("no counters in\n%s", text)
}

// A client that comes to a full queue gets no error: the system counts it, as the docs of Listen say,
// and it is served when it has asked again.
func TestAClientThatMeetsAFullQueueIsCountedAndServedLater(t *testing.T) {
	if wire.New(t) == nil {
		return
	}
	const queue = 2
	if err := os.WriteFile("/proc/sys/net/core/somaxconn", []byte(strconv.Itoa(queue)), 0); err != nil {
		t.Skip("the length of a queue cannot be changed in a network namespace:", err)
	}
	before, err := overflows()
	if err != nil {
		t.Fatal(err)
	}
	err = edo.Run(func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", wire.Near+":0")
		if err != nil {
			return err
		}
		defer l.Close()
		dial := func(task *edo.Task) (*socket.Conn, error) { return socket.Dial(task, "tcp", l.Addr().String()) }
		for range queue + 1 { // it has room for one more than it says
			c, err := dial(task)
			if err != nil {
				return err
			}
			defer c.Close()
		}
		if n, err := overflows(); n != before || err != nil {
			return fmt.Errorf("%d overflows before the queue was full, %v", n-before, err)
		}
		last := edo.GoValue(task, dial)
		for n := before; n == before; {
			if err := edo.Yield(task); err != nil {
				return err
			}
			if n, err = overflows(); err != nil {
				return err
			}
		}
		for range queue + 2 {
			c, err := l.Accept(task)
			if err != nil {
				return err
			}
			defer c.Close()
		}
		c, err := last.Await(task)
		if err != nil {
			return err
		}
		c.Close()
		return nil
	}, tasktest.Quiet(edo.Config{}))
	if err != nil {
		t.Error(err)
	}
}
