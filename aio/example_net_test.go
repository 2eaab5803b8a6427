package aio_test

import (
	"bufio"
	"fmt"
	"io"
	"net/textproto"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
)

// A package that knows nothing of tasks reads and writes a connection of one. Here
// net/textproto speaks to a task.
func ExampleNetConn() {
	err := edo.Run(func(task *edo.Task) error {
		ours, theirs := aio.Duplex(64)
		edo.Go(task, func(task *edo.Task) error {
			defer theirs.Close()
			conn := aio.NetConn(task, theirs)
			line, err := bufio.NewReader(conn).ReadString('\n')
			if err != nil {
				return err
			}
			_, err = io.WriteString(conn, "250 you said "+line)
			return err
		}, edo.Owns(theirs))

		client := textproto.NewConn(aio.NetConn(task, ours))
		defer client.Close()
		if _, err := client.Cmd("HELO"); err != nil {
			return err
		}
		code, message, err := client.ReadResponse(250)
		fmt.Println(code, message)
		return err
	})
	fmt.Println(err)
	// Output:
	// 250 you said HELO
	// <nil>
}
