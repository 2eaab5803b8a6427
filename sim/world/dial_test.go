package world_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

const hop = 10 * time.Millisecond // the latency in these tests

// sleeper is the program of a host that does nothing.
func sleeper(task *edo.Task) error { return timer.Sleep(task, 1_000_000*time.Hour) }

// serving is a program that gives each connection to a task of its own.
func serving(serve func(task *edo.Task, conn *socket.Conn) error) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", ":80")
		if err != nil {
			return err
		}
		defer l.Close()
		for {
			conn, err := l.Accept(task)
			if err != nil {
				return err
			}
			edo.Go(task, func(task *edo.Task) error {
				defer conn.Close()
				return ignoreReset(serve(task, conn))
			})
		}
	}
}

// after is a program that begins with a connection to a:80, when the test has run for a second.
func after(use func(task *edo.Task, conn *socket.Conn) error) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		conn, err := socket.Dial(task, "tcp", "a:80")
		if err != nil {
			return err
		}
		defer conn.Close()
		return use(task, conn)
	}
}

// readOne waits for a byte.
func readOne(task *edo.Task, conn *socket.Conn) error {
	_, err := conn.Read(task, make([]byte, 1))
	if err == io.EOF {
		return nil
	}
	return err
}

// The server loses its power at any instant of a dial and of a small exchange, and comes back. The
// client does not wait for ever, and what it has learned is true.
func TestAServerMayCrashAtAnyInstantOfADial(t *testing.T) {
	for _, farewell := range []world.Farewell{world.Silent, world.Reset} {
		for at := time.Duration(0); at < 5*hop; at += hop / 3 {
			mustRun(t, world.Config{Link: world.Link{Latency: hop}}, func(task *edo.Task, w *world.World) error {
				a := w.Host("a", echo)
				var text string
				err := errors.New("the client waits")
				w.Host("b", func(task *edo.Task) error {
					if err := timer.Sleep(task, time.Second); err != nil {
						return err
					}
					text, err = ask(task, "a", "hello")
					return nil
				})
				w.At(time.Second+at, func() { a.Crash(farewell) })
				w.At(time.Second+at+3*hop, a.Restart)
				if err := timer.Sleep(task, 20*time.Minute); err != nil {
					return err
				}
				isTrue := err == nil && text == "hello" || err != nil && strings.Contains(err.Error(), "reset")
				if !isTrue {
					return fmt.Errorf("a crash %v after the dial: %q, %w", at, text, err)
				}
				return nil
			})
		}
	}
}

// A client that crashes in the middle of a dial leaves no connection that waits for ever.
func TestAClientMayCrashAtAnyInstantOfADial(t *testing.T) {
	for at := time.Duration(0); at < 5*hop; at += hop / 3 {
		mustRun(t, world.Config{Link: world.Link{Latency: hop}}, func(task *edo.Task, w *world.World) error {
			accepted, ended := 0, 0
			w.Host("a", serving(func(task *edo.Task, conn *socket.Conn) error {
				accepted++
				err := readOne(task, conn)
				ended++
				return err
			}))
			b := w.Host("b", after(func(task *edo.Task, conn *socket.Conn) error { return sleeper(task) }))
			w.At(time.Second+at, func() { b.Crash(world.Silent) })
			if err := timer.Sleep(task, time.Hour); err != nil {
				return err
			}
			if accepted > 1 || ended != accepted {
				return fmt.Errorf("a crash %v after the dial: %d accepted, %d have ended", at, accepted, ended)
			}
			return nil
		})
	}
}

// A connection comes to Accept when the client has the answer: not when it never gets one.
func TestAnAnswerThatIsLostOpensNothing(t *testing.T) {
	mustRun(t, world.Config{Link: world.Link{Latency: hop}}, func(task *edo.Task, w *world.World) error {
		accepted := 0
		a := w.Host("a", serving(func(task *edo.Task, conn *socket.Conn) error {
			accepted++
			return readOne(task, conn)
		}))
		var dialed error
		b := w.Host("b", func(task *edo.Task) error {
			_, dialed = socket.Dial(task, "tcp", "a:80")
			return nil
		})
		w.Cut(a, b)
		if err := timer.Sleep(task, time.Hour); err != nil {
			return err
		}
		if accepted != 0 || dialed == nil {
			return fmt.Errorf("%d were accepted, and the dial says %v", accepted, dialed)
		}
		return nil
	})
}

// More connections come than a queue has room for, and the server accepts late: each comes once.
func TestAQueueThatIsFullLetsConnectionsWait(t *testing.T) {
	const clients = 200 // the queue has room for 128
	mustRun(t, world.Config{Link: world.Link{Latency: hop}}, func(task *edo.Task, w *world.World) error {
		accepted, answered := 0, 0
		w.Host("a", func(task *edo.Task) error {
			l, err := socket.Listen(task, "tcp", ":80")
			if err != nil {
				return err
			}
			defer l.Close()
			if err := timer.Sleep(task, 5*time.Second); err != nil {
				return err
			}
			for {
				conn, err := l.Accept(task)
				if err != nil {
					return err
				}
				accepted++
				if _, err := aio.WriteAll(task, conn, []byte("x")); err != nil {
					return err
				}
				conn.Close()
			}
		})
		w.Host("b", func(task *edo.Task) error {
			for range clients {
				edo.Go(task, after(func(task *edo.Task, conn *socket.Conn) error {
					if err := readOne(task, conn); err != nil {
						return err
					}
					answered++
					return nil
				}))
			}
			return nil
		})
		if err := timer.Sleep(task, 10*time.Minute); err != nil {
			return err
		}
		if accepted != clients || answered != clients {
			return fmt.Errorf("%d were accepted, %d answered", accepted, answered)
		}
		return nil
	})
}

// What has left a host arrives, also when the host has lost its power since, or the other one has been
// started again in the meantime.
func TestWhatIsUnderWayOutlivesACrash(t *testing.T) {
	c := world.Config{Link: world.Link{Latency: hop}}
	mustRun(t, c, func(task *edo.Task, w *world.World) error {
		var got string
		w.Host("a", serving(func(task *edo.Task, conn *socket.Conn) error {
			p := make([]byte, 5)
			_, err := aio.ReadFull(task, conn, p)
			got = string(p)
			return err
		}))
		w.Host("b", after(func(task *edo.Task, conn *socket.Conn) error {
			if _, err := aio.WriteAll(task, conn, []byte("hello")); err != nil {
				return err
			}
			world.Here(task).Crash(world.Silent)
			return sleeper(task)
		}))
		if err := timer.Sleep(task, 5*time.Second); err != nil {
			return err
		}
		if got != "hello" {
			return fmt.Errorf("of a connection got %q", got)
		}
		return nil
	})
	mustRun(t, c, func(task *edo.Task, w *world.World) error {
		var got []byte
		a := w.Host("a", func(task *edo.Task) error {
			conn, err := socket.ListenPacket(task, "udp", ":9")
			if err != nil {
				return err
			}
			defer conn.Close()
			p := make([]byte, 9)
			n, _, err := conn.ReadFrom(task, p)
			got = p[:n]
			return err
		})
		w.Host("b", func(task *edo.Task) error {
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			conn, err := socket.DialPacket(task, "udp", "10.0.0.1:9")
			if err != nil {
				return err
			}
			defer conn.Close()
			_, err = conn.Write(task, []byte("old"))
			return err
		})
		w.At(time.Second+hop/2, a.Restart)
		if err := timer.Sleep(task, 2*time.Second); err != nil {
			return err
		}
		if string(got) != "old" {
			return fmt.Errorf("the second program got the datagram %q", got)
		}
		return nil
	})
}

// A port that a program had before a crash is not that of the next connection: the other host may know
// the old one still.
func TestARestartedHostTakesOtherPorts(t *testing.T) {
	mustRun(t, world.Config{Link: world.Link{Latency: hop}}, func(task *edo.Task, w *world.World) error {
		seen := map[string]int{}
		w.Host("a", serving(func(task *edo.Task, conn *socket.Conn) error {
			seen[conn.RemoteAddr().String()]++
			return readOne(task, conn)
		}))
		b := w.Host("b", after(func(task *edo.Task, conn *socket.Conn) error { return sleeper(task) }))
		for range 5 {
			if err := timer.Sleep(task, 2*time.Second); err != nil {
				return err
			}
			b.Restart()
		}
		if len(seen) != 5 {
			return fmt.Errorf("five connections come from %v", seen)
		}
		return nil
	})
}

// A dial that is refused leaves nothing open.
func TestADialThatIsRefusedIsNoLeak(t *testing.T) {
	for _, isFar := range []bool{false, true} {
		err := sim.Run(1, func(task *edo.Task) error {
			sim.NoLeaks(task)
			address := "127.0.0.1:1"
			if isFar {
				w, err := world.New(task, world.Config{Link: world.Link{Latency: hop}})
				if err != nil {
					return err
				}
				address = w.Host("a", sleeper).Addr().String() + ":1"
			}
			if _, err := socket.Dial(task, "tcp", address); err == nil {
				return errors.New("the dial is not refused")
			}
			return nil
		})
		if err != nil {
			t.Errorf("to another host: %t: %v", isFar, err)
		}
	}
}
