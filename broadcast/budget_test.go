package broadcast_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/internal/chantest"
)

func TestEveryOperationThatCanReturnAtOnceGivesWay(t *testing.T) {
	tx, rx := broadcast.New[int](1)
	defer tx.Close()
	ended, end := broadcast.New[int](1)
	ended.Close()
	_, closed := broadcast.New[int](1)
	closed.Close()
	alone, dropped := broadcast.New[int](1)
	dropped.Drop()
	chantest.RequireGivesWay(t, map[string]func(task *edo.Task){
		"Recv of a value":           func(task *edo.Task) { tx.Send(1); rx.Recv(task) },
		"Recv that lags":            func(task *edo.Task) { tx.Send(1); tx.Send(2); rx.Recv(task) },
		"Recv at the end":           func(task *edo.Task) { end.Recv(task) },
		"Recv on a closed receiver": func(task *edo.Task) { closed.Recv(task) },
		"RecvFuture at the end":     func(task *edo.Task) { edo.Await(task, end.RecvFuture()) },
		"the stream at the end":     func(task *edo.Task) { edo.Next(task, end) },
		"Closed of a closed sender": func(task *edo.Task) { ended.Closed(task) },
		"Closed without receivers":  func(task *edo.Task) { alone.Closed(task) },
		"ClosedFuture":              func(task *edo.Task) { edo.Await(task, alone.ClosedFuture()) },
	})
}
