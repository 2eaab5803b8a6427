package aio_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// lingerings are the forms of a lingering close.
var lingerings = map[string]func(task *edo.Task, conn aio.Conn, limit time.Duration, most int64) error{
	"direct": aio.CloseLingering,
	"future": func(task *edo.Task, conn aio.Conn, limit time.Duration, most int64) error {
		f := aio.CloseLingeringFuture(conn, limit, most)
		defer edo.Drop(f)
		_, err := edo.Await(task, f)
		return err
	},
	"step": func(task *edo.Task, conn aio.Conn, limit time.Duration, most int64) error {
		_, err := tasktest.GoFrame(task, func(task *edo.Task, st *edo.Step) (bool, error) {
			return aio.CloseLingeringStep(task, st, conn, limit, most)
		}).Await(task)
		return err
	},
}

// A server answers the first line and closes, while the rest of the request lies unread in the
// kernel: without lingering that is a reset, which the client may find in the place of the answer.
func TestTheLastReplyArrivesAlthoughInputWasNotRead(t *testing.T) {
	const request, reply = 200_000, "that is too long\n"
	for form, closeLingering := range lingerings {
		t.Run(form, func(t *testing.T) {
			err := edo.Run(func(task *edo.Task) error {
				server, client := socketEnds(task)
				defer client.Close()
				served := edo.Go(task, func(task *edo.Task) error {
					if _, err := aio.ReadFull(task, server, make([]byte, 100)); err != nil {
						return err
					}
					if _, err := server.Write(task, []byte(reply)); err != nil {
						return err
					}
					return closeLingering(task, server, time.Minute, 1<<20)
				})
				if _, err := client.Write(task, make([]byte, request)); err != nil {
					return err
				}
				got, err := aio.ReadAll(task, client, nil)
				if string(got) != reply || err != nil {
					t.Errorf("the client got %q, %v", got, err)
				}
				client.Close()
				_, err = served.Await(task)
				if _, closed := server.Read(task, make([]byte, 1)); !errors.Is(closed, net.ErrClosed) {
					t.Errorf("it is not closed: %v", closed)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestALingeringCloseEndsAtItsLimits(t *testing.T) {
	for form, closeLingering := range lingerings {
		for _, test := range []struct {
			name  string
			other func(task *edo.Task, b *socket.Conn) error
			want  error
			after time.Duration
		}{
			{"the other side ends", func(task *edo.Task, b *socket.Conn) error { timer.Sleep(task, time.Second); return b.Close() }, nil, time.Second},
			{"it says nothing", func(task *edo.Task, b *socket.Conn) error { return nil }, context.DeadlineExceeded, 5 * time.Second},
			{"it sends on", func(task *edo.Task, b *socket.Conn) error {
				_, err := b.Write(task, make([]byte, 1001))
				return err
			}, aio.ErrSendsOn, 0},
		} {
			t.Run(form+": "+test.name, func(t *testing.T) {
				simulated(t, func(task *edo.Task) error {
					a, b := socketEnds(task)
					defer b.Close()
					h := edo.Go(task, func(task *edo.Task) error { return test.other(task, b) })
					began := timer.Now(task)
					err := closeLingering(task, a, 5*time.Second, 1000)
					if !errors.Is(err, test.want) || timer.Now(task).Sub(began) != test.after {
						t.Errorf("ended after %v with %v", timer.Now(task).Sub(began), err)
					}
					if _, err := a.Read(task, nil); !errors.Is(err, net.ErrClosed) {
						t.Errorf("it is not closed: %v", err)
					}
					_, err = h.Await(task)
					return err
				})
			})
		}
	}
}

func TestALingeringCloseFlushesWhatABufferHolds(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		a, b := aio.Duplex(4)
		read := edo.GoValue(task, func(task *edo.Task) ([]byte, error) {
			defer b.Close()
			return aio.ReadAll(task, b, nil)
		})
		w := aio.NewBufferedWriter(a, 0)
		aio.WriteAll(task, w, []byte("the last line"))
		if err := aio.CloseLingering(task, buffered{a, w}, time.Minute, 10); err != nil {
			return err
		}
		if got, err := read.Await(task); string(got) != "the last line" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		return nil
	})
}

// buffered is a connection that writes by way of a buffer.
type buffered struct {
	*aio.Pipe
	w *aio.BufferedWriter
}

func (b buffered) PollShutdown(cx *edo.Context) (edo.Poll, error) { return b.w.PollShutdown(cx) }

func TestACancelledLingeringCloseClosesAtOnce(t *testing.T) {
	for form, closeLingering := range lingerings {
		t.Run(form, func(t *testing.T) {
			simulated(t, func(task *edo.Task) error {
				a, b := aio.Duplex(10)
				defer b.Close()
				closes := func(task *edo.Task) error { return closeLingering(task, a, time.Hour, 10) }
				var h *edo.JoinHandle[edo.Unit]
				if form != "step" {
					h = edo.Go(task, closes)
				} else {
					h = tasktest.GoFrame(task, func(task *edo.Task, st *edo.Step) (bool, error) {
						return aio.CloseLingeringStep(task, st, a, time.Hour, 10)
					})
				}
				timer.Sleep(task, time.Second)
				h.Abort()
				if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
					t.Errorf("got %v", err)
				}
				if _, err := aio.Write(task, b, []byte("x")); err != io.ErrClosedPipe {
					t.Errorf("it is not closed: %v", err)
				}
				return nil
			})
		})
	}
}
