package oneshot_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/oneshot"
)

func TestEveryOperationThatCanReturnAtOnceGivesWay(t *testing.T) {
	gone, unsent := oneshot.New[int]()
	gone.Close()
	over, closed := oneshot.New[int]()
	closed.Close()
	chantest.RequireGivesWay(t, map[string]func(task *edo.Task){
		"Recv of a value":                  func(task *edo.Task) { tx, rx := oneshot.New[int](); tx.Send(1); rx.Recv(task) },
		"Recv from a closed sender":        func(task *edo.Task) { unsent.Recv(task) },
		"Recv on a closed receiver":        func(task *edo.Task) { closed.Recv(task) },
		"Await of a receiver":              func(task *edo.Task) { edo.Await(task, unsent) },
		"Closed of a closed sender":        func(task *edo.Task) { gone.Closed(task) },
		"Closed when the receiver is gone": func(task *edo.Task) { over.Closed(task) },
		"ClosedFuture":                     func(task *edo.Task) { edo.Await(task, over.ClosedFuture()) },
	})
}
