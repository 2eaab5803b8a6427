package aio

import (
	"errors"
	"io"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/budget"
)

// CloseLingering closes conn so that the other side gets all that was written: a lingering close.
// A TCP connection that is closed while there is unread input is reset, and the other side may
// lose the last reply although it was written. So CloseLingering flushes, shuts down the writing
// side, reads and discards what still comes until the other side has ended as well, and closes.
//
// It takes at most limit, and discards at most most bytes; then it closes all the same. The error
// is nil when the other side has ended. It matches [context.DeadlineExceeded] when that took too
// long, and [ErrSendsOn] when too many bytes came; otherwise it is that of the connection. When
// the task is cancelled conn is closed at once. While it waits it holds no buffer.
//
// A server needs it where it closes first: after an error in the input, an answer that is the last,
// or at its end. It is for a task that may wait: in one that was cancelled call it in
// [edo.Shielded]. conn belongs to the call, and no other task may use it.
//
//edo:step CloseLingeringStep
func CloseLingering(task *edo.Task, conn Conn, limit time.Duration, most int64) error {
	f := CloseLingeringFuture(conn, limit, most)
	defer edo.Drop(f) // if the task was cancelled
	_, err := edo.Await(task, f)
	return err
}

// CloseLingeringStep is the step form of [CloseLingering].
func CloseLingeringStep(task *edo.Task, st *edo.Step, conn Conn, limit time.Duration, most int64) (done bool, err error) {
	type closing struct{ edo.Future[edo.Unit] }
	f := edo.StepState[closing](st)
	if f == nil {
		f = &closing{CloseLingeringFuture(conn, limit, most)}
	}
	st.Set(nil) // also when the connection panics
	if done, _, err = edo.AwaitStep(task, f.Future); !done {
		st.Set(f)
		return false, nil
	}
	edo.Drop(f.Future) // if the task was cancelled
	return true, err
}

// CloseLingeringFuture is [CloseLingering] as a future, which owns conn: Drop closes it at once.
func CloseLingeringFuture(conn Conn, limit time.Duration, most int64) edo.Future[edo.Unit] {
	return future.Timeout(limit, edo.Future[edo.Unit](&lingering{conn: conn, left: most}))
}

// ErrSendsOn is the error of [CloseLingering] when the other side has sent too much.
var ErrSendsOn = errors.New("aio: the other side sends on, although nothing is read any more")

// lingering is a lingering close without its limit of time.
type lingering struct {
	conn   Conn  // nil: it has ended
	left   int64 // how many bytes may still be discarded
	isShut bool  // the writing side is shut down

	reads  pendingRead
	writes pendingWrite
}

// Drop closes the connection.
func (o *lingering) Drop() {
	if o.conn != nil {
		o.conn.Close()
		o.conn = nil
	}
}

func (o *lingering) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if o.conn == nil {
		return polledAgain[edo.Unit](cx)
	}
	poll, err := o.goOn(cx)
	if poll == edo.Pending {
		return edo.Unit{}, edo.Pending, nil
	}
	if closing := o.conn.Close(); err == nil {
		err = closing
	}
	o.conn = nil
	return edo.Unit{}, edo.Ready, err
}

// goOn shuts down, and reads to the end.
func (o *lingering) goOn(cx *edo.Context) (edo.Poll, error) {
	for {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return edo.Pending, nil
		}
		var poll edo.Poll
		var err error
		if o.isShut {
			poll, err = o.discard(cx)
		} else {
			poll, err = o.conn.PollShutdown(cx)
			o.writes.note(cx, o.conn, poll)
			o.isShut = poll == edo.Ready
		}
		turn.End(cx)
		switch {
		case poll == edo.Pending:
			return edo.Pending, nil
		case err == io.EOF:
			return edo.Ready, nil
		case err != nil:
			return edo.Ready, err
		}
	}
}

// discard reads once.
func (o *lingering) discard(cx *edo.Context) (edo.Poll, error) {
	p := chunks.Get().(*chunk)
	defer chunks.Put(p)
	n, poll, err := o.conn.PollRead(cx, p[:])
	switch o.left -= int64(n); {
	case o.reads.note(cx, o.conn, poll) || err != nil:
		return poll, err
	case n == 0:
		return edo.Ready, io.ErrNoProgress
	case o.left < 0:
		return edo.Ready, ErrSendsOn
	}
	return edo.Ready, nil
}
