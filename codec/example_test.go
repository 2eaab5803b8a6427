package codec_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"log"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
)

// A server sends each frame of its client back.
func Example() {
	err := edo.Run(func(task *edo.Task) error {
		a, b := aio.Duplex(1024)

		server := codec.NewFramed(b, &codec.LengthDelimited{})
		edo.Go(task, func(task *edo.Task) error {
			for {
				frame, err := server.Recv(task)
				if err == io.EOF {
					return nil
				}
				if err != nil {
					return err
				}
				if err := server.Send(task, frame); err != nil {
					return err
				}
			}
		}, edo.Owns(server))

		client := codec.NewFramed(a, &codec.LengthDelimited{})
		defer client.Drop()
		for _, text := range []string{"hello", "", "world"} {
			if err := client.Send(task, []byte(text)); err != nil {
				return err
			}
			frame, err := client.Recv(task)
			if err != nil {
				return err
			}
			fmt.Printf("%q\n", frame)
		}
		return client.Close(task)
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// "hello"
	// ""
	// "world"
}

// A length of two bytes that includes itself.
func ExampleNewLengthDelimited() {
	lengths, err := codec.NewLengthDelimited(codec.LengthConfig{Size: 2, Adjustment: -2})
	if err != nil {
		log.Fatal(err)
	}
	var buf codec.Buffer
	lengths.Encode([]byte("abc"), &buf)
	fmt.Printf("%q\n", buf.Bytes())

	_, err = codec.NewLengthDelimited(codec.LengthConfig{Size: 9})
	fmt.Println(err)
	// Output:
	// "\x00\x05abc"
	// codec: LengthConfig.Size is 9; it must be 1 to 8, or 0 for 4
}

// point is the value in a frame of the protocol below.
type point struct{ x, y int16 }

// points is the codec of a protocol whose frames are four bytes each.
type points struct{}

func (points) Decode(buf *codec.Buffer, end bool) (p point, ok bool, err error) {
	b := buf.Bytes()
	if len(b) < 4 {
		return point{}, false, nil
	}
	p.x = int16(binary.BigEndian.Uint16(b))
	p.y = int16(binary.BigEndian.Uint16(b[2:]))
	buf.Discard(4)
	return p, true, nil
}

func (points) Encode(p point, buf *codec.Buffer) error {
	b := buf.Extend(4)
	binary.BigEndian.PutUint16(b, uint16(p.x))
	binary.BigEndian.PutUint16(b[2:], uint16(p.y))
	return nil
}

// A protocol of the program's own: several frames are sent in one write, and received as
// values.
func ExampleCodec() {
	err := edo.Run(func(task *edo.Task) error {
		a, b := aio.Duplex(64)
		out, in := codec.NewFramed(a, points{}), codec.NewFramed(b, points{})
		out.Feed(task, point{1, 2})
		out.Feed(task, point{-3, 4})
		if err := out.Close(task); err != nil {
			return err
		}
		for {
			p, err := in.Recv(task)
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			fmt.Println(p)
		}
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// {1 2}
	// {-3 4}
}
