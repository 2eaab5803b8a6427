package socket

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/sched"
)

// rooms returns n messages with room for size bytes each.
func rooms(n, size int) []Message {
	ms := make([]Message, n)
	for i := range ms {
		ms[i].Buffer = make([]byte, size)
	}
	return ms
}

// readAll receives n datagrams by batches of up to most, each into a buffer of size bytes.
func readAll(task *edo.Task, c *PacketConn, n, most, size int) ([]Message, error) {
	var all []Message
	for len(all) < n {
		ms := rooms(most, size)
		got, err := c.ReadBatch(task, ms)
		if err == nil && (got < 1 || got > most) {
			err = fmt.Errorf("a batch of %d", got)
		}
		if err != nil {
			return all, err
		}
		all = append(all, ms[:got]...)
	}
	return all, nil
}

func TestBatchKeepsTheBoundsAndTheSenderOfEachDatagram(t *testing.T) {
	packetEnds(t, func(task *edo.Task, a, b *PacketConn) error {
		other, err := ListenPacket(task, "udp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer other.Close()
		to := b.LocalAddrPort()
		texts := []string{"one", "", string(bytes.Repeat([]byte("x"), 9000)), "four"}
		for _, c := range []*PacketConn{a, other} {
			var ms []Message
			for _, text := range texts {
				ms = append(ms, Message{Buffer: []byte(text), Addr: to})
			}
			if n, err := c.WriteBatch(task, ms); n != len(ms) || err != nil {
				return fmt.Errorf("sent %d, %v", n, err)
			}
		}
		got, err := readAll(task, b, 2*len(texts), 3, 10_000)
		if err != nil {
			return err
		}
		for i, m := range got {
			from := a
			if i >= len(texts) {
				from = other
			}
			if text := texts[i%len(texts)]; string(m.Buffer[:m.N]) != text || m.Cut || m.Addr != from.LocalAddrPort() || m.Path != "" {
				return fmt.Errorf("datagram %d: %d bytes from %v, cut %v", i, m.N, m.Addr, m.Cut)
			}
		}
		return nil
	})
}

func TestBatchSaysWhichDatagramsWereCut(t *testing.T) {
	both := func(task *edo.Task, a, b *PacketConn, to Message) error {
		var ms []Message
		for _, text := range []string{"four", "fives", "", "sixsix"} {
			m := to
			m.Buffer = []byte(text)
			ms = append(ms, m)
		}
		if n, err := a.WriteBatch(task, ms); n != len(ms) || err != nil {
			return fmt.Errorf("sent %d, %v", n, err)
		}
		got, err := readAll(task, b, 3, 3, 4)
		if err != nil {
			return err
		}
		last := rooms(1, 0)
		if len(got) == 3 {
			if n, err := b.ReadBatch(task, last); n != 1 || err != nil {
				return fmt.Errorf("without room: %d, %v", n, err)
			}
			got = append(got, last...)
		}
		for i, m := range got[:4] {
			if want := i%2 == 1; m.Cut != want || m.N != []int{4, 4, 0, 0}[i] || string(m.Buffer[:m.N]) != string(ms[i].Buffer[:m.N]) {
				return fmt.Errorf("datagram %d: %q, cut %v", i, m.Buffer[:m.N], m.Cut)
			}
		}
		return nil
	}
	packetEnds(t, func(task *edo.Task, a, b *PacketConn) error {
		return both(task, a, b, Message{Addr: b.LocalAddrPort()})
	})
	unixgram(t, func(task *edo.Task, c *PacketConn, other string) error {
		sender, err := ListenPacket(task, "unixgram", other)
		if err != nil {
			return err
		}
		defer sender.Close()
		return both(task, sender, c, Message{Path: c.LocalAddr().String()})
	})
}

// A Unix receiver holds few datagrams: the sender of a large batch waits for room all the time,
// and is woken, or tries again when it is not connected.
func TestBatchesOfAnySizeArriveInTheirOrderAlthoughTheReceiverIsFull(t *testing.T) {
	for _, connected := range []bool{true, false} {
		t.Run(fmt.Sprintf("connected %v", connected), func(t *testing.T) {
			unixgram(t, func(task *edo.Task, c *PacketConn, other string) error {
				to := c.LocalAddr().String()
				var sender *PacketConn
				var err error
				if connected {
					sender, err = DialPacket(task, "unixgram", to)
					to = ""
				} else {
					sender, err = ListenPacket(task, "unixgram", other)
				}
				if err != nil {
					return err
				}
				defer sender.Close()
				for _, size := range []int{0, 1, 1000} {
					reader := edo.GoValue(task, func(task *edo.Task) ([]Message, error) { return readAll(task, c, size, 100, 4) })
					ms := make([]Message, size)
					for i := range ms {
						ms[i] = Message{Buffer: fmt.Append(nil, i), Path: to}
					}
					if n, err := sender.WriteBatch(task, ms); n != size || err != nil {
						return fmt.Errorf("sent %d of %d, %v", n, size, err)
					}
					got, err := reader.Await(task)
					if err != nil || len(got) != size {
						return fmt.Errorf("%d of %d, %v", len(got), size, err)
					}
					for i, m := range got {
						if string(m.Buffer[:m.N]) != fmt.Sprint(i) {
							return fmt.Errorf("datagram %d is %q", i, m.Buffer[:m.N])
						}
					}
				}
				if n, err := c.ReadBatch(task, nil); n != 0 || err != nil { // there is none, and it does not wait
					return fmt.Errorf("without messages: %d, %v", n, err)
				}
				return nil
			})
		})
	}
}

func TestConnectedSocketReceivesABatchFromItsPeer(t *testing.T) {
	packetEnds(t, func(task *edo.Task, peer, _ *PacketConn) error {
		c, err := DialPacket(task, "udp4", peer.LocalAddr().String())
		if err != nil {
			return err
		}
		defer c.Close()
		if n, err := c.WriteBatch(task, []Message{{Buffer: []byte("a")}, {Buffer: []byte("b")}}); n != 2 || err != nil {
			return fmt.Errorf("sent %d, %v", n, err)
		}
		got, err := readAll(task, peer, 2, 2, 2)
		if err != nil {
			return err
		}
		for i := range got { // they go back
			got[i].Buffer = got[i].Buffer[:got[i].N]
		}
		if n, err := peer.WriteBatch(task, got); n != 2 || err != nil {
			return fmt.Errorf("sent %d back, %v", n, err)
		}
		back, err := readAll(task, c, 2, 2, 2)
		if err != nil || string(back[0].Buffer[:1])+string(back[1].Buffer[:1]) != "ab" || back[1].Addr != peer.LocalAddrPort() {
			return fmt.Errorf("got %v, %v", back, err)
		}
		if _, err := c.WriteBatch(task, back); !errors.Is(err, net.ErrWriteToConnected) {
			return fmt.Errorf("with an address: %v", err)
		}
		return nil
	})
}

// Each datagram of a batch costs one operation, and a batch is no larger than the budget.
func TestBatchTakesFromTheBudgetAsMuchAsItsDatagrams(t *testing.T) {
	virtual(t, func(task *edo.Task, _ func() time.Duration) error {
		a, err := ListenPacket(task, "udp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer a.Close()
		ms := rooms(40, 1)
		for i := range ms {
			ms[i].Addr = a.LocalAddrPort()
		}
		other := edotest.NewTask()
		poll := func(budget int, want, left int, op func(*edo.Context, []Message) (int, edo.Poll, error)) {
			t.Helper()
			other.EnterWithBudget(budget, func(cx *edo.Context) {
				n, p, err := op(cx, ms)
				if isReady := want > 0; n != want || (p == edo.Ready) != isReady || err != nil || (*sched.Context)(cx).Budget() != left {
					t.Errorf("with a budget of %d: %d, %v, %v, and %d are left", budget, n, p, err, (*sched.Context)(cx).Budget())
				}
			})
		}
		poll(100, 40, 60, a.PollWriteBatch)
		poll(7, 7, 0, a.PollWriteBatch)
		poll(0, 0, 0, a.PollWriteBatch)
		poll(100, 40, 60, a.PollReadBatch)
		poll(5, 5, 0, a.PollReadBatch)
		poll(0, 0, 0, a.PollReadBatch)
		poll(10, 2, 8, a.PollReadBatch)
		return nil
	})
}

func TestBatchReportsWhatItWaitsFor(t *testing.T) {
	virtual(t, func(task *edo.Task, _ func() time.Duration) error {
		a, err := ListenPacket(task, "udp4", "127.0.0.1:80")
		if err != nil {
			return err
		}
		defer a.Close()
		want := edo.Wait{On: "socket: receive at 127.0.0.1:80", Outside: true}
		waitsFor(t, task, want, polls(a.ReadBatchFuture(rooms(1, 1))))
		want.On = "socket: send from 127.0.0.1:80"
		f := a.WriteBatchFuture([]Message{{Addr: a.LocalAddrPort()}})
		if got := edotest.Waits(edotest.NewTask(), f); !reflect.DeepEqual(got, []edo.Wait{want}) {
			t.Errorf("waits for %v, want %v", got, want)
		}
		if err := a.SetReadDeadline(in(task, time.Millisecond)); err != nil {
			return err
		}
		if n, err := a.ReadBatch(task, rooms(1, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("the report has sent: %d, %v", n, err)
		}
		return nil
	})
}
