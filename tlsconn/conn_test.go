package tlsconn_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"io"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/tlsconn"
)

// Whatever room the connection below has, also a single byte, crypto/tls is told to try later at
// every place of a record.
func TestWhatIsWrittenIsReadWhateverRoomTheConnectionHas(t *testing.T) {
	for _, room := range []int{1, 2, 3, 5, 100, 1 << 16} {
		run(t, func(task *edo.Task) error {
			a, b := pair(t, task, room, serverConfig(), clientConfig())
			defer a.Close()
			defer b.Close()
			want := bytes.Repeat([]byte("0123456789abcdef"), 2500)
			h := edo.GoValue(task, func(task *edo.Task) ([]byte, error) { return aio.ReadAll(task, a, nil) })
			if n, err := b.Write(task, want); n != len(want) || err != nil {
				t.Errorf("room %d: Write = %d, %v", room, n, err)
			}
			if err := b.CloseWrite(task); err != nil {
				t.Errorf("room %d: CloseWrite = %v", room, err)
			}
			got, err := h.Await(task)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("room %d: read %d bytes, %v", room, len(got), err)
			}
			return nil
		})
	}
}

func TestTenMegabytesGoBothWaysOverSocketsAtTheSameTime(t *testing.T) {
	run(t, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		all := make([]byte, 10<<20)
		for i := range all {
			all[i] = byte(i * i >> 7)
		}
		exchange := func(task *edo.Task, c *tlsconn.Conn) error {
			defer c.Close()
			sent := edo.Go(task, func(task *edo.Task) error {
				if _, err := c.Write(task, all); err != nil {
					return err
				}
				return c.CloseWrite(task)
			})
			got, err := aio.ReadAll(task, c, nil)
			if err == nil && sha256.Sum256(got) != sha256.Sum256(all) {
				err = errors.New("another 10 MB")
			}
			_, err2 := sent.Await(task)
			return errors.Join(err, err2)
		}
		server := edo.Go(task, func(task *edo.Task) error {
			conn, err := l.Accept(task)
			if err != nil {
				return err
			}
			c, err := tlsconn.NewAcceptor(serverConfig()).Accept(task, conn)
			if err != nil {
				return err
			}
			return exchange(task, c)
		})
		c, err := tlsconn.Dial(task, "tcp", l.Addr().String(), clientConfig())
		if err != nil {
			return err
		}
		err = exchange(task, c)
		_, err2 := server.Await(task)
		return errors.Join(err, err2)
	})
}

// The peer of each test is crypto/tls on a goroutine.
func TestItUnderstandsCryptoTLSOnTheOtherSide(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		run(t, func(task *edo.Task) error {
			l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			defer l.Close()
			peer := make(chan error, 1)
			go func() {
				config := clientConfig()
				config.MaxVersion = version
				c, err := tls.Dial("tcp", l.Addr().String(), config)
				if err != nil {
					peer <- err
					return
				}
				defer c.Close()
				c.Write([]byte("hello"))
				c.CloseWrite()
				got, err := io.ReadAll(c)
				if err == nil && string(got) != "hello world" {
					err = errors.New("the peer got " + string(got))
				}
				peer <- err
			}()
			conn, err := l.Accept(task)
			if err != nil {
				return err
			}
			c, err := tlsconn.NewAcceptor(serverConfig()).Accept(task, conn)
			if err != nil {
				return err
			}
			if v := c.ConnectionState().Version; v != version {
				t.Errorf("version %x, want %x", v, version)
			}
			got, err := aio.ReadAll(task, c, nil)
			if string(got) != "hello" || err != nil {
				t.Errorf("read %q, %v", got, err)
			}
			if _, err := c.Write(task, []byte("hello world")); err != nil {
				return err
			}
			if err := c.Close(); err != nil { // sends close_notify, or the peer's ReadAll fails
				return err
			}
			_, err = edo.Call(task, func(context.Context) (edo.Unit, error) { return edo.Unit{}, <-peer })
			return err
		})
	}
}

func TestAnEndWithoutCloseNotifyIsToldApart(t *testing.T) {
	run(t, func(task *edo.Task) error {
		for _, says := range []bool{true, false} {
			a, b := pair(t, task, 1<<12, serverConfig(), clientConfig())
			if _, err := b.Write(task, []byte("x")); err != nil {
				return err
			}
			if says {
				b.Close()
			} else {
				b.Inner().(*aio.Pipe).Close()
			}
			got, err := aio.ReadAll(task, a, nil)
			if string(got) != "x" {
				t.Errorf("read %q", got)
			}
			if says && err != nil {
				t.Errorf("with close_notify: %v", err)
			}
			if !says && (!errors.Is(err, tlsconn.ErrTruncated) || !errors.Is(err, io.ErrUnexpectedEOF)) {
				t.Errorf("without: %v", err)
			}
			a.Close()
		}
		return nil
	})
}

func TestOneSideMayEndAndGoOnReading(t *testing.T) {
	run(t, func(task *edo.Task) error {
		a, b := pair(t, task, 1<<12, serverConfig(), clientConfig())
		defer a.Close()
		defer b.Close()
		if err := a.CloseWrite(task); err != nil {
			return err
		}
		if _, err := b.Read(task, make([]byte, 1)); err != io.EOF {
			t.Errorf("Read after the other side's CloseWrite = %v", err)
		}
		if _, err := a.Write(task, []byte("x")); err == nil {
			t.Error("a Write after CloseWrite has worked")
		}
		if _, err := b.Write(task, []byte("late")); err != nil {
			return err
		}
		p := make([]byte, 8)
		if n, err := a.Read(task, p); string(p[:n]) != "late" || err != nil {
			t.Errorf("Read = %q, %v", p[:n], err)
		}
		return nil
	})
}

func TestACancelledReadLosesNothing(t *testing.T) {
	run(t, func(task *edo.Task) error {
		a, b := pair(t, task, 7, serverConfig(), clientConfig()) // a record comes in many pieces
		defer a.Close()
		defer b.Close()
		want := bytes.Repeat([]byte("abcdefgh"), 500)
		writer := edo.Go(task, func(task *edo.Task) error { _, err := b.Write(task, want); return err })
		var got []byte
		for len(got) < len(want) {
			reader := edo.GoValue(task, func(task *edo.Task) ([]byte, error) {
				p := make([]byte, 64)
				n, err := a.Read(task, p)
				return p[:n], err
			})
			if err := edo.Yield(task); err != nil {
				return err
			}
			reader.Abort()
			p, err := reader.Await(task)
			if err != nil && !errors.Is(err, edo.ErrCancelled) {
				return err
			}
			got = append(got, p...)
		}
		if !bytes.Equal(got, want) {
			t.Error("something was lost")
		}
		_, err := writer.Await(task)
		return err
	})
}

func TestACancelledWriteSaysHowMuchItHasTakenAndTheNextGoesOn(t *testing.T) {
	run(t, func(task *edo.Task) error {
		a, b := pair(t, task, 100, serverConfig(), clientConfig())
		defer a.Close()
		want := bytes.Repeat([]byte("0123456789"), 5000)
		writer := edo.GoValue(task, func(task *edo.Task) (int, error) {
			n, err := b.Write(task, want) // until the connection below is full
			if !errors.Is(err, edo.ErrCancelled) {
				return n, errors.Join(err, errors.New("it was not cancelled"))
			}
			return n, nil
		})
		p := make([]byte, len(want))
		k, err := a.Read(task, p) // so a record has come
		if err != nil {
			return err
		}
		writer.Abort()
		n, err := writer.Await(task)
		if err != nil || n < k || n == len(want) {
			t.Fatalf("Write has taken %d bytes, %v", n, err)
		}
		rest := edo.Go(task, func(task *edo.Task) error {
			if _, err := b.Write(task, want[n:]); err != nil {
				return err
			}
			return b.Close()
		})
		got, err := aio.ReadAll(task, a, p[:k])
		if !bytes.Equal(got, want) {
			t.Errorf("the other side has %d bytes, of %d", len(got), len(want))
		}
		_, err2 := rest.Await(task)
		return errors.Join(err, err2)
	})
}
