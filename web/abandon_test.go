package web_test

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/idletest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
	"github.com/edo-go/edo/web"
	"github.com/gobwas/ws"
)

const idleTime = 10 * time.Second

// timed returns the server's side of a connection with so much room, which has a limit of idleness,
// and the client's as bytes.
func timed(task *edo.Task, room int) (*web.Conn, *raw) {
	x, y := aio.Duplex(room)
	return web.ServerOver(aio.NewTimed(task, x), web.Limits{}), &raw{Pipe: y, task: task}
}

func TestAnOperationHasAllOfItsIdleTimeAlthoughOneBeforeWasGivenUp(t *testing.T) {
	m := web.Text("a message")
	for name, make := range map[string]func(c *web.Conn) idletest.Op{
		"Recv": func(c *web.Conn) idletest.Op {
			return idletest.Op{
				Direct: func(task *edo.Task) error { _, err := c.Recv(task); return err },
				Future: idletest.Futures(c.RecvFuture),
				Step:   func(task *edo.Task, _ *edo.Step) (bool, error) { done, _, err := c.RecvStep(task); return done, err },
				Lasts:  2 * idleTime, // there is a ping between
			}
		},
		"Send": func(c *web.Conn) idletest.Op {
			return idletest.Op{
				Direct: func(task *edo.Task) error { return c.Send(task, m) },
				Future: idletest.Futures(func() edo.Future[*web.Conn] { return c.SendFuture(m) }),
				Step:   func(task *edo.Task, st *edo.Step) (bool, error) { return c.SendStep(task, st, m) },
			}
		},
		"Ping": func(c *web.Conn) idletest.Op { return idletest.Op{Direct: c.Ping, Step: c.PingStep} },
		"Flush": func(c *web.Conn) idletest.Op {
			c.StartSend(m)
			return idletest.Op{Direct: c.Flush, Step: c.FlushStep}
		},
	} {
		t.Run(name, func(t *testing.T) {
			idletest.RequireWholeTime(t, idleTime, func(task *edo.Task) (idletest.Op, error) {
				room := 1
				if name == "Recv" {
					room = 100
				}
				c, other := timed(task, room)
				op := make(c)
				op.Close = []io.Closer{dropping{c}, other}
				return op, c.SetIdleTimeout(idleTime)
			})
		})
	}
}

// dropping is a Conn as an io.Closer.
type dropping struct{ *web.Conn }

func (d dropping) Close() error { d.Drop(); return nil }

// The task that receives answers a ping, for which there is no room. Whatever becomes of the
// receive, a Send of that task has all of its time.
func TestASendHasAllOfItsIdleTimeAfterAReceiveThatHadNoRoomForItsAnswer(t *testing.T) {
	for _, hasMessage := range []bool{false, true} {
		err := sim.Run(1, func(task *edo.Task) error {
			c, other := timed(task, 20)
			defer c.Drop()
			defer other.Close()
			c.SetIdleTimeout(idleTime)
			for range 2 { // fill the room
				timer.Timeout(task, time.Second, func(task *edo.Task) (edo.Unit, error) {
					return edo.Unit{}, c.Send(task, web.Text("of many bytes"))
				})
			}
			other.write(t, masked(true, ws.OpPing, ""))
			if hasMessage {
				edo.Go(task, func(task *edo.Task) error {
					timer.Sleep(task, 3*time.Second)
					other.task = task
					other.write(t, masked(true, ws.OpText, "x"))
					return nil
				})
			}
			timer.Timeout(task, 9*time.Second, c.Recv)
			timer.Sleep(task, time.Hour)
			began := timer.Now(task)
			err := c.Send(task, web.Text("late"))
			if lasted := timer.Now(task).Sub(began); lasted != idleTime || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("with a message %v: ended after %v, want %v, with: %v", hasMessage, lasted, idleTime, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}
