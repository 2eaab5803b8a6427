package cluster

import (
	"encoding/json"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/remote"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"
)

// Spawn calls f with arg on a member that offers it, and returns a handle to the result, as [edo.Go]
// does for a call in this process. The call has a task here, without a stack, which s spawns: spawned in
// a scope it is given up with the scope. To abort it aborts the call on the other machine, and does not
// wait for the end of that. If s is a task, its time limit goes along, and ends the call there.
//
// Errors of the handle: a [*RemoteError] or a [*RemotePanicError] of the function, [*LostError],
// [*UnknownFuncError], [ErrClosed].
//
// A call that waits takes some 0.7 KB. At most 256 calls of a [Conn] that no member has taken are on the
// way; others wait in line. A member takes as many calls as it runs at a time, and as many more; when all
// are busy a call asks again, ever more seldom, up to once a second.
//
//edo:nowait
func Spawn[A, R any](s edo.Spawner, conn *Conn, f *Func[A, R], arg A, options ...edo.SpawnOption) *edo.JoinHandle[R] {
	c := callOf(conn, f, arg, limitOf(s))
	return edo.Spawn(s, edo.Future[R](c), append([]edo.SpawnOption{edo.Name("remote " + f.name)}, options...)...)
}

// Call calls f with arg on a member that offers it, and waits for the result: [Spawn] without a task of
// its own. When the task is cancelled the call is aborted, on the other machine too.
//
//edo:step CallStep
func Call[A, R any](task *edo.Task, conn *Conn, f *Func[A, R], arg A) (R, error) {
	c := callOf(conn, f, arg, limitOf(task))
	v, err := edo.Await(task, edo.Future[R](c))
	c.Drop()
	return v, err
}

// CallStep is the step form of [Call].
func CallStep[A, R any](task *edo.Task, st *edo.Step, conn *Conn, f *Func[A, R], arg A) (done bool, v R, err error) {
	c := edo.StepState[calling[A, R]](st)
	if c == nil {
		c = callOf(conn, f, arg, limitOf(task))
		st.Set(c)
	}
	if done, v, err = edo.AwaitStep(task, edo.Future[R](c)); done {
		st.Set(nil)
		c.Drop()
	}
	return done, v, err
}

// CallFuture is [Call] as a future. It is sent at the first poll; dropped before it is ready, it is
// aborted.
func CallFuture[A, R any](conn *Conn, f *Func[A, R], arg A) edo.Future[R] {
	return callOf(conn, f, arg, time.Time{})
}

// limitOf returns when the time of what s spawns is over; zero: never.
func limitOf(s edo.Spawner) time.Time {
	if task, ok := s.(*edo.Task); ok {
		if at, ok := task.Context().Deadline(); ok {
			return at
		}
	}
	return time.Time{}
}

// calling is a call as the future of its result.
type calling[A, R any] struct {
	f    *Func[A, R]
	call remote.Call
	err  error // it ends with, before it has begun; nil: it has a call
}

func callOf[A, R any](conn *Conn, f *Func[A, R], arg A, until time.Time) *calling[A, R] {
	c := &calling[A, R]{f: f, err: f.err}
	if c.err != nil {
		return c
	}
	data, err := f.cfg.Codec.Marshal(arg)
	if err != nil {
		c.err = &encodeError{f.name, err}
		return c
	}
	size, most := len(data), conn.MaxPayload()-reserved
	if f.cfg.Stored { // it travels as text
		size = (size + 2) / 3 * 4
	}
	if size > most {
		c.err = &SizeError{Size: size, Max: most}
		return c
	}
	q := remote.Request{Function: f.remote, Data: data, Until: until}
	if q.Stored {
		q.ID = nuid.Next()
	}
	c.call.Begin(remote.CallerOf(conn.in()), q)
	return c
}

// Waits says what the call waits for.
func (c *calling[A, R]) Waits(cx *edo.Context) edo.Wait {
	if c.err != nil {
		return edo.Wait{On: "cluster: a call of " + c.f.name + " that cannot be made"}
	}
	return c.call.Waits(cx)
}

// Poll waits for the outcome, and reads it.
func (c *calling[A, R]) Poll(cx *edo.Context) (v R, poll edo.Poll, err error) {
	if c.err != nil {
		if !cx.Proceed(c) {
			return v, edo.Pending, nil
		}
		return v, edo.Ready, c.err
	}
	m, poll, err := c.call.Poll(cx)
	if poll == edo.Pending {
		return v, poll, nil
	}
	if err != nil {
		return v, edo.Ready, remoteError(err)
	}
	v, err = c.f.read(m)
	return v, edo.Ready, err
}

// Drop gives the call up.
func (c *calling[A, R]) Drop() { c.call.Drop() }

// read reads an outcome.
func (f *Func[A, R]) read(m *nats.Msg) (v R, err error) {
	kind := remote.KindOf(m)
	if kind == remote.KindValue {
		err = f.decode("the result", f.remote.Codec, m.Data, &v)
		return v, err
	}
	member := remote.MemberOf(m)
	switch kind {
	case remote.KindPanic:
		var p remote.PanicText
		if err := json.Unmarshal(m.Data, &p); err != nil {
			p.Value = string(m.Data)
		}
		return v, &RemotePanicError{Func: f.name, Member: member, Value: p.Value, Stack: []byte(p.Stack)}
	case remote.KindGone:
		return v, &LostError{Func: f.name, Member: member, Reason: string(m.Data)}
	default:
		return v, &RemoteError{Func: f.name, Member: member, Text: string(m.Data), isLate: kind == remote.KindLate}
	}
}
