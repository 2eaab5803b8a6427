package mpmc

import "github.com/edo-go/edo"

type Sender[T any] struct{ ch *int }

type Receiver[T any] struct{ v T }

type Permit[T any] struct{ tx *Sender[T] }

func New[T any](capacity int) (*Sender[T], *Receiver[T]) { return nil, nil }

func (tx *Sender[T]) Clone() *Sender[T] { return tx }
func (tx *Sender[T]) Close()            {}
func (tx *Sender[T]) Drop()             {}
func (tx *Sender[T]) TrySend(v T) error { return nil }
func (tx *Sender[T]) Len() int          { return 0 }

//edo:step SendStep
func (tx *Sender[T]) Send(task *edo.Task, v T) error { return nil }

//edo:step ReserveStep
func (tx *Sender[T]) Reserve(task *edo.Task) (*Permit[T], error) { return nil, nil }

func (p *Permit[T]) Send(v T) error { return nil }
func (p *Permit[T]) Drop()          {}

func (rx *Receiver[T]) Drop()  {}
func (rx *Receiver[T]) Close() {}
func (rx *Receiver[T]) PollNext(cx *edo.Context) (v T, p edo.Poll, err error) {
	return
}

//edo:step RecvStep
func (rx *Receiver[T]) Recv(task *edo.Task) (v T, err error) { return }
