package edo

// Poll says how far a future or a stream has come.
type Poll uint8

const (
	// Pending says: not yet. The waker has been kept and will be woken. Neither
	// value nor error come with it.
	Pending Poll = iota
	// Ready says: here it is. With an error it is a future that failed, or an
	// error item of a stream, which goes on.
	Ready
	// End says that a stream has no more values. It carries nothing, and a future
	// never returns it.
	End
)

// String returns the name of p.
func (p Poll) String() string {
	switch p {
	case Pending:
		return "Pending"
	case Ready:
		return "Ready"
	case End:
		return "End"
	}
	return "Poll(?)"
}

// Unit is the value of a future that has none to give.
type Unit = struct{}

// A Future is a value that may not be ready yet.
//
// Poll goes as far as it can without waiting. [Pending] says that it has kept the
// waker of cx, the latest one alone, and will wake it when polling again may help.
// After [Ready] a future is not polled again. One goroutine at a time polls it,
// not always the same one.
type Future[T any] interface {
	Poll(cx *Context) (T, Poll, error)
}

// A Stream is a sequence of values that may not be ready yet. An error is an
// item, after which the stream goes on; [End] is the end, and comes again when
// the stream is asked again. Otherwise it is like a [Future].
type Stream[T any] interface {
	PollNext(cx *Context) (T, Poll, error)
}

// A Dropper is something that is owned: its owner drops it exactly once,
// when it does not need it any more, completed or not. Drop gives up what the owner's end
// of a thing stands for (a sender, a place in a queue, a socket). It never waits,
// may be called from any goroutine unless its type says otherwise, and may be
// called twice.
//
// Drop is not Close: Close is what a user does, as part of the program's logic.
// edo never calls the Close of a value that it was given.
type Dropper interface{ Drop() }

// Drop drops v when it is a [Dropper] and does nothing otherwise.
func Drop(v any) {
	if d, ok := v.(Dropper); ok {
		d.Drop()
	}
}

// A Sink takes values that it may not have room for yet.
//
// The order is: [Sink.PollReady] until it is ready, one [Sink.StartSend], and so
// on; PollFlush until it is ready pushes out what was taken, PollClose does that
// and then ends the sink. A sink that has failed fails for good, unless its type
// says otherwise.
type Sink[T any] interface {
	// PollReady is Ready when the sink has room for one value.
	PollReady(cx *Context) (Poll, error)
	// StartSend takes v. It must follow a PollReady that was ready. After an error v is
	// still the caller's.
	StartSend(v T) error
	// PollFlush is Ready when everything that was taken has been handed on.
	PollFlush(cx *Context) (Poll, error)
	// PollClose is Ready when everything has been handed on and the sink is closed.
	PollClose(cx *Context) (Poll, error)
}
