package main

import (
	"bytes"
	"errors"
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// pattern are n bytes, different for each client.
func pattern(client, n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(i*7 + i>>8 + client)
	}
	return p
}

// Each client sends all, ends what it sends, and only then gets its answer, which is as long.
func TestAllBytesPassBothWaysAndAHalfCloseOfTheClientToo(t *testing.T) {
	const clients, size = 5, 100_000
	everywhere(t, 20, func(task *edo.Task) error {
		addr, _, err := listen(task, "0", func(task *edo.Task, conn *socket.Conn) error {
			all, err := aio.ReadAll(task, conn, nil)
			if err != nil || len(all) == 0 { // a check
				return err
			}
			for i := range all {
				all[i] ^= 0xff
			}
			_, err = conn.Write(task, all)
			return err
		})
		if err != nil {
			return err
		}
		p := &proxy{pool: newPool([]string{addr}), limits: patient}
		err = within(task, p, func(addr string) error {
			err := trial.All(task, clients, func(task *edo.Task, i int) error {
				want := pattern(i, size)
				got, err := trial.Talk(task, addr, string(want))
				for i := range want {
					want[i] ^= 0xff
				}
				if err == nil && got != string(want) {
					err = fmt.Errorf("client %d got %d bytes, and not its own", i, len(got))
				}
				return err
			})
			return errors.Join(err, settle(task, p))
		})
		if want := fmt.Sprint("served ", clients, " cut 0 refused 0 up ", clients*size, " down ", clients*size); err == nil && numbersOf(p) != want {
			err = fmt.Errorf("counted %s, not %s", numbersOf(p), want)
		}
		return err
	})
}

// The backend ends what it sends at once, and reads on.
func TestAHalfCloseOfTheBackendPassesToo(t *testing.T) {
	want := pattern(1, 100_000)
	everywhere(t, 50, func(task *edo.Task) error {
		received, result := oneshot.New[[]byte]()
		addr, _, err := listen(task, "0", func(task *edo.Task, conn *socket.Conn) error {
			if err := conn.CloseWrite(); err != nil {
				return nil // a check, which has gone
			}
			all, err := aio.ReadAll(task, conn, nil)
			if err != nil || len(all) == 0 {
				return nil
			}
			return received.Send(all)
		})
		if err != nil {
			return err
		}
		return within(task, &proxy{pool: newPool([]string{addr}), limits: patient}, func(addr string) error {
			conn, err := socket.Dial(task, "tcp", addr)
			if err != nil {
				return err
			}
			defer conn.Close()
			if all, err := aio.ReadAll(task, conn, nil); len(all) > 0 || err != nil {
				return fmt.Errorf("read %q, %v", all, err)
			}
			if _, err := conn.Write(task, want); err != nil {
				return err
			}
			conn.CloseWrite()
			got, err := result.Recv(task)
			if err == nil && !bytes.Equal(got, want) {
				err = fmt.Errorf("the backend got %d bytes", len(got))
			}
			return err
		})
	})
}

func TestAResetOfTheClientIsOneForTheBackend(t *testing.T) {
	everywhere(t, 50, func(task *edo.Task) error {
		ended, result := oneshot.New[error]()
		addr, _, err := listen(task, "0", func(task *edo.Task, conn *socket.Conn) error {
			if _, err := aio.ReadFull(task, conn, make([]byte, 3)); err != nil {
				return nil // a check
			}
			if _, err := conn.Write(task, []byte("x")); err != nil {
				return err
			}
			_, err := aio.ReadAll(task, conn, nil)
			return ended.Send(err)
		})
		if err != nil {
			return err
		}
		p := &proxy{pool: newPool([]string{addr}), limits: patient}
		err = within(task, p, func(addr string) error {
			conn, err := socket.Dial(task, "tcp", addr)
			if err != nil {
				return err
			}
			if _, err := conn.Write(task, []byte("abc")); err != nil {
				return err
			}
			if _, err := aio.ReadFull(task, conn, make([]byte, 1)); err != nil {
				return err
			}
			reset(conn)
			err, failed := result.Recv(task)
			if failed != nil || !errors.Is(err, syscall.ECONNRESET) {
				return fmt.Errorf("the backend got %v, %v", err, failed)
			}
			return nil
		})
		return err
	})
}

func TestAResetOfTheBackendIsOneForTheClient(t *testing.T) {
	everywhere(t, 50, func(task *edo.Task) error {
		addr, _, err := listen(task, "0", func(task *edo.Task, conn *socket.Conn) error {
			if _, err := aio.ReadFull(task, conn, make([]byte, 3)); err == nil {
				reset(conn)
			}
			return nil
		})
		if err != nil {
			return err
		}
		return within(task, &proxy{pool: newPool([]string{addr}), limits: patient}, func(addr string) error {
			conn, err := socket.Dial(task, "tcp", addr)
			if err != nil {
				return err
			}
			defer conn.Close()
			if _, err := conn.Write(task, []byte("abc")); err != nil {
				return err
			}
			if _, err := aio.ReadAll(task, conn, nil); !errors.Is(err, syscall.ECONNRESET) {
				return fmt.Errorf("the client got %v", err)
			}
			return nil
		})
	})
}

// The backend does not read until it is told to. A connection holds 4 KiB here, and the proxy
// 32 KiB at the most.
func TestABackendThatDoesNotReadSlowsItsClientDown(t *testing.T) {
	const size, most = 1 << 20, 4<<10 + 32<<10 + 4<<10
	simulated(t, 20, func(task *edo.Task) error {
		read, told := oneshot.New[bool]()
		addr, _, err := listen(task, "0", func(task *edo.Task, conn *socket.Conn) error {
			if _, err := aio.ReadFull(task, conn, make([]byte, 1)); err != nil {
				return nil // a check
			}
			if _, err := told.Recv(task); err != nil {
				return err
			}
			n, err := aio.Copy(task, sink{}, conn)
			if err == nil && n != size-1 {
				err = fmt.Errorf("the backend got %d bytes", n+1)
			}
			return err
		})
		if err != nil {
			return err
		}
		return within(task, &proxy{pool: newPool([]string{addr}), limits: patient}, func(addr string) error {
			conn, err := socket.Dial(task, "tcp", addr)
			if err != nil {
				return err
			}
			defer conn.Close()
			var written atomic.Int64
			writing := edo.Go(task, func(task *edo.Task) error {
				for written.Load() < size {
					n, err := aio.Write(task, conn, make([]byte, size-written.Load()))
					if written.Add(int64(n)); err != nil {
						return err
					}
				}
				return conn.CloseWrite()
			})
			if err := timer.Sleep(task, time.Minute); err != nil {
				return err
			}
			if n := written.Load(); n < 4<<10 || n > most+1 {
				return fmt.Errorf("%d bytes were taken", n)
			}
			if err := read.Send(true); err != nil {
				return err
			}
			if _, err := writing.Await(task); err != nil {
				return err
			}
			_, err = aio.ReadAll(task, conn, nil)
			return err
		})
	})
}

// sink takes all bytes.
type sink struct{}

func (sink) PollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if !cx.Proceed(nil) {
		return 0, edo.Pending, nil
	}
	return len(p), edo.Ready, nil
}

func (sink) PollFlush(*edo.Context) (edo.Poll, error)    { return edo.Ready, nil }
func (sink) PollShutdown(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }

// Bytes in one direction keep the other one alive. Then none passes.
func TestAConnectionWithoutAByteIsResetWhenItsTimeIsOver(t *testing.T) {
	simulated(t, 50, func(task *edo.Task) error {
		addrs, err := startEcho(task, 1)
		if err != nil {
			return err
		}
		limits := patient
		limits.idle = time.Minute
		p := &proxy{pool: newPool(addrs), limits: limits}
		return within(task, p, func(addr string) error {
			conn, _, err := greeting(task, addr)
			if err != nil {
				return err
			}
			defer conn.Close()
			for range 5 {
				if err := timer.Sleep(task, 50*time.Second); err != nil {
					return err
				}
				if _, err := conn.Write(task, []byte("x")); err != nil {
					return err
				}
				if _, err := aio.ReadFull(task, conn, make([]byte, 1)); err != nil {
					return err
				}
			}
			last := timer.Now(task)
			_, err = conn.Read(task, make([]byte, 1))
			if after := timer.Now(task).Sub(last); after != time.Minute || !errors.Is(err, syscall.ECONNRESET) {
				return fmt.Errorf("after %v: %v", after, err)
			}
			return nil
		})
	})
}

// The backend sends more than all buffers hold, and neither side waits for the client to read
// but the proxy, which waits to write to it.
func TestAClientThatDoesNotReadIsResetWhenItsTimeIsOver(t *testing.T) {
	simulated(t, 20, func(task *edo.Task) error {
		ended, result := oneshot.New[error]()
		addr, _, err := listen(task, "0", func(task *edo.Task, conn *socket.Conn) error {
			if _, err := aio.ReadFull(task, conn, make([]byte, 1)); err != nil {
				return nil // a check
			}
			_, err := conn.Write(task, make([]byte, 1<<20))
			return ended.Send(err)
		})
		if err != nil {
			return err
		}
		limits := patient
		limits.idle = time.Minute
		return within(task, &proxy{pool: newPool([]string{addr}), limits: limits}, func(addr string) error {
			conn, err := socket.Dial(task, "tcp", addr)
			if err != nil {
				return err
			}
			defer conn.Close()
			start := timer.Now(task)
			if _, err := conn.Write(task, []byte("x")); err != nil {
				return err
			}
			err, failed := result.Recv(task)
			if after := timer.Now(task).Sub(start); failed != nil || after != time.Minute || !errors.Is(err, syscall.ECONNRESET) {
				return fmt.Errorf("after %v: %v, %v", after, err, failed)
			}
			return nil
		})
	})
}
