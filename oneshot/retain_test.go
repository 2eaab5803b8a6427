package oneshot

import (
	"testing"

	"github.com/edo-go/edo/internal/invariant/interleave"
)

func TestValueThatWasReceivedIsNotKept(t *testing.T) {
	tx, rx := New[*int]()
	tx.Send(new(int))
	rx.TryRecv()
	if tx.c.value != nil {
		t.Error("the channel keeps what was received")
	}
}

func TestValueThatWasRefusedIsNotKeptInAnyInterleaving(t *testing.T) {
	interleave.Explore(t, func() (threads []func(), check func()) {
		tx, rx := New[*int]()
		var err error
		threads = []func(){func() { err = tx.Send(new(int)) }, rx.Close}
		return threads, func() {
			if err != nil && rx.c.value != nil {
				t.Fatal("the channel keeps what it has refused")
			}
		}
	})
}
