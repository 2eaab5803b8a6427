package socket_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// packets are three sockets: two for UDP and one that is connected to the first, or the same of
// Unix.
type packets struct {
	udp, unix, connected, connectedUnix *socket.PacketConn
}

func (w *packets) open(task *edo.Task) (err error) {
	if w.udp != nil {
		return nil
	}
	if w.udp, err = socket.ListenPacket(task, "udp", "127.0.0.1:80"); err == nil {
		w.unix, err = socket.ListenPacket(task, "unixgram", "@name")
	}
	if err == nil {
		w.connected, err = socket.DialPacket(task, "udp", "127.0.0.1:80")
	}
	if err == nil {
		w.connectedUnix, err = socket.DialPacket(task, "unixgram", "@name")
	}
	return err
}

// op is an operation on the sockets, whose results are told as text.
func (w *packets) op(name string, direct func(task *edo.Task) (string, error), step func(task *edo.Task, st *edo.Step) (bool, string, error)) tasktest.Op {
	return tasktest.OpOf(name,
		func(task *edo.Task) (string, error) {
			if err := w.open(task); err != nil {
				return "", err
			}
			return direct(task)
		},
		func(task *edo.Task, st *edo.Step) (bool, string, error) {
			if err := w.open(task); err != nil {
				return true, "", err
			}
			return step(task, st)
		})
}

func TestTheStepFormsOfDatagramsDoWhatTheDirectFormsDo(t *testing.T) {
	to := netip.MustParseAddrPort("127.0.0.1:80")
	tasktest.BothFormsAgree(t, func(r *rand.Rand) tasktest.World {
		w := &packets{}
		buf, p := make([]byte, 100), []byte("datagram")
		readFrom := w.op("ReadFrom",
			func(task *edo.Task) (string, error) {
				n, from, err := w.udp.ReadFrom(task, buf)
				return fmt.Sprint(n, from), err
			},
			func(task *edo.Task, st *edo.Step) (bool, string, error) {
				done, n, from, err := w.udp.ReadFromStep(task, st, buf)
				return done, fmt.Sprint(n, from), err
			})
		readPath := w.op("ReadFromPath",
			func(task *edo.Task) (string, error) {
				n, from, err := w.unix.ReadFromPath(task, buf)
				return fmt.Sprint(n, from), err
			},
			func(task *edo.Task, st *edo.Step) (bool, string, error) {
				done, n, from, err := w.unix.ReadFromPathStep(task, st, buf)
				return done, fmt.Sprint(n, from), err
			})
		number := func(name string, direct func(task *edo.Task) (int, error), step func(task *edo.Task, st *edo.Step) (bool, int, error)) tasktest.Op {
			return w.op(name,
				func(task *edo.Task) (string, error) {
					n, err := direct(task)
					return fmt.Sprint(n), err
				},
				func(task *edo.Task, st *edo.Step) (bool, string, error) {
					done, n, err := step(task, st)
					return done, fmt.Sprint(n), err
				})
		}
		read := number("Read",
			func(task *edo.Task) (int, error) { return w.unix.Read(task, buf) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) { return w.unix.ReadStep(task, st, buf) })
		writeTo := number("WriteTo",
			func(task *edo.Task) (int, error) { return w.udp.WriteTo(task, p, to) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) { return w.udp.WriteToStep(task, st, p, to) })
		writePath := number("WriteToPath",
			func(task *edo.Task) (int, error) { return w.unix.WriteToPath(task, p, "@name") },
			func(task *edo.Task, st *edo.Step) (bool, int, error) {
				return w.unix.WriteToPathStep(task, st, p, "@name")
			})
		write := number("Write",
			func(task *edo.Task) (int, error) { return w.connected.Write(task, p) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) { return w.connected.WriteStep(task, st, p) })
		writeUnix := number("Write of unixgram",
			func(task *edo.Task) (int, error) { return w.connectedUnix.Write(task, p) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) { return w.connectedUnix.WriteStep(task, st, p) })
		some := func(fn func(c *socket.PacketConn)) func() {
			return func() {
				if all := []*socket.PacketConn{w.udp, w.unix, w.connected, w.connectedUnix}; w.connectedUnix != nil {
					fn(all[r.IntN(len(all))])
				}
			}
		}
		world := tasktest.World{
			Ops: []tasktest.Op{readFrom, readPath, read, writeTo, writePath, writePath, write, writeUnix, writeUnix},
			Events: []func(){
				some(func(c *socket.PacketConn) { c.SetDeadline(time.Date(2000, 1, 1, 0, 0, 0, 2e6, time.UTC)) }),
				func() {},
			},
		}
		if r.IntN(2) == 0 {
			world.Events = append(world.Events, some(func(c *socket.PacketConn) { c.Close() }))
		}
		return world
	}, "ReadFrom cancelled", "WriteToPath cancelled")
}

// The queue of a Unix socket may stay full, and a sender to a path then tries again for ever, also in a
// shield: so it has a time limit.
func TestTheStepFormsOfBatchesDoWhatTheDirectFormsDo(t *testing.T) {
	to := netip.MustParseAddrPort("127.0.0.1:80")
	tasktest.BothFormsAgree(t, func(r *rand.Rand) tasktest.World {
		w := &packets{}
		buf, p := make([]byte, 100), []byte("datagram")
		number := func(name string, direct func(task *edo.Task) (int, error), step func(task *edo.Task, st *edo.Step) (bool, int, error)) tasktest.Op {
			return w.op(name,
				func(task *edo.Task) (string, error) {
					n, err := direct(task)
					return fmt.Sprint(n), err
				},
				func(task *edo.Task, st *edo.Step) (bool, string, error) {
					done, n, err := step(task, st)
					return done, fmt.Sprint(n), err
				})
		}
		batchOf := func(n int, m socket.Message) []socket.Message {
			ms := make([]socket.Message, n)
			for i := range ms {
				ms[i] = m
			}
			return ms
		}
		toUDP := batchOf(5, socket.Message{Buffer: p, Addr: to})
		toPath := batchOf(5, socket.Message{Buffer: p, Path: "@name"})
		connected, rooms := batchOf(15, socket.Message{Buffer: p}), batchOf(4, socket.Message{Buffer: buf})
		readBatch := number("ReadBatch",
			func(task *edo.Task) (int, error) { return w.udp.ReadBatch(task, rooms) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) { return w.udp.ReadBatchStep(task, st, rooms) })
		readBatchUnix := number("ReadBatch of unixgram",
			func(task *edo.Task) (int, error) { return w.unix.ReadBatch(task, rooms) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) { return w.unix.ReadBatchStep(task, st, rooms) })
		writeBatch := number("WriteBatch",
			func(task *edo.Task) (int, error) { return w.udp.WriteBatch(task, toUDP) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) { return w.udp.WriteBatchStep(task, st, toUDP) })
		writeBatchUnix := number("WriteBatch of unixgram",
			func(task *edo.Task) (int, error) { return w.connectedUnix.WriteBatch(task, connected) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) {
				return w.connectedUnix.WriteBatchStep(task, st, connected)
			})
		const limit = 3 * time.Millisecond
		writeBatchPath := number("WriteBatch to a path",
			func(task *edo.Task) (int, error) {
				return timer.Timeout(task, limit, func(task *edo.Task) (int, error) { return w.unix.WriteBatch(task, toPath) })
			},
			func(task *edo.Task, st *edo.Step) (bool, int, error) {
				return timer.TimeoutStep(task, st, limit, func(task *edo.Task, st *edo.Step) (bool, int, error) {
					return w.unix.WriteBatchStep(task, st, toPath)
				})
			})
		world := tasktest.World{
			Ops:    []tasktest.Op{readBatch, readBatchUnix, writeBatch, writeBatchUnix, writeBatchPath},
			Events: []func(){func() {}},
		}
		if r.IntN(2) == 0 {
			world.Events = append(world.Events, func() {
				if w.connectedUnix != nil {
					w.connectedUnix.Close()
				}
			})
		}
		return world
	}, "ReadBatch cancelled", "WriteBatch of unixgram cancelled")
}

// A datagram that is there is received, and one is sent, without an allocation.
func TestDatagramsAllocateNothing(t *testing.T) {
	if portable || raceEnabled {
		t.Skip("other system calls are made")
	}
	err := edo.Run(func(task *edo.Task) error {
		a, err := socket.ListenPacket(task, "udp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer a.Close()
		p, to := make([]byte, 64), a.LocalAddrPort()
		n := testing.AllocsPerRun(100, func() {
			if _, err := a.WriteTo(task, p, to); err != nil {
				t.Error(err)
			}
			if _, from, err := a.ReadFrom(task, p); err != nil || from != to {
				t.Error(from, err)
			}
		})
		if n != 0 {
			t.Errorf("%v allocations", n)
		}
		return nil
	}, tasktest.Quiet(tasktest.CurrentThread))
	if err != nil {
		t.Error(err)
	}
}

// The same holds for batches: those of Unix datagrams, when their senders have the names that the
// messages have already.
func TestBatchesAllocateNothing(t *testing.T) {
	if portable || raceEnabled {
		t.Skip("other system calls are made")
	}
	err := edo.Run(func(task *edo.Task) error {
		for network, address := range map[string]string{"udp4": "127.0.0.1:0", "unixgram": ""} {
			a, err := socket.ListenPacket(task, network, address)
			if err != nil {
				return err
			}
			defer a.Close()
			ms := make([]socket.Message, 8)
			for i := range ms {
				ms[i] = socket.Message{Buffer: make([]byte, 64), Addr: a.LocalAddrPort()}
				if network == "unixgram" {
					ms[i].Path = a.LocalAddr().String()
				}
			}
			n := testing.AllocsPerRun(100, func() {
				if n, err := a.WriteBatch(task, ms); n != len(ms) || err != nil {
					t.Error(n, err)
				}
				if n, err := a.ReadBatch(task, ms); n != len(ms) || err != nil || ms[7].Path == "" && ms[7].Addr != a.LocalAddrPort() {
					t.Error(n, err)
				}
			})
			if n != 0 {
				t.Errorf("%s: %v allocations", network, n)
			}
		}
		return nil
	}, tasktest.Quiet(tasktest.CurrentThread))
	if err != nil {
		t.Error(err)
	}
}
