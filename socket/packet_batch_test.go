package socket

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"reflect"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/timer"
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

// What was sent before the error arrives, and what comes after it was not sent.
func TestErrorOfABatchBelongsToTheFirstMessageThatWasNotSent(t *testing.T) {
	packetEnds(t, func(task *edo.Task, a, b *PacketConn) error {
		to := b.LocalAddrPort()
		for name, bad := range map[string]struct {
			m    Message
			want error
		}{
			"too long":     {Message{Buffer: make([]byte, 65_508), Addr: to}, syscall.EMSGSIZE},
			"no address":   {Message{}, nil},
			"a path":       {Message{Path: "path"}, errors.ErrUnsupported},
			"another kind": {Message{Addr: netip.MustParseAddrPort("[::1]:9")}, nil},
		} {
			for before := range 3 {
				ms := make([]Message, before, 9)
				for i := range ms {
					ms[i] = Message{Buffer: []byte{byte(i)}, Addr: to}
				}
				ms = append(ms, bad.m, Message{Buffer: []byte("after"), Addr: to})
				n, err := a.WriteBatch(task, ms)
				var op *net.OpError
				if n != before || !errors.As(err, &op) || op.Op != "write" || bad.want != nil && !errors.Is(err, bad.want) {
					return fmt.Errorf("%s: sent %d of %d, %v", name, n, before, err)
				}
				if n, err := a.WriteTo(task, []byte("end"), to); n != 3 || err != nil {
					return err
				}
				got, err := readAll(task, b, before+1, 9, 9)
				if err != nil || len(got) != before+1 || string(got[before].Buffer[:3]) != "end" {
					return fmt.Errorf("%s: %d have arrived, %v", name, len(got), err)
				}
			}
		}
		return nil
	})
}

func TestErrorOfABatchOfUnixDatagramsBelongsToTheFirstMessageThatWasNotSent(t *testing.T) {
	unixgram(t, func(task *edo.Task, c *PacketConn, other string) error {
		sender, err := ListenPacket(task, "unixgram", other)
		if err != nil {
			return err
		}
		defer sender.Close()
		good := Message{Buffer: []byte("x"), Path: c.LocalAddr().String()}
		ms := []Message{good, good, {Path: other + "-none"}, good}
		if n, err := sender.WriteBatch(task, ms); n != 2 || !errors.Is(err, syscall.ENOENT) {
			return fmt.Errorf("sent %d, %v", n, err)
		}
		got, err := readAll(task, c, 2, 3, 3)
		if err != nil || len(got) != 2 || got[1].Path != other || got[1].Addr.IsValid() {
			return fmt.Errorf("got %v, %v", got, err)
		}
		return nil
	})
}

// A refusal that waits is told before a batch, which is not sent then. Of those that come while it is
// sent the last one is told by the next operation.
func TestRefusalIsToldBeforeABatchOrAfterIt(t *testing.T) {
	packetEnds(t, func(task *edo.Task, _, b *PacketConn) error {
		c, err := DialPacket(task, "udp4", b.LocalAddr().String())
		if err != nil {
			return err
		}
		defer c.Close()
		b.Close()
		for _, size := range []int{1, 2, 5} {
			ms := make([]Message, size)
			if n, err := c.WriteBatch(task, ms); n != size || err != nil {
				return fmt.Errorf("sent %d of %d, %v", n, size, err)
			}
			if n, err := c.WriteBatch(task, ms); n != 0 || !errors.Is(err, syscall.ECONNREFUSED) {
				return fmt.Errorf("then sent %d, %v", n, err)
			}
			if n, err := c.WriteBatch(task, ms); n != size || err != nil {
				return fmt.Errorf("at last sent %d of %d, %v", n, size, err)
			}
			if n, err := c.ReadBatch(task, rooms(3, 3)); n != 0 || !errors.Is(err, syscall.ECONNREFUSED) {
				return fmt.Errorf("received %d, %v", n, err)
			}
		}
		if err := c.SetReadDeadline(in(task, 5*time.Millisecond)); err != nil {
			return err
		}
		if _, err := c.ReadBatch(task, rooms(3, 3)); !errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("it was told twice: %v", err)
		}
		return nil
	})
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

func TestCancelledReadBatchLosesNothing(t *testing.T) {
	packetEnds(t, func(task *edo.Task, a, b *PacketConn) error {
		reader := edo.Go(task, func(task *edo.Task) error {
			n, err := b.ReadBatch(task, rooms(4, 1))
			if n != 0 {
				return fmt.Errorf("%d datagrams with %v", n, err)
			}
			return err
		})
		if err := timer.Sleep(task, time.Millisecond); err != nil {
			return err
		}
		reader.Abort()
		if _, err := reader.Await(task); !errors.Is(err, edo.ErrCancelled) {
			return fmt.Errorf("got %v", err)
		}
		ms := []Message{{Buffer: []byte("whole"), Addr: b.LocalAddrPort()}, {Buffer: []byte("too"), Addr: b.LocalAddrPort()}}
		if n, err := a.WriteBatch(task, ms); n != 2 || err != nil {
			return fmt.Errorf("sent %d, %v", n, err)
		}
		got, err := readAll(task, b, 2, 2, 9)
		if err != nil || string(got[0].Buffer[:got[0].N]) != "whole" || string(got[1].Buffer[:got[1].N]) != "too" {
			return fmt.Errorf("got %v, %v", got, err)
		}
		return nil
	})
}

// A batch that ends while it waits for room says how many of its datagrams the receiver gets.
func TestWriteBatchThatEndsEarlySaysHowManyWereSent(t *testing.T) {
	for name, end := range map[string]struct {
		end  func(task *edo.Task, sender *PacketConn, h *edo.JoinHandle[edo.Unit]) error
		want error
	}{
		"cancelled": {func(_ *edo.Task, _ *PacketConn, h *edo.JoinHandle[edo.Unit]) error { h.Abort(); return nil }, edo.ErrCancelled},
		"closed":    {func(_ *edo.Task, c *PacketConn, _ *edo.JoinHandle[edo.Unit]) error { return c.Close() }, net.ErrClosed},
		"deadline": {func(task *edo.Task, c *PacketConn, _ *edo.JoinHandle[edo.Unit]) error {
			return c.SetWriteDeadline(in(task, time.Millisecond))
		}, os.ErrDeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			unixgram(t, func(task *edo.Task, c *PacketConn, _ string) error {
				sender, err := DialPacket(task, "unixgram", c.LocalAddr().String())
				if err != nil {
					return err
				}
				defer sender.Close()
				sent := 0
				writer := edo.Go(task, func(task *edo.Task) (err error) {
					sent, err = sender.WriteBatch(task, make([]Message, 2000))
					return err
				})
				if err := timer.Sleep(task, 5*time.Millisecond); err != nil {
					return err
				}
				if err := end.end(task, sender, writer); err != nil {
					return err
				}
				if _, err := writer.Await(task); !errors.Is(err, end.want) || sent < 1 || sent > 1999 {
					return fmt.Errorf("sent %d, %v", sent, err)
				}
				if got, err := readAll(task, c, sent, 9, 9); len(got) != sent || err != nil {
					return fmt.Errorf("%d of %d have arrived, %v", len(got), sent, err)
				}
				if err := c.SetReadDeadline(in(task, 5*time.Millisecond)); err != nil {
					return err
				}
				if n, err := c.ReadBatch(task, rooms(1, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
					return fmt.Errorf("%d more have arrived, %v", n, err)
				}
				return nil
			})
		})
	}
}

func TestCloseAndDeadlinesEndAReadBatchThatWaits(t *testing.T) {
	packetEnds(t, func(task *edo.Task, a, _ *PacketConn) error {
		if err := a.SetReadDeadline(in(task, 5*time.Millisecond)); err != nil {
			return err
		}
		for range 2 { // one that waits, and one that comes after it
			if n, err := a.ReadBatch(task, rooms(2, 2)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
				return fmt.Errorf("after the deadline: %d, %v", n, err)
			}
		}
		if err := a.SetReadDeadline(time.Time{}); err != nil {
			return err
		}
		reader := edo.Go(task, func(task *edo.Task) error {
			_, err := a.ReadBatch(task, rooms(2, 2))
			return err
		})
		if err := timer.Sleep(task, time.Millisecond); err != nil {
			return err
		}
		a.Close()
		if _, err := reader.Await(task); !errors.Is(err, net.ErrClosed) || !errors.Is(err, edo.ErrClosed) {
			return fmt.Errorf("after Close: %v", err)
		}
		if n, err := a.WriteBatch(task, rooms(1, 1)); n != 0 || !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("WriteBatch after Close: %d, %v", n, err)
		}
		if _, err := a.Write(task, nil); !errors.Is(err, net.ErrClosed) { // an error of the call, too
			return fmt.Errorf("Write after Close: %v", err)
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
