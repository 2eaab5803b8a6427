package serve

import (
	"errors"
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/socket"
)

// longest is the maximum length of a line in bytes.
const longest = 1024

// pings answers line by line, to the end. It answers a line that is no ping with an error,
// and goes on.
func pings(task *edo.Task, conn *socket.Conn) error {
	lines := codec.NewFramed(conn, &codec.Lines{Max: longest})
	failed := false
	for {
		line, err := lines.Recv(task)
		answer := "pong"
		switch {
		case err == io.EOF && failed:
			failed = false // the end that follows an error: the next line comes after it
			continue
		case err == io.EOF:
			return nil
		case errors.Is(err, codec.ErrTooLong), errors.Is(err, codec.ErrNotText):
			failed = true
			answer = `say "ping"`
		case err != nil:
			return err
		case line != "ping":
			answer = `say "ping"`
		}
		if err := lines.Send(task, answer); err != nil {
			return err
		}
	}
}
