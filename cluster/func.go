package cluster

import (
	"cmp"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/remote"
	"github.com/edo-go/edo/timer"
)

// FuncConfig is how calls of a function are made. The zero FuncConfig has the defaults.
type FuncConfig struct {
	// Version is the version of the function: a call goes to members that offer the same one. A
	// program that changes the argument or the result raises it, and may offer both.
	Version int
	// Codec turns arguments and results into bytes; nil: [JSON].
	Codec Codec
	// Patience is how long a member may give no sign of life, before a call that it has is lost.
	// 0: 10 s; at least 3 s. A member whose process has ended is missed sooner, after some 3 s: the
	// broker knows that its connection is gone.
	Patience time.Duration
	// CallerPatience is how long a member keeps what it has of a caller of which it hears nothing:
	// then it aborts its calls, and gives up outcomes. 0: 30 s; at least 3 s. A caller whose process
	// has ended is missed sooner, after some 5 s.
	CallerPatience time.Duration
	// Stored makes calls at least once: each is a job of a queue, which a second member gets when the
	// first one is lost, up to Tries times. Without it a call is made at most once.
	Stored bool
	// Tries is how many members may be lost with a call that is stored. 0: 5.
	Tries int
}

// Func is a function that members of a cluster offer, by its name. It is a constant of a program: make
// it once, as a variable of a package that callers and members share. Any number of tasks may use it.
type Func[A, R any] struct {
	name   string
	of     string // its name in errors of codecs
	cfg    FuncConfig
	remote *remote.Function
	err    error
}

// NewFunc returns the function with the name, of letters, digits, '-' and '_', that takes an A and
// returns an R. A name or a config that is wrong is the error of each call.
func NewFunc[A, R any](name string, cfg FuncConfig) *Func[A, R] {
	f := &Func[A, R]{name: name, of: "the function " + name, cfg: cfg, err: checkName("name of a function", name)}
	f.cfg.Codec = cmp.Or(cfg.Codec, JSON)
	f.cfg.Patience = cmp.Or(cfg.Patience, 10*time.Second)
	f.cfg.CallerPatience = cmp.Or(cfg.CallerPatience, 30*time.Second)
	f.cfg.Tries = cmp.Or(cfg.Tries, 5)
	switch {
	case f.err != nil:
	case len(name) > maxName-12:
		f.err = fmt.Errorf("cluster: the name of the function %q is longer than %d bytes", name, maxName-12)
	case cfg.Version < 0:
		f.err = fmt.Errorf("cluster: FuncConfig.Version of %s is %d, want at least 0", name, cfg.Version)
	case f.cfg.Patience < 3*time.Second:
		f.err = fmt.Errorf("cluster: FuncConfig.Patience of %s is %v, want at least 3s", name, cfg.Patience)
	case f.cfg.CallerPatience < 3*time.Second:
		f.err = fmt.Errorf("cluster: FuncConfig.CallerPatience of %s is %v, want at least 3s", name, cfg.CallerPatience)
	case f.cfg.Tries < 1:
		f.err = fmt.Errorf("cluster: FuncConfig.Tries of %s is %d, want at least 1", name, cfg.Tries)
	default:
		f.err = checkName("name of a codec", f.cfg.Codec.Name())
	}
	f.remote = remote.NewFunction(remote.Function{
		Name: name, Version: cfg.Version, Codec: f.cfg.Codec.Name(),
		Patience: f.cfg.Patience, CallerPatience: f.cfg.CallerPatience, Stored: cfg.Stored,
	})
	return f
}

// Name returns the name of the function.
func (f *Func[A, R]) Name() string { return f.name }

// queueConfig is how the queue of calls is that are stored.
func (f *Func[A, R]) queueConfig() QueueConfig {
	return QueueConfig{Tries: f.cfg.Tries, Patience: f.cfg.Patience}
}

// An Offered is a function with its code, for [Serve]: [Offer] makes it.
type Offered struct {
	offer  *remote.Offer
	err    error
	stored *QueueConfig // of the queue of its calls; nil: they are not stored
}

// Offer returns the function with its code. Each call is a task of its own, in direct style: an error or
// a panic of run goes to the caller, with the stack; a panic is told to OnPanic and OnError of this runtime
// too. When the caller gives the call up, or is gone, or its time is over, waits of run fail with
// [edo.ErrCancelled].
//
// The time limit of the caller is the deadline of task.Context(), as it is in a [timer.Timeout]: it goes along
// with what run calls in its turn. A run that returns after it has not ended in time, even without an error.
//
//edo:spawn OfferStep
func Offer[A, R any](f *Func[A, R], run func(task *edo.Task, arg A) (R, error)) Offered {
	return f.offer(func(arg A, until time.Time) edo.Future[R] {
		return edo.Async(func(task *edo.Task) (R, error) {
			if until.IsZero() {
				return run(task, arg)
			}
			var own error
			v, err := timer.Timeout(task, time.Until(until), func(task *edo.Task) (v R, _ error) {
				v, own = run(task, arg)
				return v, own
			})
			return v, remote.Late(err, own)
		})
	})
}

// OfferStep is [Offer] with a function that returns the frame of each call.
func OfferStep[A, R, F any, P edo.ValueFrame[R, F]](f *Func[A, R], frame func(arg A) F) Offered {
	return f.offer(func(arg A, until time.Time) edo.Future[R] {
		return edo.AsyncStep[R](offerFrame[R, F, P]{f: frame(arg), until: until})
	})
}

// offerFrame is a call of a function: that has a function of its own around the user's.
type offerFrame[R, F any, P edo.ValueFrame[R, F]] struct {
	f     F
	until time.Time // zero: it has no time limit
	limit edo.Step
	own   error // of the user's function
}

// Poll is a step of the user's function.
func (f *offerFrame[R, F, P]) Poll(task *edo.Task) (done bool, v R, err error) {
	if f.until.IsZero() {
		return P(&f.f).Poll(task)
	}
	done, v, err = timer.TimeoutStep(task, &f.limit, time.Until(f.until), func(task *edo.Task, _ *edo.Step) (done bool, v R, _ error) {
		done, v, f.own = P(&f.f).Poll(task)
		return done, v, f.own
	})
	if done {
		err = remote.Late(err, f.own)
	}
	return done, v, err
}

// FunctionName is the name of the function in direct style.
func (*offerFrame[R, F, P]) FunctionName() string {
	return "github.com/edo-go/edo/cluster.Offer[...].func1.1"
}

// OfferFuture is [Offer] with a function that returns a future, without a stack. The future is dropped when the call
// is given up, or its time is over.
func OfferFuture[A, R any](f *Func[A, R], run func(arg A) edo.Future[R]) Offered {
	return f.offer(func(arg A, _ time.Time) edo.Future[R] { return run(arg) })
}

// offer returns f with its code: run has until then.
func (f *Func[A, R]) offer(run func(arg A, until time.Time) edo.Future[R]) Offered {
	o := Offered{err: f.err, offer: &remote.Offer{
		Func: f.name, Version: f.cfg.Version, CallerPatience: f.cfg.CallerPatience,
		Run: func(codec string, data []byte, until time.Time) (edo.Future[[]byte], error) {
			e := &encoded[A, R]{f: f}
			if err := f.decode("an argument", codec, data, &e.arg); err != nil {
				return nil, err
			}
			e.call = run(e.arg, until)
			var zero A
			e.arg = zero // it is the function's alone
			return e, nil
		},
	}}
	if f.cfg.Stored {
		cfg := f.queueConfig()
		o.stored = &cfg
	}
	return o
}

// encoded is a call as the future of its encoded result.
type encoded[A, R any] struct {
	f    *Func[A, R]
	arg  A // until the call is made
	call edo.Future[R]
}

// Poll encodes the result when it is there.
func (e *encoded[A, R]) Poll(cx *edo.Context) ([]byte, edo.Poll, error) {
	v, poll, err := e.call.Poll(cx)
	if poll == edo.Pending || err != nil {
		return nil, poll, err
	}
	data, err := e.f.cfg.Codec.Marshal(v)
	if err != nil {
		err = fmt.Errorf("cluster: the result of %s cannot be encoded: %w", e.f.name, err)
	}
	return data, edo.Ready, err
}

// Drop drops the call.
func (e *encoded[A, R]) Drop() { edo.Drop(e.call) }

// decode decodes data, which is a what, and was encoded by the codec with the name.
func (f *Func[A, R]) decode(what, codec string, data []byte, v any) error {
	return decode(f.cfg.Codec, f.of, what, codec, data, v)
}
