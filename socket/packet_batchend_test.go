package socket

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/report"
	"github.com/edo-go/edo/timer"
)

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
				}, edo.Name("writer"))
				for !isWaiting(task, "writer") { // for room
					if err := edo.Yield(task); err != nil {
						return err
					}
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

// isWaiting reports whether the task with the name waits.
func isWaiting(task *edo.Task, name string) bool {
	return slices.ContainsFunc(task.Runtime().Snapshot().Tasks, func(of report.Task) bool {
		return of.Name == name && of.State == report.Waiting
	})
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
