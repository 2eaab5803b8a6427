package trial

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/socket"
)

// A Server accepts connections until its task is asked to end.
type Server = func(task *edo.Task, l *socket.Listener) error

// Serve runs server on an address of its own as long as use does, and then asks it
// to end, as the first Ctrl-C does. The connections may stay open.
func Serve(task *edo.Task, server Server, use func(addr string) error) error {
	l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	accepting := edo.Go(task, func(task *edo.Task) error { return server(task, l) }, edo.Owns(l))
	err = use(l.Addr().String())
	accepting.Abort()
	if _, ended := accepting.Await(task); !errors.Is(ended, edo.ErrCancelled) {
		err = errors.Join(err, fmt.Errorf("the server ended with %v", ended))
	}
	return err
}

// All runs fn in n tasks at the same time, and waits for all of them.
func All(task *edo.Task, n int, fn func(task *edo.Task, i int) error) error {
	handles := make([]*edo.JoinHandle[edo.Unit], n)
	for i := range handles {
		handles[i] = edo.Go(task, func(task *edo.Task) error { return fn(task, i) })
	}
	var errs []error
	for _, h := range handles {
		_, err := h.Await(task)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Talk connects to addr, sends text, and returns all that it reads.
func Talk(task *edo.Task, addr, text string) (string, error) {
	conn, err := socket.Dial(task, "tcp", addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if _, err := conn.Write(task, []byte(text)); err != nil {
		return "", err
	}
	if err := conn.CloseWrite(); err != nil {
		return "", err
	}
	answer, err := aio.ReadAll(task, conn, nil)
	return string(answer), err
}
