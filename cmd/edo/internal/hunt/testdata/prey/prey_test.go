package prey

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
)

// TestPrey fails when the second of two senders comes first.
func TestPrey(t *testing.T) {
	sim.Explore(t, 10, firstComesFirst)
}

// TestPreyInAllOrders fails too, and takes no part in a hunt.
func TestPreyInAllOrders(t *testing.T) {
	sim.All(t, func() error { return firstComesFirst(0) })
}

func firstComesFirst(seed uint64) error {
	return sim.Run(seed, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](2)
		for i := range 2 {
			tx := tx.Clone()
			edo.Go(task, func(task *edo.Task) error { return tx.Send(task, i) }, edo.Owns(tx))
		}
		tx.Close()
		defer rx.Close()
		first, err := rx.Recv(task)
		if err == nil && first != 0 {
			err = errors.New("the second message came first")
		}
		return err
	})
}
