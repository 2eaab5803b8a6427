package oneshot

import "github.com/edo-go/edo"

type Sender[T any] struct{ ch *int }

type Receiver[T any] struct{ v T }

func New[T any]() (*Sender[T], *Receiver[T]) { return nil, nil }

func (tx *Sender[T]) Send(v T) error { return nil }
func (tx *Sender[T]) Close()         {}
func (tx *Sender[T]) Drop()          {}
func (tx *Sender[T]) IsClosed() bool { return false }

func (rx *Receiver[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) { return }

//edo:step RecvStep
func (rx *Receiver[T]) Recv(task *edo.Task) (T, error) { return rx.v, nil }
