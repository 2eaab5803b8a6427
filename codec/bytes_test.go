package codec_test

import (
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
)

func TestBytesArriveAsTheyAreRead(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Read([]byte("ab")).Wait().Read([]byte("c")).EOF()
	f := codec.NewFramed(conn, codec.Bytes{})
	first := edotest.RequireNext(t, task, f)
	edotest.RequireNextPending(t, task, f)
	if n := f.Held(); n != 0 {
		t.Errorf("holds %d bytes while it waits", n)
	}
	conn.Wake()
	second := edotest.RequireNext(t, task, f)
	if string(first) != "ab" || string(second) != "c" {
		t.Errorf("received %q and %q", first, second)
	}
	edotest.RequireEnd(t, task, f)
}

func TestBytesAreWrittenAsTheyAre(t *testing.T) {
	task, conn := edotest.NewTask(), edotest.NewScript(t)
	f := codec.NewFramed(conn, codec.Bytes{})
	for _, p := range []string{"ab", "", "c"} {
		feed(t, task, edo.Sink[[]byte](f), []byte(p))
	}
	conn.Write([]byte("abc"))
	edotest.RequireReady(t, task, f.FlushFuture())
}

func TestBytesComeInPiecesOfAtMostAChunk(t *testing.T) {
	got := items(t, inPieces(strings.Repeat("x", 3*codec.ChunkSize+5), 0), codec.Bytes{}, asString)
	all := 0
	for _, piece := range got {
		n := len(piece) - len("<>")
		if n == 0 || n > codec.ChunkSize {
			t.Errorf("a piece of %d bytes", n)
		}
		all += n
	}
	if all != 3*codec.ChunkSize+5 {
		t.Errorf("received %d bytes", all)
	}
}
