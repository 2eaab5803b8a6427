package codec_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
)

// withInput runs an example with a connection whose other end has written input, and closes.
func withInput(input string, fn func(task *edo.Task, conn *aio.Pipe) error) {
	err := edo.Run(func(task *edo.Task) error {
		conn, peer := aio.Duplex(1024)
		defer conn.Close()
		if _, err := aio.WriteAll(task, peer, []byte(input)); err != nil {
			return err
		}
		peer.Close()
		return fn(task, conn)
	})
	if err != nil {
		log.Fatal(err)
	}
}

// A server that reports a bad line and goes on with the next: one io.EOF follows each error,
// and is not the end.
func ExampleLines() {
	withInput("hello\r\nfar too long\nworld", func(task *edo.Task, conn *aio.Pipe) error {
		lines := codec.NewFramedRead(conn, &codec.Lines{Max: 5})
		failed := false
		for {
			line, err := lines.Recv(task)
			switch {
			case err == nil:
				fmt.Printf("%q\n", line)
			case err == io.EOF && failed: // the end that follows an error
				failed = false
			case err == io.EOF:
				return nil
			case errors.Is(err, codec.ErrTooLong), errors.Is(err, codec.ErrNotText):
				fmt.Println(err)
				failed = true
			default:
				return err
			}
		}
	})
	// Output:
	// "hello"
	// codec: frame too long: a line of more than 5 bytes
	// "world"
}

// Fields between commas and semicolons, a record a line.
func ExampleAnyDelimiter() {
	withInput("a,b;c\nd", func(task *edo.Task, conn *aio.Pipe) error {
		fields := codec.NewFramedRead(conn, &codec.AnyDelimiter{Delimiters: ",;\n"})
		for {
			field, err := fields.Recv(task)
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			fmt.Printf("%q\n", field)
		}
	})
	// Output:
	// "a"
	// "b"
	// "c"
	// "d"
}

// Events, a JSON value a line. One of the lines is no event.
func ExampleJSONLines() {
	type event struct {
		User string `json:"user"`
		N    int    `json:"n"`
	}
	withInput(`{"user":"ann","n":1}`+"\n"+`{"user":2}`+"\n"+`{"user":"bob","n":3}`+"\n", func(task *edo.Task, conn *aio.Pipe) error {
		events := codec.NewFramedRead(conn, &codec.JSONLines[event]{Max: 4096})
		failed := false
		for {
			e, err := events.Recv(task)
			switch {
			case err == nil:
				fmt.Printf("%+v\n", e)
			case err == io.EOF && failed: // the end that follows an error
				failed = false
			case err == io.EOF:
				return nil
			case errors.Is(err, codec.ErrNotJSON), errors.Is(err, codec.ErrTooLong):
				fmt.Println("a bad line")
				failed = true
			default:
				return err
			}
		}
	})
	// Output:
	// {User:ann N:1}
	// a bad line
	// {User:bob N:3}
}

// Bytes as they come.
func ExampleBytes() {
	withInput("hello", func(task *edo.Task, conn *aio.Pipe) error {
		pieces := codec.NewFramedRead(conn, codec.Bytes{})
		for {
			piece, err := pieces.Recv(task)
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			fmt.Printf("%q\n", piece)
		}
	})
	// Output:
	// "hello"
}

// Frames of bytes that begin with their length.
func ExampleLengthDelimited() {
	withInput("\x00\x00\x00\x05hello\x00\x00\x00\x00", func(task *edo.Task, conn *aio.Pipe) error {
		frames := codec.NewFramedRead(conn, &codec.LengthDelimited{})
		for {
			frame, err := frames.Recv(task)
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			fmt.Printf("%q\n", frame)
		}
	})
	// Output:
	// "hello"
	// ""
}

// The head of a request is lines, up to an empty one. What follows is bytes, of which some
// are in the buffer already.
func ExampleFramed_Parts() {
	withInput("PUT /a\r\nlength: 5\r\n\r\nhello", func(task *edo.Task, conn *aio.Pipe) error {
		head := codec.NewFramed(conn, &codec.Lines{})
		for {
			line, err := head.Recv(task)
			if err != nil {
				return err
			}
			if line == "" {
				break
			}
			fmt.Println(line)
		}
		body := codec.FromParts(head.Parts(), codec.Bytes{})
		piece, err := body.Recv(task)
		fmt.Printf("%q, %v\n", piece, err)
		return nil
	})
	// Output:
	// PUT /a
	// length: 5
	// "hello", <nil>
}

// A service that is asked in lines of text, and answers with frames.
func ExamplePair() {
	withInput("ping\n", func(task *edo.Task, conn *aio.Pipe) error {
		asked := codec.NewFramed(conn, codec.Pair(&codec.Lines{}, &codec.LengthDelimited{}))
		line, err := asked.Recv(task)
		if err != nil {
			return err
		}
		if err := asked.Feed(task, []byte("pong")); err != nil {
			return err
		}
		parts := asked.Parts()
		fmt.Printf("%s: %q\n", line, parts.Unwritten)
		return nil
	})
	// Output:
	// ping: "\x00\x00\x00\x04pong"
}

// memory is a writer in memory.
type memory struct{ bytes.Buffer }

func (m *memory) PollWrite(_ *edo.Context, p []byte) (int, edo.Poll, error) {
	n, err := m.Write(p)
	return n, edo.Ready, err
}
func (m *memory) PollFlush(*edo.Context) (edo.Poll, error)    { return edo.Ready, nil }
func (m *memory) PollShutdown(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }

// Values for a writer that is no connection.
func ExampleFramedWrite() {
	var out memory
	err := edo.Run(func(task *edo.Task) error {
		values := codec.NewFramedWrite(&out, &codec.JSONLines[[]int]{})
		if err := values.Feed(task, []int{1, 2}); err != nil {
			return err
		}
		return values.Send(task, nil)
	})
	fmt.Printf("%s%v\n", out.String(), err)
	// Output:
	// [1,2]
	// null
	// <nil>
}

// The reading half of a connection.
func ExampleFramedRead() {
	withInput("one\ntwo", func(task *edo.Task, conn *aio.Pipe) error {
		lines := codec.NewFramedRead(conn, &codec.Lines{})
		for range 3 {
			line, err := lines.Recv(task)
			fmt.Printf("%q, %v\n", line, err)
		}
		return nil
	})
	// Output:
	// "one", <nil>
	// "two", <nil>
	// "", EOF
}
