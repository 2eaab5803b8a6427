package recipes

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func Example_goodbye() {
	err := sim.Run(1, func(task *edo.Task) error {
		conn, peer := aio.Duplex(64)
		h := edo.Go(task, func(task *edo.Task) error {
			defer edo.Shielded(task, func(task *edo.Task) error {
				_, err := timer.Timeout(task, time.Second, func(task *edo.Task) (int, error) {
					return aio.WriteAll(task, conn, []byte("bye"))
				})
				return err
			})
			return timer.Sleep(task, time.Hour) // the work
		}, edo.Owns(conn))

		timer.Sleep(task, time.Minute)
		h.Abort()
		said, err := aio.ReadAll(task, peer, nil)
		peer.Close()
		fmt.Printf("%s %v\n", said, err)
		return nil
	})
	fmt.Println(err)
	// Output:
	// bye <nil>
	// <nil>
}

func Example_neverRan() {
	err := sim.Run(1, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		busy := 1
		h := edo.Go(task, func(task *edo.Task) error {
			defer fmt.Println("a defer of a function that never ran does not run")
			return tx.Send(task, 1)
		}, edo.Owns(tx), edo.OnEnd(func() { busy-- }))
		h.Abort() // before it has run

		_, err := rx.Recv(task)
		fmt.Println("busy:", busy)
		fmt.Println(err)
		return nil
	})
	fmt.Println(err)
	// Output:
	// busy: 0
	// mpsc: receive on closed channel
	// <nil>
}

// requestID goes with the task that serves a request.
var requestID = edo.NewLocal[string]("request")

// logf logs a line with the request that the task of s is for.
func logf(s edo.Spawner, format string, args ...any) {
	id, _ := requestID.Get(s)
	fmt.Println(id, fmt.Sprintf(format, args...))
}

func Example_valueOfATask() {
	err := sim.Run(1, func(task *edo.Task) error {
		edo.Go(task, func(task *edo.Task) error {
			logf(task, "begins")
			h := edo.Go(task, func(task *edo.Task) error {
				logf(task, "asks the database")
				return nil
			}, edo.InheritValues())
			_, err := h.Await(task)
			return err
		}, requestID.Value("r-17"))
		return nil
	})
	fmt.Println(err)
	// Output:
	// r-17 begins
	// r-17 asks the database
	// <nil>
}
