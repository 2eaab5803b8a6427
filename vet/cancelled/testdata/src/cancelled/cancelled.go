package cancelled

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

func accept(task *edo.Task, l *socket.Listener) error {
	for {
		conn, err := l.Accept(task)
		if err != nil {
			note(err)
			continue // want `the loop goes on when socket.Listener.Accept returns edo.ErrCancelled, and spins`
		}
		if conn == nil {
			return nil
		}
		conn.Close()
	}
}

func retry(task *edo.Task, tx *mpsc.Sender[int]) {
	for n := 0; ; n++ {
		if err := tx.Send(task, n); err != nil {
			note(err)
			continue // want `the loop goes on when mpsc.Sender.Send`
		}
		if n == 3 {
			break
		}
	}
}

func tick(task *edo.Task, work func()) {
	for { // want `the loop never ends, also when the task is asked to: return when timer.Sleep returns an error that is edo.ErrCancelled`
		timer.Sleep(task, 1)
		work()
	}
}

func logs(task *edo.Task) {
	for { // want `the loop never ends`
		if err := timer.Sleep(task, 1); err != nil {
			note(err)
		}
		switch {
		default:
			break
		}
	}
}

func right(task *edo.Task, l *socket.Listener, tx *mpsc.Sender[int], rx *mpsc.Receiver[int]) error {
	for {
		conn, err := l.Accept(task)
		if err != nil {
			return err
		}
		conn.Close()
		break
	}
	for {
		_, err := l.Accept(task)
		if err != nil {
			if task.Err() != nil {
				return err
			}
			continue
		}
	}
	for {
		_, err := l.Accept(task)
		if errors.Is(err, edo.ErrCancelled) {
			return err
		}
	}
	for {
		if _, err := rx.Recv(task); err != nil {
			break
		}
		if err := tx.Send(task, 1); err != nil {
			continue // rx fails in the next turn
		}
	}
	for i := 0; i < 3; i++ {
		timer.Sleep(task, 1)
	}
	for task.Err() == nil {
		timer.Sleep(task, 1)
	}
	for {
		edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, 1) })
		if task == nil {
			panic("no task")
		}
	}
}

func note(err error) {}
