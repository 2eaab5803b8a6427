package aio_test

import (
	"encoding/binary"
	"io"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/idletest"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

const idleTime = 10 * time.Second

// limited is a connection with a limit of idleness.
type limited interface {
	aio.HalfCloser
	SetIdleTimeout(d time.Duration) error
}

// wrapped is a connection of a program, built around another one.
type wrapped struct{ limited }

func (w wrapped) AbandonRead(by edo.Waker)  { aio.AbandonRead(w.limited, by) }
func (w wrapped) AbandonWrite(by edo.Waker) { aio.AbandonWrite(w.limited, by) }

// limitedPairs make a connection, and the other end of it.
var limitedPairs = map[string]func(task *edo.Task) (a limited, b io.Closer, err error){
	"Timed": func(task *edo.Task) (limited, io.Closer, error) {
		x, y := aio.Duplex(100)
		return aio.NewTimed(task, x), y, nil
	},
	"around a Timed": func(task *edo.Task) (limited, io.Closer, error) {
		x, y := aio.Duplex(100)
		return wrapped{aio.NewTimed(task, x)}, y, nil
	},
	"socket": func(task *edo.Task) (limited, io.Closer, error) {
		a, b := socketEnds(task)
		return a, b, nil
	},
}

// source reads without an end.
type source struct{}

func (source) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if !cx.Proceed(nil) {
		return 0, edo.Pending, nil
	}
	return len(p), edo.Ready, nil
}

// op is an operation in its three forms.
func op[T any](direct func(task *edo.Task) (T, error), f func() edo.Future[T], step func(task *edo.Task, st *edo.Step) (bool, T, error)) idletest.Op {
	return idletest.Op{
		Direct: func(task *edo.Task) error { _, err := direct(task); return err },
		Future: idletest.Futures(f),
		Step:   func(task *edo.Task, st *edo.Step) (bool, error) { done, _, err := step(task, st); return done, err },
	}
}

// unit is fn with a value.
func unit(fn func(task *edo.Task) error) func(task *edo.Task) (edo.Unit, error) {
	return func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, fn(task) }
}

func unitStep(fn func(task *edo.Task, st *edo.Step) (bool, error)) func(task *edo.Task, st *edo.Step) (bool, edo.Unit, error) {
	return func(task *edo.Task, st *edo.Step) (bool, edo.Unit, error) {
		done, err := fn(task, st)
		return done, edo.Unit{}, err
	}
}

// idleOps are the operations that wait on a connection which has no room, and nothing to read.
var idleOps = map[string]func(task *edo.Task, a limited) idletest.Op{
	"Read": func(task *edo.Task, a limited) idletest.Op {
		p := make([]byte, 9)
		return op(func(task *edo.Task) (int, error) { return aio.Read(task, a, p) },
			func() edo.Future[int] { return aio.ReadFuture(a, p) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) { return aio.ReadStep(task, st, a, p) })
	},
	"ReadFull": func(task *edo.Task, a limited) idletest.Op {
		p := make([]byte, 9)
		return op(func(task *edo.Task) (int, error) { return aio.ReadFull(task, a, p) },
			func() edo.Future[int] { return aio.ReadFullFuture(a, p) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) { return aio.ReadFullStep(task, st, a, p) })
	},
	"ReadAll": func(task *edo.Task, a limited) idletest.Op {
		return op(func(task *edo.Task) ([]byte, error) { return aio.ReadAll(task, a, nil) },
			func() edo.Future[[]byte] { return aio.ReadAllFuture(a, nil) },
			func(task *edo.Task, st *edo.Step) (bool, []byte, error) { return aio.ReadAllStep(task, st, a, nil) })
	},
	"ReadInt": func(task *edo.Task, a limited) idletest.Op {
		return op(func(task *edo.Task) (uint32, error) { return aio.ReadInt[uint32](task, a, binary.BigEndian) },
			func() edo.Future[uint32] { return aio.ReadIntFuture[uint32](a, binary.BigEndian) },
			func(task *edo.Task, st *edo.Step) (bool, uint32, error) {
				return aio.ReadIntStep[uint32](task, st, a, binary.BigEndian)
			})
	},
	"ReadLine": func(task *edo.Task, a limited) idletest.Op {
		b := aio.NewBufferedReader(a, 0)
		return op(b.ReadLine, b.ReadLineFuture, b.ReadLineStep)
	},
	"NextByte": func(task *edo.Task, a limited) idletest.Op {
		b := aio.NewBufferedReader(a, 0)
		return op(b.NextByte, b.NextByteFuture, b.NextByteStep)
	},
	"Discard": func(task *edo.Task, a limited) idletest.Op {
		b := aio.NewBufferedReader(a, 0)
		return op(func(task *edo.Task) (int, error) { return b.Discard(task, 3) },
			func() edo.Future[int] { return b.DiscardFuture(3) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) { return b.DiscardStep(task, st, 3) })
	},
	"Read of a half, by a limit and a tee": func(task *edo.Task, a limited) idletest.Op {
		half, _ := aio.Split(a)
		out, _ := aio.Duplex(1)
		r, p := aio.Tee(aio.Limit(half, 5), out), make([]byte, 9)
		return op(func(task *edo.Task) (int, error) { return aio.Read(task, r, p) },
			func() edo.Future[int] { return aio.ReadFuture(r, p) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) { return aio.ReadStep(task, st, r, p) })
	},
	"Read of a tee that waits to write": func(task *edo.Task, a limited) idletest.Op {
		r, p := aio.Tee(source{}, a), make([]byte, 64<<10)
		return op(func(task *edo.Task) (int, error) { return aio.ReadFull(task, r, p) },
			func() edo.Future[int] { return aio.ReadFullFuture(r, p) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) { return aio.ReadFullStep(task, st, r, p) })
	},
	"Copy from it": func(task *edo.Task, a limited) idletest.Op {
		out, _ := aio.Duplex(1)
		return op(func(task *edo.Task) (int64, error) { return aio.Copy(task, out, a) },
			func() edo.Future[int64] { return aio.CopyFuture(out, a) },
			func(task *edo.Task, st *edo.Step) (bool, int64, error) { return aio.CopyStep(task, st, out, a) })
	},
	"Copy to it": func(task *edo.Task, a limited) idletest.Op {
		return op(func(task *edo.Task) (int64, error) { return aio.Copy(task, a, source{}) },
			func() edo.Future[int64] { return aio.CopyFuture(a, source{}) },
			func(task *edo.Task, st *edo.Step) (bool, int64, error) { return aio.CopyStep(task, st, a, source{}) })
	},
	"CopyBidirectional": func(task *edo.Task, a limited) idletest.Op {
		b, _ := aio.Duplex(1)
		return op(unit(func(task *edo.Task) error { _, _, err := aio.CopyBidirectional(task, a, b); return err }),
			func() edo.Future[edo.Unit] {
				return idletest.Futures(func() edo.Future[aio.Copied] { return aio.CopyBidirectionalFuture(a, b) })()
			},
			unitStep(func(task *edo.Task, st *edo.Step) (bool, error) {
				done, _, _, err := aio.CopyBidirectionalStep(task, st, a, b)
				return done, err
			}))
	},
	"Write": func(task *edo.Task, a limited) idletest.Op {
		p := make([]byte, 9)
		return op(func(task *edo.Task) (int, error) { return aio.Write(task, a, p) },
			func() edo.Future[int] { return aio.WriteFuture(a, p) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) { return aio.WriteStep(task, st, a, p) })
	},
	"WriteAll to a half": func(task *edo.Task, a limited) idletest.Op {
		_, w := aio.Split(a)
		p := make([]byte, 9)
		return op(func(task *edo.Task) (int, error) { return aio.WriteAll(task, w, p) },
			func() edo.Future[int] { return aio.WriteAllFuture(w, p) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) { return aio.WriteAllStep(task, st, w, p) })
	},
	"WriteInt": func(task *edo.Task, a limited) idletest.Op {
		return op(unit(func(task *edo.Task) error { return aio.WriteInt(task, a, binary.BigEndian, uint64(1)) }),
			func() edo.Future[edo.Unit] { return aio.WriteIntFuture(a, binary.BigEndian, uint64(1)) },
			unitStep(func(task *edo.Task, st *edo.Step) (bool, error) {
				return aio.WriteIntStep(task, st, a, binary.BigEndian, uint64(1))
			}))
	},
	"Flush of a buffer": func(task *edo.Task, a limited) idletest.Op {
		w := aio.NewBufferedWriter(a, 0)
		aio.WriteAll(task, w, []byte("x"))
		return op(unit(func(task *edo.Task) error { return aio.Flush(task, w) }),
			func() edo.Future[edo.Unit] { return aio.FlushFuture(w) },
			unitStep(func(task *edo.Task, st *edo.Step) (bool, error) { return aio.FlushStep(task, st, w) }))
	},
}

func TestAnOperationHasAllOfItsIdleTimeAlthoughOneBeforeWasGivenUp(t *testing.T) {
	for pair, begin := range limitedPairs {
		for name, make := range idleOps {
			t.Run(name+" "+pair, func(t *testing.T) {
				idletest.RequireWholeTime(t, idleTime, func(task *edo.Task) (idletest.Op, error) {
					a, b, err := begin(task)
					if err != nil {
						return idletest.Op{}, err
					}
					timer.Timeout(task, time.Second, func(task *edo.Task) (int64, error) { return aio.Copy(task, a, source{}) })
					o := make(task, a)
					o.Close = []io.Closer{a, b}
					return o, a.SetIdleTimeout(idleTime)
				})
			})
		}
	}
}

// A tee writes what it has read, as far as there is room, and the next read goes on with the rest.
func TestAReadOfATeeThatComesLateHasAllOfItsIdleTimeToWrite(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		x, y := aio.Duplex(1)
		defer y.Close()
		a := aio.NewTimed(task, x)
		defer a.Close()
		a.SetIdleTimeout(idleTime)
		r := aio.Tee(source{}, a)
		read := func() error { _, err := aio.Read(task, r, make([]byte, 9)); return err }
		if err := read(); err != nil {
			return err
		}
		timer.Sleep(task, time.Hour)
		requireExpiry(t, task, idleTime, read)
		return nil
	})
}

// Each of the tasks that wait has its own time, whichever of them gives up.
func TestATaskThatGivesUpTakesNoTimeFromTheOthersThatWait(t *testing.T) {
	for _, gaveUp := range []int{0, 1, 2} {
		simulated(t, func(task *edo.Task) error {
			x, y := socketEnds(task)
			defer y.Close()
			a := aio.NewTimed(task, x)
			defer a.Close()
			a.SetIdleTimeout(idleTime)
			var all []*edo.JoinHandle[edo.Unit]
			for i := range 3 {
				all = append(all, edo.Go(task, func(task *edo.Task) error {
					timer.Sleep(task, time.Duration(i)*time.Second)
					read := func(task *edo.Task) (int, error) { return aio.Read(task, a, make([]byte, 1)) }
					if i == gaveUp {
						timer.Timeout(task, 5*time.Second, read)
					}
					requireExpiry(t, task, idleTime, func() error { _, err := read(task); return err })
					return nil
				}))
			}
			for _, h := range all {
				h.Await(task)
			}
			return nil
		})
	}
}

// A Timed whose limit has passed leaves no wait with the connection below, which has a limit of
// its own.
func TestALimitThatHasPassedGivesUpTheOperationBelow(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		x, y := aio.Duplex(1)
		defer y.Close()
		inner := aio.NewTimed(task, x)
		inner.SetIdleTimeout(idleTime)
		a := aio.NewTimed(task, inner)
		defer a.Close()
		read := func() error { _, err := aio.Read(task, a, make([]byte, 9)); return err }
		a.SetIdleTimeout(7 * time.Second)
		requireExpiry(t, task, 7*time.Second, read)
		a.SetIdleTimeout(0)
		requireExpiry(t, task, idleTime, read)
		return nil
	})
}

// socketEnds returns the two ends of a connection by TCP.
func socketEnds(task *edo.Task) (a, b *socket.Conn) {
	l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	if b, err = socket.Dial(task, "tcp", l.Addr().String()); err != nil {
		panic(err)
	}
	if a, err = l.Accept(task); err != nil {
		panic(err)
	}
	return a, b
}
