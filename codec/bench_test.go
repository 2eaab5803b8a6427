package codec_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
)

// The cost of a frame that is sent and then received, over a Duplex.
func BenchmarkSendAndRecv(b *testing.B) {
	x, y := aio.Duplex(1 << 16)
	f, g := codec.NewFramed(x, &codec.LengthDelimited{}), codec.NewFramed(y, &codec.LengthDelimited{})
	defer f.Drop()
	defer g.Drop()
	b.ReportAllocs()
	frame := make([]byte, 16)
	edo.Run(func(task *edo.Task) error {
		for b.Loop() {
			if err := f.Send(task, frame); err != nil {
				b.Fatal(err)
			}
			if _, err := g.Recv(task); err != nil {
				b.Fatal(err)
			}
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
}

// The cost of a poll for a frame that is in the buffer already.
func BenchmarkFrameInTheBuffer(b *testing.B) {
	x, y := aio.Duplex(1 << 16)
	f, g := codec.NewFramed(x, &codec.LengthDelimited{}), codec.NewFramed(y, &codec.LengthDelimited{})
	defer f.Drop()
	defer g.Drop()
	b.ReportAllocs()
	frame := make([]byte, 16)
	task := edotest.NewTask()
	for n := 0; n < b.N; n += 256 {
		for range 256 {
			f.StartSend(frame)
		}
		task.EnterWithBudget(1<<20, func(cx *edo.Context) {
			f.PollFlush(cx)
			for {
				if _, p, _ := g.PollNext(cx); p != edo.Ready {
					return
				}
			}
		})
	}
}
