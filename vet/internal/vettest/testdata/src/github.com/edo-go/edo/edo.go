// Package edo has the parts of edo's API that the tests of the analyzers use, without what they do. A test
// compares the signatures and directives with those of edo.
package edo

import (
	"context"
	"errors"
	"math/rand/v2"
)

type Task struct{ inner int }

func (t *Task) Err() error               { return nil }
func (t *Task) Runtime() *Runtime        { return nil }
func (t *Task) Context() context.Context { return nil }
func (t *Task) Name() string             { return "" }

//edo:step CancelledStep
func (t *Task) Cancelled() error { return nil }

//edo:step ProceedStep
func (t *Task) Proceed(leaf Leaf) error { return nil }

//edo:nowait
func Rand(task *Task) *rand.Rand { return nil }

type Context struct{ inner int }

func (cx *Context) Proceed(leaf Leaf) bool { return true }
func (cx *Context) Waker() Waker           { return Waker{} }

type Waker struct{ t *int }

func (w Waker) Wake() {}

type Leaf interface{ Waits(cx *Context) Wait }

type Wait struct{}

type Runtime struct{ inner int }

func (rt *Runtime) Shutdown(ctx context.Context) error { return nil }

type Spawner interface{ spawner() }

func (t *Task) spawner()     {}
func (cx *Context) spawner() {}
func (rt *Runtime) spawner() {}

type Poll uint8

const (
	Pending Poll = iota
	Ready
	End
)

type Unit = struct{}

type Future[T any] interface {
	Poll(cx *Context) (T, Poll, error)
}

type Stream[T any] interface {
	PollNext(cx *Context) (T, Poll, error)
}

type Dropper interface{ Drop() }

func Drop(v any) {}

type JoinHandle[T any] struct{ v T }

func (h *JoinHandle[T]) Poll(cx *Context) (T, Poll, error) { return h.v, Ready, nil }
func (h *JoinHandle[T]) Abort()                            {}

//edo:step AwaitStep
func (h *JoinHandle[T]) Await(task *Task) (T, error) { return h.v, nil }

type SpawnOption struct{ inner int }

func Owns(handles ...Dropper) SpawnOption { return SpawnOption{} }
func Daemon() SpawnOption                 { return SpawnOption{} }
func OnEnd(fn func()) SpawnOption         { return SpawnOption{} }

type RunOption struct{ inner int }

//edo:spawn RunStep
func Run(main func(task *Task) error, opts ...RunOption) error { return nil }

//edo:nowait
func Spawn[T any](s Spawner, f Future[T], opts ...SpawnOption) *JoinHandle[T] { return nil }

//edo:spawn GoStep
func Go(s Spawner, fn func(task *Task) error, opts ...SpawnOption) *JoinHandle[Unit] { return nil }

//edo:spawn GoValueStep
func GoValue[T any](s Spawner, fn func(task *Task) (T, error), opts ...SpawnOption) *JoinHandle[T] {
	return nil
}

//edo:nowait
func Blocking[T any](s Spawner, fn func(task *Task) (T, error), opts ...SpawnOption) *JoinHandle[T] {
	return nil
}

//edo:nostep it keeps the calling goroutine, which is no task
func Block(s Spawner, ctx context.Context, fn func(task *Task) error) error { return nil }

//edo:step CallStep
func Call[T any](task *Task, fn func(ctx context.Context) (T, error)) (v T, err error) { return }

//edo:spawn AsyncStep
func Async[T any](fn func(task *Task) (T, error)) Future[T] { return nil }

//edo:step AwaitStep
func Await[T any](task *Task, f Future[T]) (v T, err error) { return }

//edo:step NextStep
func Next[T any](task *Task, s Stream[T]) (v T, ok bool, err error) { return }

//edo:step YieldStep
func Yield(task *Task) error { return nil }

//edo:step ShieldedStep
func Shielded(task *Task, fn func(task *Task) error) error { return fn(task) }

var (
	ErrClosed    = errors.New("edo: closed")
	ErrCancelled = errors.New("edo: cancelled")
)
