package own_test

import (
	"encoding/binary"
	"os"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
)

// pipeEnd counts how often it was dropped.
type pipeEnd struct {
	*aio.Pipe
	drops int
}

func (e *pipeEnd) Drop() {
	e.drops++
	e.Pipe.Drop()
}

// pipe returns an end of a connection in memory, which can be read and written now or
// later. It must be dropped as often as drops says.
func (s *scene) pipe(drops int) *pipeEnd {
	mine, theirs := aio.Duplex(window)
	e := &pipeEnd{Pipe: mine}
	enter := func(fn func(cx *edo.Context)) { edotest.NewTask().Enter(fn) }
	send := sync.OnceFunc(func() {
		enter(func(cx *edo.Context) {
			theirs.PollWrite(cx, []byte("ab\n"))
			theirs.PollShutdown(cx)
		})
	})
	if s.fails {
		mine.Close()
	}
	if s.waits {
		enter(func(cx *edo.Context) { mine.PollWrite(cx, make([]byte, window)) })
		s.onWake(func() {
			send()
			enter(func(cx *edo.Context) { theirs.PollRead(cx, make([]byte, window)) })
		})
	} else {
		send()
	}
	s.atEnd(func() {
		if e.drops != drops {
			s.t.Errorf("the connection was dropped %d times, want %d", e.drops, drops)
		}
		mine.Drop()
		theirs.Drop()
	})
	return e
}

// fileSender sends from a file itself, which waits for no goroutine.
type fileSender struct{ *pipeEnd }

func (f fileSender) PollSendFile(cx *edo.Context, _ *os.File, _, n int64) (int64, edo.Poll, error) {
	k, poll, err := f.PollWrite(cx, make([]byte, n))
	return int64(k), poll, err
}

func number(int)       {}
func nothing(edo.Unit) {}

// All of these borrow the reader and the writer.
var bytes = leaves([]row{
	{name: "aio.ReadFuture", build: func(s *scene) subject { return done(s, aio.ReadFuture(s.pipe(0), make([]byte, 3)), number) }},
	{name: "aio.ReadFullFuture", build: func(s *scene) subject {
		return done(s, aio.ReadFullFuture(s.pipe(0), make([]byte, 3)), number)
	}},
	{name: "aio.ReadAllFuture", build: func(s *scene) subject {
		return done(s, aio.ReadAllFuture(s.pipe(0), nil), func([]byte) {})
	}},
	{name: "aio.WriteFuture", build: func(s *scene) subject { return done(s, aio.WriteFuture(s.pipe(0), make([]byte, 3)), number) }},
	{name: "aio.WriteAllFuture", build: func(s *scene) subject {
		return done(s, aio.WriteAllFuture(s.pipe(0), make([]byte, 3)), number)
	}},
	{name: "aio.CopyFuture", build: func(s *scene) subject {
		return done(s, aio.CopyFuture(s.pipe(0), s.pipe(0)), func(int64) {})
	}},
	{name: "aio.CopyBidirectionalFuture", build: func(s *scene) subject {
		return done(s, aio.CopyBidirectionalFuture(s.pipe(0), s.pipe(0)), func(aio.Copied) {})
	}},
	{name: "aio.SendFileFuture", build: func(s *scene) subject {
		return done(s, aio.SendFileFuture(fileSender{s.pipe(0)}, nil, 0, 3), func(int64) {})
	}},
	{name: "aio.ReadIntFuture", build: func(s *scene) subject {
		return done(s, aio.ReadIntFuture[uint16](s.pipe(0), binary.BigEndian), func(uint16) {})
	}},
	{name: "aio.WriteIntFuture", build: func(s *scene) subject {
		return done(s, aio.WriteIntFuture[uint16](s.pipe(0), binary.BigEndian, 7), nothing)
	}},
	{name: "aio.BufferedReader.PeekFuture", build: func(s *scene) subject {
		return done(s, aio.NewBufferedReader(s.pipe(0), 0).PeekFuture(2), func([]byte) {})
	}},
	{name: "aio.BufferedReader.ReadSliceFuture", build: func(s *scene) subject {
		return done(s, aio.NewBufferedReader(s.pipe(0), 0).ReadSliceFuture('b'), func([]byte) {})
	}},
	{name: "aio.BufferedReader.ReadLineFuture", build: func(s *scene) subject {
		return done(s, aio.NewBufferedReader(s.pipe(0), 0).ReadLineFuture(), func([]byte) {})
	}},
	{name: "aio.BufferedReader.NextByteFuture", build: func(s *scene) subject {
		return done(s, aio.NewBufferedReader(s.pipe(0), 0).NextByteFuture(), func(byte) {})
	}},
	{name: "aio.BufferedReader.DiscardFuture", build: func(s *scene) subject {
		return done(s, aio.NewBufferedReader(s.pipe(0), 0).DiscardFuture(2), number)
	}},
	{name: "aio.FlushFuture", begins: true, build: func(s *scene) subject { return done(s, aio.FlushFuture(s.pipe(0)), nothing) }},
	{name: "aio.CloseLingeringFuture", live: true, quiet: true, build: func(s *scene) subject {
		mine, theirs := s.pair()
		switch {
		case s.fails:
			mine.Close()
		case s.waits:
			s.onWake(func() { theirs.CloseWrite() })
		default:
			theirs.CloseWrite()
		}
		return unit(s, aio.CloseLingeringFuture(mine, hour, 1)).dropAfter(mine, theirs)
	}},
	{name: "aio.ShutdownFuture", begins: true, build: func(s *scene) subject {
		return done(s, aio.ShutdownFuture(s.pipe(0)), nothing)
	}},
})

// framed returns a connection of lines that the subject borrows.
func (s *scene) framed() *codec.Framed[string, string] {
	var f *codec.Framed[string, string]
	s.atEnd(func() { f.Drop() })
	f = codec.NewFramed[string, string](s.pipe(1), new(codec.Lines))
	return f
}

// framedWrite returns a writer of lines that the subject borrows.
func (s *scene) framedWrite() *codec.FramedWrite[string] {
	var f *codec.FramedWrite[string]
	s.atEnd(func() { f.Drop() })
	f = codec.NewFramedWrite(s.pipe(1), new(codec.Lines))
	return f
}

// A Framed owns its connection; its futures borrow the Framed. The strings that they send
// have no owner.
var frames = leaves([]row{
	{name: "codec.NewFramed", also: []string{"codec.FromParts"}, build: func(s *scene) subject {
		return items(s, codec.NewFramed[string, string](s.pipe(1), new(codec.Lines)), -1, func(string) {})
	}},
	{name: "codec.Framed.RecvFuture", build: func(s *scene) subject {
		return done(s, s.framed().RecvFuture(), func(string) {})
	}},
	{name: "codec.Framed.SendFuture", build: func(s *scene) subject {
		return done(s, s.framed().SendFuture("ab"), func(*codec.Framed[string, string]) {})
	}},
	{name: "codec.Framed.FlushFuture", build: func(s *scene) subject {
		f := s.framed()
		f.StartSend("ab")
		return unit(s, f.FlushFuture())
	}},
	{name: "codec.Framed.CloseFuture", build: func(s *scene) subject {
		f := s.framed()
		f.StartSend("ab")
		return unit(s, f.CloseFuture())
	}},
	{name: "codec.NewFramedRead", also: []string{"codec.ReadFromParts"}, build: func(s *scene) subject {
		return items(s, codec.NewFramedRead(s.pipe(1), new(codec.Lines)), -1, func(string) {})
	}},
	{name: "codec.FramedRead.RecvFuture", build: func(s *scene) subject {
		var f *codec.FramedRead[string]
		s.atEnd(func() { f.Drop() })
		f = codec.NewFramedRead(s.pipe(1), new(codec.Lines))
		return done(s, f.RecvFuture(), func(string) {})
	}},
	{name: "codec.FramedWrite.SendFuture", build: func(s *scene) subject {
		return done(s, s.framedWrite().SendFuture("ab"), func(*codec.FramedWrite[string]) {})
	}},
	{name: "codec.FramedWrite.FlushFuture", build: func(s *scene) subject {
		f := s.framedWrite()
		f.StartSend("ab")
		return unit(s, f.FlushFuture())
	}},
	{name: "codec.FramedWrite.CloseFuture", build: func(s *scene) subject {
		f := s.framedWrite()
		f.StartSend("ab")
		return unit(s, f.CloseFuture())
	}},
})
